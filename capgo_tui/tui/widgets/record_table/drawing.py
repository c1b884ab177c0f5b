"""Drawing the lines of a table, with one segment for each run of a style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from capgo_tui.tui.widgets.lines import (
    Run,
    measure_width,
    pad,
    pad_left,
    pad_middle,
    strip,
    wrap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.style import Style

    from capgo_tui.tui.widgets.record_table.columns import Layout
    from capgo_tui.tui.widgets.record_table.rows import Row

    StyleOf = Callable[[str], Style]
    """Gives the style of a component class ``record-table--<name>`` by its name."""

POSITION = "▕"
"""Shows in the last cell where the rows in view are among all."""
MARK = "▌"
GROUND = "changed"
"""The tone that has a ground of its own."""
MARGIN = 3
"""Cells before the first column: the mark, the glyph and a blank."""


def header_line(
    layout: Layout, sort: tuple[str, bool] | None, width: int, style_of: StyleOf
) -> Strip:
    """Draw the titles, the sort arrow, and whether there are more columns to either side."""
    style = style_of("header")
    text = pad("‹" if layout.more_left else "", MARGIN)
    for column, cells in layout.columns:
        arrow = ("↓" if sort[1] else "↑") if sort and sort[0] == column.id else ""
        title = pad(column.title, max(1, min(measure_width(column.title), cells - len(arrow))))
        align = pad_left if column.align_right else pad
        text += align(title + arrow, cells) + " " * layout.gap
    if layout.more_right:
        text = pad(text.rstrip(), width - 1) + "›"
    return strip([(text, style)], width, style)


def row_line(
    row: Row, layout: Layout, width: int, style_of: StyleOf, *, base: Style, cursor: Style | None
) -> Strip:
    """Draw one row.

    Args:
        row: what it says.
        layout: the columns it says it in.
        width: the cells of the line.
        style_of: gives the style of each tone.
        base: the style of what is blank.
        cursor: the one style of the whole row if the cursor is on it.

    """
    if row.is_marked and cursor is None:
        tint = style_of("marked")
        return strip(_row_runs(row, layout, lambda part: style_of(part) + tint), width, base + tint)
    if cursor is not None:
        return strip(_row_runs(row, layout, lambda _: cursor), width, cursor)
    return strip(_row_runs(row, layout, style_of), width, base)


def placeholder_line(
    y: int, height: int, width: int, placeholder: tuple[str, str], *, style_of: StyleOf, base: Style
) -> Strip:
    """Draw one line of the text that stands in place of rows.

    Args:
        y: which of the lines below the header.
        height: how many of them there are.
        width: the cells of the line.
        placeholder: a headline, and an advice below it; both are wrapped.
        style_of: gives the style of each of the two.
        base: the style of what is blank.

    """
    headline, advice = placeholder
    room = max(10, width - 2 * MARGIN)
    heads = wrap(headline, room) if headline else []
    lines = [*heads, *(wrap(advice, room) if headline else ())]
    # A third down, but on a low screen rather higher than without its end.
    first = max(0, min(height // 3, height - len(lines)))
    at = y - first
    if not 0 <= at < len(lines):
        return strip((), width, base)
    style = style_of("headline" if at < len(heads) else "muted")
    return strip([(" " * MARGIN, base), (lines[at], style)], width, base)


def _row_runs(row: Row, layout: Layout, style_of: StyleOf) -> Iterable[Run]:
    # Blank cells take no colour of their own, so that they join their neighbours.
    yield MARK if row.is_marked else " ", style_of("accent" if row.is_marked else row.glyph_tone)
    yield f"{pad(row.glyph, 1)} ", style_of(row.glyph_tone)
    gap = " " * layout.gap
    for (column, cells), text, tone in zip(layout.columns, row.texts, row.tones, strict=True):
        cut = pad_middle if column.cut_middle else pad_left if column.align_right else pad
        if tone == GROUND and text:
            # Its ground ends with the column, not where the next one begins.
            yield cut(text, cells), style_of(tone)
            yield gap, style_of("plain")
        else:
            yield cut(text, cells) + gap, style_of(tone if text else "plain")


def with_position(line: Strip, width: int, style: Style) -> Strip:
    """Return a line with the position mark in its last cell, unless a text needs that."""
    if line.crop(width - 1, width).text != " ":
        return line
    return Strip([*line.crop(0, width - 1), Segment(POSITION, style)], width)
