"""Scenes of dialogs and forms, and of the screens besides the main one."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import patch

from capgo_tui.api import transport
from tests.snapshots import deeds
from tests.snapshots.lists import bundles, channels, devices, rows_that_cannot_be_read
from tests.snapshots.shop import identity
from tests.support.server import Gate
from tests.tui.driving import post_paste

if TYPE_CHECKING:
    from tests.snapshots.stage import Stage
    from tests.tui.driving import Driver


async def channel_form(stage: Stage) -> Driver:
    """Two settings are changed and the request is in view."""
    driver = await channels(stage)
    await driver.type("j", "e")
    await driver.until("Who it serves")
    await driver.type("down", "space", "down", "space")
    await driver.until("POST /channel")
    return driver


async def new_channel_form(stage: Stage) -> Driver:
    driver = await channels(stage)
    await driver.type("n")
    await driver.until("New channel")
    return driver


async def bundle_form(stage: Stage) -> Driver:
    driver = await bundles(stage)
    await driver.type("e")
    await driver.until("Edit bundle")
    return driver


async def cleanup_form(stage: Stage) -> Driver:
    driver = await bundles(stage)
    await driver.type("C")
    await driver.until("Clean up")
    return driver


async def ids_form(stage: Stage) -> Driver:
    """A known id, an id unknown to the server, and a word that is no id."""
    driver = await devices(stage)
    await driver.type("O")
    await driver.until("Device ids")
    post_paste(driver.app, f"{identity(2)}\nffffffff-ffff-4fff-8fff-ffffffffffff\nnonsense")
    await driver.settle()
    return driver


async def deletion_dialog(stage: Stage) -> Driver:
    driver = await channels(stage)
    await driver.type("j", "D")
    await driver.wait_for_dialog()
    return driver


async def run_dialog(stage: Stage) -> Driver:
    """Two overrides were cleared together."""
    driver = await devices(stage)
    driver.main.table.move_to_key(identity(2))
    await driver.type("space")
    driver.main.table.move_to_key(identity(7))
    await driver.type("space", "x")
    await driver.wait_for_dialog()
    await driver.type("y")
    await driver.until("2 of 2")
    return driver


async def list_of_changes(stage: Stage) -> Driver:
    driver = await deeds.written(stage)
    await driver.type("Z")
    await driver.until("from here")
    return driver


async def request_log(stage: Stage) -> Driver:
    # The duration of a request differs between runs.
    stage.stack.enter_context(
        patch.object(transport, "time", SimpleNamespace(monotonic=float, time=time.time))
    )
    # And so does the order of requests that go on side by side: the bundles wait.
    server, gate = stage.serve(), Gate()
    server.on("GET", "/bundle", gate.before)
    driver = await stage.open(server, wait_for="as of")
    await driver.until("2 Devices 150+")
    gate.open.set()
    await driver.until("3 Bundles 24")
    await driver.type("2")
    driver.main.table.move_to_key(identity(2))
    await driver.settle()
    await deeds.agree_to_override(driver, "read back")
    await driver.type("at")
    await driver.until("POST")
    return driver


async def unreadable_rows(stage: Stage) -> Driver:
    driver = await rows_that_cannot_be_read(stage)
    await driver.type("exclamation_mark")
    await driver.until("nonsense")
    return driver
