"""The table: it reads only the rows in view, and its cursor is a record and not a row."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from textual import events

from capgo_tui.text import clean
from capgo_tui.tui.widgets.record_table import TableState
from capgo_tui.tui.widgets.record_table.needs import SAMPLE
from tests.tui.driving import strips, turn_wheel
from tests.tui.tables import COLUMNS, Rows, names, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SCREEN = 10
"""Rows on the screen of `table_of`."""


@pytest.mark.parametrize("count", [0, 1, 50, 100_000])
async def test_no_key_asks_for_more_rows_than_the_screen_shows(count: int) -> None:
    async with table_of(names(count)) as table:
        for key in (
            *("j", "down", "G", "k", "g", "pagedown", "pageup", "ctrl+d", "ctrl+u", "end", "up"),
            *("home", "enter"),
        ):
            table.rows.read_indexes.clear()
            await table.press(key)
            reads = Counter(table.rows.read_indexes)
            assert max(reads.values(), default=0) <= 2, "measured and drawn"
            assert len(reads) <= SCREEN, key
            assert all(0 <= index < count for index in table.rows.read_indexes)
        table.rows.read_indexes.clear()
        await table.put(names(count, start=1))
        assert len(set(table.rows.read_indexes)) <= SCREEN
        assert table.app.opened_keys == names(count)[:1]
        assert table.table.cursor_key == (None if not count else table.rows.keys[0])


async def _calls(count: int) -> dict[str, dict[str, int]]:
    """Return the calls of the row source for each operation on `count` rows."""
    calls: dict[str, dict[str, int]] = {}
    async with table_of(names(count)) as table:
        rows, widget = table.rows, table.table

        async def note(what: str) -> None:
            await table.pilot.pause()
            calls[what] = dict(rows.calls)
            rows.calls.clear()

        rows.calls.clear()
        keys = ("j", "k", "pagedown", "pageup", "ctrl+d", "ctrl+u", "end", "home", "right", "enter")
        for key in keys:
            await table.press(key)
            await note(key)
        widget.action_move_to(count // 2)
        await note("middle")
        widget.rows_appended()
        await note("append")
        widget.rows_updated(rows.keys)
        await note("refresh")
        rows.keys[count // 2 - 40 : count // 2 + 40] = names(10, start=count)
        rows.index_keys()
        rows.calls.clear()
        widget.rows_replaced()
        await note("filter")
        widget.show_sort(("name", True))
        await note("sort arrow")
        widget.toggle_wide()
        await note("wide")
        widget.attach(rows, COLUMNS, TableState(row_key=rows.keys[count // 3]))
        await note("tab")
        await table.pilot.resize_terminal(60, 11)
        await note("resize")
        await turn_wheel(table.pilot, widget, (5, 5))
        await note("wheel")
    return calls


async def test_nothing_costs_more_with_a_hundred_thousand_rows_than_with_a_thousand() -> None:
    many = await _calls(100_000)
    assert many == await _calls(1_000)
    assert all(calls.get("row", 0) <= 2 * SCREEN + SAMPLE for calls in many.values()), many
    assert all(calls.get("get_key_at", 0) <= 2 * SCREEN + 1 for calls in many.values()), many
    assert all(calls.get("index_of", 0) <= 2 * SCREEN for calls in many.values()), many
    assert many["sort arrow"] == {}


async def test_a_mouse_that_only_passes_and_a_focus_that_comes_or_goes_cost_nothing() -> None:
    async with table_of(names(100)) as table:
        table.rows.calls.clear()
        for y in range(11):
            await table.pilot.hover(offset=(5, y))
        # The events alone: a real change of focus also draws the screen.
        for event, has in ((events.Blur(), False), (events.Focus(), True)):
            table.table.post_message(event)
            await table.pilot.pause()
            assert table.table.has_focus is has
        assert table.rows.calls == {}
        await table.press("j")
        assert table.rows.calls["row"] == 2


async def test_moving_within_the_screen_draws_two_rows_and_not_the_screen() -> None:
    async with table_of(names(100)) as table:
        for key in ("j", "j", "k"):
            table.rows.read_indexes.clear()
            await table.press(key)
            assert len(table.rows.read_indexes) == 2, key
        table.rows.read_indexes.clear()
        await table.press("k", "k", "k")
        assert len(table.rows.read_indexes) == 2, "the first row is as far as it goes"


async def test_keys_move_by_row_by_screen_by_half_and_to_both_ends() -> None:
    keys = names(100)
    async with table_of(keys) as table:
        moves = [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0),
            ("pagedown", 10), ("pageup", 0), ("ctrl+d", 5), ("ctrl+u", 0),
            ("G", 99), ("j", 99), ("g", 0), ("end", 99), ("home", 0),
        ]  # fmt: skip
        for key, index in moves:
            await table.press(key)
            assert table.table.cursor_key == table.key_drawn == keys[index], key
        row_keys = [keys[index] for _, index in moves]
        row_keys = [
            key
            for key, before in zip(row_keys, [keys[0], *row_keys], strict=False)
            if key != before
        ]
        assert table.app.moves[1:] == row_keys, "a key that moves nothing is no move"


async def test_at_the_edge_the_rows_jump_by_half_a_screen() -> None:
    async with table_of(names(100)) as table:
        await table.press(*["j"] * 9)
        assert (table.top, table.cursor_line) == (0, 10)
        await table.press("j")
        assert table.top == 5
        assert table.key_drawn == "row-000010"
        await table.press(*["k"] * 5)
        assert (table.top, table.cursor_line) == (5, 1)
        await table.press("k")
        assert table.top == 0
        assert table.key_drawn == "row-000004"


async def test_the_cursor_stays_on_its_record_and_on_its_line_whatever_happens_to_the_rows() -> (
    None
):
    async with table_of(names(60)) as table:
        await table.press(*["j"] * 25)
        key, line = table.table.cursor_key, table.cursor_line
        assert key == "row-000025"
        other = [f"new-{number}" for number in range(7)]
        changes: list[tuple[str, Sequence[str]]] = [
            ("rows come before it", [*other, *names(60)]),
            ("they go again", names(60)),
            ("rows before it go", names(50, start=10)),
            ("rows come behind it", [*names(60), *other]),
        ]
        for what, keys in changes:
            await table.put(keys)
            assert table.table.cursor_key == table.key_drawn == key, what
            assert table.cursor_line == line, what
        await table.put(list(reversed(names(60))))
        assert table.table.cursor_key == table.key_drawn == key
        await table.put([key])
        assert (table.key_drawn, table.cursor_line) == (key, 1)


async def test_rows_that_come_above_move_nothing_on_the_screen() -> None:
    async with table_of(names(60)) as table:
        await table.press(*["j"] * 25)
        for _ in range(2):
            await turn_wheel(table.pilot, table.table, (5, 5))
        await table.pilot.pause()
        before = table.lines
        await table.put([*names(7, start=500), *names(60)])
        assert table.lines == before
        keys = [key for key in table.rows.keys if key != table.table.cursor_key]
        await table.put([*names(9, start=600), *keys])
        line = table.cursor_line
        assert line is not None
        assert table.lines[:line] == before[:line], "not even when the cursor's own record goes"
        assert [text[2:12] for text in table.lines[line:10]] == [
            text[2:12] for text in before[line + 1 :]
        ]


async def test_when_its_record_goes_the_cursor_stays_where_it_was() -> None:
    async with table_of(names(30)) as table:
        await table.press(*["j"] * 4)
        table.app.moves.clear()
        await table.put([key for key in names(30) if key != "row-000004"])
        assert (table.key_drawn, table.cursor_line) == ("row-000005", 5)
        await table.put(names(2))
        assert table.key_drawn == "row-000001", "the last one left"
        await table.put([])
        assert table.table.cursor_key is None
        assert table.cursor_line is None
        await table.press("j", "G", "enter", "pagedown")
        assert table.app.opened_keys == []
        await table.put(names(30))
        assert table.key_drawn == "row-000001", "it comes back to the record it was on"
        assert table.app.moves == ["row-000005", "row-000001", None, "row-000001"]


async def test_a_saved_state_brings_the_operator_back() -> None:
    state = TableState(row_key="row-000040", index=40, top=35)
    async with table_of(names(100), state=state) as table:
        assert (table.key_drawn, table.top) == ("row-000040", 35)
        other = Rows(names(5, start=500))
        other_state = TableState()
        table.table.attach(other, COLUMNS, other_state)
        await table.pilot.pause()
        assert table.key_drawn == "row-000500"
        table.table.attach(table.rows, COLUMNS, state)
        await table.pilot.pause()
        assert (table.key_drawn, table.top, table.cursor_line) == ("row-000040", 35, 6)


async def test_a_saved_state_finds_a_record_that_moved_while_nobody_looked() -> None:
    state = TableState(row_key="row-000040", index=3, top=0)
    async with table_of(names(100), state=state) as table:
        assert table.key_drawn == "row-000040"
        assert table.cursor_line == 4, "on the line of the screen it was on"


async def test_mouse_wheel_and_clicks() -> None:
    async with table_of(names(100)) as table:
        await table.pilot.click(offset=(5, 4))
        await table.pilot.pause()
        assert (table.key_drawn, table.app.opened_keys) == ("row-000003", [])
        await table.pilot.click(offset=(5, 4))
        await table.pilot.pause()
        assert table.app.opened_keys == ["row-000003"]
        await table.pilot.click(offset=(5, 0))
        await table.pilot.pause()
        assert table.key_drawn == "row-000003", "the header is no row"
        await table.pilot.click(offset=(21, 0))
        await table.pilot.click(offset=(1, 0))
        await table.pilot.pause()
        assert table.app.headers == ["name", "note"], "before the first column is none"
        await turn_wheel(table.pilot, table.table, (5, 5))
        await table.pilot.pause()
        assert (table.top, table.key_drawn) == (3, "row-000003"), "it need not move"
        await turn_wheel(table.pilot, table.table, (5, 5))
        await table.pilot.pause()
        assert (table.top, table.key_drawn, table.cursor_line) == (6, "row-000006", 1)
        await turn_wheel(table.pilot, table.table, (5, 5), down=False)
        await table.pilot.pause()
        assert (table.top, table.key_drawn) == (3, "row-000006")
        await table.put(names(2))
        await table.pilot.click(offset=(5, 8))
        await table.pilot.pause()
        assert table.key_drawn == "row-000001", "below the last row is nothing"


async def test_more_rows_are_asked_for_a_screen_before_the_end_and_wanted_at_the_very_last() -> (
    None
):
    async with table_of(names(60)) as table:
        await table.press("pagedown", "pagedown", "pagedown")
        assert table.app.near_ends == []
        await table.press("pagedown")
        assert table.app.near_ends == [False]
        await table.press("G")
        assert table.app.near_ends[-1] is True
        table.app.near_ends.clear()
        await table.press("j")
        assert table.app.near_ends == [True], "the wish is heard again at the last row"
        table.rows.keys += names(40, start=60)
        table.rows.index_keys()
        table.table.rows_appended()
        await table.pilot.pause()
        assert table.key_drawn == "row-000059"
        table.app.near_ends.clear()
        await table.press("k")
        assert table.app.near_ends == []


async def test_appended_rows_are_drawn_where_there_is_room_and_nothing_else_is() -> None:
    async with table_of(names(4)) as table:
        table.rows.read_indexes.clear()
        table.rows.keys += names(100, start=4)
        table.rows.index_keys()
        table.table.rows_appended()
        await table.pilot.pause()
        assert set(table.rows.read_indexes) == set(range(4, 10))
        assert table.lines[10].startswith(" ● row-000009")
        table.rows.read_indexes.clear()
        table.rows.keys += names(100, start=104)
        table.rows.index_keys()
        table.table.rows_appended()
        await table.pilot.pause()
        assert table.rows.read_indexes == []
        await table.press("G")
        assert table.key_drawn == "row-000203"


async def test_pages_smaller_than_the_screen_are_asked_for_until_it_is_full() -> None:
    async with table_of(names(4)) as table:
        for count in (8, 12):
            table.app.near_ends.clear()
            table.rows.keys[:] = names(count)
            table.rows.index_keys()
            table.table.rows_appended()
            await table.pilot.pause()
            assert table.app.near_ends == [False]
        table.app.near_ends.clear()
        table.rows.keys[:] = names(16)
        table.rows.index_keys()
        table.table.rows_appended()
        await table.pilot.pause()
        assert table.app.near_ends == [], "all of the screen was full before"


async def test_updated_rows_are_drawn_again_only_where_they_are_in_view() -> None:
    async with table_of(names(100)) as table:
        for row, read_indexes in ((2, set(range(SCREEN))), (4, {4})):
            table.rows.read_indexes.clear()
            table.rows.notes[f"row-{row:06}"] = "a longer note"
            table.table.rows_updated([f"row-{row:06}", "row-000050", "gone"])
            await table.pilot.pause()
            assert set(table.rows.read_indexes) == read_indexes, "all where a column has to grow"
            assert "a longer note" in table.lines[row + 1]


async def test_a_placeholder_stands_where_rows_would_and_gives_way_to_them() -> None:
    async with table_of([]) as table:
        table.table.say("No devices.", "One appears after it first asks for an update, see docs.")
        await table.pilot.pause()
        text = "\n".join(table.lines)
        assert "  No devices." in text
        assert all(word in text for word in ("appears", "docs."))
        assert "NAME" in table.lines[0]
        await table.put(names(1))
        assert "No devices." not in "\n".join(table.lines)
        await table.put([])
        assert "No devices." in "\n".join(table.lines)


HOSTILE = [
    "plain",
    "[/red][bold]x[/]",
    "[@click=app.quit]here[/]",
    "漢字漢字漢字漢字漢字漢字",
    "e\u0301" * 20,
    "🙂👍🏽👨\u200d👩\u200d👧🇫🇷",
    "\x1b]0;owned\x07",
    "\u202eevil",
    "한국어 device",
    "x" * 3000,
]


@pytest.mark.parametrize("width", [12, 25, 40, 81])
async def test_every_line_is_as_wide_as_the_screen_and_text_is_shown_as_it_is(width: int) -> None:
    keys = [clean(text) for text in HOSTILE]
    async with table_of(keys, size=(width, 12)) as table:
        table.rows.notes.update({key: f"note {index}" for index, key in enumerate(keys)})
        table.table.rows_updated(keys)
        await table.pilot.pause()
        for strip in strips(table.app):
            assert strip.cell_length == cell_len(strip.text) == width
        if width >= 40:
            starts = {
                cell_len(line[: line.index("note ")]) for line in table.lines if "note " in line
            }
            assert len(starts) == 1, "the second column begins on one and the same cell"
            assert "[/red][bold]x[/]" in table.lines[2]
            assert "[@click=app.quit]" in table.lines[3]
        assert not any("\x1b" in line or "\u202e" in line for line in table.lines)


async def test_a_wider_screen_brings_back_columns_that_were_slid_out() -> None:
    async with table_of(names(3), size=(30, 11)) as table:
        table.table.toggle_wide()
        await table.press("right")
        assert "NOTE" in table.lines[0]
        await table.pilot.resize_terminal(60, 11)
        await table.pilot.pause()
        assert table.lines[0].split() == ["NAME", "NOTE"]
        assert table.table.state.skip_count == 0


@pytest.mark.parametrize("seed", range(2))
async def test_the_row_drawn_under_the_cursor_is_always_the_cursors_record(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a walk that can be repeated
    async with table_of(names(40)) as table:
        spare = names(500, start=1000)
        for _ in range(40):
            keys = list(table.rows.keys)
            before = table.table.cursor_key
            match chance.randrange(7):
                case 0:
                    at = chance.randrange(len(keys) + 1)
                    keys[at:at] = [spare.pop() for _ in range(chance.randrange(1, 12))]
                case 1:
                    keys = [key for key in keys if chance.random() < 0.7]
                case 2:
                    chance.shuffle(keys)
                case 3:
                    keys = [key for key in keys if key == before or chance.random() < 0.2]
                case 4:
                    table.table.action_move(chance.choice([-7, -1, 1, 7]))
                case 5:
                    table.table.action_move_pages(chance.choice([-1, -0.5, 0.5, 1]))
                case _:
                    table.table.action_move_to(chance.choice([0, -1, 3]))
            if keys != table.rows.keys:
                await table.put(keys)
                if before in table.rows.keys:
                    assert table.table.cursor_key == before
            else:
                await table.pilot.pause()
            assert table.table.cursor_key == table.key_drawn
            state = table.table.state
            assert (table.table.cursor_key is None) == (not table.rows.keys)
            if table.rows.keys:
                assert table.rows.keys[state.index] == state.row_key
                assert state.top <= state.index < state.top + SCREEN
                assert 0 <= state.top <= max(0, len(table.rows.keys) - SCREEN)


async def test_a_smaller_and_a_larger_screen_keep_the_cursor_in_sight() -> None:
    async with table_of(names(50)) as table:
        await table.press("G")
        for size in ((40, 4), (20, 30), (60, 2), (40, 60)):
            await table.pilot.resize_terminal(*size)
            await table.pilot.pause()
            assert table.key_drawn == "row-000049", size
        assert table.top == 0


async def test_rows_behind_a_cover_keep_the_cursor_above_it() -> None:
    async with table_of(names(50)) as table:
        await table.press(*["j"] * 8)
        table.table.cover(6)
        await table.pilot.pause()
        line = table.cursor_line
        assert line is not None
        assert line <= SCREEN - 6
        await table.press("j", "j", "j")
        assert table.key_drawn == "row-000011"
        table.table.cover(0)
        await table.pilot.pause()
        assert table.key_drawn == "row-000011"
