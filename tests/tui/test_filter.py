"""The filter, the tabs, and the cursor after a refresh."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace import view
from tests.support.server import FAULT, Gate, Server
from tests.support.world import device, device_id, state, store_of
from tests.tui.driving import assert_sound, on_devices, open_app, post_keys, post_paste

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Request
    from tests.tui.driving import Driver

UNLOADED_ID = device_id(200)
HOSTILE_PASTE = "\x1b]0;x\x07\u202e"


def device_requests(server: Server) -> list[Request]:
    """Return the requests for one device."""
    return [one for one in server.requests if "device_id" in one.query]


def make_large_server() -> Server:
    """210 devices, of which a page holds 150."""
    return Server(store_of(state(devices=[device(number) for number in range(1, 211)])))


@contextmanager
def slow_filters() -> Iterator[None]:
    """Make filters slow, as among 100 000 records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "SMALL", -1)
        patch.setattr(view, "STEP", 0.0)
        yield


async def type_ahead(driver: Driver, *keys: str) -> None:
    """Type without waiting for what the keys begin, only until the last one is handled."""
    post_keys(driver.app, keys)
    await driver.pilot.pause(0)
    await driver.wait_for_keys()


async def test_every_letter_narrows_the_list_and_esc_shows_everything_again(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", "i", "o", "s")
        await driver.until("/ios · 6 of 12 loaded")
        assert driver.line(-1).startswith(" /ios")
        await driver.type("space", "1", "1")
        await driver.until("/ios 11 · 1 of 12 loaded")
        await driver.type("backspace", "backspace", "backspace")
        await driver.until("/ios · 6 of 12 loaded")
        row_key = driver.cursor
        await driver.type("escape")
        await driver.until("12 loaded · end of list")
        assert driver.cursor == row_key
        assert driver.main.focused is driver.main.table
        await driver.type("slash", *"IOS Tester-03", "enter")
        await driver.until("1 of 12 loaded")
        await driver.until(lambda: "o override" in driver.line(-1), "the hints; the filter stands")
        await driver.type("escape")
        await driver.until("12 loaded · end of list")
        assert driver.app.is_running


async def test_each_tab_keeps_its_filter_its_cursor_and_its_place(server: Server) -> None:
    async with on_devices(server, size=(80, 12)) as driver:
        await driver.type("slash", *"ios", "enter", "j", "j")
        await driver.until(lambda: driver.cursor == device_id(5))
        await driver.type("3", "G")
        await driver.until("5 loaded")
        bundle = driver.cursor
        await driver.type("tab", "tab", *["j"] * 3, "shift+tab", "shift+tab", "shift+tab")
        await driver.until("/ios · 6 of 12 loaded")
        assert driver.cursor == device_id(5)
        await driver.type("3")
        await driver.until("5 loaded · end of list")
        assert driver.cursor == bundle
        await driver.type("1")
        await driver.until("6 loaded")
        assert driver.cursor == "4"
        await driver.type("2", "escape", "G")
        await driver.until(lambda: driver.cursor == device_id(12))
        place = driver.line(2)
        await driver.type("1", "2")
        await driver.until(lambda: driver.cursor == device_id(12))
        assert driver.line(2) == place


async def test_a_refresh_keeps_the_cursor_on_its_record_and_a_vanished_one_on_its_place(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type(*["j"] * 4)
        await driver.until(lambda: driver.cursor == device_id(5))
        server.change("DELETE FROM devices WHERE device_id < ?", device_id(3))
        await driver.type("r")
        await driver.until("10 loaded")
        assert driver.cursor == device_id(5)
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(5))
        await driver.type("r")
        await driver.until("9 loaded")
        assert driver.cursor == device_id(6)
        server.change("DELETE FROM devices")
        await driver.type("r")
        await driver.until("com.acme.shop has no devices.")
        assert driver.cursor is None
        await driver.type("o", "enter", "J", "j", "G")
        await driver.settle()
        assert driver.app.bug is None


async def test_a_device_that_is_not_loaded_is_looked_up_once_and_shown() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash")
        post_paste(driver.app, UNLOADED_ID.upper())
        await driver.until("0 of 150 loaded devices match")
        assert "L loads all of them" in driver.text
        assert device_requests(server) == [], "typing asks nobody"
        await driver.type("enter")
        await driver.until(" · 1 of 1")
        assert driver.cursor == UNLOADED_ID
        await driver.type("slash", "enter")
        await driver.settle()
        assert len(device_requests(server)) == 1
        await driver.type("o")
        await driver.until("Override tester-200 · now none")
    server.store.close()


async def test_an_unknown_device_is_said_to_be_unknown_and_words_are_not_looked_up() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *"no-such-device", "enter")
        cannot = "✗ No device has the id no-such-device · this server cannot look up custom ids"
        await driver.until(cannot)
        assert len(device_requests(server)) == 1
        await driver.type("slash", *" at all", "enter")
        await driver.until("0 of 150 loaded devices match «no-such-device at all»")
        await driver.settle()
        assert len(device_requests(server)) == 1, "two words are no id"
        await driver.type("escape", "slash", *"x1y", "enter")
        await driver.settle()
        assert len(device_requests(server)) == 1, "three letters are no id"
    server.store.close()


