"""The order of requests at the start, and the work that is put off."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui import app as app_module
from capgo_tui.tui.controllers import loading
from capgo_tui.tui.launch import Launch
from capgo_tui.workspace.collection import Addition
from tests.support.server import Gate, Server
from tests.support.world import ALL, APP
from tests.tui.driving import open_app, post_keys

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Event

LISTS = ["/channel", "/device", "/bundle"]


async def test_the_list_in_view_is_read_before_the_others(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "HEAD_START", 3600)  # or a slow machine starts them by time
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await gate.arrival.wait()
        await driver.settle()
        assert [one.path for one in server.requests] == LISTS[:1]
        gate.open.set()
        await driver.until(lambda: len(server.requests) == len(LISTS), "every list asked for")
    assert [one.path for one in server.requests] == LISTS


async def test_a_list_that_keeps_waiting_does_not_hold_up_the_others(server: Server) -> None:
    server.on("GET", "/channel", Gate().before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await driver.until(lambda: len(server.requests) == len(LISTS), "every list asked for")
        await driver.type("2")
        await driver.until("tester-07")


async def test_a_list_that_is_turned_to_is_read_at_once_and_once(server: Server) -> None:
    server.on("GET", "/channel", Gate().before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await driver.type("3", "2")
        await driver.until("tester-07")
        await driver.until(lambda: len(server.requests) == len(LISTS), "every list asked for")
        await driver.settle()
        assert server.count("GET", "/device") == 1


async def test_keys_that_come_with_the_first_rows_find_what_they_open(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await driver.until(lambda: driver.main.workspace)
        workspace, mounted = driver.main.workspace, list[bool]()
        assert workspace is not None

        def type_ahead(event: Event) -> None:
            if isinstance(event, Addition):
                mounted.append(driver.main.has_overlays)
                post_keys(driver.app, ["slash", *"beta"])

        workspace.channels.listen(type_ahead)
        gate.open.set()
        await driver.until("/beta · 3 of 6 loaded")
        assert mounted == [False], "they came too late to prove anything"


async def test_garbage_is_collected_again_once_the_start_is_over(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "START_SECONDS", 0.01)
    gc.disable()
    try:
        async with open_app(server) as driver:
            await driver.until(gc.isenabled, "collecting")
    finally:
        gc.enable()
        gc.unfreeze()


@pytest.mark.parametrize("key", ["/", "n", "z", "Z", "D"])
async def test_a_key_without_a_connection_says_so(server: Server, key: str) -> None:
    launch = Launch(ApiKey(ALL), APP, "http://capgo.example.com")
    wait_for = "This server cannot be used."
    async with open_app(server, launch=launch, wait_for=wait_for) as driver:
        await driver.type(key)
        await driver.until("Not connected yet.")
