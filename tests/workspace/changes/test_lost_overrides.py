"""An override whose answer is lost is read back, never sent again and never told as done unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import ErrorKind
from capgo_tui.api.models import Device
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from tests.support.front_door import Reply
from tests.support.world import World, open_world
from tests.workspace.changes.overriding import CLEAR, READ, SET, change_for, check_line, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as new_world:
        yield new_world


@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_a_lost_answer_is_made_good_by_reading_back(world: World, clears: bool) -> None:
    device_id = world.free_devices()[0]
    if clears:
        world.set_override(device_id, "qa")
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, None if clears else "beta", device_id)
        world.door.cut_after(CLEAR if clears else SET)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.VERIFIED
        assert outcome.readback == change.after
        channel_name = None if clears else "beta"
        assert world.override_of(device_id) == channel_name
        assert workspace.devices.records[device_id].channel == channel_name


async def test_a_lost_request_is_never_told_as_done_and_never_sent_again(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_before(SET)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.UNKNOWN, "it may still be carried out"
        assert (outcome.readback, outcome.is_read_back) == ({"channel": None}, True)
        assert outcome.error is not None
        assert outcome.error.kind is ErrorKind.UNREACHABLE
        assert outcome.error.maybe_sent
        assert world.override_of(change.wire_id) is None
        line = check_line(world, change, outcome)
        assert line.startswith("?")
        assert "answer was lost" in line
        assert "override is none so far" in line


async def test_a_lost_answer_and_a_lost_look_leave_it_unknown(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_after(SET)
        world.door.cut_before(READ, skip=1)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.UNKNOWN
        assert outcome.error is not None
        assert outcome.error.maybe_sent, "the write's own error, not that of the second look"
        assert world.override_of(change.wire_id) == "beta"
        assert not outcome.is_read_back
        line = check_line(world, change, outcome)
        assert line.startswith("?")
        assert "may have taken effect" in line
        assert "not changed" not in line.lower()
        assert "none" not in line, "nothing was read, so nothing is said to be there"


async def test_a_lost_answer_for_a_device_never_seen_leaves_it_unknown(world: World) -> None:
    async with world.on_a_socket() as workspace:
        await workspace.channels.load_all()
        beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
        change = make_override(workspace, Device(device_id="never-seen"), beta)
        world.door.requests.clear()
        world.door.cut_after(SET)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.UNKNOWN


@pytest.mark.parametrize("revision", ["documented", "legacy"])
async def test_a_lost_answer_stays_unknown_where_overrides_are_not_told(revision: str) -> None:
    async with open_world(revision, devices=20) as world, world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_after(SET)
        outcome = await run(world, workspace, change)
        assert outcome.state is OutcomeState.UNKNOWN
        assert world.override_of(change.wire_id) == "beta"
        assert check_line(world, change, outcome).startswith("?")


async def test_a_gateway_that_gives_up_on_a_write_that_was_done_is_no_failure(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")

    async def gateway(forward: Callable[[], Awaitable[Reply]]) -> Reply:
        await forward()
        html = [(b"content-type", b"text/html")]
        return Reply(504, b"<html><title>504 Gateway Time-out</title></html>", html)

    world.door.on(SET, gateway)
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.VERIFIED, {"channel": "beta"})


@pytest.mark.parametrize("status", [502, 504, 524])
async def test_a_gateway_that_gives_up_may_let_the_write_through_later(
    world: World, status: int
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.fail(SET, status)
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.UNKNOWN
    assert (outcome.readback, outcome.is_read_back) == ({"channel": None}, True)
    assert outcome.error is not None
    assert outcome.error.status == status
    line = check_line(world, change, outcome)
    assert line.startswith("?")
    assert "none so far" in line


async def test_a_lost_answer_tells_the_override_that_is_there_for_now(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "qa")
    workspace = world.open()
    change = await change_for(world, workspace, "beta", device_id)
    world.door.fail(SET, 504)
    outcome = await run(world, workspace, change)
    assert (outcome.state, outcome.readback, outcome.is_read_back) == (
        OutcomeState.UNKNOWN,
        {"channel": "qa"},
        True,
    )
    assert "override is qa so far" in check_line(world, change, outcome)


async def test_a_not_found_in_place_of_the_second_look_is_unverified(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    missing = {"error": "not_found", "message": "Not found"}

    async def proxy(_: Callable[[], Awaitable[Reply]]) -> Reply:
        return Reply.of(404, missing)

    world.door.on(READ, proxy, skip=1)
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.UNVERIFIED
    assert not outcome.is_read_back
    line = check_line(world, change, outcome)
    assert line.startswith("?")
    assert "accepted" in line


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_bug_after_the_request_went_out_leaves_its_end_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    bug = RuntimeError("a bug")

    look_up = workspace.look_up_device

    async def fail_after_write(device_id: str) -> Device | None:
        if world.door.writes:
            raise bug
        return await look_up(device_id)

    monkeypatch.setattr(workspace, "look_up_device", fail_after_write)
    if is_lost:
        world.door.fail(SET, 504)
    outcome = await run(world, workspace, change)
    assert outcome.state is (OutcomeState.UNKNOWN if is_lost else OutcomeState.UNVERIFIED)
    assert (outcome.readback, outcome.bug, outcome.is_read_back) == (None, bug, False)
    line = check_line(world, change, outcome)
    assert line.startswith("?")
    assert ("may have taken effect" if is_lost else "accepted, but reading it back failed") in line