async def test_a_look_up_that_fails_says_why_and_can_be_asked_again() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("slash", *"device-nobody-loaded", "enter")
        await driver.until("Out to lunch")
        assert driver.status.strip().startswith("✗")
        assert "150 loaded" in driver.text
        server.off("GET", "/device")
        await driver.type("slash", "enter")
        await driver.until("✗ No device has the id device-n…-loaded · ")
    server.store.close()


async def test_opened_on_a_device_it_shows_that_device_and_asks_for_it_once() -> None:
    server = make_large_server()
    async with open_app(server, device=UNLOADED_ID.upper(), wait_for="1 of 51") as driver:
        await driver.until(" · 1 of 51")
        await driver.until(lambda: driver.cursor == UNLOADED_ID)
        await driver.until("Channels 6")
        assert len(device_requests(server)) == 1
        await driver.type("o", *"beta", "enter")
        await driver.until("Override tester-200: none → beta?")
        await driver.type("n")
        await driver.wait_until_gone("y yes")
        await driver.type("escape")
        await driver.wait_until_gone("/00000200")
        assert driver.cursor == UNLOADED_ID
    server.store.close()


async def test_a_look_up_reads_no_page_besides() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *UNLOADED_ID, "enter")
        await driver.until(lambda: driver.cursor == UNLOADED_ID)
        await driver.settle()
        assert "1 of 151 loaded" in driver.status
        assert server.count("GET", "/device") == 2
    server.store.close()


async def test_a_channel_typed_before_the_channels_came_is_picked_once_they_have(
    server: Server,
) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, device=device_id(3), wait_for="1 of 12 loaded") as driver:
        await driver.type("o", *"beta", "enter")
        await driver.until("loading the rest of the channels, then choosing…")
        driver.overlays.link_form.update_choices()
        await driver.settle()
        assert "loading the rest of the channels, then choosing…" in driver.text
        gate.open.set()
        await driver.until("Override tester-03: none → beta?")
        assert server.writes == 0


async def test_opened_on_a_device_nobody_knows_it_says_so(server: Server) -> None:
    async with open_app(
        server, device="nobody-knows-me", wait_for="No device has the id"
    ) as driver:
        assert "nobody-knows-me" in driver.status
        await driver.until("0 of 12 loaded devices match")
        assert len(device_requests(server)) == 1
        await driver.type("escape")
        await driver.until("12 loaded · end of list")


async def test_under_a_filter_only_the_wish_for_more_loads_the_next_page() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *"tester-1", "enter")
        await driver.until("/tester-1 · 61 of 150 loaded")
        await driver.settle()
        assert server.count("GET", "/device") == 1, "a filter that matches little reads no list"
        await driver.type("G", "j")
        await driver.until("110 of 210 loaded · end of list")
        assert server.count("GET", "/device") == 2
    server.store.close()


