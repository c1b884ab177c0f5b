"""Moving about: records inside the detail, the position, sorting, outages and pastes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.overlays.ids_form import IdsForm
from capgo_tui.tui.widgets.record_table.drawing import POSITION
from capgo_tui.workspace.reconnection import FIRST_SECONDS
from tests.support.server import FAULT, Server
from tests.support.world import device, device_id, state, store_of
from tests.tui.driving import assert_sound, on_devices, post_paste

if TYPE_CHECKING:
    from datetime import datetime


def make_long_server() -> Server:
    """60 devices: more than fit on a screen."""
    return Server(store_of(state(devices=[device(number) for number in range(1, 61)])))


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_brackets_go_through_the_records_inside_the_detail(
    server: Server, size: tuple[int, int]
) -> None:
    async with on_devices(server, size=size) as driver:
        await driver.type("enter")
        await driver.until("] next")
        await driver.type("right_square_bracket", "right_square_bracket")
        await driver.until("tester-03")
        assert driver.cursor == device_id(3)
        assert driver.main.focused is driver.main.detail
        await driver.type("left_square_bracket")
        await driver.until(lambda: device_id(2) in driver.text, "the one before")
        await driver.type("escape")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")
        assert driver.cursor == device_id(2)


async def test_the_status_line_says_where_the_cursor_is(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.until(" 1/12")
        await driver.type("j", "j")
        await driver.until(lambda: driver.line(-2).endswith("  3/12 "), "the third")
        await driver.type("G")
        await driver.until("12/12")
        await driver.type("slash", *"ios", "enter")
        await driver.until(lambda: driver.line(-2).endswith("/6 "), "of six")
        await driver.type("slash", "home", "ctrl+k", *"no such device")
        await driver.until("0 of 12 loaded")
        assert "/0" not in driver.line(-2)


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60])
async def test_the_position_takes_no_room_from_the_state(server: Server, width: int) -> None:
    async with on_devices(server, size=(width, 24), wait_for="loaded") as driver:
        await driver.type("j")
        await driver.settle()
        assert_sound(driver.app, (width, 24))
        with_position = driver.line(-2).rstrip().removesuffix("2/12").rstrip()
        driver.main.status.show_position(0, 0)
        await driver.settle()
        assert driver.line(-2).rstrip() == with_position


async def test_a_mark_at_the_right_edge_follows_the_window() -> None:
    async with on_devices(make_long_server(), rows=60) as driver:

        def marked_lines() -> list[int]:
            lines = driver.text.split("\n")
            return [at for at, line in enumerate(lines) if line.endswith(POSITION)]

        assert marked_lines() == [2]
        await driver.type("j", "j")
        assert marked_lines() == [2]
        await driver.type("pagedown")
        await driver.until(lambda: 2 < marked_lines()[0] < 21, "between")
        await driver.type("G")
        await driver.until(lambda: marked_lines() == [21], "the last row")
        await driver.type("slash", *"tester-07", "enter")
        await driver.until(lambda: marked_lines() == [], "no more than fits")


async def test_after_sorting_a_cursor_that_was_not_moved_is_on_the_new_first_row(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        main = driver.main
        assert driver.cursor == device_id(1)
        main.controllers.arrange.sort_by("device")
        main.controllers.arrange.sort_by("device")
        await driver.until(lambda: main.rows.get_key_at(0) == device_id(12), "the other way round")
        await driver.until(lambda: driver.cursor == device_id(12), "the new first row")
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(11))
        await driver.type("j", "k", "r")
        await driver.until("11 loaded")
        assert driver.cursor == device_id(12)
        await driver.type("j")
        second = driver.cursor
        main.controllers.arrange.sort_by("device")
        await driver.until(lambda: main.rows.get_key_at(0) == device_id(1), "once more")
        await driver.settle()
        assert driver.cursor == second


class Clock:
    """A clock that the test puts forward."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return self._server.time + self.ahead


async def test_it_reads_again_by_itself_after_an_outage(server: Server) -> None:
    clock = Clock(server)
    async with on_devices(server, now=clock) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("r")
        await driver.until(f"read again in {FIRST_SECONDS} s")
        assert "the server failed (503)" in driver.line(-2)
        assert "STALE" in driver.line(-2).split(" · ")[-1], "the age is what stays"
        count = len(server.requests)
        driver.main.tick()
        await driver.settle()
        assert len(server.requests) == count
        clock.ahead = timedelta(seconds=FIRST_SECONDS)
        driver.main.tick()
        await driver.until(lambda: len(server.requests) > count, "another try")
        await driver.until(f"read again in {2 * FIRST_SECONDS} s")
        server.off("GET", "/device")
        clock.ahead = timedelta(seconds=3 * FIRST_SECONDS)
        driver.main.tick()
        await driver.until("12 loaded · end of list")
        assert "STALE" not in driver.text
        count = len(server.requests)
        clock.ahead = timedelta(hours=1)
        driver.main.tick()
        await driver.settle()
        assert len(server.requests) == count


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_a_pasted_name_is_gone_to_on_its_tab(server: Server, tab: str) -> None:
    async with on_devices(server) as driver:
        await driver.type(tab)
        post_paste(driver.app, " beta-two\n")
        await driver.until(lambda: driver.main.tab == "channels", "the channels")
        await driver.until(lambda: "beta-two" in (action_context(driver.main).channel), "it")
        await driver.type(tab)
        post_paste(driver.app, "1.0.3")
        await driver.until(lambda: driver.main.tab == "bundles", "the bundles")
        await driver.type(tab)
        post_paste(driver.app, device_id(7))
        await driver.until(lambda: driver.app.screen.query(IdsForm), "the form for ids")
        assert driver.main.tab == "devices"
        await driver.until("1 device · 1 loaded")
        assert server.writes == 0


async def test_a_paste_that_names_nothing_says_so_unless_it_may_be_custom_ids(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("1")
        post_paste(driver.app, "hello\x1b[2J world")
        await driver.until("No channel, bundle or device here is called «hello")
        assert_sound(driver.app, (80, 24))
        await driver.type("2")
        post_paste(driver.app, "tester-03 tester-04")
        await driver.until(lambda: driver.app.screen.query(IdsForm), "the form for ids")
