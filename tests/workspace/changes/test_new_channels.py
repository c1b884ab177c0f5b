"""A channel is made once, never over another, and what its deletion takes along is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.changes.new_channels import (
    ANOTHER_ID,
    ChannelCreation,
    ChannelDeletion,
    make_channel_deletion,
)
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.links import list_overridden_devices, reread_devices
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.channels import (
    bundle_name_of,
    carry,
    carry_out_verified,
    channel,
    defaults,
    list_writes,
    load_workspace,
    names,
    setting,
    undo,
)

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State


def creation(world: World, name: str, after: State) -> ChannelCreation:
    return ChannelCreation(app_id=world.app_id, wire_id=name, label=name, before=None, after=after)


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_channel_is_made_with_its_bundle_in_one_request_and_taken_back(
    revision: str,
) -> None:
    async with open_world(revision, devices=5) as world:
        workspace = await load_workspace(world)
        newest = names(world)[0]
        change = creation(world, "pr-9", {"bundle": newest})
        outcome = await carry_out_verified(workspace, change)
        assert [name for name, _ in list_writes(world)] == ["POST /channel"]
        assert bundle_name_of(world, "pr-9") == newest
        assert channel(workspace, "pr-9").bundle is not None
        (step,) = await undo(workspace, change, outcome)
        assert (step.level, step.kind) == (ConfirmationLevel.TYPED, "channel.delete")
        assert world.column("SELECT 1 FROM channels WHERE name = 'pr-9'") == []


async def test_a_namesake_made_meanwhile_is_not_edited() -> None:
    async with open_world(devices=5) as world:
        workspace = await load_workspace(world)
        change = creation(world, "pr-9", {"allow_dev": False})
        world.run(
            "INSERT INTO channels (app_id, name, created_at, updated_at, created_by, rollout_id)"
            " SELECT app_id, 'pr-9', created_at, updated_at, created_by, 'r' FROM channels"
            " WHERE app_id = ? AND name = 'beta'",
            world.app_id,
        )
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.FAILED
        assert "there is a channel pr-9 already" in describe_outcome_line(change, outcome)
        assert (world.door.writes, setting(world, "pr-9", "allow_dev")) == (0, "1")


async def test_a_key_that_cannot_look_for_a_namesake_makes_nothing() -> None:
    async with open_world(devices=5) as world:
        workspace = await load_workspace(world)
        world.door.fail("GET /channel")
        outcome = await carry_out(creation(world, "pr-9", {}), workspace)
        assert outcome.state is OutcomeState.FAILED
        assert world.door.writes == 0


NOT_RESTORED = {
    "live": ("whether it served iOS, Android and Electron is unknown: it serves all of them",),
    "documented": (
        "whether it served iOS and Android is unknown: it serves all of them",
        "its old value is unknown, so it is not restored: holds back updates,"
        " devices may choose it",
    ),
    "legacy": (
        "this server cannot set it, so it may come back otherwise: holds back updates (major),"
        " not below native (yes)",
    ),
}


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_deleted_channel_is_made_again_with_what_can_be_set(revision: str) -> None:
    async with open_world(revision, devices=30) as world:
        workspace = await load_workspace(world)
        before = bundle_name_of(world, "beta")
        world.set_override(world.free_devices()[0], "beta")
        change = make_channel_deletion(workspace, channel(workspace, "beta"))
        assert change.level is ConfirmationLevel.TYPED
        outcome = await carry_out_verified(workspace, change)
        assert world.column("SELECT 1 FROM channels WHERE name = 'beta'") == []
        assert change.find(workspace) is None, "the row is gone"
        copy = CHANGES.validate_json(change.model_dump_json())
        steps = await undo(workspace, copy, outcome)
        assert steps[0].impact[0] == ANOTHER_ID
        assert steps[0].impact[1:] == NOT_RESTORED[revision]
        assert bundle_name_of(world, "beta") == before


async def test_settings_and_rollout_of_a_deleted_channel_come_back() -> None:
    async with open_world(devices=5) as world:
        stable, target = names(world)[2], names(world)[0]
        carry(world, "beta", stable)
        world.run(
            "UPDATE channels SET allow_dev = 0, disable_auto_update = 'patch', rollout_enabled = 1,"
            " auto_pause_window_minutes = 7, rollout_percentage_bps = 1000,"
            " rollout_paused_at = '2026-11-01T00:00:00+00:00', rollout_pause_reason = 'slow',"
            " rollout_version = (SELECT id FROM bundles WHERE name = ?) WHERE name = 'beta'",
            target,
        )
        workspace = await load_workspace(world)
        before = workspace.get_state(channel(workspace, "beta"))
        change = make_channel_deletion(workspace, channel(workspace, "beta"))
        outcome = await carry_out_verified(workspace, change)
        steps = await undo(workspace, change, outcome)
        assert len(steps) == 3, "made, given its rollout, and that paused"
        assert workspace.get_state(channel(workspace, "beta")) == before


async def test_what_a_deletion_takes_along_is_said() -> None:
    async with open_world(devices=30) as world:
        first, second = world.free_devices()[:2]
        for device_id in (first, second):
            world.set_override(device_id, "beta")
        world.rename(first, "qa-phone")
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        devices = list_overridden_devices(workspace, beta)
        change = make_channel_deletion(workspace, beta, devices)
        assert "qa-phone" in change.impact[0]
        assert change.impact[0].startswith(f"{len(devices)} of 30 devices, as of ")
        assert "lose their override: " in change.impact[0]
        assert any("stays" in line for line in change.impact)
        default = make_channel_deletion(workspace, channel(workspace, "production"))
        assert any("no default channel remains" in line for line in default.impact)
        await carry_out_verified(workspace, change)
        keys = [each.wire_id for each in devices]
        world.door.requests.clear()
        assert await reread_devices(workspace, keys) == 0
        assert len(world.door.requests) == 1, "they are on one page"
        assert list_overridden_devices(workspace, beta) == []
        other_ids = [f"looked-up-{number}" for number in range(21)]
        assert await reread_devices(workspace, other_ids) == 21, "too many at once"
        world.door.fail("GET /device", times=9)
        assert await reread_devices(workspace, keys) == len(keys)


async def test_a_deletion_says_how_far_it_knows_the_devices() -> None:
    async with open_world(devices=160) as world:
        workspace = world.open()
        for collection in (workspace.channels, workspace.bundles):
            await collection.load_all()
        beta = channel(workspace, "beta")
        assert (
            "none is loaded, so which is not known"
            in make_channel_deletion(workspace, beta).impact[0]
        )
        await workspace.devices.load_more()
        loaded_now, as_of = len(workspace.devices), workspace.devices.as_of
        assert as_of is not None
        assert not workspace.devices.at_end
        first, second = make_channel_deletion(workspace, beta).impact[:2]
        knowledge = f"{loaded_now} loaded devices, as of {format_clock_time(as_of)}"
        assert first == f"none of {knowledge}, is forced to it"
        assert second == "not all devices are loaded: there may be more of them"
        await workspace.devices.load_all()
        assert "none of 160 devices, as of " in make_channel_deletion(workspace, beta).impact[0]


async def test_overrides_that_no_row_tells_are_said_to_be_unknown() -> None:
    async with open_world("documented", devices=5) as world:
        workspace = await load_workspace(world)
        change = make_channel_deletion(workspace, channel(workspace, "beta"))
        assert "this server does not report which" in change.impact[0]


async def test_a_deleted_default_is_made_a_default_again() -> None:
    async with open_world(devices=5) as world:
        workspace = await load_workspace(world)
        change = make_channel_deletion(workspace, channel(workspace, "production"))
        outcome = await carry_out_verified(workspace, change)
        assert defaults(world) == set()
        await undo(workspace, change, outcome)
        assert defaults(world) == {"production"}


async def test_a_key_that_may_not_delete_is_told_so() -> None:
    async with open_world(devices=5) as world:
        workspace = await load_workspace(world, "app_developer")
        change = make_channel_deletion(workspace, channel(workspace, "beta"))
        outcome = await carry_out(change, workspace)
        assert isinstance(change, ChannelDeletion)
        assert "may not delete channels" in describe_outcome_line(change, outcome)
        assert bundle_name_of(world, "beta") is not None
