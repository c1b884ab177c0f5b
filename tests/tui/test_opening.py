"""Tests of the app started on a channel, a bundle or a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.launch import StartRecord
from tests.support.server import answering
from tests.support.world import OTHER_APP, device_id
from tests.tui.driving import Driver, open_app

if TYPE_CHECKING:
    from tests.support.server import Server


@pytest.mark.parametrize(
    ("list_name", "name", "tab"),
    [
        ("channels", "beta-two", "channels"),
        ("", "beta", "channels"),
        ("bundles", "1.0.2", "bundles"),
        ("", "1.0.3", "bundles"),
        ("", "tester-07", "devices"),
        ("", device_id(7), "devices"),
    ],
)
async def test_it_begins_on_the_record(server: Server, list_name: str, name: str, tab: str) -> None:
    record = StartRecord(list_name, name)
    async with open_app(server, record=record, start=list_name, wait_for="") as driver:
        await driver.until(lambda: driver.main.tab == tab, tab)
        await driver.until(lambda: name_at_cursor(driver) in (name, device_id(7)), name)
        assert server.writes == 0


def name_at_cursor(driver: Driver) -> str:
    workspace, key = driver.main.workspace, driver.cursor
    records = {} if workspace is None else workspace.collections[driver.main.tab].records
    return records[key].wire_id if key in records else ""


@pytest.mark.parametrize("list_name", ["channels", "bundles"])
async def test_a_name_that_is_not_there_is_said(server: Server, list_name: str) -> None:
    record = StartRecord(list_name, "betta")
    async with open_app(server, record=record, start=list_name, wait_for="") as driver:
        await driver.until(f"No {list_name.removesuffix('s')} here is called «betta».")


async def test_a_name_of_nothing_is_looked_for_among_the_devices_last(server: Server) -> None:
    async with open_app(server, record=StartRecord("", "nobody"), wait_for="") as driver:
        await driver.until("No device has")
        assert driver.main.tab == "devices"


async def test_a_list_that_cannot_be_read_is_said(server: Server) -> None:
    body = b'{"error": "x", "message": "Out to lunch"}'
    server.on("GET", "/channel", answering(500, body))
    async with open_app(server, record=StartRecord("", "beta"), wait_for="") as driver:
        await driver.until("beta was not found: Out to lunch")


async def test_another_app_is_not_opened_on_it_too(server: Server) -> None:
    async with open_app(server, record=StartRecord("channels", "beta"), wait_for="") as driver:
        await driver.until(lambda: name_at_cursor(driver) == "beta", "beta")
        driver.app.switcher.open_app(OTHER_APP)
        await driver.until(lambda: driver.main.target.app_id == OTHER_APP, "the other app")
        assert driver.app.switcher.launch.record is None
