"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from capgo_tui.plain_files import check_plain


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
        status = _stat_plain(path)
        if status is not None and not replace:
            raise FileExistsError("it is there already")
        descriptor, name = tempfile.mkstemp(prefix=".capgo-", suffix=".part", dir=self._path.parent)
        self._part = Path(name)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        if status is not None:
            self._part.chmod(stat.S_IMODE(status.st_mode) & 0o777)

    def write(self, text: str) -> None:
        """Add text."""
        self._file.write(text)

    def keep(self) -> None:
        """Rename the file to its path, once all of it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._replace:
            _stat_plain(self._path)  # something else may have come there since
            self._part.replace(self._path)
        else:
            _name(self._part, self._path)

    def discard(self) -> None:
        """Remove the temporary file; does nothing to a file that was kept."""
        with suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


def _stat_plain(path: Path) -> os.stat_result | None:
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
