"""The cursor after changes of the rows, without a screen."""

from __future__ import annotations

import pytest

from capgo_tui.tui.widgets.record_table.place import (
    TableState,
    clamp_top,
    find_again,
    remember,
    reveal,
)
from tests.tui.tables import Rows

SCREEN = 4


def at(index: int, top: int, rows: str = "abcdefghij") -> TableState:
    """Return the state with the cursor on one of ten rows."""
    state = TableState(rows[index], index, top)
    remember(state, Rows(list(rows)), SCREEN)
    return state


@pytest.mark.parametrize(
    ("state", "rows", "key", "line"),
    [
        (at(3, 2), "abcdefghij", "d", 1),
        (at(3, 2), "XYabcdefghij", "d", 1),
        (at(3, 2), "cdefghij", "d", 1),
        (at(3, 2), "jihgfedcba", "d", 1),
        (at(3, 2), "abcefghij", "e", 1),
        (at(3, 2), "XXXabcefghij", "e", 1),
        (at(3, 2), "XXXXcf", "f", 1),
        (at(5, 2), "abcdeghij", "e", 2),
        (at(5, 2), "XXXabcdeghij", "e", 2),
        (at(5, 2), "XXXdYYY", "d", 1),
        (at(5, 2), "uvwxyz", "z", 3),
        (at(5, 2), "uv", "v", 3),
    ],
)
def test_the_cursor_is_on_its_record_or_on_the_nearest_that_was_in_view(
    state: TableState, rows: str, key: str, line: int
) -> None:
    find_again(state, Rows(list(rows)))
    assert (state.row_key, rows[state.index]) == (key, key)
    assert state.index - state.top == min(line, state.index)


@pytest.mark.parametrize(
    ("index", "top", "length", "top_after"),
    [
        (5, 4, 10, 4),
        (8, 4, 10, 6),
        (8, 4, 100, 6),
        (50, 4, 100, 47),
        (3, 4, 10, 2),
        (0, 4, 10, 0),
        (1, 4, 2, 0),
    ],
)
def test_at_the_edge_half_a_screen_is_revealed(
    index: int, top: int, length: int, top_after: int
) -> None:
    state = TableState("x", index, top)
    assert reveal(state, length, SCREEN) is (top_after != top)
    assert state.top == top_after


def test_no_line_stays_empty_that_a_row_could_fill() -> None:
    assert [clamp_top(top, 10, SCREEN) for top in (-3, 0, 6, 7)] == [0, 0, 6, 6]
    assert clamp_top(5, 2, SCREEN) == 0
