"""A screen as cells: what is to be drawn where, in which colours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from rich.cells import cell_len

PLAIN_LEGEND: Final = "default on default"
ANSI: Final = (
    *("#1d1f21", "#d8615f", "#8ec07c", "#e5b567", "#6c99bb", "#b294bb", "#70c0b1", "#c9d1d9"),
    *("#6e7681", "#ff8782", "#b5e890", "#ffd580", "#8fbfe8", "#d7b7e8", "#95e6d8", "#ffffff"),
)
"""The sixteen colours of a terminal, which has its own."""
FOREGROUND: Final = "#d7dbe0"
BACKGROUND: Final = "#15181c"
"""The colours of a terminal that a program leaves as they are."""


@dataclass(frozen=True, slots=True, order=True)
class Style:
    """The look of a cell, with plain colours: ``#rrggbb``."""

    foreground: str = FOREGROUND
    background: str = BACKGROUND
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A character with what is drawn over it, one or two columns wide."""

    column: int
    text: str
    width: int
    style: Style


@dataclass(frozen=True)
class CellScreen:
    """The cells of a screen, row by row."""

    columns: int
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def background(self) -> str:
        """The most frequent background."""
        counts = Counter(cell.style.background for row in self.rows for cell in row)
        return counts.most_common(1)[0][0]

    @property
    def text(self) -> str:
        """The text, one line a row."""
        return "\n".join("".join(cell.text for cell in row).rstrip() for row in self.rows)


def read_picture(picture: str) -> CellScreen:
    """Return the screen of a picture of ``tests/snapshots``."""
    edge, *lines = picture.splitlines()
    middle = lines.index(edge)
    end = lines.index(edge, middle + 1)
    styles = {line[0]: read_style(line[2:]) for line in lines[end + 1 :]}
    rows = tuple(
        _place(words[1:-1], [styles[letter] for letter in letters[1:-1]])
        for words, letters in zip(lines[:middle], lines[middle + 1 : end], strict=True)
    )
    return CellScreen(len(edge) - 2, rows)


def _place(text: str, styles: list[Style]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    column = 0
    for char in text:
        width = cell_len(char)
        if width == 0 and cells:
            cells[-1] = replace(cells[-1], text=cells[-1].text + char)
        else:
            cells.append(Cell(column, char, width, styles[column]))
        column += width
    return tuple(cells)


def read_style(description: str) -> Style:
    """Return the style of a line of a legend, such as ``bold #63c5ea on #10161d``."""
    words, _, background_name = description.partition(" on ")
    *flags, foreground_name = words.split()
    foreground = find_colour(foreground_name, FOREGROUND)
    background = find_colour(background_name, BACKGROUND)
    if "reverse" in flags:
        foreground, background = background, foreground
    return Style(
        foreground,
        background,
        **{flag: flag in flags for flag in ("bold", "dim", "italic", "underline", "strike")},
    )


def find_colour(name: str, default: str) -> str:
    """Return ``#rrggbb`` for a colour by its hexadecimal name, its number, or none."""
    if name == "default":
        return default
    if name.startswith("color("):
        return ANSI[int(name[len("color(") : -1])]
    assert len(name) == 7, name
    assert name.startswith("#"), name
    return name
