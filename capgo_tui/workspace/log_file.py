"""The file of ``--log-file``: a line for each request, readable by its owner alone.

On Windows, where a file has no mode, whoever may read its folder may read it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from capgo_tui.plain_files import check_ours_alone, open_plain

if TYPE_CHECKING:
    from pathlib import Path


class LogFile:
    """A log file that lines are appended to; after the first failure nothing more is written.

    Raises:
        OSError: when `path` cannot be written, or is no plain file of the user's.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        """Why nothing more is written; None while lines are written."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.descriptor: int | None = open_plain(path, flags)
        """The descriptor of the open file; None once it is closed."""
        try:
            check_ours_alone(self.descriptor)
            if hasattr(os, "fchmod"):
                os.fchmod(self.descriptor, 0o600)
        except OSError:
            self.close()
            raise

    def write(self, line: str) -> None:
        """Append a line; a failure is kept in `trouble` and not raised."""
        if self.descriptor is None or self.trouble is not None:
            return
        try:
            os.write(self.descriptor, f"{line}\n".encode(errors="replace"))
        except OSError as error:
            self.trouble = error.strerror or type(error).__name__

    def close(self) -> None:
        """Close the file; may be called again."""
        file, self.descriptor = self.descriptor, None
        if file is not None:
            os.close(file)
