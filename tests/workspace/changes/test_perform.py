"""Changes carried out over HTTP by a front end that has no screen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import InvalidArgument
from capgo_tui.api.records import BundleRef
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.bundle_deletions import (
    find_links,
    make_bundle_deletion,
    plan_deletions,
)
from capgo_tui.workspace.changes.bundles import make_bundle_notes
from capgo_tui.workspace.changes.change import NotNeeded
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.override_plans import plan_overrides
from capgo_tui.workspace.changes.overrides import make_override, make_override_of_unseen
from capgo_tui.workspace.changes.perform import WaitStopped, perform, perform_batch
from capgo_tui.workspace.changes.promotion_plans import plan_promotions
from capgo_tui.workspace.changes.promotions import Rollback, make_promotion
from capgo_tui.workspace.device_ids import DeviceMatch
from capgo_tui.workspace.next_step import NextStep
from tests.support.world import World, open_world
from tests.workspace.changes.headless import Headless
from tests.workspace.changes.overriding import READ, SET
from tests.workspace.channels import channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager

    from capgo_tui.api.models import Bundle, Device
    from capgo_tui.workspace.changes.batch import Batch
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

PROMOTE, DELETE_BUNDLE = "PUT /bundle", "DELETE /bundle"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(limits="hosted", devices=40) as new_world:
        yield new_world


@pytest.fixture
async def workspace(world: World) -> AsyncIterator[Workspace]:
    async with world.on_a_socket() as new_workspace:
        for collection in (new_workspace.channels, new_workspace.devices, new_workspace.bundles):
            await collection.load_all()
        world.door.requests.clear()
        yield new_workspace


def free_device(world: World, workspace: Workspace, at: int = 0) -> Device:
    return workspace.devices.records[world.free_devices()[at]]


def find_unlinked(workspace: Workspace) -> list[Bundle]:
    return [b for b in workspace.bundles.records.values() if not workspace.list_channels_with(b)]


def requests(world: World) -> list[str]:
    return [request.name for request in world.door.requests]


# What changes nothing


def list_needless(world: World, workspace: Workspace) -> list[tuple[Change, str]]:
    """Return changes that set what is set already, with what is said about each."""
    device, beta = free_device(world, workspace), channel(workspace, "beta")
    assert beta.bundle is not None
    present = workspace.bundles.records[str(beta.bundle.id)]
    clear = make_override(workspace, device, None)
    settings: State = {"allow_emulator": beta.allow_emulator, "bundle": present.wire_id}
    notes = make_bundle_notes(workspace, present, {"comment": present.comment})
    return [
        (clear, f"{describe(clear).name}: has no override"),
        (make_promotion(workspace, beta, present), f"beta: carries {present.name} already"),
        (
            make_promotion(workspace, beta, present, kind=Rollback),
            f"beta: carries {present.name} already",
        ),
        (make_settings_change(workspace, beta, settings), "beta: it is so already"),
        (notes, f"{present.name}: it is so already"),
    ]


async def test_a_change_that_changes_nothing_is_neither_asked_nor_sent_nor_noted(
    world: World, workspace: Workspace
) -> None:
    for change, text in list_needless(world, workspace):
        ui = Headless()
        with pytest.raises(NotNeeded) as refusal:
            await perform(change, workspace, ui)
        assert str(refusal.value) == text
        assert (ui.questions, ui.outcomes) == ([], [])
    assert requests(world) == []
    assert workspace.journal.list_entries() == []


async def test_what_is_not_known_to_be_so_is_sent(world: World, workspace: Workspace) -> None:
    beta, bundle = channel(workspace, "beta"), find_unlinked(workspace)[0]
    device = replace(free_device(world, workspace))
    device.mark_override_unknown()
    unknown = replace(beta, bundle=BundleRef(987_654, None))
    untold = replace(beta, allow_emulator=None)
    for change in (
        make_override(workspace, device, None),
        make_override_of_unseen(workspace, "nobody", None),
        make_promotion(workspace, unknown, bundle),
        make_settings_change(workspace, unknown, {"bundle": bundle.wire_id}),
        make_settings_change(workspace, untold, {"allow_emulator": True}),
    ):
        assert change.needless_reason == ""
        ui = Headless([False])
        assert await perform(change, workspace, ui) is None
        assert len(ui.questions) == 1


async def test_a_change_that_somebody_else_made_meanwhile_is_not_sent(
    world: World, workspace: Workspace
) -> None:
    """Somebody puts the same bundle there while the question stands."""
    bundle = find_unlinked(workspace)[0]

    def make() -> Change:
        return make_promotion(workspace, channel(workspace, "beta"), bundle)

    async def put_it_there() -> None:
        world.run(
            "UPDATE channels SET version = ? WHERE app_id = ? AND name = 'beta'",
            bundle.id,
            world.app_id,
        )
        await workspace.channels.reread()
        world.door.requests.clear()

    ui = Headless([True], put_it_there)
    with pytest.raises(NotNeeded, match=f"^beta: carries {re.escape(bundle.name)} already$"):
        await perform(make(), workspace, ui, remake=make)
    assert requests(world) == []
    assert workspace.journal.list_entries() == []


async def test_a_batch_leaves_alone_and_counts_what_changes_nothing(
    world: World, workspace: Workspace
) -> None:
    bundle = find_unlinked(workspace)[0]
    await perform(
        make_promotion(workspace, channel(workspace, "beta"), bundle), workspace, Headless()
    )
    entries = len(workspace.journal.list_entries())
    names = ("beta", "qa", "internal")
    channels = [channel(workspace, each) for each in names]
    plan = plan_promotions(workspace, channels, bundle, {})
    assert plan.title == f"Put {bundle.name} on 2 channels"
    ui = Headless()
    batch = await perform_batch(plan, workspace, ui)
    assert batch is not None
    assert [step.skip_reason for step in batch.steps] == [f"carries {bundle.name} already", "", ""]
    assert batch.skipped_count == 1
    (question,) = ui.questions
    assert f"1 left alone: carries {bundle.name} already" in question.notes
    assert len(workspace.journal.list_entries()) == entries + 2
    again = plan_promotions(workspace, [channel(workspace, each) for each in names], bundle, {})
    with pytest.raises(NotNeeded, match=r"^3 left alone"):
        await perform_batch(again, workspace, ui)


# One change


async def test_an_override_is_asked_sent_read_back_and_told(
    world: World, workspace: Workspace
) -> None:
    device, ui = free_device(world, workspace), Headless()
    outcome = await perform(
        make_override(workspace, device, channel(workspace, "beta")), workspace, ui
    )
    assert outcome is not None
    assert outcome.state is OutcomeState.VERIFIED
    assert world.override_of(device.wire_id) == "beta"
    assert requests(world) == [READ, SET, READ]
    (question,) = ui.questions
    assert (question.level, question.is_repeated, question.effort) == (
        ConfirmationLevel.LINE,
        False,
        "",
    )
    assert (
        question.join_line(200) == f"Override {device.custom_id or device.device_id}: none → beta?"
    )
    assert ui.outcomes == [outcome]
    assert [change.wire_id for change in ui.changes] == [device.wire_id]
    assert (ui.waits, ui.messages, workspace.writing) == ([], [], set())


async def test_the_question_is_put_before_anything_is_awaited(
    world: World, workspace: Workspace
) -> None:
    ui = Headless([False])
    device, beta = free_device(world, workspace), channel(workspace, "beta")
    outcome = perform(make_override(workspace, device, beta), workspace, ui)
    assert len(ui.questions) == 1
    assert await outcome is None
    assert ui.messages == ["Nothing was changed."]
    assert requests(world) == []
    assert workspace.journal.list_entries() == []


async def test_an_override_is_cleared(world: World, workspace: Workspace) -> None:
    device = free_device(world, workspace)
    world.set_override(device.wire_id, "qa")
    loaded_device = await workspace.look_up_device(device.wire_id)
    assert loaded_device is not None
    outcome = await perform(make_override(workspace, loaded_device, None), workspace, Headless())
    assert outcome is not None
    assert outcome.state is OutcomeState.VERIFIED
    assert world.override_of(device.wire_id) is None


async def test_a_bundle_is_promoted(world: World, workspace: Workspace) -> None:
    beta, bundle = channel(workspace, "beta"), find_unlinked(workspace)[0]
    outcome = await perform(make_promotion(workspace, beta, bundle), workspace, Headless())
    assert outcome is not None
    assert outcome.state is OutcomeState.VERIFIED
    bundle_before = channel(workspace, "beta").bundle
    assert bundle_before is not None
    assert bundle_before.name == bundle.name
    assert world.door.count(PROMOTE) == 1


async def test_a_bundle_is_deleted_after_its_name_is_typed(
    world: World, workspace: Workspace
) -> None:
    bundle, ui = find_unlinked(workspace)[0], Headless()
    change = make_bundle_deletion(workspace, bundle, await find_links(workspace))
    outcome = await perform(change, workspace, ui)
    assert outcome is not None
    assert outcome.state is OutcomeState.VERIFIED
    assert (ui.questions[0].level, ui.questions[0].text_to_type) == (
        ConfirmationLevel.TYPED,
        bundle.name,
    )
    assert str(bundle.id) not in workspace.bundles.records
    assert world.door.count(DELETE_BUNDLE) == 1


# What comes in between


async def test_it_is_asked_again_where_the_record_has_changed_before_the_yes(
    world: World, workspace: Workspace
) -> None:
    device, beta = free_device(world, workspace), channel(workspace, "beta")

    def again() -> Change:
        now = workspace.devices.records[device.wire_id]
        return make_override(workspace, now, beta)

    async def change_override() -> None:
        world.set_override(device.wire_id, "qa")
        await workspace.look_up_device(device.wire_id)

    ui = Headless([True, False], change_override)
    outcome = await perform(make_override(workspace, device, beta), workspace, ui, remake=again)
    assert outcome is None
    assert [question.is_repeated for question in ui.questions] == [False, True]
    assert ui.questions[1].join_line(200).startswith("Changed! Override ")
    assert "qa → beta" in ui.questions[1].join_line(200)
    assert world.door.writes == 0


@pytest.mark.parametrize("is_taken", [False, True])
async def test_it_is_asked_again_where_the_look_before_the_write_finds_a_change(
    world: World, workspace: Workspace, is_taken: bool
) -> None:
    device, beta = free_device(world, workspace), channel(workspace, "beta")

    def again() -> Change:
        return make_override(workspace, workspace.devices.records[device.wire_id], beta)

    world.set_override(device.wire_id, "qa")  # behind the back of the list
    ui = Headless(is_taken=is_taken)
    outcome = await perform(make_override(workspace, device, beta), workspace, ui, remake=again)
    assert outcome is not None
    assert outcome.state is (OutcomeState.FAILED if is_taken else OutcomeState.VERIFIED)
    assert [question.is_repeated for question in ui.questions] == [False, *[True] * (not is_taken)]
    assert world.override_of(device.wire_id) == ("qa" if is_taken else "beta")
    assert world.door.writes == (0 if is_taken else 1)


async def test_what_no_request_can_name_is_told_and_not_asked(
    world: World, workspace: Workspace
) -> None:
    change = make_override_of_unseen(
        workspace, "half-a-\ufffd-character", channel(workspace, "beta")
    )
    outcome = await perform(change, workspace, ui := Headless())
    assert outcome is not None
    assert isinstance(outcome.refusal, InvalidArgument)
    assert (ui.questions, ui.outcomes, requests(world)) == ([], [outcome], [])


async def test_a_record_that_is_gone_is_not_written_to(world: World, workspace: Workspace) -> None:
    device, ui = free_device(world, workspace), Headless()
    change = make_override(workspace, device, channel(workspace, "beta"))
    assert await perform(change, workspace, ui, remake=lambda: None) is None
    assert ui.messages == ["Nothing was changed. The device is no longer in the list."]
    assert world.door.writes == 0


async def linked_a_moment_ago(world: World, workspace: Workspace) -> Change:
    """Return an override that the server takes a minute after the one it already had."""
    device, beta = free_device(world, workspace), channel(workspace, "beta")
    for target in (beta, None):
        now = workspace.devices.records[device.wire_id]
        assert await perform(make_override(workspace, now, target), workspace, Headless())
    world.door.requests.clear()
    return make_override(workspace, workspace.devices.records[device.wire_id], beta)


async def test_a_limit_of_the_server_is_waited_for(world: World, workspace: Workspace) -> None:
    change = await linked_a_moment_ago(world, workspace)

    def half_a_minute(seconds: float) -> bool:
        assert seconds > 0
        assert ("devices", change.row_key) in workspace.writing
        world.clock.advance(30)
        return True

    ui = Headless(on_wait=half_a_minute)
    outcome = await perform(change, workspace, ui)
    assert outcome is not None
    assert outcome.state is OutcomeState.VERIFIED
    assert len(ui.waits) == 2
    assert ui.waits[0] - ui.waits[1] == pytest.approx(30)
    assert world.override_of(change.wire_id) == "beta"


async def test_a_wait_for_a_limit_is_given_up(world: World, workspace: Workspace) -> None:
    change = await linked_a_moment_ago(world, workspace)
    outcome = await perform(change, workspace, ui := Headless(on_wait=lambda _: False))
    assert outcome is not None
    assert isinstance(outcome.refusal, WaitStopped)
    assert (ui.changes, world.door.writes, workspace.writing) == ([], 0, set())
    assert ui.outcomes == [outcome]


@pytest.mark.parametrize("agrees", [True, False])
async def test_what_the_server_dropped_is_brought_back_after_a_yes(agrees: bool) -> None:
    async with open_world() as world, world.on_a_socket() as workspace:
        for collection in (workspace.channels, workspace.bundles):
            await collection.load_all()
        beta = channel(workspace, "beta")
        assert beta.bundle is not None
        world.door.after(
            "POST /channel",
            lambda: world.run("UPDATE channels SET version = NULL WHERE name = 'beta'"),
        )
        ui = Headless([True, agrees])
        change = make_settings_change(workspace, beta, {"allow_dev": not beta.allow_dev})
        outcome = await perform(change, workspace, ui)
        assert outcome is not None
        assert outcome.dropped_fields == {"bundle": beta.bundle.wire_name}
        assert [question.is_repair for question in ui.questions] == [False, True]
        now = channel(workspace, "beta").bundle
        assert (now is not None) is agrees
        assert len(ui.outcomes) == 1 + agrees


# Many changes


async def test_a_batch_goes_on_after_a_refusal_in_the_middle(
    world: World, workspace: Workspace
) -> None:
    ids = world.free_devices()[:4]
    devices = [DeviceMatch(each, workspace.devices.records[each]) for each in ids]
    world.set_override(ids[3], "beta")
    await workspace.look_up_device(ids[3])
    world.door.fail(SET, 400, skip=1)
    plan = plan_overrides(workspace, devices, channel(workspace, "beta"), notes=("one note",))
    ui = Headless()
    batch = await perform_batch(plan, workspace, ui)
    assert batch is not None
    assert [step.outcome and step.outcome.state for step in batch.steps] == [
        OutcomeState.VERIFIED,
        OutcomeState.FAILED,
        OutcomeState.VERIFIED,
        None,
    ]
    assert batch.steps[3].skip_reason == "already on beta"
    assert [world.override_of(each) for each in ids] == ["beta", None, "beta", "beta"]
    (question,) = ui.questions
    assert (question.title, len(question.changes)) == ("Override 3 devices → beta", 3)
    assert question.is_listed
    assert question.notes == ("one note", "1 left alone: already on beta")
    assert ui.batches == [("Override 3 devices → beta", batch)]
    assert len({entry.batch for entry in workspace.journal.list_entries()}) == 1


async def test_a_refused_key_ends_a_batch_and_calls_for_another(
    world: World, workspace: Workspace
) -> None:
    ids = world.free_devices()[:3]
    devices = [DeviceMatch(each, workspace.devices.records[each]) for each in ids]
    refusal = {"error": "invalid_apikey", "message": "Invalid apikey"}
    world.door.answer(SET, refusal, 401)
    plan = plan_overrides(workspace, devices, channel(workspace, "beta"))
    batch = await perform_batch(plan, workspace, Headless())
    assert batch is not None
    first, *others = batch.steps
    assert first.outcome is not None
    assert (first.outcome.state, first.outcome.next_step) == (
        OutcomeState.FAILED,
        NextStep.OTHER_KEY,
    )
    assert [(step.untried_reason, step.next_step) for step in others] == [
        ("key refused", NextStep.OTHER_KEY)
    ] * 2
    assert world.door.writes == 1


async def test_a_write_whose_answer_is_lost_calls_for_reading_again(
    world: World, workspace: Workspace
) -> None:
    device = free_device(world, workspace)
    world.door.cut_before(SET)
    change = make_override(workspace, device, channel(workspace, "beta"))
    outcome = await perform(change, workspace, Headless())
    assert outcome is not None
    assert (outcome.state, outcome.next_step) == (OutcomeState.UNKNOWN, NextStep.REFRESH)
    assert describe_outcome_line(change, outcome).endswith("override is none so far")
    assert describe_outcome_line(change, outcome, "; r reads again").endswith(
        "so far; r reads again"
    )


async def test_a_batch_is_not_begun_after_a_no_or_with_nothing_to_do(
    world: World, workspace: Workspace
) -> None:
    ids = world.free_devices()[:2]
    devices = [DeviceMatch(each, workspace.devices.records[each]) for each in ids]
    ui = Headless([False])
    plan = plan_overrides(workspace, devices, channel(workspace, "beta"))
    assert await perform_batch(plan, workspace, ui) is None
    assert ui.messages == ["Nothing was changed."]
    ui = Headless()
    with pytest.raises(NotNeeded, match=r"^2 left alone: has no override$"):
        await perform_batch(plan_overrides(workspace, devices, None), workspace, ui)
    assert (ui.questions, ui.messages) == ([], [])
    assert requests(world) == []


async def test_a_batch_is_asked_about_again_where_a_record_has_changed(
    world: World, workspace: Workspace
) -> None:
    ids = world.free_devices()[:3]
    devices = [DeviceMatch(each, workspace.devices.records[each]) for each in ids]

    async def change_override() -> None:
        world.set_override(ids[0], "qa")
        await workspace.look_up_device(ids[0])

    ui = Headless([True, False], change_override)
    plan = plan_overrides(workspace, devices, channel(workspace, "beta"))
    assert await perform_batch(plan, workspace, ui) is None
    assert [question.is_repeated for question in ui.questions] == [False, True]
    assert world.door.writes == 0


async def test_a_batch_of_deletions_is_read_back_together(
    world: World, workspace: Workspace
) -> None:
    plan = BatchPlan(
        "Delete 3 bundles", (await plan_deletions(workspace, find_unlinked(workspace)[:3])).changes
    )
    world.door.requests.clear()
    ui = Headless()
    batch = await perform_batch(plan, workspace, ui)
    assert batch is not None
    assert batch.count(OutcomeState.VERIFIED) == 3
    assert ui.questions[0].text_to_type == "3"
    assert requests(world)[:3] == [DELETE_BUNDLE] * 3


async def test_a_batch_that_is_stopped_leaves_the_rest_untried(
    world: World, workspace: Workspace
) -> None:
    class StopsAtOnce(Headless):
        def show_batch(self, title: str, batch: Batch) -> AbstractContextManager[object]:
            batch.stop()
            return super().show_batch(title, batch)

    ids = world.free_devices()[:2]
    devices = [DeviceMatch(each, workspace.devices.records[each]) for each in ids]
    plan = plan_overrides(workspace, devices, channel(workspace, "beta"))
    batch = await perform_batch(plan, workspace, StopsAtOnce())
    assert batch is not None
    assert (batch.finished_count, batch.is_stopped, world.door.writes) == (0, True, 0)
