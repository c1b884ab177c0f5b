"""What can be taken back is, after a look; what somebody changed since is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.settings import ChannelSettings
from capgo_tui.workspace.changes.batch import BROKEN_OFF, Batch
from capgo_tui.workspace.changes.bundles import BundleDeletion, BundleNotes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import SettingsChange, make_settings_change
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.names import NAME_WIDTH, shorten
from capgo_tui.workspace.changes.new_channels import ChannelCreation, make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.undo import UndoPlan, find_batch, find_latest, plan_undo
from tests.support.world import ALL_REVISIONS, World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=20) as new_world:
        yield new_world


@pytest.fixture
async def workspace(world: World) -> Workspace:
    new_workspace = world.open()
    for collection in (new_workspace.channels, new_workspace.devices, new_workspace.bundles):
        await collection.load_all()
    return new_workspace


def override(world: World, device: str, before: str | None, after: str | None) -> OverrideChange:
    return OverrideChange(
        app_id=world.app_id, wire_id=device, row_key=device, label=device[:8],
        before={"channel": before}, after={"channel": after},
    )  # fmt: skip


async def plan_last_undo(workspace: Workspace) -> UndoPlan:
    """What ``z`` would ask."""
    undo = await plan_undo(find_latest(workspace.journal.list_entries()).entries, workspace)
    assert isinstance(undo, UndoPlan), undo
    return undo


async def undo_last(workspace: Workspace) -> UndoPlan:
    undo = await plan_last_undo(workspace)
    await carry_out_all(undo, workspace)
    return undo


async def carry_out_all(undo: UndoPlan, workspace: Workspace) -> None:
    for change, entry in zip(undo.changes, undo.undoes, strict=True):
        outcome = await carry_out(change, workspace, undoes=entry)
        assert outcome.state is OutcomeState.VERIFIED, outcome


async def carry_out_as(
    change: Change, workspace: Workspace, fate: OutcomeState = OutcomeState.VERIFIED
) -> None:
    assert (await carry_out(change, workspace)).state is fate


async def delete(channel: Channel, workspace: Workspace) -> State:
    """Delete a channel; gives what it was."""
    state = workspace.get_state(channel)
    await carry_out_as(make_channel_deletion(workspace, channel), workspace)
    return state


def entry_of(workspace: Workspace, number: int) -> Entry:
    return next(entry for entry in workspace.journal.list_entries() if entry.id == number)


# Back, step by step


async def test_each_undo_goes_one_further_back(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    await carry_out_as(override(world, device, "beta", "qa"), workspace)
    undo = await undo_last(workspace)
    assert describe(undo.changes[0]).summarize(80) == f"{device}: qa → beta"
    assert world.override_of(device) == "beta"
    await undo_last(workspace)
    assert world.override_of(device) is None
    assert find_latest(workspace.journal.list_entries()).entries == ()
    assert [entry.undoes for entry in workspace.journal.list_entries()] == [1, 2, None, None]
    assert [entry.is_undone for entry in workspace.journal.list_entries()] == [
        False,
        False,
        True,
        True,
    ]


async def test_an_undo_is_undone_by_choosing_it(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    await undo_last(workspace)
    redo = await plan_undo([entry_of(workspace, 2)], workspace)
    assert isinstance(redo, UndoPlan)
    await carry_out_all(redo, workspace)
    assert world.override_of(device) == "beta"
    assert not entry_of(workspace, 1).is_undone, "it is done again"
    await undo_last(workspace)
    assert world.override_of(device) is None, "and so can be undone again"


async def test_a_cleared_override_comes_back(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    world.set_override(device, "qa")
    await carry_out_as(override(world, device, "qa", None), workspace)
    await undo_last(workspace)
    assert world.override_of(device) == "qa"


async def test_settings_and_notes_come_back(world: World, workspace: Workspace) -> None:
    channel = next(c for c in workspace.channels.records.values() if not c.public)
    before = workspace.get_state(channel)
    await carry_out_as(
        make_settings_change(
            workspace, channel, {"allow_dev": not channel.allow_dev, "bundle": None}
        ),
        workspace,
    )
    bundle = next(iter(workspace.bundles.records.values()))
    notes = BundleNotes(
        app_id=world.app_id, wire_id=bundle.wire_id, row_key=str(bundle.id), label=bundle.name,
        before={"comment": bundle.comment or None}, after={"comment": "do not use"},
        bundle_id=bundle.id,
    )  # fmt: skip
    await carry_out_as(notes, workspace)
    await undo_last(workspace)
    await undo_last(workspace)
    assert workspace.get_state(workspace.channels.records[str(channel.id)]) == before
    comment = workspace.bundles.records[str(bundle.id)].comment or None
    assert comment == (bundle.comment or None)


async def test_a_deleted_channel_is_made_anew_and_what_is_lost_is_said(
    world: World, workspace: Workspace
) -> None:
    channel = next(c for c in workspace.channels.records.values() if not c.public and c.bundle)
    state = await delete(channel, workspace)
    undo = await plan_last_undo(workspace)
    assert isinstance(undo.changes[0], ChannelCreation)
    assert undo.changes[0].level is ConfirmationLevel.LIST
    assert "do not come back" in " ".join(undo.changes[0].impact)
    await carry_out_all(undo, workspace)
    rows = world.column(
        "SELECT b.name FROM channels c JOIN bundles b ON b.id = c.version"
        " WHERE c.name = ? AND c.id != ?",
        *(channel.name, channel.id),
    )
    assert rows == [state["bundle"]], "with its bundle, but another id"
    # And away again: a new channel is deleted by typing its name.
    redo = await plan_undo([workspace.journal.list_entries()[0]], workspace)
    assert isinstance(redo, UndoPlan)
    assert redo.changes[0].level is ConfirmationLevel.TYPED


async def test_a_deleted_default_says_whom_it_demotes_when_it_comes_back(
    world: World, workspace: Workspace
) -> None:
    old = next(c for c in workspace.channels.records.values() if c.public)
    other = next(c for c in workspace.channels.records.values() if not c.public and c.bundle)
    await delete(old, workspace)
    world.run("UPDATE channels SET public = 1 WHERE id = ?", other.id)
    undo = await plan_last_undo(workspace)
    (creation,) = undo.changes
    assert any(f"{other.name} may stop being the default" in each for each in creation.impact)
    await carry_out_all(undo, workspace)
    assert not workspace.channels.records[str(other.id)].public
    back = creation.make_inverse(creation.find(workspace))
    assert [each if isinstance(each, str) else each.wire_id for each in back] == [
        other.wire_id,
        old.wire_id,
    ]


async def test_a_setting_undone_to_default_says_whom_it_demotes(
    world: World, workspace: Workspace
) -> None:
    old = next(c for c in workspace.channels.records.values() if c.public)
    other = next(c for c in workspace.channels.records.values() if not c.public and c.bundle)
    await carry_out_as(make_settings_change(workspace, old, {"public": False}), workspace)
    world.run("UPDATE channels SET public = 1 WHERE id = ?", other.id)
    (again,) = (await plan_last_undo(workspace)).changes
    assert any(f"{other.name} " in line and "default" in line for line in again.impact)


async def test_a_new_channel_is_deleted_again_though_its_platforms_are_not_told(
    world: World, workspace: Workspace
) -> None:
    creation = ChannelCreation(
        app_id=world.app_id, wire_id="pr-7", label="pr-7", before=None,
        after={"allow_dev": True, "ios": True, "android": False},
    )  # fmt: skip
    await carry_out_as(creation, workspace)
    undo = await plan_last_undo(workspace)
    assert undo.changes[0].level is ConfirmationLevel.TYPED
    await carry_out_all(undo, workspace)
    assert world.column("SELECT count(*) FROM channels WHERE name = 'pr-7'") == ["0"]


async def test_a_new_channel_that_somebody_changed_is_left_alone(
    world: World, workspace: Workspace
) -> None:
    creation = ChannelCreation(
        app_id=world.app_id, wire_id="pr-7", label="pr-7", before=None, after={"allow_dev": True},
    )  # fmt: skip
    await carry_out_as(creation, workspace)
    world.run("UPDATE channels SET allow_dev = 0 WHERE name = 'pr-7'")
    refusal = await plan_undo(workspace.journal.list_entries(), workspace)
    assert refusal == "pr-7: development builds is no now, but was left yes"


async def test_demoted_defaults_are_brought_back_together(
    world: World, workspace: Workspace
) -> None:
    old = next(c for c in workspace.channels.records.values() if c.public)
    new = next(c for c in workspace.channels.records.values() if not c.public and c.bundle)
    change = SettingsChange(
        app_id=world.app_id, wire_id=new.wire_id, row_key=str(new.id), label=new.name,
        before={"public": False}, after={"public": True}, level=ConfirmationLevel.LIST,
        demotes=(old.wire_id,),
    )  # fmt: skip
    await carry_out_as(change, workspace)
    assert not workspace.channels.records[str(old.id)].public
    await undo_last(workspace)
    assert workspace.channels.records[str(old.id)].public
    assert not workspace.channels.records[str(new.id)].public


async def make_new_default(world: World, workspace: Workspace) -> Channel:
    """Make a channel that takes the default's place; gives the one that had it."""
    old = next(c for c in workspace.channels.records.values() if c.public)
    creation = ChannelCreation(
        app_id=world.app_id, wire_id="pr-7", label="pr-7", before=None, after={"public": True},
        demotes=(old.wire_id,),
    )  # fmt: skip
    await carry_out_as(creation, workspace)
    return old


