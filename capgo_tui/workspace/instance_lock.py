"""A lock for each running instance of the program, so that others can tell whether it still runs.

Each instance locks a file of its own: an instance whose lock can be taken is gone.
"""

from __future__ import annotations

import os
import sys
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from capgo_tui.plain_files import UnsuitableFileError, make_private_folder, open_plain
from capgo_tui.workspace.file_lock import is_at, lock, try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SUFFIX = ".lock"


class InstanceLock:
    """The lock of this instance in a folder that all instances share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.instance_id = uuid.uuid4().hex
        """The id of this instance; never used twice."""
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Count as running, and remove the files of instances that were killed."""
        make_private_folder(self._folder)
        for file in self._folder.glob(f"*{_SUFFIX}"):
            self.is_running(file.stem)
        while self._descriptor is None:
            self._descriptor = self._try_acquire()

    def release(self) -> None:
        """Stop counting as running."""
        if self._descriptor is not None:
            _remove(self._find_file(self.instance_id), self._descriptor)
            self._descriptor = None

    def is_running(self, instance_id: str) -> bool:
        """Whether an instance is running, this one or another."""
        if instance_id == self.instance_id and self._descriptor is not None:
            return True
        if not (
            instance_id.isascii()
            and instance_id.isalnum()
            and len(instance_id) <= len(self.instance_id)
        ):
            return False  # no id of ours, and it might lead out of the folder
        file = self._find_file(instance_id)
        while True:
            try:
                descriptor = open_plain(file, os.O_RDWR)
            except (FileNotFoundError, IsADirectoryError, UnsuitableFileError):
                return False
            if not try_lock(descriptor):
                os.close(descriptor)
                return True
            if is_at(descriptor, file):
                _remove(file, descriptor)
                return False
            os.close(descriptor)

    @contextmanager
    def wait_for_turn(self) -> Iterator[None]:
        """Wait until no other instance is inside this context."""
        make_private_folder(self._folder)
        descriptor = open_plain(self._folder / "turn", os.O_RDWR | os.O_CREAT)
        try:
            lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _try_acquire(self) -> int | None:
        file = self._find_file(self.instance_id)
        descriptor = open_plain(file, os.O_RDWR | os.O_CREAT)
        lock(descriptor)
        # Another instance that looked in between took it for a leftover, and removed it.
        if is_at(descriptor, file):
            return descriptor
        os.close(descriptor)
        return None

    def _find_file(self, instance_id: str) -> Path:
        return self._folder / f"{instance_id}{_SUFFIX}"


def _remove(file: Path, descriptor: int) -> None:
    """Remove a file that is locked here, and let go of it."""
    if sys.platform == "win32":  # where no open file can be removed
        os.close(descriptor)
        with suppress(OSError):
            file.unlink()
        return
    file.unlink(missing_ok=True)
    os.close(descriptor)
