"""Every size is drawn whole, also while it changes and with something open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from tests.tui.driving import assert_sound, on_devices, opened
from tests.tui.server import Wire
from tests.tui.world import ALL, APP, device_id

if TYPE_CHECKING:
    from tests.tui.server import Server

SIZES = [(60, 20), (80, 24), (120, 30), (200, 60), (40, 8)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_chrome_is_where_it_belongs(server: Server, size: tuple[int, int]) -> None:
    width, height = size
    async with on_devices(server, size=size) as driver:
        assert_sound(driver.app, size)
        assert "Devices" in driver.line(0)
        assert driver.line(1).lstrip().startswith("DEVICE")
        assert "0000001" in driver.line(2)
        low = height < 10
        assert "12 loaded" in driver.line(-1 if low else -2)
        assert driver.line(-1).rstrip().endswith("? help") is not low
        if width >= 120:
            await driver.until("What it is")
        assert ("What it is" in driver.text) is (width >= 120)
        await driver.type("enter")
        await driver.until("What it is" if height > 10 else "tester-01")
        assert_sound(driver.app, size)
        await driver.type("escape", "o")
        await driver.until("Override tester-01" if height >= 10 else "channel ›")
        await driver.settle()
        assert_sound(driver.app, size)
        await driver.type(*"beta-two", "enter")
        await driver.asked()
        assert_sound(driver.app, size)
        if width >= 60:
            assert "tester-01: none → beta-two?  y yes  n no" in driver.line(-1)
        await driver.type("n")
        await driver.gone("y yes")
        await driver.type("question_mark")
        await driver.until("Keys on devices")
        assert_sound(driver.app, size)


async def test_it_follows_the_terminal_while_everything_is_open(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("G", "o", *"beta")
        await driver.until("3 of 6 channels")
        for size in SIZES:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
        await driver.pilot.resize_terminal(60, 20)
        await driver.settle()
        assert any("0000012" in line for line in driver.text.split("\n")[:-6])
        await driver.type("enter")
        await driver.asked()
        for size in [(200, 60), (60, 20), (80, 24)]:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
            assert "Override tester-12: none → beta?  y yes  n no" in driver.line(-1)
        await driver.type("n")
        await driver.gone("y yes")
        await driver.type("enter")
        await driver.until("What it is")
        for size in [(120, 30), (40, 8), (60, 20), (200, 60), (80, 24)]:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
            assert driver.cursor == device_id(12)
        await driver.type("escape")
        await driver.until("DEVICE")
        assert any("tester-12" in line for line in driver.text.split("\n"))
        assert driver.app.bug is None


async def test_beside_a_wide_table_the_detail_follows_the_cursor(server: Server) -> None:
    async with on_devices(server, size=(140, 30)) as driver:
        await driver.until("system version")
        await driver.type("j", "j")
        await driver.until(lambda: driver.text.count("tester-03") == 3, "in the list and beside")
        await driver.type("slash", *"tester-09")
        await driver.until(lambda: driver.text.count("tester-09") == 5)
        await driver.type("escape", "1")
        await driver.until("Whom it serves")
        await driver.type("J")
        await driver.until('"allow_emulator"')
        assert driver.main.focused is driver.main.table


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_help_names_every_key_and_leaves_with_each_of_its_own(
    server: Server, tab: str
) -> None:
    async with on_devices(server, size=(80, 60)) as driver:
        for key in ("escape", "q", "question_mark"):
            await driver.type(tab, "question_mark")
            await driver.until("Keys on ")
            for name in (
                "Force this device",
                "these words",
                "as the server sent it",
                "pgup",
                "only key",
            ):
                assert name in driver.text
            await driver.type(key)
            await driver.until("as of")
        assert driver.app.is_running


async def test_the_app_is_always_named(server: Server) -> None:
    async with Wire(server) as wire:
        launch = Launch(ApiKey(ALL), APP, server=wire.url)
        async with opened(server, size=(60, 20), launch=launch) as driver:
            assert "com.acme" in driver.line(0)
            assert "3 Bundles" in driver.line(0)
