"""The app with a channel under the cursor, and the rows of the channel form."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.tui.driving import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace
    from tests.tui.driving import Driver
    from tests.tui.server import Server


@asynccontextmanager
async def on_channels(server: Server, name: str = "beta", **more: object) -> AsyncIterator[Driver]:
    """The app with the cursor on a channel and everything loaded."""
    async with opened(server, **more) as driver:  # type: ignore[arg-type]
        await driver.until(lambda: workspace(driver).bundles.ended, "the bundles")
        await driver.until(lambda: workspace(driver).devices.as_of, "the devices")
        await driver.settle()
        put_cursor(driver, name)
        yield driver


def workspace(driver: Driver) -> Workspace:
    assert driver.main.workspace is not None
    return driver.main.workspace


def put_cursor(driver: Driver, name: str) -> None:
    records = workspace(driver).channels.records
    driver.main.table.move_to_key(next(key for key, each in records.items() if each.name == name))


def flat(driver: Driver) -> str:
    """The screen's words, wherever its lines end."""
    return " ".join(driver.text.split())


async def go_to(driver: Driver, label: str) -> None:
    """Go down to a row of the form, however many this revision has above it."""
    await driver.until("Edit ")
    form = driver.main.channel_form
    rows = [row.text for row in form._rows[form._at + 1 :] if not row.heading]
    await driver.type(*["down"] * (rows.index(label.removeprefix("▸ ")) + 1))
    await driver.until(f"› {label}")
