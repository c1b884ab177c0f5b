"""Building terminal lines out of runs of plain text, measured in cells.

No text is read as markup, and neighbours of one style become one segment, which saves bytes
on the terminal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from capgo_tui.cells import measure_width
from capgo_tui.combining_marks import limit_marks
from capgo_tui.short_ids import SHORT, is_device_id, shorten_id

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Run",
    "break_up",
    "measure_width",
    "pad",
    "pad_left",
    "pad_middle",
    "strip",
    "with_edge",
    "wrap",
]

Run = tuple[str, Style]
_WORDS: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?!\S)|[0-9][0-9.,]* %(?!\w)|\S+"
)
"""A word, or what is read as one: a date with its time, a number with its sign of percent."""


def pad(text: str, width: int) -> str:
    """Return the text in exactly `width` cells; what is too long is cut and ends in ``…``."""
    if text.isascii():
        length = len(text)
        if length <= width:
            return text + " " * (width - length)
        return text[: width - 1] + "…" if width > 0 else ""
    if measure_width(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def pad_left(text: str, width: int) -> str:
    """Like `pad`, but a text that is shorter ends at the last cell."""
    return (
        " " * (width - measure_width(text)) + text
        if measure_width(text) < width
        else pad(text, width)
    )


def pad_middle(text: str, width: int) -> str:
    """Like `pad`, but cut in the middle: both ends of an id tell it apart.

    A device id that is cut has the same short form everywhere, where that fits.
    """
    if measure_width(text) <= width or width < 5:
        return pad(text, width)
    if is_device_id(text) and width >= SHORT:
        return pad(shorten_id(text), width)
    head = width // 2
    tail = width - 1 - head
    return set_cell_size(text, head) + "…" + _end(text, tail)


def strip(runs: Iterable[Run], width: int, fill: Style) -> Strip:
    """Return a line of exactly `width` cells, with one segment for each run of one style.

    Blank cells take the style of their neighbours where that looks the same.
    """
    segments: list[Segment] = []
    text, style, cells = "", fill, 0
    for piece, piece_style in runs:
        if not piece:
            continue
        cells += measure_width(piece)
        if piece_style == style or (
            text and piece.isspace() and is_same_ground(piece_style, style)
        ):
            text += limit_marks(piece)
            continue
        if text.isspace() and is_same_ground(style, piece_style):
            text, style = text + limit_marks(piece), piece_style
            continue
        if text:
            segments.append(Segment(text, style))
        text, style = limit_marks(piece), piece_style
    if cells < width:
        if text and not is_same_ground(style, fill):
            segments.append(Segment(text, style))
            text, style = "", fill
        text += " " * (width - cells)
    if text:
        segments.append(Segment(text, style if text.strip() else fill))
    line = Strip(segments, max(cells, width))
    return line if cells <= width else line.crop(0, width)


@lru_cache(1024)
def is_same_ground(one: Style, other: Style) -> bool:
    """Return whether blank cells look the same in two styles."""
    lines = (one.reverse, one.underline, one.strike), (other.reverse, other.underline, other.strike)
    return (one.bgcolor == other.bgcolor and not any(map(any, lines))) or one == other


def with_edge(runs: Iterable[Run], width: int, edge: Run) -> list[Run]:
    """Return a line of `width` cells that ends in a sign, such as an arrow, after a blank cell."""
    room = max(0, width - measure_width(edge[0]) - 1)
    cut_runs: list[Run] = []
    position = 0
    for text, style in runs:
        cells = min(measure_width(text), room - position)
        cut_runs.append((pad(text.rstrip(), cells), style))
        position += cells
    return [*cut_runs, (" " * (width - position - measure_width(edge[0])), edge[1]), edge]


def wrap(text: str, width: int) -> list[str]:
    """Return the words of a text in lines of at most `width` cells, breaking longer words.

    A date stays with its time, and a number with its sign of percent, where a line has room.
    """
    lines = [""]
    for word in _WORDS.findall(text):
        parts = [word] if measure_width(word) <= width else word.split()
        for piece in chain.from_iterable(break_up(part, width) for part in parts):
            if not lines[-1]:
                lines[-1] = piece
            elif measure_width(lines[-1]) + 1 + measure_width(piece) <= width:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines


def break_up(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most `width` cells, with every character kept."""
    if measure_width(text) <= width:
        return [text]
    if text.isascii():
        return [text[at : at + max(1, width)] for at in range(0, len(text), max(1, width))]
    pieces, piece, length = [], "", 0
    for char in text:
        cells = measure_width(char)
        if length + cells > width and piece:
            pieces.append(piece)
            piece, length = "", 0
        piece += char
        length += cells
    return [*pieces, piece]


def _end(text: str, width: int) -> str:
    """Return the last `width` cells of a text."""
    if text.isascii():
        return text[len(text) - width :]
    tail = ""
    for char in reversed(text):
        if measure_width(char + tail) > width:
            break
        tail = char + tail
    return set_cell_size(tail, width)
