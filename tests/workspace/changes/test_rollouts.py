"""What a change of a channel does to its rollout: said before, checked after, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.revisions import LIVE, NEXT, Revision, Traits
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.new_channels import make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.changes.rollout_state import (
    describe_effect,
    describe_rollout,
    is_served,
    plan_stages,
)
from capgo_tui.workspace.changes.undo import UndoPlan, find_latest, plan_undo
from capgo_tui.workspace.remark import Remark
from tests.support.world import World, open_world
from tests.workspace.channels import bundle, carry_out_verified, channel, load_workspace, names

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

RUNNING: State = {
    "rollout_bundle": "2.5.0",
    "rollout_percentage_bps": 2500,
    "rollout_enabled": True,
    "rollout_paused": False,
    "rollout_pause_reason": None,
}
ON_HOLD: State = {**RUNNING, "rollout_paused": True}
OFF: State = {**RUNNING, "rollout_enabled": False}
AT_ZERO: State = {**RUNNING, "rollout_percentage_bps": 0}
NONE: State = {**RUNNING, "rollout_bundle": None}


@pytest.mark.parametrize(
    ("state", "expected_served", "words"),
    [
        (RUNNING, True, "25 % of devices get 2.5.0"),
        (ON_HOLD, False, "2.5.0 at 25 %, paused"),
        (OFF, False, "2.5.0 at 25 %, switched off"),
        (AT_ZERO, False, "2.5.0 at 0 %"),
        (NONE, False, ""),
        ({}, False, ""),
    ],
)
def test_a_target_that_is_set_is_not_a_target_that_is_served(
    state: State, expected_served: bool, words: str
) -> None:
    assert (is_served(state), describe_rollout(state)) == (expected_served, words)


@pytest.mark.parametrize(
    ("traits", "state", "after", "words"),
    [
        (LIVE, RUNNING, {"bundle": "2.4.1"}, "25 % of devices keep getting 2.5.0, its rollout"),
        (LIVE, RUNNING, {"bundle": None}, "25 % of devices keep getting 2.5.0, its rollout"),
        (LIVE, ON_HOLD, {"bundle": "2.4.1"}, "its rollout stays as it is (2.5.0 at 25 %, paused)"),
        (LIVE, RUNNING, {"bundle": "2.5.0"}, "its rollout target is the same bundle and stays set"
         " (25 % of devices get 2.5.0)"),
        (LIVE, RUNNING, {"rollout_enabled": False}, ""),
        (LIVE, NONE, {"bundle": "2.4.1"}, ""),
        (NEXT, RUNNING, {"bundle": "2.4.1"},
         "this server ends its rollout with it (25 % of devices get 2.5.0)"),
        (NEXT, OFF, {"bundle": None},
         "this server ends its rollout with it (2.5.0 at 25 %, switched off)"),
        (NEXT, RUNNING, {"rollout_enabled": False},
         "this server ends its rollout with it (25 % of devices get 2.5.0)"),
        (NEXT, RUNNING, {"bundle": "2.4.1", "rollout_bundle": "2.6.0"}, ""),
    ],
)  # fmt: skip
def test_what_becomes_of_a_rollout_is_said(
    traits: Traits, state: State, after: State, words: str
) -> None:
    told = describe_effect(traits, {"bundle": "2.4.0", **state}, after)
    assert told == words
    assert isinstance(told, Remark) is ("stays" in words), "a warning is what changes for devices"


@pytest.mark.parametrize(
    ("traits", "now", "goal", "expected_fields"),
    [
        (LIVE, NONE, RUNNING, [{"rollout_bundle", "rollout_percentage_bps", "rollout_enabled"}]),
        (LIVE, NONE, ON_HOLD, [{"rollout_bundle", "rollout_percentage_bps", "rollout_enabled"},
                              {"rollout_paused"}]),
        (LIVE, RUNNING, OFF, [{"rollout_enabled"}]),
        (NEXT, {**NONE, "rollout_enabled": False}, RUNNING,
         [{"rollout_bundle", "rollout_percentage_bps", "rollout_enabled"}]),
        (NEXT, {**NONE, "rollout_enabled": False}, OFF,
         [{"rollout_bundle", "rollout_percentage_bps"}]),
        (NEXT, RUNNING, OFF, [{"rollout_enabled"}, {"rollout_bundle", "rollout_percentage_bps"}]),
        (NEXT, RUNNING, {**RUNNING, "bundle": "2.4.1"},
         [{"bundle"}, {"rollout_bundle", "rollout_percentage_bps", "rollout_enabled"}]),
    ],
)  # fmt: skip
def test_target_share_and_state_go_together_and_in_the_order_a_server_needs(
    traits: Traits, now: State, goal: State, expected_fields: list[set[str]]
) -> None:
    requests = plan_stages(traits, {"bundle": "2.4.0", **now}, goal)
    assert [set(stage.sends) for stage in requests] == expected_fields


@pytest.mark.parametrize("revision", ["live", "next"])
@pytest.mark.parametrize("before", ["running", "paused", "off"])
async def test_a_deleted_channel_comes_back_with_its_rollout(revision: str, before: str) -> None:
    async with open_world(revision, devices=5) as world:
        start(world, before)
        workspace = await load_workspace(world)
        state = workspace.get_state(channel(workspace, "beta"))
        change = make_channel_deletion(workspace, channel(workspace, "beta"))
        assert any("its rollout ends with it" in each for each in change.impact)
        await carry_out_verified(workspace, change)
        await undo_last(workspace)
        again = workspace.get_state(channel(workspace, "beta"))
        if before == "paused":
            assert again.pop("rollout_paused")
            state.pop("rollout_paused")
        assert rolled_out(again) == rolled_out(state)


@pytest.mark.parametrize("revision", ["live", "next"])
async def test_a_server_that_does_more_than_was_said_is_told(revision: str) -> None:
    """With the wrong revision given, the read-back still sees what became of the rollout."""
    async with open_world(revision, devices=5) as world:
        start(world, "running")
        wrong = Revision.LIVE if revision == "next" else Revision.NEXT
        workspace = world.open(revision=wrong)
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        beta = channel(workspace, "beta")
        change = make_promotion(workspace, beta, bundle(workspace, names(world)[5]))
        assert change.level is ConfirmationLevel.LIST
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.DIFFERENT
        line = describe_outcome_line(change, outcome)
        assert line.startswith("! beta: bundle is")
        became = "rollout of 2.5" if revision == "next" else "its rollout goes on (25 % of devices"
        assert f"not as announced: {became}" in line


async def test_a_rollout_changed_meanwhile_is_asked_about_again() -> None:
    async with open_world(devices=5) as world:
        start(world, "running")
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        change = make_promotion(workspace, beta, bundle(workspace, names(world)[5]))
        world.run("UPDATE channels SET rollout_percentage_bps = 9000 WHERE name = 'beta'")
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.FAILED
        assert "it was changed meanwhile" in describe_outcome_line(change, outcome)
        assert world.door.writes == 0


async def test_what_somebody_did_to_the_rollout_since_is_not_undone() -> None:
    async with open_world("next", devices=5) as world:
        start(world, "running")
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        await carry_out_verified(
            workspace, make_promotion(workspace, beta, bundle(workspace, names(world)[5]))
        )
        start(world, "off", stable=False)
        refusal = await plan_undo(find_latest(workspace.journal.list_entries()).entries, workspace)
        assert isinstance(refusal, str)
        assert "rollout target is" in refusal


async def test_a_share_that_the_server_sets_to_nothing_is_brought_back_as_well() -> None:
    """One version of next's rule keeps the share of an ended rollout, another sets it to 0."""
    async with open_world("next", devices=5) as world:
        start(world, "running")
        world.run(
            "CREATE TRIGGER no_share AFTER UPDATE OF rollout_version ON channels"
            " WHEN NEW.rollout_version IS NULL BEGIN UPDATE channels"
            " SET rollout_percentage_bps = 0 WHERE id = NEW.id; END"
        )
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        before = rolled_out(workspace.get_state(beta))
        await carry_out_verified(
            workspace, make_promotion(workspace, beta, bundle(workspace, names(world)[5]))
        )
        assert workspace.get_state(channel(workspace, "beta"))["rollout_percentage_bps"] == 0
        await undo_last(workspace)
        assert rolled_out(workspace.get_state(channel(workspace, "beta"))) == before


