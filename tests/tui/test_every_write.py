"""Every write in every revision that has it, by the keyboard, and its undo with ``z``.

Checked are the sandbox and the journal after the write and after the undo. The questions and
failures of each kind of write have test files of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sampling import sample
from tests.support.server import Server
from tests.support.world import store_of
from tests.tui.make_writes import answer, dismiss, journal, on_tab, prepare, type_keys
from tests.tui.writes import ALL, FOR_GOOD, LIVE, OLDER_KINDS, WRITES, Write, shop

if TYPE_CHECKING:
    from tests.support.sampling import Sampling
    from tests.tui.driving import Driver


def list_writes(tab: str, revision: str, *, whole: bool) -> list[Write]:
    """Return the writes to make in a revision: all, or each in one of its revisions.

    What cannot be undone is always written, for the writes after it count on that.
    """
    cases = [(write, each) for write in WRITES[tab] for each in write.revisions]
    sampled = sample(
        [frozenset({("write", id(write)), ("revision", ALL.index(each))}) for write, each in cases]
    )
    return [
        write
        for index, (write, each) in enumerate(cases)
        if each == revision and (whole or index in sampled or write.undo == f"!{FOR_GOOD}")
    ]


@pytest.mark.parametrize("tab", sorted(WRITES))
@pytest.mark.parametrize("revision", ALL)
async def test_what_is_written_is_held_journalled_and_taken_back(
    revision: str, tab: str, sampling: Sampling
) -> None:
    writes = list_writes(tab, revision, whole=sampling.whole)
    if not sampling.whole:
        sampling.note(len(writes), len(list_writes(tab, revision, whole=True)))
    server = Server(store_of(shop()), revision=revision)
    async with on_tab(server, tab) as driver:
        for write in writes:
            await check_write_and_undo(driver, server, write)


def test_the_sample_has_every_write_and_every_revision_of_each_tab() -> None:
    for tab, writes in WRITES.items():
        samples = {each: list_writes(tab, each, whole=False) for each in ALL}
        assert {id(write) for sample in samples.values() for write in sample} == set(
            map(id, writes)
        )
        assert all(samples.values())


async def check_write_and_undo(driver: Driver, server: Server, write: Write) -> None:
    """Make a write, check its result, and undo it."""
    server.pass_time(61)  # what the server takes once a minute has a file of its own
    await prepare(driver, server, write)
    before, count_before = write.holds(server), len(journal(driver))
    assert before != write.after, write.name
    await type_keys(driver, write.keys)
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
