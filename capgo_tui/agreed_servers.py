"""Servers that the user agreed to send the API key to, although only a file of a folder names them.

Anybody's repository can hold such a file. The consent holds for that folder and that server only.
It is stored in the state folder, in a file that only its owner can read.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import (
    close_to_others,
    make_private_folder,
    read_plain,
    write_private,
)

if TYPE_CHECKING:
    from pathlib import Path

MAX_PAIRS: Final = 200
"""Most pairs of folder and server in the file; older ones are dropped."""


@dataclass(frozen=True, slots=True)
class AgreedServers:
    """The pairs of folder and server that were agreed to, stored in one file."""

    file: Path

    def has(self, folder: Path, server: str) -> bool:
        """Return whether the user agreed; False when the file cannot be read."""
        return _pair(folder, server) in self._read()

    def add(self, folder: Path, server: str) -> None:
        """Store that the user agreed.

        Raises:
            OSError: when the file cannot be written; the consent then holds for this run only.

        """
        pair = _pair(folder, server)
        pairs = [*(each for each in self._read() if each != pair), pair][-MAX_PAIRS:]
        write_private(self.file, json.dumps(pairs))

    def _read(self) -> list[list[str]]:
        """Return all pairs; none when the file is damaged or others may write to it."""
        pairs: object = None
        with suppress(OSError, ValueError, RecursionError):
            if self.file.exists():
                make_private_folder(self.file.parent)
                close_to_others(self.file)
                pairs = json.loads(read_plain(self.file))
        return [
            each
            for each in (pairs if isinstance(pairs, list) else ())
            if isinstance(each, list) and all(isinstance(text, str) for text in each)
        ]


def _pair(folder: Path, server: str) -> list[str]:
    return [os.path.realpath(folder), server]
