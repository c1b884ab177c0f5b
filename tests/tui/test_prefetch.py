"""The list that was asked for before there was an interface."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch, StartRecord
from capgo_tui.workspace.prefetch import Prefetch
from tests.support.server import Gate, answering
from tests.support.world import ALL, APP
from tests.tui.driving import open_app

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.tui.driving import Driver

LISTS = {"channels": "/channel", "devices": "/device", "bundles": "/bundle"}


async def _read_all(driver: Driver) -> None:
    workspace = driver.main.workspace
    assert workspace is not None
    await driver.until(
        lambda: all(workspace.collections[name].has_answer for name in LISTS), "all lists"
    )
    await driver.settle()


def _has_failed(driver: Driver) -> bool:
    workspace = driver.main.workspace
    return workspace is not None and workspace.channels.error is not None


def _cursor_name(driver: Driver) -> str | None:
    workspace, key = driver.main.workspace, driver.main.table.cursor_key
    if workspace is None or key is None:
        return None
    return workspace.channels.records[key].name


@pytest.mark.parametrize(
    ("start", "row"), [("channels", "production"), ("devices", "tester-07"), ("bundles", "1.0.1")]
)
async def test_the_list_in_view_is_read_once(server: Server, start: str, row: str) -> None:
    async with open_app(server, prefetch=True, start=start) as driver:
        await driver.until(row)
        await _read_all(driver)
        assert server.requests[0].path == LISTS[start]
        assert [server.count("GET", path) for path in LISTS.values()] == [1, 1, 1]


async def test_the_overview_has_all_lists_read_once(server: Server) -> None:
    async with open_app(server, prefetch=True, start="overview", wait_for="Overview") as driver:
        await driver.until(lambda: driver.main.workspace, "the workspace")
        await _read_all(driver)
        assert [server.count("GET", path) for path in LISTS.values()] == [1, 1, 1]


async def test_a_list_that_comes_late_is_shown_then_and_holds_up_no_other(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, prefetch=True, wait_for="Loading channels…") as driver:
        await driver.type("2")
        await driver.until("tester-07")
        await driver.type("1")
        gate.open.set()
        await driver.until("production")
        await driver.settle()
        assert server.count("GET", "/channel") == 1
        await driver.type("slash", *"beta", "enter")
        await driver.until("/beta · 3 of 6 loaded")


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_failure_is_told_as_without_it(server: Server, status: int) -> None:
    server.on("GET", "/channel", answering(status, b"{}"))
    screens = []
    for prefetch in (False, True):
        async with open_app(server, prefetch=prefetch, wait_for="") as driver:
            await driver.until(partial(_has_failed, driver), "the failure")
            await _read_all(driver)
            # The columns show what the other lists tell, which comes as it comes.
            screens.append([line.split("·")[0] for line in driver.text.splitlines()[2:]])
    assert screens[0] == screens[1]


async def test_a_server_that_cannot_be_used_is_told_on_the_screen(server: Server) -> None:
    launch = Launch(ApiKey(ALL), APP, server="http://capgo.example.com")
    assert launch.target is not None
    prefetch = Prefetch(launch.target, "channels")
    await prefetch.begin()
    with pytest.raises(ValueError, match=r"capgo\.example\.com"):
        prefetch.open()
    async with open_app(server, launch=launch, prefetch=True, wait_for="cannot be used") as driver:
        assert driver.main.workspace is None


async def test_leaving_stops_the_reading(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, prefetch=True, wait_for="Loading channels…") as driver:
        await gate.arrival.wait()
        await driver.until(lambda: driver.main.workspace, "the workspace")
        await driver.type("q")
        await driver.until(lambda: not driver.app.is_running, "the end")


async def test_a_record_is_opened_in_a_list_that_was_read(server: Server) -> None:
    record = StartRecord("channels", "beta")
    async with open_app(server, prefetch=True, start="channels", record=record) as driver:
        await driver.until(lambda: _cursor_name(driver) == "beta", "the record")
        await _read_all(driver)
        assert server.count("GET", "/channel") == 1