async def test_a_new_default_gives_its_place_back_before_it_is_deleted(
    world: World, workspace: Workspace
) -> None:
    old = await make_new_default(world, workspace)
    assert not workspace.channels.records[str(old.id)].public
    undo = await plan_last_undo(workspace)
    assert [change.wire_id for change in undo.changes] == [old.wire_id, "pr-7"]
    await Batch(undo.changes, workspace, undoes=undo.undoes).carry_out()
    assert workspace.channels.records[str(old.id)].public
    assert "pr-7" not in [c.wire_id for c in workspace.channels.records.values()]


# A run


async def run_of(world: World, workspace: Workspace, count: int) -> list[str]:
    devices = world.free_devices()[:count]
    batch = Batch([override(world, device, None, "beta") for device in devices], workspace)
    await batch.carry_out()
    assert batch.count(OutcomeState.VERIFIED) == count
    return devices


async def test_a_run_is_undone_as_one(world: World, workspace: Workspace) -> None:
    devices = await run_of(world, workspace, 4)
    undo = await plan_last_undo(workspace)
    assert undo.title == "Undo 4 changes"
    assert sorted(undo.undoes) == [1, 2, 3, 4]
    again = Batch(undo.changes, workspace, undoes=undo.undoes)
    await again.carry_out()
    assert [world.override_of(device) for device in devices] == [None] * 4
    assert find_latest(workspace.journal.list_entries()).entries == ()
    redo = await plan_undo(
        find_batch(workspace.journal.list_entries()[0], workspace.journal.list_entries()), workspace
    )
    assert isinstance(redo, UndoPlan)
    assert len(redo.changes) == 4


