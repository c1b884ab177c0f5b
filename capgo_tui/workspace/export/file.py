"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import sys
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from capgo_tui.plain_files import check_plain, open_plain
from capgo_tui.workspace.file_lock import is_at, lock, try_lock

if TYPE_CHECKING:
    from pathlib import Path


class WholeFile:
    """A file that is written under a temporary name beside `path`, and renamed when it is kept.

    It is for its owner alone to read: a list of devices is nobody else's business. Who may read
    the file that it replaces may read it, too.

    Raises:
        FileExistsError: when `path` is there and is not to be replaced.
        UnsuitableFileError: when something is there that is no plain file.
        OSError: when nothing can be written there.

    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        self._path = path
        self._replace = replace
        status = _check_plain(path)
        if status is not None and not replace:
            raise FileExistsError("it is there already")
        self._part, descriptor = _open_part(path.parent)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        if status is not None:
            self._part.chmod(stat.S_IMODE(status.st_mode) & 0o777)

    def remove_abandoned(self) -> None:
        """Remove the temporary files in this folder that programs left which were killed."""
        with suppress(OSError):
            for part in self._part.parent.glob(".capgo-*.part"):
                if part.name != self._part.name and _PART.fullmatch(part.name):
                    _remove_unless_locked(part)

    def write(self, text: str) -> None:
        """Add text."""
        self._file.write(text)

    def keep(self) -> None:
        """Rename the file to its path, once all of it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if sys.platform == "win32":
            self._file.close()  # no open file can be renamed there
        if self._replace:
            _check_plain(self._path)  # something else may have come there since
            self._part.replace(self._path)
        else:
            _name(self._part, self._path)
        self._file.close()  # which releases its lock

    def discard(self) -> None:
        """Remove the temporary file; does nothing to a file that was kept."""
        with suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)
        _unfinished.discard(self._part)


_PART: Final = re.compile(r"\.capgo-[0-9a-f]{32}\.part")
_unfinished: Final[set[Path]] = set()
"""The temporary files of this process."""


def remove_unfinished() -> None:
    """Remove every temporary file of this process, which is about to end at once."""
    for part in tuple(_unfinished):
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _open_part(folder: Path) -> tuple[Path, int]:
    """Make a temporary file that is locked, where the file system has locks."""
    while True:
        part = folder / f".capgo-{uuid.uuid4().hex}.part"
        _unfinished.add(part)  # before it is there: a signal may end the program meanwhile
        try:
            descriptor = open_plain(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except OSError:
            _unfinished.discard(part)
            raise
        with suppress(OSError):
            lock(descriptor)
        # Another program that looked in between took it for an abandoned one, and removed it.
        if is_at(descriptor, part):
            return part, descriptor
        os.close(descriptor)
        _unfinished.discard(part)


def _remove_unless_locked(part: Path) -> None:
    """Remove a temporary file of this user that no running program writes."""
    with suppress(OSError):
        descriptor = open_plain(part, os.O_RDONLY)
        try:
            if _is_ours(descriptor) and try_lock(descriptor) and is_at(descriptor, part):
                part.unlink()
        finally:
            os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    return sys.platform == "win32" or os.fstat(descriptor).st_uid == os.geteuid()


def _check_plain(path: Path) -> os.stat_result | None:
    """Return the status of a plain file, None for no file; raises for all else, as for links."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    check_plain(status)
    return status


def _name(part: Path, path: Path) -> None:
    """Rename a file without replacing another one, even one that was made this moment."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        part.replace(path)
    else:
        part.unlink()
