"""The files of this folder, and what each holds as the app looks now."""

from __future__ import annotations

import struct
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from screenshots.animation import draw_animation
from screenshots.cells import CellScreen, read_picture
from screenshots.gallery import list_pictures, list_pngs, write_page
from screenshots.record import read_frames
from screenshots.scripts import SCRIPTS
from screenshots.svg import draw_svg
from tests.snapshots.picture import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent
_PNG_START: Final = 8
"""Bytes of a PNG before its chunks."""


def read_screen(picture: str) -> CellScreen:
    """Return the screen of a picture of ``tests/snapshots`` by its name."""
    return read_picture(file_of(picture).read_text(encoding="utf-8"))


def draw_files() -> dict[str, str]:
    """Return the text of every SVG, and of the page that shows them, by the file's name."""
    pictures = list_pictures()
    files = {
        f"{name}.svg": draw_svg(read_screen(picture), f"capgo-tui: {name}")
        for name, picture in pictures.items()
    }
    for script in SCRIPTS:
        screens = [read_picture(frame) for frame in read_frames(script)]
        files[f"{script.name}.svg"] = draw_animation(script, screens)
    return {**files, "README.md": write_page(list(pictures))}


def list_screens() -> dict[str, CellScreen]:
    """Return the screens that are drawn as PNGs, by the picture's name."""
    pictures = list_pictures()
    return {name: read_screen(pictures[name]) for name in list_pngs()}


def list_strays() -> list[Path]:
    """Return the pictures in the folder that nothing draws."""
    names = {*list_pictures(), *(script.name for script in SCRIPTS)}
    return [
        file
        for file in sorted(FOLDER.iterdir())
        if (file.suffix == ".svg" and file.stem not in names)
        or (file.suffix == ".png" and file.stem not in list_pngs())
    ]


def fingerprint(screen: CellScreen) -> str:
    """Return what tells a screen from others: a digest of its text and its styles."""
    return sha256(repr(screen).encode()).hexdigest()


def read_fingerprint(png: bytes) -> str | None:
    """Return the fingerprint that a PNG was saved with."""
    for kind, data in _list_chunks(png):
        name, _, text = data.partition(b"\0")
        if kind == b"tEXt" and name == b"fingerprint":
            return text.decode("ascii")
    return None


def _list_chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _PNG_START
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += length + 12
