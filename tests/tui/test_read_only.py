"""Read-only mode: every key that writes gives its reason, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.overlays.copy_bar import CopyBar
from capgo_tui.tui.overlays.export_bar import ExportBar
from capgo_tui.tui.overlays.filter_bar import FilterBar
from capgo_tui.tui.overlays.palette_bar import PaletteBar
from capgo_tui.tui.overlays.sort_bar import SortBar
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.screens.help import help_lines
from tests.support.world import device_id
from tests.tui.driving import assert_sound, on_devices

if TYPE_CHECKING:
    from tests.support.server import Server

OFF = "not now: read-only"
REASON = "ead-only: --read-only; nothing is changed or sent"
TOO_MUCH = {"quit", "help", "change.list", "log", "device.explain", "channel.history"}
"""Actions that open a page, or leave."""


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_no_key_writes_or_leads_to_a_write(server: Server, tab: str) -> None:
    server.override(device_id(1), "beta")
    async with on_devices(server, read_only=True) as driver:
        await driver.type(tab)
        for action in ACTIONS:
            if action.id in TOO_MUCH or action.id.startswith("tab."):
                continue
            key = action.keys.split(",")[0]
            await driver.press(key)
            visible_types = {
                type(modal) for modal in driver.overlays.mounted_overlays if modal.visible
            }
            assert visible_types <= {FilterBar, SortBar, CopyBar, ExportBar, PaletteBar}, action.id
            assert driver.app.screen is driver.main, f"{action.id} opened a form"
            message = driver.main.status.message
            assert (REASON in message) == action.writes, (action.id, message)
            await driver.press("escape", "escape")
            driver.main.status.dismiss()
        assert server.writes == 0
        assert server.overrides() == {device_id(1): "beta"}


async def test_a_write_past_the_keys_is_refused_by_the_client(server: Server) -> None:
    async with on_devices(server, read_only=True) as driver:
        main = driver.main
        device = main.workspace and main.workspace.devices.records[device_id(1)]
        assert device
        main.background.run(main.controllers.loader.lazy.overrides.clear(device), "clear")
        server.override(device_id(1), "beta")
        await driver.settle()
        assert main.workspace is not None
        device = await main.workspace.look_up_device(device_id(1))
        assert device is not None
        main.background.run(main.controllers.loader.lazy.overrides.clear(device), "clear")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✗ Not changed: this client is read-only")
        assert server.writes == 0
        assert main.workspace.journal.list_entries() == [], "what is not sent is not journalled"


@pytest.mark.parametrize("size", [(140, 40), (80, 24), (60, 20), (40, 12)])
async def test_it_is_on_the_screen_whatever_its_size(server: Server, size: tuple[int, int]) -> None:
    async with on_devices(server, size=size, read_only=True) as driver:
        title = driver.line(0)
        assert "read-only" in title or " ro " in title
        assert_sound(driver.app, size)
    async with on_devices(server, size=size) as driver:
        title = driver.line(0)
        assert "read-only" not in title
        assert " ro " not in title


async def test_hints_and_help_show_what_is_off_and_why(server: Server) -> None:
    async with on_devices(server, size=(140, 40), read_only=True) as driver:
        hints, context = driver.line(-1), action_context(driver.main)
        assert "(o override)" in hints
        assert "(x clear)" in hints
        assert hints.index("refresh") < hints.index("(o override)"), "what works comes first"
        await driver.type("question_mark")
        await driver.until(OFF)
        lines = [line for line in help_lines(ACTIONS, context) if OFF in line.text]
        assert len(lines) == sum(action.writes for action in ACTIONS)
        await driver.type("escape")
    async with on_devices(server, size=(140, 40)) as driver:
        assert "(o" not in driver.line(-1)


async def test_the_list_of_changes_can_be_read_but_nothing_undone(server: Server) -> None:
    async with on_devices(server, read_only=True) as driver:
        await driver.type("Z")
        await driver.until("(z undo: read-only)")
        await driver.type("z")
        await driver.until(REASON)
        assert server.writes == 0