async def test_of_a_run_only_what_nobody_changed_since_is_undone(
    world: World, workspace: Workspace
) -> None:
    devices = await run_of(world, workspace, 3)
    world.set_override(devices[1], "qa")
    undo = await plan_last_undo(workspace)
    assert {change.wire_id for change in undo.changes} == {devices[0], devices[2]}
    (left,) = undo.skip_reasons
    assert "override is qa now, but was left beta" in left
    assert any(left in touch for touch in undo.changes[0].impact), "and the dialog says so"


async def test_the_steps_of_one_undo_end_with_the_first_that_fails(
    world: World, workspace: Workspace
) -> None:
    await make_new_default(world, workspace)
    undo = await plan_last_undo(workspace)
    world.door.requests.clear()
    world.door.fail("POST /channel")
    batch = Batch(undo.changes, workspace, undoes=undo.undoes)
    await batch.carry_out()
    assert [step.outcome and step.outcome.state for step in batch.steps] == [
        OutcomeState.UNKNOWN,
        None,
    ]
    assert batch.steps[1].skip_reason == BROKEN_OFF
    assert world.door.writes == 1, "the new default was not deleted, and so one is left"
    assert not entry_of(workspace, 1).is_undone
    # What took the failure's place in a run of many is no business of the others.
    assert find_latest(workspace.journal.list_entries()).entries == (entry_of(workspace, 1),)


