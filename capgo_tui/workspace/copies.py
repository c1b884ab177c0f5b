"""Which copies of the program are running: each holds the lock of a file of its own.

The system takes the lock away from a program that ends, however it ends: whoever can take the
lock of a copy knows that this copy is gone. On POSIX it is ``flock``, on Windows the lock of a
file's first byte; both end with the process.
"""

from __future__ import annotations

import os
import sys
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from capgo_tui.plain_files import UnsuitableFileError, make_private_folder, open_plain

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SUFFIX = ".lock"


class Copies:
    """The copies that share one folder; this one is among them from `join` to `leave`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.me = uuid.uuid4().hex
        """What this copy is called; never used twice."""
        self._lock: int | None = None

    def join(self) -> None:
        """Count as running; and forget those that ended without a farewell."""
        make_private_folder(self._folder)
        for file in self._folder.glob(f"*{_SUFFIX}"):
            self.is_running(file.stem)
        while self._lock is None:
            self._lock = self._join()

    def leave(self) -> None:
        """No longer count as running."""
        if self._lock is not None:
            _remove(self._file_of(self.me), self._lock)
            self._lock = None

    def is_running(self, name: str) -> bool:
        """Whether a copy is running, this one or another."""
        if name == self.me and self._lock is not None:
            return True
        if not (name.isascii() and name.isalnum() and len(name) <= len(self.me)):
            return False  # no name of ours, and it might lead out of the folder
        file = self._file_of(name)
        while True:
            try:
                descriptor = open_plain(file, os.O_RDWR)
            except (FileNotFoundError, IsADirectoryError, UnsuitableFileError):
                return False
            if not _try_lock(descriptor):
                os.close(descriptor)
                return True
            if _is_at(descriptor, file):
                _remove(file, descriptor)
                return False
            os.close(descriptor)

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Wait until no other copy is in here."""
        make_private_folder(self._folder)
        descriptor = open_plain(self._folder / "turn", os.O_RDWR | os.O_CREAT)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _join(self) -> int | None:
        file = self._file_of(self.me)
        descriptor = open_plain(file, os.O_RDWR | os.O_CREAT)
        _lock(descriptor)
        # Another copy that looked in between took it for a leftover, and removed it.
        if _is_at(descriptor, file):
            return descriptor
        os.close(descriptor)
        return None

    def _file_of(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def _is_at(descriptor: int, file: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def _remove(file: Path, descriptor: int) -> None:
    """Remove a file that is locked here, and let go of it."""
    if sys.platform == "win32":  # where no open file can be removed
        os.close(descriptor)
        with suppress(OSError):
            file.unlink()
        return
    file.unlink(missing_ok=True)
    os.close(descriptor)


if sys.platform == "win32":

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
