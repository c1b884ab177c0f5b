"""Open files that somebody else may have prepared: regular files of a bounded size only.

A repository, a shared folder or a damaged disk can hold a link, a pipe or a device under any
name. Nothing here follows a link unless asked to, waits for a pipe, or reads without end.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
import sys
from pathlib import Path
from typing import Final

LARGEST: Final = 256 * 1024
"""Most bytes of a settings file."""


class UnsuitableFileError(OSError):
    """A file exists but must not be opened; its `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EINVAL, why)


def read_plain(path: Path, *, follow_links: bool = False) -> bytes:
    """Return the content of a plain file of at most `LARGEST` bytes.

    Raises:
        UnsuitableFileError: when it is no plain file, or a larger one.
        OSError: when it is not there, or cannot be read.

    """
    descriptor = open_plain(path, os.O_RDONLY, follow_links=follow_links)
    try:
        content = bytearray()
        while len(content) <= LARGEST and (more := os.read(descriptor, LARGEST + 1 - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise UnsuitableFileError(f"it is larger than {LARGEST // 1024} KB")
    return bytes(content)


def decode_text(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with a byte order mark, as Windows writes it.

    Raises:
        UnicodeDecodeError: when it is neither.

    """
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


def open_plain(path: Path, flags: int, *, follow_links: bool = False) -> int:
    """Open a plain file; a new one is accessible to its owner only.

    Raises:
        UnsuitableFileError: when something else has that name.
        OSError: when it cannot be opened.

    """
    try:
        # Before it is opened: opening some devices has effects.
        check_plain(path.stat(follow_symlinks=follow_links))
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
        # Through a dangling link the file would be created at its target.
        follow_links = False
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    flags |= getattr(os, "O_BINARY", 0)  # no conversion of line ends on Windows
    if not follow_links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        check_plain(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def check_plain(status: os.stat_result) -> None:
    """Raise `UnsuitableFileError`, or `IsADirectoryError`, unless it is a plain file."""
    if _is_link(status):
        raise UnsuitableFileError("it is a link")
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise UnsuitableFileError("it is no plain file")


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner only, or check that nobody else can write to it.

    Raises:
        UnsuitableFileError: when it is a link, somebody else's, or open to others.
        OSError: when it cannot be made.

    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_private_folder(folder)


def check_private_place(folder: Path) -> None:
    """Check that a folder is private, or can be made; raises as `make_private_folder` does."""
    if folder.is_symlink() or folder.exists():
        _check_private_folder(folder)
    else:
        folder = next((parent for parent in folder.parents if parent.exists()), folder.parent)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _check_private_folder(folder: Path) -> None:
    status = folder.lstat()
    if _is_link(status):
        raise UnsuitableFileError(f"{folder} is a link: put a folder of your own there")
    _check_owner(folder, status)


def make_private_file(file: Path) -> None:
    """Make a file in a private folder for its owner only, or check an existing one.

    An existing one is not opened: closing it would release SQLite's locks on it.

    Raises:
        UnsuitableFileError: when it is no plain file, somebody else's, or open to others' writes.
        OSError: when it cannot be made.

    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        close_to_others(file)


def close_to_others(file: Path) -> None:
    """Make a file inaccessible to others; raises as `make_private_file` does."""
    status = file.lstat()
    try:
        check_plain(status)
    except OSError as error:
        raise UnsuitableFileError(f"{file}: {error.strerror}; move it elsewhere") from None
    _check_owner(file, status)
    # Nobody else can replace it by a link: only the owner can write to the folder.
    if sys.platform != "win32" and status.st_mode & 0o077:
        file.chmod(0o600)


def create_private(file: Path, text: str) -> None:
    """Write a new file for its owner only.

    Raises:
        FileExistsError: when something has that name, which is left as it is.
        OSError: when it cannot be written.

    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(text)


def write_private(file: Path, text: str) -> None:
    """Replace a file in a private folder, which is made where it is missing, in one step.

    Raises:
        OSError: when it cannot be written; the old file is left as it was.

    """
    import tempfile  # noqa: PLC0415 - nothing is written at a start

    make_private_folder(file.parent)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.stem}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def check_ours_alone(descriptor: int) -> None:
    """Check that an open file belongs to the user and has no other hard link.

    Raises:
        UnsuitableFileError: when it does not, or has one.

    """
    status = os.fstat(descriptor)
    if status.st_nlink > 1:
        raise UnsuitableFileError("it is a hard link: the same file has another name")
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        raise UnsuitableFileError("it belongs to somebody else")


if sys.platform == "win32":

    def _check_owner(path: Path, status: os.stat_result) -> None:
        """Do nothing: the file mode says nothing about access on Windows."""

    def _is_link(status: os.stat_result) -> bool:
        # Not every reparse point is a link: files in the cloud are reparse points, too.
        leading = stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT
        return stat.S_ISLNK(status.st_mode) or status.st_reparse_tag in leading

else:

    def _check_owner(path: Path, status: os.stat_result) -> None:
        if status.st_uid != os.geteuid():
            raise UnsuitableFileError(f"{path} belongs to somebody else")
        if status.st_mode & 0o022:
            raise UnsuitableFileError(
                f"others may write to {path}: look whether it is all yours, then chmod go-w"
            )

    def _is_link(status: os.stat_result) -> bool:
        return stat.S_ISLNK(status.st_mode)
