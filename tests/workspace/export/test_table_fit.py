"""Tests of tables that fit into the width of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from capgo_tui.workspace.export.formats import align
from capgo_tui.workspace.export.table_fit import ColumnSize, fit

SIZES = (
    ColumnSize("NAME", 4, 8, 0),
    ColumnSize("COMMENT", 8, 20, 2),
    ColumnSize("STATE", 5, 6, 1),
    ColumnSize("AGE", 3, 4, 3),
)
LINE = ("bundle-1", "a comment that is longer than most", "linked", "3d")


def titles(width: int, **more: bool) -> list[str]:
    return fit(SIZES, [LINE], width, **more)[0]


def test_what_matters_least_is_dropped_first() -> None:
    assert titles(80) == ["NAME", "COMMENT", "STATE", "AGE"]
    assert titles(28) == ["NAME", "COMMENT", "STATE"]
    assert titles(24) == ["NAME", "STATE"]
    assert titles(9) == ["NAME"]


def test_a_cell_that_is_cut_ends_in_an_ellipsis_and_a_name_is_cut_last() -> None:
    (_, wide), (_, narrow) = fit(SIZES, [LINE], 80), fit(SIZES, [LINE], 32)
    assert wide == list(LINE)
    assert narrow == ["bundle-1", "a commen…", "linked", "3d"]
    assert fit(SIZES, [LINE], 5) == [["NAME"], ["bund…"]]


def test_columns_that_were_asked_for_stay() -> None:
    assert titles(9, can_drop=False) == ["NAME", "COMMENT", "STATE", "AGE"]


def test_numbers_stand_at_the_right_at_any_width() -> None:
    sizes = (*SIZES[:3], ColumnSize("AGE", 3, 4, 3, align_right=True))
    lines = [LINE, ("b", "short", "none", "12mo"), ("c", "short", "none", "")]
    for width in (60, 80, 100):
        ends = [line[3] for line in fit(sizes, lines, width)]
        assert ends == [" AGE", "  3d", "12mo", "    "]
    plain = align([("NAME", "AGE"), ("bundle-1", "3d"), ("c", "12mo")], right=[1])
    assert plain.splitlines() == ["NAME       AGE", "bundle-1    3d", "c         12mo"]


@given(
    st.lists(st.tuples(*[st.text("aé漢🙂 ", max_size=30)] * 4), min_size=1, max_size=4),
    st.integers(8, 90),
)
def test_no_line_is_wider_than_the_terminal(lines: list[tuple[str, ...]], width: int) -> None:
    text = align(fit(SIZES, lines, width))
    assert max(map(cell_len, text.splitlines())) <= width
