"""Locks on open files, which the system releases when the process ends, however it ends.

On POSIX it is ``flock``, on Windows the lock of a file's first byte.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path


def is_at(descriptor: int, file: Path) -> bool:
    """Return whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def try_lock(descriptor: int) -> bool:
        """Lock an open file unless another process has; return whether it is locked now."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def lock(descriptor: int) -> None:
        """Lock an open file, once no other process has."""
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:

    def try_lock(descriptor: int) -> bool:
        """Lock an open file unless another process has; return whether it is locked now."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def lock(descriptor: int) -> None:
        """Lock an open file, once no other process has."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)
