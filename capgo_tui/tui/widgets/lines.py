"""Making one terminal line out of runs of plain text, measured in cells.

No text is ever read as markup here, and neighbours of one style become one segment, so that
the terminal gets no byte more than it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable

Run = tuple[str, Style]


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def pad(text: str, width: int) -> str:
    """The text in exactly `width` cells; what is too long is cut and ends in ``…``."""
    if text.isascii():
        length = len(text)
        if length <= width:
            return text + " " * (width - length)
        return text[: width - 1] + "…" if width > 0 else ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def pad_middle(text: str, width: int) -> str:
    """Like `pad`, but cut in the middle: both ends of an id tell it apart."""
    if width_of(text) <= width or width < 5:
        return pad(text, width)
    head = width // 2
    tail = width - 1 - head
    return set_cell_size(text, head) + "…" + _end(text, tail)


def strip(runs: Iterable[Run], width: int, fill: Style) -> Strip:
    """A line of exactly `width` cells; one segment for each run of one style."""
    segments: list[Segment] = []
    text, style, used = "", fill, 0
    for piece, piece_style in runs:
        if not piece:
            continue
        used += width_of(piece)
        if piece_style == style:
            text += piece
            continue
        if text:
            segments.append(Segment(text, style))
        text, style = piece, piece_style
    if used < width:
        if style != fill and text:
            segments.append(Segment(text, style))
            text, style = "", fill
        text += " " * (width - used)
    if text:
        segments.append(Segment(text, style))
    line = Strip(segments, max(used, width))
    return line if used <= width else line.crop(0, width)


def _end(text: str, width: int) -> str:
    """The last `width` cells of a text."""
    if text.isascii():
        return text[len(text) - width :]
    taken = ""
    for char in reversed(text):
        if cell_len(char + taken) > width:
            break
        taken = char + taken
    return set_cell_size(taken, width)
