"""The outcome of a write that a server or a proxy answers with anything, done or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import CapgoError
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.arsenal.answers import ODD_ANSWERS
from tests.support.front_door import ConnectionCut
from tests.support.world import World, open_world
from tests.workspace.changes.overriding import SET, change_for, check_line, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace
    from tests.support.front_door import Reply


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as world:
        yield world


def entry_of(workspace: Workspace) -> Entry:
    """Return the only change in the journal."""
    (entry,) = workspace.journal.list_entries()
    return entry


@pytest.mark.parametrize("answer", ODD_ANSWERS)
async def test_what_was_not_read_back_is_not_told_nor_journalled_as_read(
    world: World, answer: str
) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.answer_raw(SET, ODD_ANSWERS[answer], first=True)

        async def cut_after_write(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            if world.door.writes:
                raise ConnectionCut
            return await forward()

        world.door.on("GET /device", cut_after_write, times=99)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.UNKNOWN
        assert outcome.readback is None
        assert entry_of(workspace).readback is None
        line = check_line(world, change, outcome)
        assert "it may have taken effect" in line
        assert "none" not in line


@pytest.mark.parametrize("fault", [MemoryError(), RecursionError(), KeyError("a bug")], ids=repr)
async def test_a_fault_of_ours_after_a_write_went_out_is_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    send = workspace.client.send

    async def send_and_fail(request: Request) -> bytes:
        await send(request)
        raise fault

    monkeypatch.setattr(workspace.client, "send", send_and_fail)
    outcome = await run(world, workspace, change)
    assert (outcome.state, outcome.bug) == (OutcomeState.VERIFIED, fault)
    assert entry_of(workspace).readback == {"channel": "beta"}


async def test_a_fault_of_ours_before_a_write_is_told_and_nothing_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    bug = LookupError("a bug")

    def raise_bug(*_: object) -> Request:
        raise bug

    monkeypatch.setattr(type(change), "request", raise_bug)
    outcome = await carry_out(change, workspace)
    assert (outcome.state, outcome.bug, outcome.readback) == (OutcomeState.FAILED, bug, None)
    assert world.door.writes == 0
    assert "LookupError, a bug in capgo-tui" in check_line(world, change, outcome)


async def test_a_refused_write_is_not_journalled_with_what_was_not_read(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.answer(SET, {"error": "cannot_find_channel", "message": "Cannot find channel"}, 404)
    outcome = await run(world, workspace, change)
    entry = entry_of(workspace)
    assert (outcome.state, entry.state, outcome.readback, entry.readback) == (
        *(OutcomeState.FAILED, OutcomeState.FAILED),
        *(None, None),
    )
    assert "override is" not in check_line(world, change, outcome)


@pytest.mark.parametrize("answer", sorted(ODD_ANSWERS.keys() - {"a reply of 1 MB"}))
async def test_the_same_answers_to_a_read_are_an_error_that_a_list_keeps(
    world: World, answer: str
) -> None:
    async with world.on_a_socket() as workspace:
        world.door.answer_raw("GET /channel", ODD_ANSWERS[answer], first=True, times=99)
        world.door.answer_raw("GET /channel/", ODD_ANSWERS[answer], first=True, times=99)
        await workspace.channels.load_all()
        assert isinstance(workspace.channels.error, CapgoError)
        assert workspace.channels.error.message.isprintable()
