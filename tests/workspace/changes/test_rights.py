"""A run tries nothing that needs a right which the key turned out to lack, and says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, get_args

import pytest

from capgo_tui.workspace.changes.batch import Batch, Step
from capgo_tui.workspace.changes.bundle_deletions import plan_deletions
from capgo_tui.workspace.changes.channels import SettingsChange, make_settings_change
from capgo_tui.workspace.changes.kinds import AnyChange
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.changes.reread import reread
from capgo_tui.workspace.changes.undo import plan_undo
from tests.support.world import World, open_world
from tests.workspace.channels import bundle, channel, load_workspace, names

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

SET, CLEAR = "POST /device", "DELETE /device"
FORCE = "channel.manage_forced_devices"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as new_world:
        yield new_world


def deny(world: World, role: str, permission: str, name: str) -> None:
    """Take a right on one channel from the key of a role."""
    world.run(
        "INSERT INTO channel_rights (key_id, channel_id, permission, allowed)"
        " SELECT k.id, c.id, ?, 0 FROM keys k, channels c WHERE k.label = ? AND c.name = ?",
        permission,
        role,
        name,
    )


def list_ends(batch: Batch) -> list[str]:
    """What became of each step: its fate, or why it was not sent."""
    return [_end(step) for step in batch.steps]


def _end(step: Step) -> str:
    if step.outcome is not None:
        return str(step.outcome.state)
    return step.skip_reason or step.untried_reason or "not tried"


async def carry_out_batch(
    workspace: Workspace, changes: list[Change], undoes: list[int] | None = None
) -> Batch:
    batch = Batch(changes, workspace, undoes=undoes or ())
    await batch.carry_out()
    return batch


def make_overrides(world: World, workspace: Workspace, *channels: str | None) -> list[Change]:
    free = iter(world.free_devices())
    return [
        make_override(
            workspace,
            workspace.devices.records[next(free)],
            None if name is None else channel(workspace, name),
        )
        for name in channels
    ]


async def test_the_first_refused_deletion_is_the_last_that_is_tried(world: World) -> None:
    workspace = await load_workspace(world, "app_developer")
    used_ids = workspace.list_linked_bundles()
    free = [each for key, each in workspace.bundles.records.items() if key not in used_ids]
    plan = await plan_deletions(workspace, free[:30])
    world.door.requests.clear()
    batch = await carry_out_batch(workspace, list(plan.changes))
    assert [each.name for each in world.door.requests] == ["DELETE /bundle"]
    why = "this key may not delete bundles"
    assert list_ends(batch) == [OutcomeState.FAILED, *[why] * 29]
    assert batch.finished_count == 1
    assert len(workspace.journal.list_entries()) == 1, "what is not tried is not written down"


async def test_a_right_on_one_channel_is_lacked_on_that_one_alone(world: World) -> None:
    deny(world, "app_developer", FORCE, "beta")
    workspace = await load_workspace(world, "app_developer")
    batch = await carry_out_batch(
        workspace, make_overrides(world, workspace, "beta", "qa", "beta", "qa", "beta")
    )
    why = "this key may not change overrides (channel beta)"
    assert list_ends(batch) == [
        OutcomeState.FAILED,
        OutcomeState.VERIFIED,
        why,
        OutcomeState.VERIFIED,
        why,
    ]
    assert world.door.count(SET) == 3


async def test_to_force_and_to_clear_are_two_rights(world: World) -> None:
    for device_id in world.free_devices()[:3]:
        world.set_override(device_id, "qa")
    workspace = await load_workspace(world, "app_reader")
    devices = [d for d in workspace.devices.records.values() if d.channel == "qa"]
    clearing: list[Change] = [make_override(workspace, each, None) for each in devices]
    force = make_overrides(world, workspace, "beta", "beta")
    batch = await carry_out_batch(workspace, [clearing[0], force[0], *clearing[1:], force[1]])
    assert list_ends(batch) == [
        OutcomeState.FAILED,
        OutcomeState.FAILED,
        *["this key may not change overrides"] * (len(clearing) - 1),
        "this key may not change overrides (channel beta)",
    ]
    assert world.door.writes == 2


async def test_those_that_wait_for_a_limit_are_given_up_without_waiting(world: World) -> None:
    workspace = await load_workspace(world, "app_reader")
    changes = make_overrides(world, workspace, "beta", "beta", "beta")
    for change in changes[:2]:
        workspace.write_limits.note(change.limits)  # as if it had just been tried
    batch = await carry_out_batch(workspace, changes)
    why = "this key may not change overrides (channel beta)"
    assert list_ends(batch) == [why, why, OutcomeState.FAILED]
    assert batch.wait_seconds == 0
    assert not any(step.is_waiting for step in batch.steps)


async def test_what_needs_no_change_is_left_alone_rather_than_not_tried(world: World) -> None:
    workspace = await load_workspace(world, "app_reader")
    first, second, third = make_overrides(world, workspace, "beta", "beta", "beta")
    world.set_override(second.wire_id, "beta")
    await workspace.look_up_device(second.wire_id)
    batch = await carry_out_batch(workspace, [first, second, third])
    assert list_ends(batch) == [
        OutcomeState.FAILED,
        "already on beta",
        "this key may not change overrides (channel beta)",
    ]


async def test_a_refusal_to_read_back_does_not_end_a_run(world: World) -> None:
    workspace = await load_workspace(world)
    no_access = {"error": "cannot_access_app", "message": "You can't access this app"}
    for _ in range(2):
        world.door.answer("GET /device", no_access, 400)
    batch = await carry_out_batch(workspace, make_overrides(world, workspace, "beta", "beta"))
    assert list_ends(batch) == [OutcomeState.UNVERIFIED] * 2
    assert world.door.count(SET) == 2


async def test_a_refusal_to_look_before_a_write_is_told_as_one_to_read(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
    no_access = {"error": "cannot_access_app", "message": "You can't access this app"}
    world.door.answer("GET /channel", no_access, 400)
    other = make_settings_change(workspace, channel(workspace, "qa"), {"allow_dev": False})
    batch = await carry_out_batch(
        workspace, [change, other, *make_overrides(world, workspace, "beta")]
    )
    why = "this key may not read channels"
    assert list_ends(batch) == [OutcomeState.FAILED, why, OutcomeState.VERIFIED]


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("app_uploader", "this key may not change settings of channels (channel beta)"),
        ("app_reader", "this key may not promote bundles (channel beta)"),
    ],
)
async def test_the_right_that_is_lacked_is_the_one_of_that_kind_of_change(
    world: World, role: str, why: str
) -> None:
    workspace = await load_workspace(world, role)
    beta, qa = channel(workspace, "beta"), channel(workspace, "qa")
    one, two = (bundle(workspace, name) for name in names(world)[6:8])
    makes_setting = role == "app_uploader"

    def change(of: Channel, to: Bundle) -> Change:
        if makes_setting:
            return make_settings_change(workspace, of, {"allow_dev": not of.allow_dev})
        return make_promotion(workspace, of, to)

    batch = await carry_out_batch(
        workspace, [change(beta, one), change(qa, one), change(beta, two)]
    )
    assert list_ends(batch) == [OutcomeState.FAILED, OutcomeState.FAILED, why]


async def test_a_refused_key_says_so_of_all_that_were_not_tried(world: World) -> None:
    workspace = await load_workspace(world)
    world.door.answer("POST /device", {"error": "invalid_apikey", "message": "Invalid apikey"}, 401)
    batch = await carry_out_batch(workspace, make_overrides(world, workspace, "beta", "qa", None))
    assert list_ends(batch)[0] == OutcomeState.FAILED
    assert all("key refused" in end for end in list_ends(batch)[1:2])
    assert world.door.writes == 1


# Undoing


async def test_an_undo_of_many_ends_at_the_first_refusal_and_can_be_done_again(
    world: World,
) -> None:
    workspace = await load_workspace(world)
    await carry_out_batch(workspace, make_overrides(world, workspace, *["beta"] * 4))
    world.run("UPDATE keys SET role = 'app_reader' WHERE label = 'org_super_admin'")
    undo = await plan_undo(workspace.journal.list_entries(), workspace)
    assert not isinstance(undo, str)
    batch = await carry_out_batch(workspace, list(undo.changes), list(undo.undoes))
    assert list_ends(batch) == [OutcomeState.FAILED, *["this key may not change overrides"] * 3]
    assert [
        entry.is_undone for entry in workspace.journal.list_entries() if entry.undoes is None
    ] == ([False] * 4)
    world.run("UPDATE keys SET role = 'app_admin' WHERE label = 'org_super_admin'")
    again = await plan_undo(
        [entry for entry in workspace.journal.list_entries() if entry.undoes is None], workspace
    )
    assert not isinstance(again, str)
    assert len(again.changes) == 4


async def undoing(world: World, names: Sequence[str], undoes: Sequence[int]) -> Batch:
    """Make changes of channels that pass for the undo of two entries, in a run."""
    workspace = await load_workspace(world)
    now = {name: bool(channel(workspace, name).allow_dev) for name in names}
    steps = [
        SettingsChange(
            app_id=world.app_id,
            wire_id=name,
            label=name,
            before={"allow_dev": now[name]},
            after={"allow_dev": not now[name]},
        )
        for name in names
    ]
    entries = [workspace.journal.intend(steps[0], None) for _ in range(2)]
    return Batch(steps, workspace, undoes=[entries[number] for number in undoes])


def undone(world: World) -> dict[int, bool]:
    entries = world.workspaces[-1].journal.list_entries()
    return {entry.id: entry.is_undone for entry in entries if entry.undoes is None}


async def test_an_undo_that_lacks_a_right_for_a_later_step_is_not_begun(world: World) -> None:
    deny(world, "org_super_admin", "channel.update_settings", "beta")
    batch = await undoing(world, ["beta", "qa", "beta"], [0, 1, 1])
    await batch.carry_out()
    why = "this key may not change settings of channels (channel beta)"
    assert list_ends(batch) == [OutcomeState.FAILED, why, why]
    assert not any(undone(world).values())


async def test_an_undo_that_was_begun_and_lacks_a_right_is_not_taken_for_done(
    world: World,
) -> None:
    deny(world, "org_super_admin", "channel.update_settings", "beta")
    batch = await undoing(world, ["qa", "beta", "beta"], [1, 0, 1])
    await batch.carry_out()
    why = "this key may not change settings of channels (channel beta)"
    assert list_ends(batch) == [OutcomeState.VERIFIED, OutcomeState.FAILED, why]
    assert not any(undone(world).values())
    last = world.workspaces[-1].journal.list_entries()[0]
    assert (last.state, last.error) == (OutcomeState.FAILED, why)


async def test_an_undo_that_was_stopped_midway_is_not_taken_for_done(world: World) -> None:
    batch = await undoing(world, ["qa", "beta"], [0, 0])
    hold = world.door.hold("POST /channel")
    going = asyncio.ensure_future(batch.carry_out())
    await hold.ready.wait()
    batch.stop()
    hold.release.set()
    await going
    assert list_ends(batch) == [OutcomeState.VERIFIED, "not tried"]
    assert not any(undone(world).values())


async def test_what_cannot_be_read_for_lack_of_a_right_is_asked_for_once(world: World) -> None:
    workspace = await load_workspace(world)
    changes = make_overrides(world, workspace, *["beta"] * 5)
    world.run("UPDATE keys SET role = 'app_preview' WHERE label = 'org_super_admin'")
    world.door.requests.clear()
    readings = await reread(changes, workspace)
    assert len({id(reading) for reading in readings}) == 1
    assert [each.name for each in world.door.requests] == ["GET /device"]


@pytest.mark.parametrize("kind", get_args(get_args(AnyChange)[0]))
def test_every_kind_of_change_says_which_right_it_needs(kind: type[Change]) -> None:
    assert kind.right
