"""The lines of a table: columns are aligned whatever they hold, with few segments."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyte
import pytest
from rich.cells import cell_len
from rich.style import Style

from capgo_tui.tui.widgets.record_table import Layout, Row
from capgo_tui.tui.widgets.record_table.drawing import MARGIN, POSITION, header_line, row_line
from tests.tui.driving import strips
from tests.tui.tables import Cells, names, table_of

if TYPE_CHECKING:
    from textual.strip import Strip

FIRST, SECOND = Cells("a", "A", 9, 9, 0), Cells("b", "B", 6, 6)
LAYOUT = Layout([(FIRST, 9), (SECOND, 6)])
WIDTH = 24
STYLES = {
    name: Style(color=f"color({number})")
    for number, name in enumerate(("plain", "muted", "accent", "good", "warn", "header"))
} | {"marked": Style(bgcolor="blue")}
BASE = STYLES["plain"]
EASY = [
    "plain",
    "漢字",
    "漢字漢字漢字漢字",
    "a漢字漢字漢字漢",
    "e\u0301le\u0300ve",
    "e\u0301" * 20,
    "한국어",
    "🙂🙂",
    "x🙂🙂🙂🙂🙂🙂",
    "",
]
"""Texts of the same width in all terminals."""
JOINED_CHARACTERS = [
    "👩\u200d👧",
    "👨\u200d👩\u200d👧" * 6,
    "🇫🇷🇩🇪",
    "👍🏽👍🏽",
    "☁\ufe0f sky",
    "नि",
    "กํ็กํ็",
]


def draw_row(text: str, *, cut_middle: bool = False, is_marked: bool = False) -> Strip:
    layout = Layout([(Cells("a", "A", 9, 9, 0, cut_middle), 9), (SECOND, 6)])
    row = Row("●", "plain", [text, "second"], ["plain", "plain"], is_marked)
    return row_line(row, layout, WIDTH, STYLES.__getitem__, base=BASE, cursor=None)


@pytest.mark.parametrize("cut_middle", [False, True])
@pytest.mark.parametrize("text", EASY + JOINED_CHARACTERS, ids=ascii)
def test_the_second_column_begins_on_its_cell(text: str, cut_middle: bool) -> None:
    line = draw_row(text, cut_middle=cut_middle)
    assert line.cell_length == WIDTH == sum(cell_len(segment.text) for segment in line)
    assert cell_len(line.text[: line.text.index("second")]) == MARGIN + 10
    if cell_len(text) <= 9:
        assert line.text[MARGIN:].startswith(text)
    else:
        assert "…" in line.text


@pytest.mark.parametrize("cut_middle", [False, True])
@pytest.mark.parametrize("text", EASY, ids=ascii)
def test_a_terminal_puts_it_there_too(text: str, cut_middle: bool) -> None:
    screen = pyte.Screen(WIDTH + 10, 2)
    pyte.Stream(screen).feed(draw_row(text, cut_middle=cut_middle).text + "|")
    cells = [screen.buffer[0][x].data for x in range(WIDTH + 1)]
    assert "".join(cells[MARGIN + 10 : MARGIN + 16]) == "second"
    assert cells[WIDTH] == "|"


@pytest.mark.parametrize(
    ("tones", "texts", "is_marked", "count"),
    [
        (("plain", "plain"), ("one", "two"), False, 2),
        (("muted", "muted"), ("one", "two"), False, 2),
        (("muted", "muted"), ("", ""), False, 1),
        (("plain", "warn"), ("one", "two"), False, 3),
        (("plain", "warn"), ("one", ""), False, 2),
        (("plain", "plain"), ("one", "two"), True, 3),
        (("accent", "accent"), ("one", "two"), True, 3),
        (("good", "warn"), ("one", "two"), False, 2),
    ],
)
def test_one_segment_for_each_run_of_a_style(
    tones: tuple[str, str], texts: tuple[str, str], is_marked: bool, count: int
) -> None:
    row = Row("●", "good", texts, tones, is_marked)
    line = row_line(row, LAYOUT, WIDTH, STYLES.__getitem__, base=BASE, cursor=None)
    segments = list(line)
    assert len(segments) == count, segments
    assert all(one.style != other.style for one, other in itertools.pairwise(segments))
    under = row_line(row, LAYOUT, WIDTH, STYLES.__getitem__, base=BASE, cursor=STYLES["accent"])
    assert len(list(under)) == 1, "the cursor's row is of one style"
    assert under.text == line.text


@pytest.mark.parametrize(
    ("sort", "skip_count", "more_right", "text"),
    [
        (None, 0, False, "   A         B          "),
        (("b", True), 0, False, "   A         B↓         "),
        (("a", False), 0, True, "   A↑        B         ›"),
        (None, 1, True, "‹  A         B         ›"),
        (None, 1, False, "‹  A         B          "),
    ],
)
def test_the_header_tells_the_order_and_what_is_to_either_side(
    sort: tuple[str, bool] | None, skip_count: int, more_right: bool, text: str
) -> None:
    layout = Layout(LAYOUT.columns, skip_count, more_right)
    line = header_line(layout, sort, WIDTH, STYLES.__getitem__)
    assert line.text == text
    assert len(list(line)) == 1


async def test_a_whole_screen_has_no_segment_too_many() -> None:
    async with table_of(names(6), size=(60, 11)) as table:
        counts = [len(list(strip)) for strip in strips(table.app)]
        # The header; the cursor's row; a glyph and all that is plain; what is blank.
        assert counts == [1, 1, *[2] * 5, *[1] * 4]


async def test_the_position_mark_is_not_dimmed_by_the_row_beside_it() -> None:
    looks = []
    for tone in ("plain", "muted"):
        async with table_of(names(100)) as table:
            table.rows.tone = tone
            await table.press("down", "down")
            await table.put(names(100))
            mark = next(strip for strip in strips(table.app) if strip.text.endswith(POSITION))
            *_, last = mark
            assert table.cursor_line != table.lines.index(mark.text)
            looks.append((last.text, last.style and (last.style.color, last.style.dim)))
    assert looks[0] == looks[1]
    assert looks[0][0] == POSITION


@pytest.mark.parametrize("gap", [1, 3])
def test_the_ground_of_a_changed_cell_ends_with_its_column(gap: int) -> None:
    styles = STYLES | {"changed": Style(color="green", reverse=True)}
    layout = Layout([(FIRST, 9), (SECOND, 6)], gap=gap)
    row = Row("●", "plain", ["first", "second"], ["changed", "plain"])
    line = row_line(row, layout, WIDTH, styles.__getitem__, base=BASE, cursor=None)
    grounds = [(part.text, part.style and part.style.reverse) for part in line]
    assert grounds[1] == ("first    ", True)
    assert not any(is_reversed for _, is_reversed in grounds[2:])
    assert grounds[2][0].startswith(" " * gap + "second")
