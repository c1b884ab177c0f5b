"""``?``: what can be done here, found by words, and run by Enter; hints that are clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from capgo_tui.help import TOPICS, read_page
from capgo_tui.tui.screens.help_page import page_lines
from capgo_tui.tui.widgets.column_list import ColumnList
from tests.tui.driving import assert_sound, on_devices
from tests.tui.test_mouse import mouse

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_words_find_a_key_and_enter_runs_it(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("question_mark", "slash", *"force marked", "enter")
        await driver.until(lambda: "Forms" not in driver.text, "only what matches")
        assert "Keys on devices" in driver.text
        assert_sound(driver.app, (80, 24))
        await driver.type("enter")
        await driver.until(lambda: driver.overlays.link_form.visible, "the channels")
        assert server.writes == 0


async def test_a_page_is_found_by_its_words_shown_and_left(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("question_mark", "slash", *"interrupted with", "enter")
        await driver.until(lambda: "Keys on devices" not in driver.text, "only what matches")
        await driver.type("enter")
        await driver.until("Help · exit-codes · What the exit codes mean.")
        assert_sound(driver.app, (80, 24))
        await driver.type("escape")
        await driver.until("esc close")
        await driver.type("escape", "G", "enter")
        await driver.until("Help · safety")
        await driver.type("question_mark", "question_mark")
        await driver.until("as of")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_in_the_app_has_all_words_of_its_file(topic: str) -> None:
    lines = page_lines(read_page(topic))
    shown = " ".join(f"{line.label} {line.text}" for line in lines)
    written = read_page(topic).partition("\n")[2]
    assert shown.replace(":", "").split() == written.replace(":", "").split()
    labels = {line.label for line in lines if line.label}
    assert len(labels) >= 5
    assert max(map(len, labels)) <= 15


async def test_esc_shows_all_lines_again_and_then_closes(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("question_mark", "slash", *"no such words", "enter")
        await driver.until("No line has these words.")
        await driver.type("enter", "escape")
        await driver.until("Keys on devices")
        await driver.type("escape")
        await driver.until("as of")
        assert driver.main.focused is driver.main.table


async def test_enter_on_what_cannot_be_done_says_why(server: Server) -> None:
    async with on_devices(server, read_only=True) as driver:
        await driver.type("question_mark", "slash", *"force this", "enter")
        await driver.until("read-only: --read-only")
        assert "Not now" in driver.text
        await driver.type("enter")
        await driver.until("✗ Read-only")


async def test_it_explains_the_filters_of_this_list(server: Server) -> None:
    async with on_devices(server, size=(80, 100)) as driver:
        await driver.type("question_mark")
        await driver.until("Filters")
        for word in ("column:word", "seen:<7d", "override", "custom-id"):
            assert word in driver.text


@pytest.mark.parametrize(("width", "columns"), [(40, 1), (80, 1), (140, 2), (200, 3)])
async def test_it_uses_the_columns_that_there_is_room_for(
    server: Server, width: int, columns: int
) -> None:
    async with on_devices(server, size=(width, 24)) as driver:
        await driver.type("question_mark")
        await driver.until("Keys on devices")
        page = driver.app.screen.query_one(ColumnList)
        assert page.column_count == columns
        seen = driver.text
        for key in ("j", "pagedown") * 20:
            await driver.type(key)
            assert_sound(driver.app, (width, 24))
            seen += driver.text
        for word in ("override", "Glyphs", "only key"):
            assert word in seen


async def test_a_hint_that_is_clicked_does_what_its_key_does(server: Server) -> None:
    async with on_devices(server) as driver:
        row = driver.line(-1)
        await mouse(driver, events.Click, (row.index("filter"), 23))
        await driver.until(lambda: driver.overlays.filter_bar.visible, "the filter row")
        await mouse(driver, events.Click, (row.index("refresh"), 23))
        assert driver.overlays.filter_bar.visible
        await driver.type("escape")
        await mouse(driver, events.Click, (row.index("…"), 23))
        await driver.settle()
        assert not driver.overlays.open
        await mouse(driver, events.Click, (row.index("help"), 23))
        await driver.until("Keys on devices")
