"""Opening files that somebody else may have laid out: plain ones alone, and of bounded size.

A repository, a shared folder or a damaged disk can hold a link, a pipe or a device under any
name. Nothing here follows a link unless told to, waits for a pipe, or reads without end.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 256 * 1024
"""Bytes of the largest file of settings."""


class UnsuitableFileError(OSError):
    """A file is there, but none to be opened; its `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EINVAL, why)


def read_plain(path: Path, *, limit: int = LARGEST, follow_links: bool = False) -> bytes:
    """Return the content of a plain file of at most `limit` bytes.

    Raises:
        UnsuitableFileError: when it is no plain file, or a larger one.
        OSError: when it is not there, or cannot be read.

    """
    opened = open_plain(path, os.O_RDONLY, follow_links=follow_links)
    try:
        content = bytearray()
        while len(content) <= limit and (more := os.read(opened, limit + 1 - len(content))):
            content += more
    finally:
        os.close(opened)
    if len(content) > limit:
        raise UnsuitableFileError(f"it is larger than {limit // 1024} KB")
    return bytes(content)


def open_plain(path: Path, flags: int, *, follow_links: bool = False) -> int:
    """Open a plain file; one that is made is for its owner alone.

    Raises:
        UnsuitableFileError: when something else has that name.
        OSError: when it cannot be opened.

    """
    try:
        # Before it is opened: some devices do something when they are.
        check_plain(path.stat(follow_symlinks=follow_links))
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
        # A link that leads nowhere would have the file made where it leads.
        follow_links = False
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    flags |= getattr(os, "O_BINARY", 0)  # Windows would make two characters of a line's end
    if not follow_links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    opened = os.open(path, flags, 0o600)
    try:
        check_plain(os.fstat(opened))
    except OSError:
        os.close(opened)
        raise
    return opened


def check_plain(found: os.stat_result) -> None:
    """Raise `UnsuitableFileError`, or `IsADirectoryError`, unless it is a plain file."""
    if _is_link(found):
        raise UnsuitableFileError("it is a link")
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise UnsuitableFileError("it is no plain file")


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, or check that it is one in which nobody else writes.

    Raises:
        UnsuitableFileError: when it is a link, somebody else's, or open to others.
        OSError: when it cannot be made.

    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if _is_link(found):
        raise UnsuitableFileError(f"{folder} is a link: put a folder of your own there")
    _check_owner(folder, found)


def make_private_file(file: Path) -> None:
    """See to it that a file in a private folder is there and its owner's alone.

    An existing one is not opened: closing it would take away SQLite's own locks on it.

    Raises:
        UnsuitableFileError: when it is no plain file, somebody else's, or open to others' writes.
        OSError: when it cannot be made.

    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        close_to_others(file)


def close_to_others(file: Path) -> None:
    """Take the right to read it from others; raises as `make_private_file` does."""
    found = file.lstat()
    try:
        check_plain(found)
    except OSError as error:
        raise UnsuitableFileError(f"{file}: {error.strerror}; move it elsewhere") from None
    _check_owner(file, found)
    # Nobody else can put a link in its place: the folder is its owner's alone.
    if sys.platform != "win32" and found.st_mode & 0o077:
        file.chmod(0o600)


def check_ours_alone(opened: int) -> None:
    """Check that an open file is its user's and has no other name, which could be anything's.

    Raises:
        UnsuitableFileError: when it is not so.

    """
    found = os.fstat(opened)
    if found.st_nlink > 1:
        raise UnsuitableFileError("it is a hard link: the same file has another name")
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise UnsuitableFileError("it belongs to somebody else")


if sys.platform == "win32":

    def _check_owner(path: Path, found: os.stat_result) -> None:
        """Take Windows' word for it: who may write there is told by no mode."""

    def _is_link(found: os.stat_result) -> bool:
        # Not every reparse point leads elsewhere: files kept in the cloud are some, too.
        leading = stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT
        return stat.S_ISLNK(found.st_mode) or found.st_reparse_tag in leading

else:

    def _check_owner(path: Path, found: os.stat_result) -> None:
        if found.st_uid != os.geteuid():
            raise UnsuitableFileError(f"{path} belongs to somebody else")
        if found.st_mode & 0o022:
            raise UnsuitableFileError(
                f"others may write to {path}: look whether it is all yours, then chmod go-w"
            )

    def _is_link(found: os.stat_result) -> bool:
        return stat.S_ISLNK(found.st_mode)
