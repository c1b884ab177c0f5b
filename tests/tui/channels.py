"""Helpers of the tests of channels: the list, the channel form, outcomes, the sandbox's rows."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.tui.driving import open_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace
    from tests.support.server import Server
    from tests.tui.driving import Driver


@asynccontextmanager
async def on_channels(server: Server, name: str = "beta", **more: object) -> AsyncIterator[Driver]:
    """Run the app with the cursor on a channel and everything loaded."""
    async with open_app(server, **more) as driver:  # type: ignore[arg-type]
        await driver.until(lambda: workspace(driver).bundles.at_end, "the bundles")
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
    """Return the text of the screen as one line."""
    return " ".join(driver.text.split())


async def go_to(driver: Driver, label: str) -> None:
    """Move the cursor down to a row of the form; revisions differ in the rows above it."""
    await driver.until("Edit ")
    form = driver.overlays.channel_form
    later = range(form.cursor_row + 1, form.row_count)
    rows = [form.entries[at].label for at in later if form.takes_cursor(at)]
    await driver.type(*["down"] * (rows.index(label.removeprefix("▸ ")) + 1))
    await driver.until(f"› {label}")


async def review(driver: Driver) -> None:
    """Press Enter on the last row of the form."""
    await driver.type(*["pagedown"] * 6)
    await driver.until("› ▸ Review and send")
    await driver.type("enter")


async def wait_for_dialog(driver: Driver) -> None:
    """Wait until the dialog has the focus and its question is drawn."""
    yes = driver.overlays.confirmation.query_one(Yes)
    await driver.until(lambda: driver.main.focused is yes and yes.is_drawn, "a dialog")
    await driver.pilot.pause()


async def wait_for_outcome(driver: Driver, mark: str) -> str:
    await driver.until(lambda: driver.status.strip().startswith(mark), f"a line with {mark}")
    return driver.status.strip()


def row(server: Server, name: str) -> dict[str, object]:
    """Return a channel's row and its bundle's name from the database; empty if there is none."""
    with server.store.open_for_reading() as db:
        record = db.execute(
            "SELECT c.*, b.name AS bundle FROM channels c LEFT JOIN bundles b ON b.id = c.version"
            " WHERE c.name = ?",
            [name],
        ).fetchone()
    return dict(record) if record else {}


def entry(driver: Driver) -> Entry:
    return workspace(driver).journal.list_entries()[0]


async def undo(driver: Driver) -> None:
    """Undo the latest change of the journal."""
    latest = entry(driver)
    steps = CHANGES.validate_json(latest.change_json).make_inverse(latest.readback)
    assert not isinstance(steps, str), steps
    for step in steps:
        outcome = await carry_out(step, workspace(driver))
        assert outcome.state is OutcomeState.VERIFIED, outcome
