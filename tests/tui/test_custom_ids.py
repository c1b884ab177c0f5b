"""Looking up devices that are not loaded by their custom id."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.server import Gate, Server
from tests.support.world import device, device_id, state, store_of
from tests.tui.driving import on_devices, open_app


def make_server(revision: str, **custom_ids: str) -> Server:
    """160 devices, of which 150 are loaded; `d155="qa"` gives one a custom id."""
    rows = [
        device(number, custom_id=custom_ids.get(f"d{number}", f"tester-{number}"))
        for number in range(1, 161)
    ]
    return Server(store_of(state(devices=rows)), revision=revision)


def requested_custom_ids(server: Server) -> list[str]:
    return [one.query["custom_id"] for one in server.requests if "custom_id" in one.query]


@pytest.mark.parametrize("revision", ["next"])
@pytest.mark.parametrize("query", ["Alice  Smith", "qa1", "qa-07-x", "custom:Alice"])
async def test_a_custom_id_that_is_not_loaded_is_looked_up(revision: str, query: str) -> None:
    text = query.removeprefix("custom:")
    server = make_server(revision, d155=text)
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *query)
        await driver.until("⏎ asks the server for this")
        assert requested_custom_ids(server) == [], "typing asks nobody"
        await driver.type("enter")
        await driver.until(lambda: driver.cursor == device_id(155))
        await driver.until("1 of 151 loaded")
        assert requested_custom_ids(server) == [text]
        await driver.type("escape", "slash", *"someone else", "enter")
        await driver.until("✗ No device has the custom id someone else.")
    server.store.close()


@pytest.mark.parametrize("revision", ["next"])
async def test_several_of_one_custom_id_are_all_shown_and_told(revision: str) -> None:
    server = make_server(revision, d152="the same", d155="the same")
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *"the same", "enter")
        await driver.until("! the same: 2 devices have that custom id")
        await driver.until(lambda: driver.main.table.row_count == 2)
    server.store.close()


async def test_a_server_that_cannot_look_custom_ids_up_is_asked_once_and_says_so() -> None:
    server = make_server("live", d155="Alice Smith")
    async with on_devices(server, rows=150) as driver:
        for _ in range(2):
            await driver.type("slash", *"Alice Smith", "enter")
            await driver.until("✗ This server cannot look up custom ids.")
            assert driver.main.table.row_count == 0, "the whole list is no answer"
            assert "L loads all of them" in driver.text
            await driver.type("escape", "escape")
            await driver.until("150 loaded")
        assert requested_custom_ids(server) == ["Alice Smith"]
        assert len(driver.main.workspace.devices) == 150  # type: ignore[union-attr]
    server.store.close()


async def test_conditions_and_other_lists_are_no_custom_ids(server: Server) -> None:
    async with on_devices(server) as driver:
        for query in ("!tester", "/^nobody$/", "platform:amiga", "~zzz"):
            await driver.type("slash", *query, "enter")
            await driver.settle()
            await driver.type("escape")
        await driver.type("1", "slash", *"no such channel", "enter")
        await driver.settle()
        assert requested_custom_ids(server) == []
        assert not [one for one in server.requests if "device_id" in one.query]


@pytest.mark.parametrize("revision", ["live", "next"])
@pytest.mark.parametrize("text", ["qa-07", "Alice Smith", "!x", "a\x1b[31m/b"])
async def test_opened_on_a_custom_id_it_shows_that_device(revision: str, text: str) -> None:
    server = make_server(revision, d155=text, d156=f"{text}0")
    async with open_app(server, device=text, wait_for="") as driver:
        await driver.until(lambda: driver.cursor == device_id(155))
        assert requested_custom_ids(server) == [text], "letter by letter"
        assert "1 of " in driver.text
    server.store.close()


@pytest.mark.parametrize("revision", ["live", "next"])
async def test_opened_on_a_custom_id_of_several_it_shows_them_all(revision: str) -> None:
    server = make_server(revision, d50="same", d51="same")
    async with open_app(server, device="same", wait_for="devices have that custom id") as driver:
        await driver.until(lambda: driver.main.table.row_count == 2)
        # A server of July was not asked for what is behind the page that has them.
        assert ("! same: 2 or more devices" in driver.status) is (revision == "live")
        assert driver.main.rows.view.query.text == "custom:same"
    server.store.close()


async def test_a_long_search_for_a_custom_id_says_how_far_it_is_and_esc_stops_it() -> None:
    gate = Gate()
    server = make_server("live", d155="far away")

    async def delay_second_page(app: Any, scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"]
        if b"customIdMode" in query and b"cursor" in query:
            await gate.before(app, scope, receive, send)
        else:
            await app(scope, receive, send)

    server.on("GET", "/device", delay_second_page)
    async with open_app(
        server, device="far away", wait_for="150 devices read · esc stops"
    ) as driver:
        await driver.type("escape")
        await driver.until("Stopped looking for the device.")
        gate.open.set()
        await driver.settle()
        assert driver.cursor is None
        server.off("GET", "/device")
    server.store.close()


async def test_an_answer_about_a_filter_that_is_another_by_now_is_not_told(server: Server) -> None:
    gate = Gate()
    async with on_devices(server) as driver:
        server.on("GET", "/device", gate.before)
        await driver.type("slash", *"no-such-device", "enter")
        await gate.arrival.wait()
        await driver.type("slash", *(["backspace"] * 14), *"android", "enter")
        await driver.until("/android · 6 of 12 loaded")
        gate.open.set()
        await driver.settle()
        assert "/android · 6 of 12 loaded" in driver.status
        assert driver.cursor == device_id(2)


async def test_who_has_a_custom_id_is_a_filter() -> None:
    server = make_server("live", d3="", d7="")
    async with on_devices(server, rows=150) as driver:
        await driver.type("slash", *"!has:custom-id", "enter")
        await driver.until("/!has:custom-id · 2 of 150 loaded · more")
        await driver.type("slash", *(["backspace"] * 20), *"has:custom-id", "enter")
        await driver.until("148 of 150 loaded · more")
    server.store.close()
