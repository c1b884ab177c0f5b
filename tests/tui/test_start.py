"""The order of requests at the start, and the work that is put off."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui import app as app_module
from capgo_tui.tui import app_switcher
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.controllers import loading
from capgo_tui.tui.launch import Launch
from capgo_tui.workspace.collection import Addition
from tests.support.server import Gate, Server
from tests.support.world import ALL, APP, device_id
from tests.tui.driving import open_app, post_keys, post_paste

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capgo_tui.workspace.collection import Event
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

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


def type_before_the_paint(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Have the app begin with keys in its queue, as from a terminal that was typed into."""
    load = CapgoApp.on_load

    def load_and_type(app: CapgoApp) -> None:
        load(app)
        post_keys(app, keys)

    monkeypatch.setattr(CapgoApp, "on_load", load_and_type)


@pytest.fixture
def slow_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workspaces open as slowly as on a machine that has to read pydantic from its disk."""
    open_workspace = app_switcher.open_workspace

    async def open_slowly(target: Target, now: Callable[[], datetime] | None) -> Workspace:
        await asyncio.sleep(0.3)
        return await open_workspace(target, now)

    monkeypatch.setattr(app_switcher, "open_workspace", open_slowly)


@pytest.mark.usefixtures("slow_opening")
async def test_keys_typed_before_the_first_paint_do_what_they_do_later(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_before_the_paint(monkeypatch, "2", "slash", *"qa-q")
    async with open_app(server, wait_for="/qa-q") as driver:
        assert driver.app.is_running
        assert driver.main.tab == "devices"


@pytest.mark.usefixtures("slow_opening")
async def test_a_paste_before_the_first_paint_reaches_the_list(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = CapgoApp.on_load

    def load_and_paste(app: CapgoApp) -> None:
        load(app)
        post_paste(app, device_id(3))

    monkeypatch.setattr(CapgoApp, "on_load", load_and_paste)
    async with open_app(server, wait_for="tester-03") as driver:
        assert driver.main.tab == "devices"


@pytest.mark.usefixtures("slow_opening")
async def test_keys_typed_before_another_app_is_open_reach_its_lists(server: Server) -> None:
    async with open_app(server) as driver:
        first = driver.main
        driver.app.switcher.open_app("com.example.other")
        post_keys(driver.app, ["2", "slash", *"qa-q"])
        await driver.until("/qa-q")
        assert driver.main is not first
        assert driver.main.tab == "devices"


@pytest.mark.parametrize("keys", [["ctrl+c", "ctrl+c"], ["ctrl+q"], ["q"]], ids=str)
async def test_a_key_that_quits_does_so_before_the_first_paint(
    server: Server, monkeypatch: pytest.MonkeyPatch, keys: list[str]
) -> None:
    type_before_the_paint(monkeypatch, "2", *keys)
    async with open_app(server, wait_for="", prefetch=True) as driver:
        await driver.wait_until_closed()


async def test_ctrl_c_does_not_wait_for_a_workspace_that_takes_its_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def open_never(_: Target, __: Callable[[], datetime] | None) -> Workspace:
        await gate.wait()
        raise AssertionError("it was quit before")

    monkeypatch.setattr(app_switcher, "open_workspace", open_never)
    async with open_app(server, wait_for="Loading channels…") as driver:
        post_keys(driver.app, ["slash", "q", "ctrl+c", "ctrl+c"])
        await driver.wait_until_closed()


async def test_keys_reach_a_screen_whose_server_cannot_be_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_before_the_paint(monkeypatch, "slash", "q")
    launch = Launch(ApiKey(ALL), APP, "http://capgo.example.com")
    async with open_app(server, launch=launch, wait_for="") as driver:
        await driver.wait_until_closed()


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
