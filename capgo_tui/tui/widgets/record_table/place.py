"""The operator's place in the rows, and finding it again when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.widgets.record_table.rows import RowSource


@dataclass(slots=True)
class TableState:
    """The operator's place in one list; keep it to come back to the same record."""

    row_key: str | None = None
    """The record under the cursor; `index` only says where it was last."""
    index: int = 0
    top: int = 0
    """The first row in view."""
    wide: bool = False
    """Whether every column is shown at its full width, to be slid through sideways."""
    skip_count: int = 0
    """Columns out of sight to the left, behind the first one."""
    sort: tuple[str, bool] | None = None
    """The column the rows are sorted by, and whether descending: for the arrow in the header."""
    stays_on_top: bool = False
    """Whether the cursor is to be on the first row, whichever record that is, until it moves."""
    in_view: Sequence[str] = ()
    """The keys on the screen: one of them takes the cursor when its own record goes."""


def clamp_top(top: int, length: int, rows: int) -> int:
    """Return the nearest first row that leaves no line empty which a row could fill."""
    return max(0, min(top, length - rows))


def reveal(state: TableState, length: int, rows: int) -> bool:
    """Scroll the cursor into view; return whether that was necessary.

    At the edge it jumps by half a screen: fewer repaints than a row at a time.
    """
    before = state.top
    if state.index < before:
        top = min(state.index, before - rows // 2)
    elif state.index >= before + rows:
        top = max(state.index - rows + 1, before + rows // 2)
    else:
        top = before
    state.top = clamp_top(top, length, rows)
    return state.top != before


def find_again(state: TableState, source: RowSource) -> None:
    """Put the cursor back on its record, and the record on its line of the screen.

    If the record is gone the cursor goes to the nearest that was in view with it and still
    is there, the ones below first; if they are all gone it stays at its row number.
    """
    if state.stays_on_top:
        state.index, state.top, state.row_key = 0, 0, source.get_key_at(0)
        return
    line = max(0, state.index - state.top)
    index = source.index_of(state.row_key) if state.row_key is not None else None
    if index is None:
        index, line = _find_neighbour(state.in_view, line, source) or (
            min(state.index, len(source) - 1),
            line,
        )
    state.index, state.row_key = index, source.get_key_at(index)
    state.top = max(0, index - line)


def remember(state: TableState, source: RowSource, rows: int) -> None:
    """Remember which records are in view."""
    end = min(len(source), state.top + rows)
    state.in_view = [source.get_key_at(index) for index in range(state.top, end)]


def _find_neighbour(in_view: Sequence[str], line: int, source: RowSource) -> tuple[int, int] | None:
    """Return the index and the line of a record that was in view and still is there."""
    for key in in_view[line + 1 :]:
        if (index := source.index_of(key)) is not None:
            return index, line  # it moves up, and what is above stays where it is
    for above in reversed(range(min(line, len(in_view)))):
        if (index := source.index_of(in_view[above])) is not None:
            return index, above
    return None