async def test_half_an_undo_is_not_told_as_undone(world: World, workspace: Workspace) -> None:
    beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
    one, two = list(workspace.bundles.records.values())[:2]
    world.run(
        "UPDATE channels SET version = ?, rollout_version = ? WHERE id = ?", one.id, two.id, beta.id
    )
    await workspace.channels.refresh()
    await delete(workspace.channels.records[str(beta.id)], workspace)
    undo = await plan_last_undo(workspace)
    assert len(undo.changes) == 2, "made anew, then its rollout"
    world.door.fail("GET /channel", skip=2)  # before the rollout is sent, the channel is read
    batch = Batch(undo.changes, workspace, undoes=undo.undoes)
    await batch.carry_out()
    assert (batch.count(OutcomeState.VERIFIED), batch.count(OutcomeState.FAILED)) == (1, 1)
    assert not entry_of(workspace, 1).is_undone
    assert [entry.request for entry in workspace.journal.list_entries()][:2] == [
        "none was sent",
        "POST /channel",
    ]


async def test_a_failure_does_not_end_the_undo_of_the_others(
    world: World, workspace: Workspace
) -> None:
    devices = await run_of(world, workspace, 3)
    undo = await plan_last_undo(workspace)
    world.door.answer("DELETE /device", {"error": "missing_device_id", "message": "No"}, 400)
    batch = Batch(undo.changes, workspace, undoes=undo.undoes)
    await batch.carry_out()
    assert (batch.count(OutcomeState.FAILED), batch.count(OutcomeState.VERIFIED)) == (1, 2)
    assert sorted(filter(None, map(world.override_of, devices))) == ["beta"]


# Refused


async def test_a_record_changed_since_is_left_alone_and_both_are_named(
    world: World, workspace: Workspace
) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    world.set_override(device, "qa")
    world.door.requests.clear()
    refusal = await plan_undo(workspace.journal.list_entries(), workspace)
    assert refusal == f"{shorten(device, NAME_WIDTH)}: override is qa now, but was left beta"
    assert world.door.writes == 0


async def test_a_record_changed_between_the_look_and_the_yes_is_left_alone(
    world: World, workspace: Workspace
) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    undo = await plan_last_undo(workspace)
    assert undo.find_objection(workspace) is None
    world.set_override(device, "qa")
    await workspace.devices.refresh()
    assert (
        undo.find_objection(workspace)
        == f"{shorten(device, NAME_WIDTH)}: override is qa now, but was left beta"
    )


async def test_a_channel_made_anew_by_somebody_is_left_alone(
    world: World, workspace: Workspace
) -> None:
    channel = next(c for c in workspace.channels.records.values() if not c.public)
    await delete(channel, workspace)
    await workspace.client.set_channel(world.app_id, channel.wire_id, ChannelSettings())
    refusal = await plan_undo(workspace.journal.list_entries(), workspace)
    assert refusal == f"there is a channel {channel.name} again"


