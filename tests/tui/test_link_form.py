"""The picker of channels: filtering, order of matches, and reasons against a choice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from capgo_tui.api.key import ApiKey
from capgo_tui.short_ids import find_id_end
from capgo_tui.tui.controllers.picker import pick
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.tui.widgets.record_table import RecordTable
from tests.support.server import FAULT, Gate, Server
from tests.support.world import device, device_id, recorded_store, state, store_of
from tests.tui.driving import on_devices, open_app, turn_wheel

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from tests.tui.driving import Driver


def choices(driver: Driver) -> list[str]:
    """Return the drawn rows of the picker."""
    return [line.strip() for line in driver.text.split("\n")[-4:-1]]


async def leave(driver: Driver) -> None:
    """Close the picker without a choice."""
    await driver.type("escape")
    await driver.until(lambda: not driver.overlays.link_form.is_open)


async def test_typing_narrows_and_the_best_match_is_first(server: Server) -> None:
    server.override(device_id(1), "internal")
    async with on_devices(server) as driver:
        await driver.type("o")
        await driver.until("6 of 6 channels")
        assert "Override tester-01 · now internal · " + device_id(1) in driver.line(-6)
        assert "a default channel takes no overrides" in choices(driver)[0]
        assert driver.overlays.link_form.query_one(RecordTable).cursor_key == "2", (
            "the first that can be chosen"
        )
        await driver.type(*"beta")
        await driver.until("3 of 6 channels")
        assert [line.split()[0] for line in choices(driver)] == ["beta", "beta-two", "alpha-beta"]
        await driver.type(*"-t")
        await driver.until("1 of 6 channels")
        await driver.type(*["backspace"] * 6, *"two be")
        await driver.until("1 of 6 channels")
        assert "beta-two" in choices(driver)[0]
        await driver.type("z")
        await driver.until("no channel matches")
        await driver.type("enter")
        await driver.settle()
        assert driver.overlays.link_form.is_open
        await driver.type(*["backspace"] * 8)
        await driver.until("6 of 6 channels")
        await driver.type("down", "down", "enter")
        await driver.until("internal → beta-two?")


async def test_a_device_is_named_by_its_id_whatever_it_calls_itself() -> None:
    name = "tester-01 · now internal · 00000000-0000-4000-8000-000000000099 " * 2
    store = store_of(state(devices=[device(1, custom_id=name)]))
    async with on_devices(Server(store), rows=1) as driver:
        await driver.type("o")
        await driver.until("6 of 6 channels")
        assert driver.line(-6).startswith(f" {find_id_end(device_id(1))} · Override tester-01")
        await driver.type(*"beta-two", "enter")
        await driver.wait_for_question("→ beta-two?")
    store.close()


async def test_what_cannot_be_chosen_says_why(server: Server) -> None:
    server.override(device_id(1), "qa")
    async with on_devices(server) as driver:
        await driver.type("o", *"prod")
        await driver.until("1 of 6 channels")
        assert choices(driver)[0].lstrip().startswith("× production")
        await driver.type("enter")
        await driver.until("production: a default channel takes no overrides")
        await driver.type(*["backspace"] * 4, *"qa")
        await driver.until("the override it has now")
        await driver.type("enter")
        await driver.until("qa: the override it has now")
        await driver.type("tab", "shift+tab")
        await driver.settle()
        assert driver.overlays.link_form.is_open
        await driver.type("escape")
        await driver.until(lambda: not driver.overlays.link_form.is_open)
        assert driver.main.focused is driver.main.table
        assert server.writes == 0


async def test_the_list_behind_keeps_its_cursor_in_sight(server: Server) -> None:
    async with on_devices(server, size=(80, 18)) as driver:
        await driver.type("G", "o")
        await driver.until("Override tester-12 · now none")
        assert any("tester-12" in line for line in driver.text.split("\n")[:-6])
        await leave(driver)
        await driver.type("g", "o")
        await driver.until("Override tester-01 · now none")


async def test_the_device_written_is_the_one_the_key_was_pressed_on(server: Server) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        await driver.type("j", "j", "o")
        await driver.until("Override tester-03 · now none")
        # The list changes under the form: the first devices go, and the rest is reordered.
        server.change("DELETE FROM devices WHERE device_id <= ?", device_id(2))
        await workspace.devices.refresh()
        await driver.settle()
        assert "Override tester-03 · now none" in driver.line(-6)
        await turn_wheel(driver.pilot, driver.main.table, (5, 2))
        await driver.type(*"beta-two", "enter")
        await driver.wait_for_question("Override tester-03: none → beta-two?")
        driver.main.controllers.filter.narrow("tester-09")
        await driver.until("1 of 10 loaded")
        assert driver.cursor == device_id(9)
        await driver.type("y")
        await driver.until("✓ tester-03: override is beta-two")
        assert server.overrides() == {device_id(3): "beta-two"}
        assert driver.cursor == device_id(9)


async def test_all_channels_come_in_page_by_page_while_the_form_is_open() -> None:
    store, app_id, key = recorded_store()
    server = Server(store)
    gate = Gate()
    launch = Launch(ApiKey(key), app_id, asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="50 loaded") as driver:
        await driver.type("2")
        await driver.until("150 loaded")
        server.on("GET", "/channel", gate.before)
        await driver.type("o")
        await driver.until("50 of 50 channels (loading more…)")
        await driver.type(*"chan-13")
        await driver.until("0 of 50 channels (loading more…)")
        await driver.type("enter")
        await driver.settle()
        assert driver.overlays.link_form.is_open, "there is nothing to choose yet"
        gate.open.set()
        await driver.until("none → chan-130?")
        await driver.type("n", "o")
        await driver.until("134 of 134 channels")
        await driver.type("escape")
    store.close()


async def test_the_cursor_stays_on_its_channel_when_more_come_in() -> None:
    store, app_id, key = recorded_store()
    server = Server(store)
    gate = Gate()
    launch = Launch(ApiKey(key), app_id, asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="50 loaded") as driver:
        await driver.type("2")
        await driver.until("150 loaded")
        server.on("GET", "/channel", gate.before)
        await driver.type("o", *["down"] * 7)
        await driver.until("(loading more…)")
        await driver.settle()
        table = driver.overlays.link_form.query_one(RecordTable)
        before = table.cursor_key
        assert before is not None
        gate.open.set()
        await driver.until("134 of 134 channels")
        assert table.cursor_key == before
        await driver.type("escape")
    store.close()


async def test_a_failure_to_load_the_rest_is_said_in_the_form() -> None:
    store, app_id, key = recorded_store()
    server = Server(store)
    launch = Launch(ApiKey(key), app_id, asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="50 loaded") as driver:
        await driver.type("2")
        await driver.until("150 loaded")
        server.on("GET", "/channel", FAULT)
        await driver.type("o")
        await driver.until("50 of 50 channels (loading the rest failed)")
        server.off("GET", "/channel")
        await leave(driver)
        await driver.type("o")
        await driver.until("134 of 134 channels")
        await driver.type("escape")
    store.close()


async def test_a_click_beside_the_form_leaves_it_the_keyboard(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o")
        await driver.until("6 of 6 channels")
        await driver.pilot.click(offset=(5, 6))
        await driver.settle()
        await driver.type(*"qa", "enter")
        await driver.wait_for_question("Override tester-01: none → qa?")


async def test_a_click_beside_the_filter_leaves_no_dead_bar(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"ios")
        await driver.until("6 of 12 loaded")
        await driver.pilot.click(offset=(5, 4))
        await driver.settle()
        await driver.type("escape")
        await driver.until("12 loaded · end of list")
        assert "o override" in driver.line(-1)


async def test_which_devices_are_counted_is_said_before_the_keys(server: Server) -> None:
    async with open_app(server, wait_for="loaded") as driver:
        counted = "5 of 5 bundles · devices: all 12 loaded devices"
        await driver.type("l")
        await driver.until(f"↑↓ move  ⏎ choose  esc leave · {counted}")
        await driver.type("escape")
        await driver.pilot.resize_terminal(76, 24)
        await driver.type("l")
        await driver.until(lambda: driver.line(-1).startswith(f" ⏎ choose  esc leave · {counted}"))
        await driver.type("escape")
        await driver.pilot.resize_terminal(66, 24)
        await driver.type("l")
        await driver.until(lambda: driver.line(-1).startswith(f" esc leave · {counted}"))


async def test_devices_that_are_counted_anew_are_told_in_an_open_picker(server: Server) -> None:
    async with open_app(server, wait_for="loaded") as driver:
        await driver.type("l")
        await driver.until("devices: all 12 loaded devices")
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(12))
        workspace = driver.main.workspace
        assert workspace is not None
        driver.app.call_later(workspace.devices.refresh)
        await driver.until("devices: all 11 loaded devices")


async def test_why_a_choice_is_refused_stays_while_devices_are_counted(server: Server) -> None:
    async with open_app(server, wait_for="loaded") as driver:
        await driver.type("l")
        await driver.until("devices: all 12 loaded devices")
        await driver.type(*"1.0.1", "enter")
        await driver.until("1.0.1: what it carries now")
        driver.overlays.link_form.update_counts()
        await driver.settle()
        assert "1.0.1: what it carries now" in driver.line(-1)
        await driver.type("backspace")
        await driver.until("5 of 5 bundles")


WIDTHS = pytest.mark.parametrize("width", [80, 60])


@pytest.mark.sampled
@WIDTHS
@pytest.mark.parametrize("keys", ["l", "3l", "3l  ", "2o", "3lbeta  ", "lnothing", "3lnothing"])
@pytest.mark.parametrize("how", ["whole", "failed", "loading"])
async def test_no_hint_of_the_form_is_cut(width: int, keys: str, how: str) -> None:
    """With many records, while they are loaded, and after that has failed."""
    store, app_id, key = recorded_store()
    server = Server(store)
    gate = Gate()
    launch = Launch(ApiKey(key), app_id, asgi_app=lambda: server)
    async with open_app(server, launch=launch, size=(width, 24), wait_for="loaded") as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        lists = (workspace.devices, workspace.bundles)
        # Else there may be nothing under the cursor.
        await driver.until(lambda: all(each.has_answer for each in lists), "the other lists")
        if how != "whole":
            trouble = FAULT if how == "failed" else gate.before
            server.on("GET", "/bundle" if keys[0] == "l" else "/channel", trouble)
        await driver.type(*(each if each != " " else "space" for each in keys))
        await driver.until(lambda: driver.overlays.link_form.is_open, "the form")
        await driver.settle()
        hint = driver.line(-1).rstrip()
        assert "…" not in hint.replace("loading more…", ""), hint
        assert len(hint) < width
        assert "esc leave" in hint
        gate.open.set()
    store.close()


@WIDTHS
async def test_a_hint_fits_again_after_the_terminal_has_become_narrow(width: int) -> None:
    server = Server(store_of(state()))
    async with open_app(server, size=(140, 24), wait_for="loaded") as driver:
        await driver.type("l")
        await driver.until("devices: all 12 loaded devices")
        await driver.pilot.resize_terminal(width, 24)
        await driver.until(lambda: cell_len(driver.line(-1)) == width, "the narrow screen")
        await driver.until(lambda: "all 12 loaded devices" in driver.line(-1), "the devices")
        assert "…" not in driver.line(-1)


# Keys after a choice, and before the form is closed


@pytest.mark.parametrize("burst", [True, False], ids=["at once", "slowly"])
async def test_the_form_opens_empty_whatever_was_typed_before_it_closed(
    server: Server, burst: bool
) -> None:
    server.override(device_id(1), "qa")
    async with on_devices(server) as driver:
        typing = driver.type if burst else driver.press
        box = driver.overlays.link_form.query_one(Input)
        await typing("o", *"prod", "enter", *"xy")
        assert box.value == "prodxy", "refused: it can be corrected"
        await typing("escape", "o")
        await driver.until("6 of 6 channels")
        assert box.value == ""
        await typing(*"beta", "enter", *"zz")
        await driver.wait_for_question("→ beta?")
        await typing("n", "o")
        await driver.until("6 of 6 channels")
        assert box.value == ""
        await typing("escape")


async def test_what_is_pressed_after_the_choice_changes_nothing_of_it(server: Server) -> None:
    """What a choice needs is read meanwhile."""
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        gate, prepared = Gate(), list[str]()

        async def prepare(channel: Channel) -> None:
            prepared.append(channel.name)
            await gate.open.wait()

        choices = Choices(workspace.channels, marks=set())
        form = driver.overlays.link_form
        choosing = asyncio.ensure_future(pick(driver.main, "Choose", choices, prepare))
        await driver.until("6 of 6 channels")
        await driver.type(*"beta", "space", "enter")
        await driver.until("looking at what it does")
        cursor = form.query_one(RecordTable).cursor_key
        await driver.type("x", "space", "down", "backspace", "enter", "pagedown")
        await driver.settle()
        assert prepared == ["beta"]
        assert form.query_one(Input).value == "beta"
        assert form.query_one(RecordTable).cursor_key == cursor
        gate.open.set()
        chosen = await choosing
        assert chosen is not None
        assert [each.name for each in choices.marked_records] == ["beta"]
        assert not form.is_open


@pytest.mark.parametrize("is_opened_again", [False, True])
async def test_esc_after_the_choice_leaves_the_form_without_it(
    server: Server, is_opened_again: bool
) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        gate = Gate()

        async def prepare(channel: Channel) -> None:
            await gate.open.wait()

        form = driver.overlays.link_form
        first = Choices(workspace.channels)
        choosing = asyncio.ensure_future(pick(driver.main, "Choose", first, prepare))
        await driver.until("6 of 6 channels")
        await driver.type(*"beta", "enter")
        await driver.until("looking at what it does")
        await driver.type("escape")
        assert not form.is_open
        if is_opened_again:
            await driver.type("o", *"qa")
            await driver.until("1 of 6 channels")
        gate.open.set()
        assert await choosing is None
        assert form.is_open is is_opened_again
        if is_opened_again:
            await driver.type("enter")
            await driver.wait_for_question("none → qa?")
