"""Make the writes of the catalogue: open the tab, type the keys, confirm, wait for the end."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.tui.bundles import confirm
from tests.tui.channels import go_to, wait_for_dialog, workspace
from tests.tui.driving import open_app
from tests.tui.writes import Row, Until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from capgo_tui.profiles import Profile
    from capgo_tui.workspace.journal_entry import Entry
    from tests.support.server import Server
    from tests.tui.driving import Driver
    from tests.tui.writes import Write


@asynccontextmanager
async def on_tab(
    server: Server, tab: str, *, profile: Profile | None = None
) -> AsyncIterator[Driver]:
    """Run the app on a tab with everything loaded and the revision known."""
    async with open_app(server, profile=profile) as driver:
        await driver.until(lambda: workspace(driver).bundles.at_end, "the bundles")
        await driver.until(lambda: workspace(driver).devices.as_of, "the devices")
        await workspace(driver).client.learn_revision(driver.main.target.app_id)
        await driver.type(tab)
        yield driver


async def prepare(driver: Driver, server: Server, write: Write) -> None:
    """Prepare the sandbox for a write and put the cursor on its record."""
    if write.first:
        server.change(write.first)
        await workspace(driver).channels.refresh()
        await workspace(driver).bundles.refresh()
    if write.under:
        records = driver.main.rows.view.collection.records
        names = {getattr(each, "name", key): key for key, each in records.items()}
        driver.main.table.move_to_key(names[write.under])
        await driver.settle()


async def type_keys(driver: Driver, keys: Sequence[str]) -> None:
    """Type keys of the catalogue, waiting for texts and going down to rows between them."""
    for key in keys:
        if isinstance(key, Row):
            await go_to(driver, key)
        elif isinstance(key, Until):
            await driver.until(str(key))
        else:
            await driver.type(key)


async def answer(driver: Driver, ask: str) -> None:
    """Confirm the write and wait for its end."""
    if not ask:
        await driver.wait_for_question()
        await driver.type("y")
    elif ask == "list":
        await wait_for_dialog(driver)
        await driver.type("y")
    else:
        await confirm(driver, ask)
    await wait_for_end(driver)


async def wait_for_end(driver: Driver) -> None:
    """Wait for the outcome and dismiss it."""
    dialog = driver.overlays.batch_dialog

    def has_ended() -> bool:
        return "esc close" in driver.text or driver.main.status.message[:1] in {"✓", "?", "!"}

    await driver.until(has_ended, "an end")
    if dialog.visible:
        await driver.type("enter")
        await driver.until(lambda: not dialog.visible, "the run closed")
    await driver.settle()
    dismiss(driver)


def dismiss(driver: Driver) -> None:
    while driver.main.status.message:
        driver.main.status.dismiss()


def journal(driver: Driver) -> Sequence[Entry]:
    return workspace(driver).journal.list_entries()
