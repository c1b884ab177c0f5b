"""Scenes of the pages that explain: a device, a comparison, a history, and a watched change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.snapshots import deeds, shop
from tests.snapshots.lists import channels
from tests.support.retry_policy import Naps

if TYPE_CHECKING:
    from tests.snapshots.stage import Stage
    from tests.support.server import Server
    from tests.tui.driving import Driver

PACKAGES = (
    'UPDATE bundles SET native_packages = \'[{"name":"@capacitor/app","version":"6.0.1"},'
    '{"name":"@capacitor/camera","version":"6.0.0"},{"name":"old-plugin","version":"1.2.0"}]\''
    " WHERE name = '2.4.23'",
    'UPDATE bundles SET native_packages = \'[{"name":"@capacitor/app","version":"7.0.0"},'
    '{"name":"@capacitor/camera","version":"6.0.0"},{"name":"new-plugin","version":"0.3.1"}]\''
    " WHERE name = '2.4.24'",
)
CHANGES_BY_OTHERS = (
    "INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id, old_record,"
    " new_record) SELECT '{at}', 'channels', '2', 'UPDATE', 'org-1', json_object('id', 2, {old}),"
    " json_object('id', 2, {new})"
)


def _history() -> Server:
    server = shop.server()
    both = "'version', {}, 'allow_emulator', json('{}')"
    for at, old, new in (
        ("2026-11-14T09:30:00+00:00", (20, "true"), (22, "true")),
        ("2026-11-20T17:05:00+00:00", (22, "false"), (22, "true")),
    ):
        server.change(CHANGES_BY_OTHERS.format(at=at, old=both.format(*old), new=both.format(*new)))
    return server


async def explanation(stage: Stage) -> Driver:
    """A device with the default channel of its platform, whose platforms are unknown."""
    driver = await deeds.on_device(stage, 3)
    await driver.type("i")
    await driver.until("What the API does not report")
    return driver


async def explanation_of_a_forced_device(stage: Stage) -> Driver:
    """A device forced to a channel with a rollout."""
    driver = await deeds.on_device(stage, 2)
    await driver.type("i")
    await driver.until("What the API does not report")
    return driver


async def comparison_of_bundles(stage: Stage) -> Driver:
    server = stage.serve(shop.server())
    for statement in PACKAGES:
        server.change(statement)
    driver = await stage.open(server)
    await driver.type("3", "g", "space", "space", "equals_sign")
    await driver.until("Compared")
    return driver


async def comparison_of_channels(stage: Stage) -> Driver:
    driver = await channels(stage)
    await driver.type("g", "space", "space", "equals_sign")
    await driver.until("Compared")
    return driver


async def channel_history(stage: Stage) -> Driver:
    """A change of ours, and two of others."""
    driver = await stage.open(stage.serve(_history()))
    driver.main.table.move_to_key("2")
    await driver.type("H")
    await driver.until("BEFORE")
    await driver.wait_until_gone("Reading the history")
    return driver


async def channel_history_compared(stage: Stage) -> Driver:
    driver = await channel_history(stage)
    await driver.type("j", "enter")
    await driver.until("Before it")
    return driver


async def watching(stage: Stage) -> Driver:
    """An override that somebody has changed again."""
    naps, server = Naps(stage.clock), stage.serve()
    driver = await deeds.written(stage, server, retry_policy=naps.retry_policy)
    server.change("DELETE FROM overrides")
    await driver.type("W")
    await driver.until("not shown yet")
    return driver
