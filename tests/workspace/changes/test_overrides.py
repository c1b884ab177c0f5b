"""An override is sent exactly once, read back, and told for what it became."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import ErrorKind
from capgo_tui.api.models import Device
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange, make_override
from capgo_tui.workspace.changes.states import read_device_state
from capgo_tui.workspace.collection import StateChange
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.changes.overriding import CLEAR, READ, SET, change_for, check_line, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.collection import Event


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as new_world:
        yield new_world


def state(device: Device) -> State:
    return read_device_state(device, tells_overrides=True)


# Carried out


async def test_an_override_is_sent_once_and_read_back(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.VERIFIED, {"channel": "beta"})
    assert world.override_of(change.wire_id) == "beta"
    assert workspace.devices.records[change.wire_id].channel == "beta"
    assert [request.name for request in world.door.requests] == [READ, SET, READ]
    line = check_line(world, change, outcome)
    assert line.startswith("✓")
    assert "beta" in line


async def test_a_cleared_override_is_sent_once_and_read_back(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, None, device_id)
    assert change.before == {"channel": "beta"}
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.VERIFIED, {"channel": None})
    assert world.override_of(device_id) is None
    assert workspace.devices.records[device_id].channel is None
    assert world.door.count(CLEAR) == 1
    assert "none" in check_line(world, change, outcome)


async def test_one_override_replaces_another(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, "qa", device_id)
    assert (change.before, change.after) == ({"channel": "beta"}, {"channel": "qa"})
    assert (await run(world, workspace, change)).state is OutcomeState.VERIFIED
    assert world.override_of(device_id) == "qa"


async def test_nobody_elses_device_is_touched(world: World) -> None:
    before = {device_id: world.override_of(device_id) for device_id in world.device_ids()}
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    await run(world, workspace, change)
    after = {device_id: world.override_of(device_id) for device_id in world.device_ids()}
    assert after == {**before, change.wire_id: "beta"}


@pytest.mark.parametrize("revision", ALL_REVISIONS)
@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_every_revision_gets_the_write_once_and_carries_it_out(
    revision: str, clears: bool
) -> None:
    async with open_world(revision, devices=20) as world:
        device_id = world.free_devices()[0]
        if clears:
            world.set_override(device_id, "beta")
        workspace = world.open()
        change = await change_for(world, workspace, None if clears else "beta", device_id)
        outcome = await run(world, workspace, change)
        assert world.override_of(device_id) == (None if clears else "beta")
        if revision == "live":
            assert outcome == Outcome(OutcomeState.VERIFIED, change.after)
        else:
            assert outcome == Outcome(OutcomeState.UNVERIFIED, {}, is_read_back=False), (
                "these tell no override back"
            )
            assert "unknown → " in describe(change).ask(200)
            assert "does not report" in check_line(world, change, outcome)


async def test_a_channel_is_named_to_the_server_exactly_as_the_server_names_it(
    world: World,
) -> None:
    world.run("UPDATE channels SET name = ? WHERE name = 'beta'", "be\u200bta")
    workspace = world.open()
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    channel = next(c for c in workspace.channels.records.values() if c.wire_id == "be\u200bta")
    device = workspace.devices.records[world.free_devices()[0]]
    change = make_override(workspace, device, channel)
    assert describe(change).ask(200).isprintable()
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.VERIFIED
    assert world.override_of(device.device_id) == "be\u200bta"


# Accepted, but


async def test_an_override_that_is_accepted_and_ignored_is_told_as_different(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.answer(SET, {"status": "ok"})
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.DIFFERENT, {"channel": None})
    line = check_line(world, change, outcome)
    assert line.startswith("!")
    assert "none" in line
    assert "not beta" in line


async def test_somebody_quicker_is_told_by_name(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.after(SET, lambda: world.set_override(change.wire_id, "qa"))
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.DIFFERENT, {"channel": "qa"})
    assert workspace.devices.records[change.wire_id].channel == "qa"
    assert "now says override is qa" in check_line(world, change, outcome)


async def test_an_override_that_somebody_sets_again_is_not_told_as_cleared(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, None, device_id)
    world.door.after(CLEAR, lambda: world.set_override(device_id, "qa"))
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.DIFFERENT, {"channel": "qa"})


async def test_what_cannot_be_read_back_is_told_as_unverified(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.fail(READ, skip=1)
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.UNVERIFIED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.SERVER_FAULT
    assert world.override_of(change.wire_id) == "beta"
    line = check_line(world, change, outcome)
    assert line.startswith("?")
    assert "accepted" in line


async def test_a_device_the_server_has_never_seen_takes_the_override_unverified(
    world: World,
) -> None:
    workspace = world.open()
    await workspace.channels.load_all()
    beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
    stranger = Device(device_id="00000000-0000-4000-8000-00000000beef")
    change = make_override(workspace, stranger, beta)
    world.door.requests.clear()
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(OutcomeState.UNVERIFIED, is_read_back=False)
    assert world.override_of(stranger.device_id) == "beta"
    line = check_line(world, change, outcome)
    assert line.startswith("? ")
    assert "beef" in line


# Refused


async def test_a_default_channel_takes_no_override(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "production")
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.RULE
    assert world.override_of(change.wire_id) is None
    assert world.door.count(READ) == 1, "a refusal needs no second look"
    line = check_line(world, change, outcome)
    assert line.startswith("✗")
    assert "not changed" in line.lower()
    assert "public channel" in line


@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_a_readers_key_may_not_change_overrides(world: World, clears: bool) -> None:
    device_id = world.free_devices()[0]
    if clears:
        world.set_override(device_id, "qa")
    workspace = world.open("app_reader")
    change = await change_for(world, workspace, None if clears else "beta", device_id)
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.NOT_ALLOWED
    assert outcome.readback is None, "nothing was read back"
    assert world.override_of(device_id) == ("qa" if clears else None)
    assert "may not change overrides" in check_line(world, change, outcome)


async def test_the_same_channel_again_within_a_minute_is_told_with_the_time_to_wait() -> None:
    async with open_world(limits="device", devices=20) as world:
        workspace = world.open()
        change = await change_for(world, workspace, "beta")
        assert (await run(world, workspace, change)).state is OutcomeState.VERIFIED
        world.clock.advance(5)
        clear = await change_for(world, workspace, None, change.wire_id)
        assert (await run(world, workspace, clear)).state is OutcomeState.VERIFIED
        world.clock.advance(5)
        again = await change_for(world, workspace, "beta", change.wire_id)
        outcome = await run(world, workspace, again)
        assert outcome.state is OutcomeState.FAILED
        assert outcome.error is not None
        assert outcome.error.kind is ErrorKind.RATE_LIMITED
        assert outcome.error.retry_after == 50
        assert world.override_of(change.wire_id) is None
        assert "50 s" in check_line(world, again, outcome)
        world.clock.advance(50)
        again = await change_for(world, workspace, "beta", change.wire_id)
        assert (await run(world, workspace, again)).state is OutcomeState.VERIFIED


async def test_a_key_that_expires_in_between_is_told_as_refused(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.after(READ, lambda: world.run("UPDATE keys SET expired = 1"))
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.KEY_REFUSED
    assert "key refused" in check_line(world, change, outcome)


async def test_a_channel_that_is_gone_by_now_changes_nothing(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.run("DELETE FROM channels WHERE name = 'beta'")
    outcome = await run(world, workspace, change)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.NOT_FOUND
    assert "Cannot find channel" in check_line(world, change, outcome)


async def test_a_server_that_is_not_there_has_been_sent_nothing(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
    # The port is closed by now; a new client still knows the address.
    workspace_before = world.open(server=workspace.target.server)
    await workspace_before.aclose()
    far = world.open(server=workspace.target.server)
    far.devices.put(workspace.devices.records[change.wire_id])
    outcome = await carry_out(change, far)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.readback is None
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.UNREACHABLE
    assert world.door.writes == 0


# While it is under way


async def test_a_write_is_marked_while_it_lasts_and_its_row_is_drawn_again(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    marks: list[bool] = []

    def note(event: Event) -> None:
        if not isinstance(event, StateChange):
            marks.append(("devices", change.wire_id) in workspace.writing)

    workspace.devices.listen(note)
    hold = world.door.hold(SET)
    running = asyncio.ensure_future(carry_out(change, workspace))
    await hold.ready.wait()
    assert marks == [True, True]
    hold.let_go()
    assert (await running).state is OutcomeState.VERIFIED
    assert marks == [True, True, True, False]


async def test_a_write_given_up_leaves_no_mark(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    hold = world.door.hold(SET)
    running = asyncio.ensure_future(carry_out(change, workspace))
    await hold.ready.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not workspace.writing
    assert world.door.writes == 1


async def test_a_page_under_way_does_not_undo_the_re_read_of_a_write(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    hold = world.door.hold(READ)
    refreshing = asyncio.ensure_future(workspace.devices.refresh())
    await hold.ready.wait()
    assert (await run(world, workspace, change)).state is OutcomeState.VERIFIED
    hold.let_go()
    await refreshing
    assert workspace.devices.records[change.wire_id].channel == "beta"


async def test_a_change_is_outdated_when_its_device_has_another_override_by_now(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    device = workspace.devices.records[change.wire_id]
    assert not change.is_outdated_by(state(device))
    world.rename(change.wire_id, "another name")
    again = await workspace.look_up_device(change.wire_id)
    assert again is not None
    assert not change.is_outdated_by(state(again)), "a new name does not change what would happen"
    world.set_override(change.wire_id, "qa")
    again = await workspace.look_up_device(change.wire_id)
    assert again is not None
    assert change.is_outdated_by(state(again))


# What it is called


@pytest.mark.parametrize(
    ("key", "label", "confirmation"),
    [
        ("001cf288-0756-4e20-be1c-3f4389eb6f94", "qa-07", "qa-07"),
        ("001cf288-0756-4e20-be1c-3f4389eb6f94", "", "3f4389eb6f94"),
        ("emulator-5", "", "emulator-5"),
        ("test_device", "", "test_device"),
    ],
)
def test_of_a_long_id_the_end_is_typed(key: str, label: str, confirmation: str) -> None:
    change = OverrideChange(
        app_id="com.acme.shop",
        wire_id=key,
        label=label or key,
        before={"channel": None},
        after={"channel": "beta"},
    )
    assert describe(change).confirmation == confirmation


async def test_a_device_is_called_by_its_custom_id_where_it_has_one(world: World) -> None:
    custom_id_device, plain_device = world.free_devices()[:2]
    world.rename(custom_id_device, "qa-07")
    world.rename(plain_device, "")
    workspace = world.open()
    assert (await change_for(world, workspace, "beta", custom_id_device)).label == "qa-07"
    assert (await change_for(world, workspace, "beta", plain_device)).label == plain_device