async def test_a_default_channel_says_who_is_in_its_rollout() -> None:
    async with open_world(devices=5) as world:
        start(world, "off")
        world.run("UPDATE channels SET public = 1 WHERE name = 'beta'")
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        on = make_settings_change(workspace, beta, {"rollout_enabled": True})
        assert "25 % of the devices without an override get" in on.impact[0]
        more = make_settings_change(workspace, beta, {"rollout_percentage_bps": 5000})
        assert "devices without an override all get its stable bundle" in more.impact[0]


def start(world: World, how: str, *, stable: bool = True) -> None:
    """Give beta a rollout of the newest bundle at 25 %, as somebody else would."""
    world.run(
        "UPDATE channels SET rollout_version = (SELECT max(id) FROM bundles),"
        " rollout_enabled = ?, rollout_percentage_bps = 2500, rollout_paused_at = ?"
        " WHERE name = 'beta'",
        how != "off",
        "2026-11-20T00:00:00.000000+00:00" if how == "paused" else None,
    )
    if stable:
        world.run("UPDATE channels SET version = 3 WHERE name = 'beta'")


def rolled_out(state: State) -> State:
    fields = ("bundle", "rollout_bundle", "rollout_percentage_bps", "rollout_enabled")
    return {field: state[field] for field in fields}


async def undo_last(workspace: Workspace) -> None:
    undo = await plan_undo(find_latest(workspace.journal.list_entries()).entries, workspace)
    assert isinstance(undo, UndoPlan), undo
    assert undo.find_objection(workspace) is None
    for change, entry in zip(undo.changes, undo.undoes, strict=True):
        outcome = await carry_out(change, workspace, undoes=entry)
        assert outcome.state is OutcomeState.VERIFIED, outcome
