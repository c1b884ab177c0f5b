"""The rows of a detail: its lines, wrapped beside their labels or below them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from capgo_tui.tui.widgets.lines import break_up, measure_width, pad_middle, wrap
from capgo_tui.tui.widgets.outcome_signs import wrap_signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.insight.places import Place

HANGING: Final = 2
"""The indent of a text that stands below its label, from there."""
LEAST: Final = 20
"""Cells below which nothing is drawn."""
EDGE: Final = 2
"""Cells that stay free: the first, and the last for the arrows."""
GAP: Final = 2
ARROW: Final = "→ "
ROOMY: Final = 60
"""Cells from which on labels are indented below their heading."""


class Line(NamedTuple):
    """A label and its text; a line without a label is a heading, a note or raw text."""

    label: str
    text: str
    tone: str = "value"
    label_tone: str = "label"
    link: Place | None = None
    """Where Enter on it leads to."""


class DetailRow(NamedTuple):
    """One row on the screen: a line or a piece of one."""

    line: Line
    lead: str
    """The cells before the text, with the label in them."""
    text: str
    is_first: bool = True
    """Whether the line begins here."""
    start: int = 0
    """Where a piece of raw text begins in its line."""


def wrap_lines(lines: Sequence[Line], width: int) -> list[DetailRow]:
    """Return the rows that lines take at a width.

    Labels take the room they need, up to three fifths of the width, and the texts of one section
    begin on one cell: a long label elsewhere takes no room from them.
    """
    rows: list[DetailRow] = []
    if width < LEAST:
        return rows
    margin = 3 if width >= ROOMY else 1
    for tone, section in groupby(lines, lambda line: line.tone):
        part = list(section)
        longest = max(measure_width(line.label) for line in part)
        indent = margin if tone == "muted" else 1
        if tone == "value":
            indent = min(margin + longest + GAP, max(12, width * 3 // 5))
        for line in part:
            rows.extend(_rows_of(line, width, margin, indent))
    return rows


def _rows_of(line: Line, width: int, margin: int, indent: int) -> list[DetailRow]:
    if line.tone == "raw":
        return _raw_rows(line, width - EDGE)
    arrow = "" if line.link is None else ARROW
    room = width - indent - 1 - len(arrow)
    pieces, lead = wrap_signed(line.text, room), " " * indent
    if line.label and line.tone == "value":
        lead = " " * margin + pad_middle(line.label, indent - margin - GAP) + " " * GAP
        room_below = width - margin - HANGING - 1 - len(arrow)
        below = wrap(line.text, room_below)
        # An id is copied as a whole: it stands below its label rather than in pieces.
        is_cut = any(room < measure_width(word) <= room_below for word in line.text.split())
        if is_cut or len(pieces) > 1 + len(below):
            pieces, indent = ["", *below], margin + HANGING
            lead = " " * margin + pad_middle(line.label, width - margin - EDGE)
    first, *more = pieces
    blank = " " * (indent + len(arrow))
    return [
        DetailRow(line, lead, f"{arrow}{first}".rstrip()),
        *(DetailRow(line, blank, piece, is_first=False) for piece in more),
    ]


def _raw_rows(line: Line, width: int) -> list[DetailRow]:
    rows: list[DetailRow] = []
    start = 0
    for piece in break_up(line.text, width):
        rows.append(DetailRow(line, " ", piece, is_first=not start, start=start))
        start += len(piece)
    return rows