async def test_what_was_refused_needs_no_undo(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    await carry_out_as(
        override(world, device, None, "no such channel"), workspace, OutcomeState.FAILED
    )
    entries = workspace.journal.list_entries()
    assert find_latest(entries).entries == ()
    assert "nothing was changed" in str(await plan_undo(entries, workspace))


async def test_a_final_change_is_passed_over_and_said(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    linked_ids = workspace.list_linked_bundles()
    bundle = next(b for key, b in workspace.bundles.records.items() if key not in linked_ids)
    make_channel_deletion = BundleDeletion(
        app_id=world.app_id, wire_id=bundle.wire_id, row_key=str(bundle.id), label=bundle.name,
        before={"link": None, "comment": None}, after=None,
    )  # fmt: skip
    await carry_out_as(make_channel_deletion, workspace)
    candidate = find_latest(workspace.journal.list_entries())
    assert [entry.target for entry in candidate.entries] == [device]
    assert bundle.name in candidate.skip_reason
    assert "cannot be brought back" in candidate.skip_reason
    refusal = await plan_undo([workspace.journal.list_entries()[0]], workspace)
    assert "cannot be brought back" in str(refusal)


async def test_what_is_not_known_is_undone_if_it_took_effect(
    world: World, workspace: Workspace
) -> None:
    device = world.free_devices()[0]
    world.door.cut_after("POST /device")
    world.door.fail("GET /device", skip=1)
    await carry_out_as(override(world, device, None, "beta"), workspace, OutcomeState.UNKNOWN)
    undo = await plan_last_undo(workspace)
    await carry_out_all(undo, workspace)
    assert world.override_of(device) is None


async def test_what_is_not_known_and_did_nothing_is_not_undone(
    world: World, workspace: Workspace
) -> None:
    device = world.free_devices()[0]
    world.door.cut_before("POST /device")
    world.door.fail("GET /device", skip=1)
    await carry_out_as(override(world, device, None, "beta"), workspace, OutcomeState.UNKNOWN)
    refusal = await plan_undo(workspace.journal.list_entries(), workspace)
    assert refusal == f"{shorten(device, NAME_WIDTH)}: it never took effect, all is as before"


async def test_what_cannot_be_read_is_not_undone(world: World, workspace: Workspace) -> None:
    device = world.free_devices()[0]
    await carry_out_as(override(world, device, None, "beta"), workspace)
    world.door.fail("GET /device")
    assert "cannot be read" in str(await plan_undo(workspace.journal.list_entries(), workspace))


@pytest.mark.parametrize("revision", ALL_REVISIONS[1:])
async def test_servers_that_tell_no_override_get_no_undo_of_one(revision: str) -> None:
    async with open_world(revision, devices=5) as world:
        workspace = world.open()
        device = world.free_devices()[0]
        change = override(world, device, None, "beta").model_copy(update={"before": {}})
        await carry_out_as(change, workspace, OutcomeState.UNVERIFIED)
        assert find_latest(workspace.journal.list_entries()).entries == ()
        refusal = await plan_undo(workspace.journal.list_entries(), workspace)
        assert "does not report which override" in str(refusal)


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_channel_gets_its_bundle_back_in_every_revision(revision: str) -> None:
    async with open_world(revision, devices=5) as world:
        workspace = world.open()
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        channel = next(c for c in workspace.channels.records.values() if not c.public and c.bundle)
        before = workspace.get_state(channel)["bundle"]
        other = next(b.wire_id for b in workspace.bundles.records.values() if b.wire_id != before)
        await carry_out_as(make_settings_change(workspace, channel, {"bundle": other}), workspace)
        # Another start: nothing is loaded.
        next_workspace = world.open()
        undo = await plan_undo(workspace.journal.list_entries(), next_workspace)
        assert isinstance(undo, UndoPlan), undo
        await carry_out_all(undo, next_workspace)
        names = world.column(
            "SELECT b.name FROM channels c JOIN bundles b ON b.id = c.version WHERE c.name = ?",
            channel.name,
        )
        assert names == [before]
