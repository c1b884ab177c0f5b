"""Where the monkey's exports go: it types any path, and agrees to replace any file."""

from __future__ import annotations

from contextlib import chdir, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from capgo_tui.tui.controllers import export as exporting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def confined(folder: Path) -> Iterator[None]:
    """Keep every export in a folder, wherever it was meant to go."""
    folder.mkdir()
    plain = exporting.path_of

    def within(name: str) -> Path | None:
        path = plain(name)
        return None if path is None else folder / path.name

    with chdir(folder), patch.object(exporting, "path_of", within):
        yield


def half_files(folder: Path) -> list[str]:
    """The files there that an export began and neither kept nor took away."""
    return [file.name for file in folder.iterdir() if file.name.startswith(".capgo-")]