async def test_without_a_filter_the_next_page_comes_by_itself_and_once() -> None:
    server, gate = make_large_server(), Gate()
    async with on_devices(server, rows=150) as driver:
        server.on("GET", "/device", gate.before)
        await driver.type("G", "j", "j", "k", "G")
        await driver.until("150 loaded · loading more…")
        gate.open.set()
        await driver.until("210 loaded · end of list")
        assert driver.cursor == device_id(150)
        await driver.type("G", "G")
        await driver.settle()
        assert driver.cursor == device_id(210)
        assert server.count("GET", "/device") == 2
    server.store.close()


@pytest.mark.parametrize(
    "text",
    ["[/red]", "[@click=app.quit]x[/]", "(?P<x", "..*+\\", "漢字🙂", "§" * 900, HOSTILE_PASTE],
)
async def test_any_text_is_a_filter_and_none_is_a_command(server: Server, text: str) -> None:
    async with on_devices(server) as driver:
        post_keys(driver.app, ["slash"])
        post_paste(driver.app, text)
        await driver.until("0 of 12 loaded devices match")
        assert_sound(driver.app, (80, 24))
        await driver.type("enter")
        await driver.settle()
        assert_sound(driver.app, (80, 24))
        await driver.type("escape")
        await driver.until("12 loaded · end of list")


async def test_what_was_copied_here_comes_back_as_one_line(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("space", "space", "y", "i")
        await driver.until("if it takes it")
        assert "\n" in driver.app.clipboard, "an id a line"
        await driver.type("slash", "ctrl+v")
        await driver.settle()
        assert driver.overlays.filter_bar.text == driver.app.clipboard.replace("\n", " ")
        assert_sound(driver.app, (80, 24))


async def test_while_a_filter_is_at_work_nothing_is_claimed_of_it(server: Server) -> None:
    async with on_devices(server) as driver:
        with slow_filters():
            await type_ahead(driver, "slash", *"ios", "enter")
            await driver.until("/ios · filtering…")
            assert " of 12 loaded" not in driver.text
        await driver.until("/ios · 6 of 12 loaded")
        with slow_filters():
            await type_ahead(driver, "slash", *"x-x-x", "enter")
            await driver.until("filtering…")
        await driver.until("0 of 12 loaded devices match")
        with slow_filters():
            await type_ahead(driver, "slash", *["backspace"] * 8, *"android", "enter")
            await driver.until("Filtering 12 devices…")
        await driver.until("/android · 6 of 12 loaded")


async def test_what_is_typed_ahead_of_a_filter_is_about_what_it_lets_through(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        with slow_filters():
            await type_ahead(driver, "slash", *"ios", "enter", "*")
            await driver.until("/ios · filtering…")
            assert "marked" not in driver.text
        await driver.until("6 marked · /ios")
        await driver.type("u", "escape")
        await driver.until("12 loaded · end of list")
        await driver.type("space")
        await driver.until("1 marked")
        with slow_filters():
            await type_ahead(driver, "slash", *"ios", "enter", "G", "v")
        await driver.until("/ios · 6 of 12 loaded")
        await driver.until("6 marked · /ios")


async def test_marks_typed_ahead_of_a_filter_are_forgotten_with_it(server: Server) -> None:
    async with on_devices(server) as driver:
        for keys in (["escape"], ["slash", *" 11", "enter"], ["1", "2"]):
            with slow_filters():
                await type_ahead(driver, "slash", *"ios", "enter", "*", *keys)
            await driver.settle()
            await driver.wait_until_gone("filtering…")
            assert "marked" not in driver.text, keys
            await driver.type("escape")
            await driver.until("12 loaded · end of list")


async def test_a_pattern_that_proves_too_slow_takes_the_marks_typed_ahead_with_it(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        with slow_filters():
            await type_ahead(driver, "slash", *"/(?R)/", "enter", "*")
            await driver.until("filtering…")
        await driver.until("pattern is too slow")
        await driver.settle()
        assert "marked" not in driver.text


async def test_a_device_id_and_enter_in_one_go_are_looked_up_all_the_same() -> None:
    server = make_large_server()
    async with on_devices(server, rows=150) as driver:
        with slow_filters():
            await type_ahead(driver, "slash", *UNLOADED_ID, "enter")
            await driver.until("filtering…")
            assert device_requests(server) == []
        await driver.until(" · 1 of 151")
        assert driver.cursor == UNLOADED_ID
        assert len(device_requests(server)) == 1
    server.store.close()
