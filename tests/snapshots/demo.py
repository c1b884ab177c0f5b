"""Scenes of ``capgo-tui --demo``: the generated app, at a fixed time."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import patch

from capgo_tui.commands import demo
from capgo_tui.sandbox import app as sandbox
from tests.support.world import NOW

if TYPE_CHECKING:
    from tests.snapshots.stage import Stage
    from tests.tui.driving import Driver


async def demo_start(stage: Stage) -> Driver:
    """The first screen of the demo."""
    clock = SimpleNamespace(now=lambda _: NOW)
    stage.stack.enter_context(patch.object(demo, "datetime", clock))
    serve = partial(sandbox.create_app, now=lambda: NOW)
    stage.stack.enter_context(patch.object(sandbox, "create_app", serve))
    launch = stage.stack.enter_context(demo.open_demo())
    return await stage.open(launch=launch, wait_for="A demo")


async def demo_overview(stage: Stage) -> Driver:
    driver = await demo_start(stage)
    await driver.type("0")
    await driver.until("last 14 days")
    return driver


async def demo_devices(stage: Stage) -> Driver:
    driver = await demo_start(stage)
    await driver.type("2")
    await driver.until("150 loaded")
    return driver
