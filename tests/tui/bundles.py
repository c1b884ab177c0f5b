"""Helpers of the tests of bundles: open the list, confirm, read the sandbox."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.tui.channels import wait_for_dialog, workspace
from tests.tui.driving import open_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.tui.overlays.form import Form
    from tests.support.server import Server
    from tests.tui.driving import Driver


@asynccontextmanager
async def on_bundles(server: Server, name: str = "1.0.6", **more: object) -> AsyncIterator[Driver]:
    """Run the app with the cursor on a bundle, everything loaded and the revision known."""
    async with open_app(server, **more) as driver:  # type: ignore[arg-type]
        await driver.until(lambda: workspace(driver).bundles.at_end, "the bundles")
        await driver.until(lambda: workspace(driver).devices.as_of, "the devices")
        await driver.settle()
        await workspace(driver).client.learn_revision(driver.main.target.app_id)
        await driver.type("3")
        put_cursor(driver, name)
        await driver.settle()
        yield driver


def put_cursor(driver: Driver, name: str) -> None:
    records = workspace(driver).bundles.records
    driver.main.table.move_to_key(next(key for key, each in records.items() if each.name == name))


def left(server: Server) -> list[str]:
    with server.store.open_for_reading() as db:
        rows = db.execute("SELECT name FROM bundles WHERE deleted = 0 ORDER BY id").fetchall()
    return [row["name"] for row in rows]


def column(server: Server, name: str, field: str) -> object:
    with server.store.open_for_reading() as db:
        row = db.execute(f"SELECT {field} FROM bundles WHERE name = ?", [name]).fetchone()  # noqa: S608
    return row[0]


def form(driver: Driver) -> Form:
    return driver.overlays.fields_form


async def confirm(driver: Driver, text: str) -> None:
    """Type the text that the dialog requires, then y."""
    await driver.until(f"type {text} ›")
    await driver.type(*text, "enter")
    await wait_for_dialog(driver)
    await driver.type("y")
