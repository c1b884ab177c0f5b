"""Confine the monkey's exports to a folder: it types any path, and agrees to replace any file."""

from __future__ import annotations

from contextlib import chdir, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from capgo_tui.tui.controllers import export as exporting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def confine_exports(folder: Path) -> Iterator[None]:
    """Write every export into a folder, whatever path was typed."""
    folder.mkdir()
    parse_path = exporting.parse_path

    def confine(name: str) -> Path | None:
        path = parse_path(name)
        return None if path is None else folder / path.name

    with chdir(folder), patch.object(exporting, "parse_path", confine):
        yield


def find_half_files(folder: Path) -> list[str]:
    """Return the names of temporary files that an export has left in the folder."""
    return [file.name for file in folder.iterdir() if file.name.startswith(".capgo-")]
