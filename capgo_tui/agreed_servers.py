"""The servers that somebody agreed to send the key to though only files of a folder name them.

Anybody's repository can hold such a file. A yes holds for that folder and that server alone; it
is kept in the state folder, in a file of its owner's own.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capgo_tui.plain_files import close_to_others, make_private_folder, read_plain

KEPT: Final = 200
"""So many are kept, the latest ones."""


@dataclass(frozen=True, slots=True)
class AgreedServers:
    """What was agreed to, in one file."""

    file: Path

    def has(self, folder: Path, server: str) -> bool:
        """Whether somebody agreed; no when that cannot be told, for then it is asked again."""
        return _pair(folder, server) in self._read()

    def add(self, folder: Path, server: str) -> None:
        """Remember that somebody agreed.

        Raises:
            OSError: when it cannot be written down: then it holds for this run.

        """
        import tempfile  # noqa: PLC0415 - for a yes alone

        pair = _pair(folder, server)
        make_private_folder(self.file.parent)
        kept = [*(each for each in self._read() if each != pair), pair][-KEPT:]
        opened, name = tempfile.mkstemp(prefix=".servers-", dir=self.file.parent)  # for its owner
        try:
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                file.write(json.dumps(kept))
            Path(name).replace(self.file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _read(self) -> list[list[str]]:
        """All of it; nothing where the file is not its owner's alone, or is damaged."""
        kept: object = None
        with suppress(OSError, ValueError, RecursionError):
            if self.file.exists():
                make_private_folder(self.file.parent)
                close_to_others(self.file)
                kept = json.loads(read_plain(self.file))
        return [
            each
            for each in (kept if isinstance(kept, list) else ())
            if isinstance(each, list) and all(isinstance(text, str) for text in each)
        ]


def _pair(folder: Path, server: str) -> list[str]:
    return [os.path.realpath(folder), server]
