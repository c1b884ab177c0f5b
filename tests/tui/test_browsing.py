"""Loading whole lists, wide columns, and the changed cells after a refresh."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.controllers import loading
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.widgets.record_table import fit_columns, slide_columns
from capgo_tui.tui.workers import READS
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from tests.support.server import FAULT, Gate, Server, answering
from tests.support.world import ALL, APP, NOW, device, device_id, state, store_of
from tests.tui.channels import workspace
from tests.tui.driving import open_app, strips

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.support.server import App, Receive, Scope, Send
    from tests.tui.driving import Driver


def make_large_server(count: int = 1_300) -> Server:
    """Return a server with more devices than eight pages hold."""
    devices = [device(number) for number in range(1, count + 1)]
    return Server(store_of(state(devices=devices)))


@asynccontextmanager
async def on_devices(server: Server) -> AsyncIterator[Driver]:
    """Run the app with the devices in view and their first page loaded."""
    async with open_app(server, wait_for="6 loaded") as driver:
        await driver.type("2")
        await driver.until("tester-01")
        yield driver


def cell_style(driver: Driver, text: str) -> str:
    """Return the style of a text on the screen."""
    for strip in strips(driver.app):
        for segment in strip:
            if text in segment.text:
                return str(segment.style)
    raise AssertionError(f"{text!r} is not on the screen:\n{driver.text}")


async def test_all_of_a_list_goes_on_where_it_is_and_says_how_far_it_is() -> None:
    server = make_large_server()
    gate = Gate()
    async with on_devices(server) as driver:
        assert "150 loaded · more ↓" in driver.status
        server.on("GET", "/device", gate.before)
        await driver.type("L")
        await driver.until("150 loaded · ~734 active in 30 days · 4 requests, 3 s … esc stops")
        gate.open.set()
        await driver.until("1 300 loaded · end of list")
        # 150 a page: the first one, seven full ones and one of 100.
        assert server.count("GET", "/device") == 9
        assert driver.cursor == device_id(1)


async def test_esc_stops_loading_and_the_same_key_goes_on() -> None:
    server = make_large_server()
    gate = Gate()
    async with on_devices(server) as driver:
        server.on("GET", "/device", gate.before)
        await driver.type("L")
        await driver.until("esc stops")
        await driver.type("escape")
        gate.open.set()
        await driver.until("300 loaded · more ↓")
        await driver.type("L")
        await driver.until("1 300 loaded · end of list")
        assert server.count("GET", "/device") == 9


async def test_a_failure_half_way_keeps_what_came_and_says_where_it_stopped() -> None:
    server = make_large_server()
    async with on_devices(server) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("L")
        await driver.until("the server failed (503)")
        assert "150 loaded" in driver.status
        server.off("GET", "/device")
        await driver.type("L")
        await driver.until("1 300 loaded · end of list")


async def test_a_filter_that_matches_nothing_loaded_can_load_the_rest() -> None:
    server = make_large_server(170)
    async with on_devices(server) as driver:
        await driver.type("slash", *"tester-160", "enter")
        await driver.until("L loads all of them")
        # The server is asked for the id as well; its answer would hide how many are loaded.
        await driver.until("cannot look up custom ids")
        await driver.type("L")
        await driver.until("1 of 170 loaded")
        assert driver.cursor == device_id(160)


async def test_all_columns_can_be_slid_through_behind_the_first() -> None:
    server = make_large_server(5)
    async with on_devices(server) as driver:
        assert "PLUGIN" not in driver.line(1)
        await driver.type("w")
        await driver.until("←")
        header = driver.line(1)
        assert device_id(1) in driver.line(2), "the first column at its full width"
        assert header.rstrip().endswith("›")
        assert not header.startswith("‹")
        for _ in range(len(DEVICE_COLUMNS)):
            await driver.press("right")
        header = driver.line(1)
        assert header.startswith("‹  DEVICE")
        assert "SEEN" in header
        assert "›" not in header
        assert device_id(1) in driver.line(2)
        await driver.press("left")
        assert "PLUGIN" in driver.line(1)
        await driver.type("w")
        await driver.wait_until_gone("‹")
        assert "SEEN" in driver.line(1)


def test_every_column_can_be_reached_by_sliding_at_any_width() -> None:
    for width in (40, 58, 78, 118, 198):
        seen_ids: set[str] = set()
        for skip_count in range(len(DEVICE_COLUMNS)):
            layout = slide_columns(DEVICE_COLUMNS, width, skip_count)
            ids = [column.id for column, _ in layout.columns]
            assert ids[0] == "device"
            assert sum(cells + 1 for _, cells in layout.columns) - 1 <= width
            seen_ids.update(ids)
            if not layout.more_right:
                break
        assert seen_ids == {column.id for column in DEVICE_COLUMNS}, width
        assert not fit_columns(DEVICE_COLUMNS, width).more_right


async def test_a_click_on_a_title_sorts_but_not_behind_something_modal() -> None:
    async with on_devices(make_large_server(5)) as driver:
        await driver.type("j")
        at = driver.line(1).index("CUSTOM ID")
        for arrow, first in (("CUSTOM ID↑", "tester-01"), ("CUSTOM ID↓", "tester-05")):
            await driver.pilot.click(offset=(at, 1))
            await driver.until(arrow)
            await driver.settle()
            assert first in driver.line(2)
            assert driver.cursor == device_id(2)
        await driver.type("o")
        await driver.until("channel ›")
        await driver.pilot.click(offset=(at, 1))
        await driver.settle()
        assert "CUSTOM ID↓" in driver.line(1)


async def test_what_a_refresh_finds_different_stands_out_until_the_next_one() -> None:
    server = make_large_server(5)
    async with on_devices(server) as driver:
        await driver.type("G")
        server.change("UPDATE devices SET custom_id = 'renamed' WHERE device_id = ?", device_id(2))
        await driver.type("r")
        await driver.until("renamed")
        await driver.until("end of list")
        assert "reverse" in cell_style(driver, "renamed")
        assert "reverse" not in cell_style(driver, "tester-03")
        await driver.type("r")
        await driver.until(lambda: "reverse" not in cell_style(driver, "renamed"), "no highlight")


async def test_the_wait_that_the_server_asks_for_is_counted_down() -> None:
    server = make_large_server(5)
    async with open_app(server, wait_for="6 loaded") as driver:
        reply = {
            "error": "too_many_requests",
            "message": "Too many requests",
            "moreInfo": {"retryAfterSeconds": 43},
        }
        server.on("GET", "/channel", answering(429, json.dumps(reply).encode()))
        await driver.type("r")
        await driver.until("wait 43 s")
        assert driver.main.workspace is not None
        timestamp = driver.main.workspace.now().timestamp() + 30
        driver.main.workspace.now = lambda: type(NOW).fromtimestamp(timestamp, NOW.tzinfo)
        driver.main.tick()
        await driver.until("wait 13 s")
        assert "STALE 30s" in driver.status


async def test_the_list_is_read_again_by_itself_but_never_behind_a_question() -> None:
    server = make_large_server(5)
    launch = Launch(ApiKey(ALL), APP, asgi_app=lambda: server, refresh_seconds=5.0)
    async with open_app(server, launch=launch, wait_for="6 loaded") as driver:
        main = driver.main
        workspace = main.workspace
        assert workspace is not None
        offset = 0.0

        def pass_time(seconds: float) -> None:
            nonlocal offset
            offset += seconds
            workspace.now = lambda: NOW + timedelta(seconds=offset)
            main.tick()

        await driver.type("2")
        await driver.until("tester-01")
        before = server.count("GET", "/device")
        pass_time(1)
        pass_time(6)
        await driver.until(lambda: server.count("GET", "/device") == before + 1, "read again")
        # Time passes only where nothing may happen: the screen's own timer ticks at any moment.
        await driver.settle()
        driver.app.post_message(events.AppBlur())
        await driver.until(lambda: not driver.app.is_watched, "the focus gone")
        pass_time(6)
        await driver.settle()
        assert server.count("GET", "/device") == before + 1, "nobody looks"
        driver.app.post_message(events.AppFocus())
        await driver.until(lambda: driver.app.is_watched, "the focus back")
        pass_time(0)
        await driver.until(lambda: server.count("GET", "/device") == before + 2, "read again")
        await driver.settle()
        await driver.type("o")
        await driver.until("channel ›")
        pass_time(6)
        await driver.settle()
        assert server.count("GET", "/device") == before + 2, "the form is open"
        await driver.type("escape")
        await driver.settle()
        pass_time(0)
        await driver.until(lambda: server.count("GET", "/device") == before + 3, "read again")
        server.on("GET", "/device", FAULT)
        pass_time(60)
        await driver.until("STALE 1m", "its age")


async def test_a_click_on_the_detail_beside_the_list_leaves_the_list_the_keyboard() -> None:
    async with open_app(make_large_server(5), size=(140, 24), wait_for="6 loaded") as driver:
        await driver.type("2")
        await driver.until("tester-01")
        assert driver.main.detail.display
        await driver.pilot.click(driver.main.detail)
        await driver.settle()
        assert driver.main.focused is driver.main.table
        await driver.type("j")
        assert driver.cursor == device_id(2)


async def test_a_first_page_that_was_called_off_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, gate = make_large_server(5), Gate()
    server.on("GET", "/device", gate.before)
    monkeypatch.setattr(loading, "HEAD_START", 3_600)  # or the others may be asked for only then
    async with open_app(server, wait_for="6 loaded") as driver:
        await driver.type("2")
        await gate.arrival.wait()
        devices = workspace(driver).devices
        assert not devices.has_answer
        reads = driver.app.workers.cancel_group(driver.main, READS)
        await driver.until(lambda: all(read.is_finished for read in reads), "that called off")
        gate.open.set()
        driver.main.tick()
        await driver.until("tester-01")


async def test_an_hour_of_polling_on_the_screen_is_never_refused() -> None:
    server = Server(store_of(state()), limits="hosted")
    launch = Launch(ApiKey(ALL), APP, asgi_app=lambda: server, refresh_seconds=30.0)
    async with open_app(server, launch=launch, wait_for="6 loaded") as driver:
        main = driver.main
        assert main.workspace is not None
        channels, polling = main.workspace.channels, main.controllers.loading.polling
        assert polling is not None

        def is_read_again(before: int) -> bool:
            return server.count("GET", "/channel") > before and channels.loading is Loading.NOTHING

        main.tick()
        for _ in range(3_600):
            server.pass_time(1)
            before = server.count("GET", "/channel")
            main.tick()
            if polling.last_poll == server.time:
                await driver.until(partial(is_read_again, before))
            assert channels.error is None
        assert 110 < server.count("GET", "/channel") <= 121
        assert "as of 15:0" in driver.status


async def test_a_refresh_by_keys_keeps_cursor_and_marks_on_their_records() -> None:
    server = make_large_server(700)
    async with on_devices(server) as driver:
        await driver.type("L")
        await driver.until("700 loaded · end of list")
        await driver.type("G", *"kkkkk", "space", "space", "space")
        await driver.until("3 marked")
        assert driver.cursor == device_id(698)
        gate = Gate()
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(696))
        server.change("DELETE FROM devices WHERE device_id <= ?", device_id(20))
        server.change("UPDATE devices SET custom_id = 'new' WHERE device_id = ?", device_id(697))
        server.change("UPDATE devices SET custom_id = 'old' WHERE device_id = ?", device_id(30))
        before = server.count("GET", "/device")
        await driver.type("r")
        await driver.until("679 loaded · end of list")
        assert server.count("GET", "/device") == before + 6, "the page on screen, then all five"
        assert driver.cursor == device_id(698)
        assert "2 marked" in driver.status
        assert set(driver.main.rows.marks) == {device_id(695), device_id(697)}
        assert "reverse" in cell_style(driver, "new")
        server.on("GET", "/device", gate.before)
        await driver.type("r")
        await driver.until("refreshing…")
        assert driver.cursor == device_id(698)
        gate.open.set()
        await driver.until("679 loaded · end of list")
        assert "reverse" not in cell_style(driver, "new")


async def test_esc_ends_a_long_refresh_and_only_then_clears_the_filter() -> None:
    server = make_large_server(1_300)
    async with on_devices(server) as driver:
        await driver.type("L")
        await driver.until("1 300 loaded · end of list")
        await driver.type("slash", *"tester", "enter")
        gate = Gate()
        count = server.count("GET", "/device")

        async def second(app: App, scope: Scope, receive: Receive, send: Send) -> None:
            if server.count("GET", "/device") > count + 1:
                await gate.before(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        server.on("GET", "/device", second)
        await driver.type("r")
        await driver.until("1 300 loaded · 150 read again · esc stops · as of 14:02:11")
        await driver.type("escape")
        gate.open.set()
        await driver.until("1 300 of 1 300 loaded · end of list")
        assert server.count("GET", "/device") == count + 2
        await driver.type("escape")
        await driver.until(lambda: "tester ·" not in driver.status, "the filter gone")


async def test_a_list_is_sorted_by_a_column_and_turned_round_and_set_back() -> None:
    names = ["qa-12", "qa-7", "", "anna"]
    rows = [device(at, custom_id=name) for at, name in enumerate(names, start=1)]
    server = Server(store_of(state(devices=rows)))
    async with open_app(server, wait_for="6 loaded") as driver:
        await driver.type("2")
        await driver.until("4 loaded")

        def read_ids() -> list[str]:
            return [driver.line(y)[3:11] for y in range(2, 6)]

        assert read_ids() == ["00000001", "00000002", "00000003", "00000004"]
        await driver.type("s", "right", "right", "enter")
        await driver.until("CUSTOM ID↑")
        # Numbers by their size, what has no value last.
        assert read_ids() == ["00000004", "00000002", "00000001", "00000003"]
        assert driver.cursor == device_id(4), "it was not moved: the first row, whichever that is"
        await driver.type("s", "enter")
        await driver.until("CUSTOM ID↓")
        assert read_ids() == ["00000001", "00000002", "00000004", "00000003"]
        await driver.type("1", "2")
        await driver.until("CUSTOM ID↓")
        await driver.type("s", "left", "left", "enter")
        await driver.wait_until_gone("CUSTOM ID↓")
        assert read_ids() == ["00000001", "00000002", "00000003", "00000004"]


async def test_the_first_thing_wanted_of_times_is_the_newest() -> None:
    async with on_devices(make_large_server(3)) as driver:
        await driver.type("s", "left", "enter")
        await driver.until("SEEN↓")
        await driver.type("s", "enter")
        await driver.until("SEEN↑")
        await driver.type("s", "enter")
        await driver.until(lambda: "SEEN " in driver.line(1), "as it was sent")


async def test_a_sorted_list_takes_new_pages_in_their_places() -> None:
    server = make_large_server(170)
    async with on_devices(server) as driver:
        await driver.type("s", "right", "right", "enter", "s", "enter")
        await driver.until("CUSTOM ID↓")
        await driver.type("L")
        await driver.until("170 loaded")
        await driver.type("g")
        await driver.until(lambda: driver.cursor == device_id(170), "the highest first")


async def test_marks_are_counted_survive_the_filter_and_go_with_their_records() -> None:
    server = make_large_server(8)
    async with on_devices(server) as driver:
        await driver.type("space", "space", "j", "v")
        await driver.until("4 marked")
        assert [driver.line(y)[0] for y in range(2, 8)] == ["▌", "▌", "▌", "▌", " ", " "]
        await driver.type("slash", *"tester-04", "enter")
        await driver.until("4 marked (3 hidden by filter)")
        await driver.type("escape")
        await driver.until(lambda: "hidden" not in driver.text, "all in view")
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(1))
        await driver.type("r")
        await driver.until("3 marked")
        await driver.type("u")
        await driver.wait_until_gone("marked")
        await driver.type("*")
        await driver.until("7 marked")


async def test_a_filter_that_cannot_be_is_told_while_it_is_typed() -> None:
    server = make_large_server(5)
    async with on_devices(server) as driver:
        await driver.type("slash", *"/tester-0[1")
        await driver.until("pattern")
        assert driver.app.bug is None
        await driver.type(*"2]/")
        await driver.until("2 of 5 loaded")
        await driver.type("escape", "slash", *"!ios", "enter")
        await driver.until("2 of 5 loaded")
        await driver.type("slash", *["backspace"] * 4, *"platform:ios", "enter")
        await driver.until("3 of 5 loaded")
