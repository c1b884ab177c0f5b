"""Every write in every revision that has it, by the keyboard, and its undo with ``z``.

Checked are the sandbox and the journal after the write and after the undo. The questions and
failures of each kind of write have test files of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.server import Server
from tests.support.world import APP, store_of
from tests.tui.channels import workspace
from tests.tui.driving import open_app
from tests.tui.every_write import (
    ALL,
    LIVE,
    OLDER_KINDS,
    WRITES,
    Write,
    answer,
    dismiss,
    journal,
    shop,
    type_all,
)

if TYPE_CHECKING:
    from tests.tui.driving import Driver


@pytest.mark.parametrize("tab", sorted(WRITES))
@pytest.mark.parametrize("revision", ALL)
async def test_what_is_written_is_held_journalled_and_taken_back(revision: str, tab: str) -> None:
    server = Server(store_of(shop()), revision=revision)
    async with open_app(server) as driver:
        await driver.until(lambda: workspace(driver).bundles.at_end, "the bundles")
        await driver.until(lambda: workspace(driver).devices.as_of, "the devices")
        await workspace(driver).client.learn_revision(APP)
        await driver.type(tab)
        for write in WRITES[tab]:
            if revision in write.revisions:
                await check_write_and_undo(driver, server, write)
    server.store.close()


async def check_write_and_undo(driver: Driver, server: Server, write: Write) -> None:
    """Make a write, check its result, and undo it."""
    server.pass_time(61)  # what the server takes once a minute has a file of its own
    if write.first:
        server.change(write.first)
        await workspace(driver).channels.refresh()
    before, count_before = write.holds(server), len(journal(driver))
    assert before != write.after, write.name
    await type_all(driver, write)
    await answer(driver, write.ask)
    entries = journal(driver)[: len(journal(driver)) - count_before]
    kind = write.kind if server.revision in LIVE else OLDER_KINDS.get(write.kind, write.kind)
    assert [each.kind for each in entries] == [kind] * write.count, write.name
    assert [each.state for each in entries] == [write.state] * write.count, write.name
    assert write.holds(server) == write.after, write.name
    server.pass_time(61)
    await driver.type("z")
    if write.undo.startswith("!"):
        await driver.until(lambda: write.undo[1:60] in driver.main.status.message, write.undo)
        assert write.holds(server) == write.after, write.name
        dismiss(driver)
        return
    await answer(driver, write.undo)
    assert write.holds(server) == before, f"{write.name} taken back"
    back = journal(driver)[: len(journal(driver)) - count_before - write.count]
    assert {each.undoes for each in back} == {each.id for each in entries}, write.name
    again = {each.id: each for each in journal(driver)}
    assert all(again[each.id].is_undone for each in entries), write.name
