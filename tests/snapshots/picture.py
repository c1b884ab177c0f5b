"""A screen as a text file: its text, and the style of every cell."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tests.tui.driving import strips

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.color import Color

    from capgo_tui.tui.app import CapgoApp

FOLDER = Path(__file__).parent / "pictures"
PLAIN = "·"
"""Letter of the most frequent style."""


def file_of(name: str) -> Path:
    """Return the file of a picture."""
    return FOLDER / f"{name}.txt"


def draw_picture(app: CapgoApp, substitutes: Mapping[str, str]) -> str:
    """Return the rows of the screen, a letter for each cell's style, and a legend.

    Texts that differ between runs are replaced by their `substitutes` of the same width.
    """
    rows = strips(app)
    styles = [
        [
            describe(segment.style or Style.null())
            for segment in row
            for _ in range(segment.cell_length)
        ]
        for row in rows
    ]
    return compose_picture([_substitute(row.text, substitutes) for row in rows], styles)


def compose_picture(rows: Sequence[str], styles: Sequence[Sequence[str]]) -> str:
    """Return the picture of rows of text and the described style of each of their cells."""
    frequencies = Counter(style for row in styles for style in row)
    plain = frequencies.most_common(1)[0][0]
    # In the order of their words, so that one more row does not change the other letters.
    letters = dict(zip(sorted(frequencies.keys() - {plain}), ascii_letters, strict=False))
    letters[plain] = PLAIN
    width = max(cell_len(row) for row in rows)
    edge = f"+{'-' * width}+"
    words = [f"|{row}|" for row in rows]
    colours = [f"|{''.join(letters[style] for style in row)}|" for row in styles]
    key = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([edge, *words, edge, *colours, edge, *key, ""])


def _substitute(text: str, substitutes: Mapping[str, str]) -> str:
    for text_before, substitute in substitutes.items():
        assert cell_len(text_before) == cell_len(substitute)
        text = text.replace(text_before, substitute)
    return text


@cache
def describe(style: Style) -> str:
    """Return a style in words, such as ``bold #63c5ea on #10161d``."""
    flags = ("bold", "dim", "italic", "underline", "reverse", "strike")
    words = [flag for flag in flags if getattr(style, flag)]
    return " ".join([*words, _name(style.color), "on", _name(style.bgcolor)])


def _name(colour: Color | None) -> str:
    return "default" if colour is None else colour.name
