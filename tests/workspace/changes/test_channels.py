"""Settings of a channel and what it carries: one request, read back, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import (
    SettingsChange,
    make_settings_change,
)
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.promotions import Promotion, Rollback, make_promotion
from capgo_tui.workspace.rollout import list_rollout_steps
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.channels import (
    bundle,
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
    from collections.abc import AsyncIterator, Awaitable, Callable

    from capgo_tui.workspace.session import Workspace
    from tests.support.front_door import Reply

POST, PUT = "POST /channel", "PUT /bundle"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=20) as new_world:
        yield new_world


# Settings


async def test_only_what_changed_is_sent_and_it_is_taken_back(world: World) -> None:
    workspace = await load_workspace(world)
    beta = channel(workspace, "beta")
    change = make_settings_change(
        workspace, beta, {"allow_dev": False, "allow_prod": True, "disable_auto_update": "minor"}
    )
    outcome = await carry_out_verified(workspace, change)
    body = {"allow_dev": False, "disableAutoUpdate": "minor"}
    assert list_writes(world) == [(POST, {"app_id": world.app_id, "channel": "beta", **body})]
    assert beta.bundle is not None
    assert bundle_name_of(world, "beta") == beta.bundle.name
    assert (setting(world, "beta", "allow_dev"), change.level) == ("0", ConfirmationLevel.LINE)
    await undo(workspace, change, outcome)
    assert setting(world, "beta", "allow_dev") == "1"
    assert setting(world, "beta", "disable_auto_update") == beta.disable_auto_update
    assert CHANGES.validate_json(change.model_dump_json()) == change


async def test_the_documented_revision_gets_the_bundle_as_it_is_now() -> None:
    async with open_world("documented", devices=5) as world:
        workspace = await load_workspace(world)
        before = bundle_name_of(world, "beta")
        change = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
        outcome = await carry_out_verified(workspace, change)
        assert list_writes(world)[0][1]["version"] == before
        assert bundle_name_of(world, "beta") == before
        await undo(workspace, change, outcome)
        assert (bundle_name_of(world, "beta"), setting(world, "beta", "allow_dev")) == (before, "1")


async def test_a_bundle_promoted_meanwhile_is_not_taken_back_by_resending_the_old_one() -> None:
    async with open_world("documented", devices=5) as world:
        workspace = await load_workspace(world)
        change = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
        newer = next(name for name in names(world) if name != bundle_name_of(world, "beta"))
        carry(world, "beta", newer)
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.FAILED
        assert "bundle was changed meanwhile" in describe_outcome_line(change, outcome)
        assert (world.door.writes, bundle_name_of(world, "beta")) == (0, newer)
        bundle_now = channel(workspace, "beta").bundle
        assert bundle_now is not None
        assert bundle_now.name == newer, "it was read, so it is shown"


async def test_a_policy_the_documented_revision_tells_by_halves_is_unknown() -> None:
    async with open_world("documented", devices=5) as world:
        world.run("UPDATE channels SET disable_auto_update = 'minor' WHERE name = 'beta'")
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        assert "disable_auto_update" not in workspace.get_state(beta)
        change = make_settings_change(workspace, beta, {"disable_auto_update": "major"})
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.UNVERIFIED
        assert setting(world, "beta", "disable_auto_update") == "major"
        assert change.make_inverse(outcome.readback) == (
            "the server did not report what it was before: holds back updates"
        )
        world.run("UPDATE channels SET disable_auto_update = 'none' WHERE name = 'beta'")
        await workspace.channels.reread()
        none = workspace.get_state(channel(workspace, "beta"))
        assert none["disable_auto_update"] == "none"


async def test_a_channel_deleted_meanwhile_is_not_made_anew(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
    world.run("DELETE FROM channels WHERE name = 'beta'")
    outcome = await carry_out(change, workspace)
    assert "there is no channel beta any more" in describe_outcome_line(change, outcome)
    assert world.door.writes == 0
    assert change.find(workspace) is None


async def test_a_setting_changed_meanwhile_is_not_overwritten(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(
        workspace, channel(workspace, "beta"), {"disable_auto_update": "minor"}
    )
    world.run("UPDATE channels SET disable_auto_update = 'patch' WHERE name = 'beta'")
    outcome = await carry_out(change, workspace)
    assert "changed meanwhile" in describe_outcome_line(change, outcome)
    assert world.door.writes == 0
    again = make_settings_change(
        workspace, channel(workspace, "beta"), {"disable_auto_update": "minor"}
    )
    await carry_out_verified(workspace, again)


async def test_a_bundle_the_server_dropped_is_told_and_put_back(world: World) -> None:
    workspace = await load_workspace(world)
    before = bundle_name_of(world, "beta")

    async def drop(forward: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await forward()
        world.run("UPDATE channels SET version = NULL WHERE name = 'beta'")
        return reply

    world.door.on(POST, drop)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
    outcome = await carry_out(change, workspace)
    assert (outcome.state, outcome.dropped_fields) == (OutcomeState.DIFFERENT, {"bundle": before})
    assert f"the server dropped its bundle {before}" in describe_outcome_line(change, outcome)
    repair = change.repair(outcome.dropped_fields)
    assert repair is not None
    await carry_out_verified(workspace, repair)
    assert bundle_name_of(world, "beta") == before


async def test_platform_flags_are_sent_when_set_and_never_claimed_to_be_known(
    world: World,
) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"ios": False})
    assert describe(change).list_effects()[0].before == "unknown"
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.UNVERIFIED
    assert setting(world, "beta", "ios") == "0"
    assert isinstance(change.make_inverse(outcome.readback), str)


async def test_what_is_known_is_taken_back_beside_what_is_not(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(
        workspace, channel(workspace, "beta"), {"ios": False, "allow_dev": False}
    )
    outcome = await carry_out_verified(workspace, change)
    steps = await undo(workspace, change, outcome)
    assert setting(world, "beta", "allow_dev") == "1"
    assert steps[0].impact == ("stays as it is now, its old value is unknown: iOS",)


# Defaults


async def test_a_new_default_tells_whom_it_may_demote_and_gives_it_back(world: World) -> None:
    workspace = await load_workspace(world)
    before = defaults(world)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"public": True})
    assert change.level is ConfirmationLevel.LIST
    assert any("production" in line and "may stop" in line for line in change.impact)
    outcome = await carry_out_verified(workspace, change)
    assert defaults(world) == {"beta"}
    assert not channel(workspace, "production").public, "the whole list was read again"
    steps = await undo(workspace, change, outcome)
    assert [step.wire_id for step in steps] == sorted(before)
    assert defaults(world) == before


async def test_only_those_that_were_demoted_are_made_defaults_again(world: World) -> None:
    world.run("UPDATE channels SET public = 1, ios = 0, electron = 0 WHERE name = 'production'")
    world.run("UPDATE channels SET public = 1, android = 0, electron = 0 WHERE name = 'qa'")
    world.run("UPDATE channels SET android = 0, electron = 0 WHERE name = 'beta'")
    workspace = await load_workspace(world)
    change = make_settings_change(
        workspace, channel(workspace, "beta"), {"public": True, "allow_dev": False}
    )
    assert set(change.demotes) == {"production", "qa"}, "nobody tells the platforms"
    outcome = await carry_out_verified(workspace, change)
    assert defaults(world) == {"production", "beta"}
    copy = CHANGES.validate_json(change.model_dump_json())
    steps = await undo(workspace, copy, outcome)
    assert [step.wire_id for step in steps] == ["qa", "beta"]
    assert defaults(world) == {"production", "qa"}
    assert setting(world, "beta", "allow_dev") == "1"


async def test_defaults_are_made_again_with_their_bundle_where_it_must_be_sent() -> None:
    async with open_world("documented", devices=5) as world:
        workspace = await load_workspace(world)
        before = bundle_name_of(world, "production")
        change = make_settings_change(workspace, channel(workspace, "beta"), {"public": True})
        outcome = await carry_out_verified(workspace, change)
        await undo(workspace, change, outcome)
        assert defaults(world) == {"production"}
        assert bundle_name_of(world, "production") == before is not None


async def test_a_default_that_begins_to_serve_a_platform_says_whom_that_demotes(
    world: World,
) -> None:
    world.run("UPDATE channels SET public = 1, ios = 0, electron = 0 WHERE name = 'production'")
    world.run("UPDATE channels SET public = 1, android = 0, electron = 0 WHERE name = 'beta'")
    workspace = await load_workspace(world)
    change = make_settings_change(
        workspace, channel(workspace, "beta"), {"android": True, "allow_dev": False}
    )
    assert any("production may stop being the default" in line for line in change.impact)
    outcome = await carry_out_verified(workspace, change)
    assert not channel(workspace, "production").public, "the whole list was read again"
    steps = await undo(workspace, change, outcome)
    assert "see whether production should be a default again" in steps[0].impact
    assert (defaults(world), setting(world, "beta", "allow_dev")) == ({"beta"}, "1")


async def test_the_last_default_going_says_so(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(workspace, channel(workspace, "production"), {"public": False})
    assert change.level is ConfirmationLevel.LIST
    assert any("no default channel remains" in line for line in change.impact)
    outcome = await carry_out_verified(workspace, change)
    assert defaults(world) == set()
    await undo(workspace, change, outcome)
    assert defaults(world) == {"production"}


# What it carries


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_promotion_is_one_request_in_every_revision(revision: str) -> None:
    async with open_world(revision, devices=5) as world:
        workspace = await load_workspace(world)
        before, newest = bundle_name_of(world, "beta"), names(world)[-1]
        change = make_promotion(workspace, channel(workspace, "beta"), bundle(workspace, newest))
        question = describe(change).ask(200)
        assert f"{before} (" in question, "with its age"
        assert f"{newest} (" in question
        outcome = await carry_out_verified(workspace, change)
        assert [name for name, _ in list_writes(world)] == [PUT if revision == "live" else POST]
        assert bundle_name_of(world, "beta") == newest
        await undo(workspace, change, outcome)
        assert bundle_name_of(world, "beta") == before


async def test_who_may_not_edit_may_still_promote(world: World) -> None:
    workspace = await load_workspace(world, "app_uploader")
    change = make_promotion(
        workspace, channel(workspace, "beta"), bundle(workspace, names(world)[-1])
    )
    await carry_out_verified(workspace, change)
    edit = make_settings_change(workspace, channel(workspace, "beta"), {"allow_dev": False})
    assert (await carry_out(edit, workspace)).state is OutcomeState.FAILED


async def test_the_first_bundle_of_a_channel_is_taken_off_again(world: World) -> None:
    world.run("UPDATE channels SET version = NULL WHERE name = 'beta'")
    workspace = await load_workspace(world)
    change = make_promotion(
        workspace, channel(workspace, "beta"), bundle(workspace, names(world)[0]), kind=Rollback
    )
    assert isinstance(change, Rollback)
    assert describe(change).ask(100).startswith("Roll back beta: none → ")
    outcome = await carry_out_verified(workspace, change)
    (step,) = await undo(workspace, change, outcome)
    assert isinstance(step, SettingsChange)
    assert bundle_name_of(world, "beta") is None


@pytest.mark.parametrize("revision", ["live", "documented"])
async def test_the_bundle_is_taken_off_and_put_back(revision: str) -> None:
    async with open_world(revision, devices=5) as world:
        workspace = await load_workspace(world)
        before = bundle_name_of(world, "beta")
        change = make_settings_change(workspace, channel(workspace, "beta"), {"bundle": None})
        assert list_writes(world) == []
        outcome = await carry_out_verified(workspace, change)
        assert bundle_name_of(world, "beta") is None
        await undo(workspace, change, outcome)
        assert bundle_name_of(world, "beta") == before


async def test_the_legacy_revision_refuses_to_take_a_bundle_off() -> None:
    async with open_world("legacy", devices=5) as world:
        workspace = await load_workspace(world)
        change = make_settings_change(workspace, channel(workspace, "beta"), {"bundle": None})
        outcome = await carry_out(change, workspace)
        assert "no way to take the bundle off" in describe_outcome_line(change, outcome)
        assert world.door.writes == 0


# Rollouts


async def rolled_out(world: World) -> tuple[str, str]:
    """A rollout on beta: the stable bundle, and the target."""
    stable, target = names(world)[3], names(world)[0]
    carry(world, "beta", stable)
    world.run(
        "UPDATE channels SET rollout_version = (SELECT id FROM bundles WHERE name = ?),"
        " rollout_enabled = 1, rollout_percentage_bps = 2500 WHERE name = 'beta'",
        target,
    )
    return stable, target


def step(workspace: Workspace, label: str) -> SettingsChange:
    steps = list_rollout_steps(workspace, channel(workspace, "beta"))
    one = next(each for each in steps if each.label == label)
    assert one.refusal == ""
    return one.change(workspace, channel(workspace, "beta"))


async def test_a_rollout_is_promoted_to_stable_and_taken_back(world: World) -> None:
    stable, target = await rolled_out(world)
    workspace = await load_workspace(world)
    change = step(workspace, "promote to stable")
    outcome = await carry_out_verified(workspace, change)
    assert list_writes(world) == [
        (POST, {"app_id": world.app_id, "channel": "beta", "promoteToStable": True})
    ]
    assert (bundle_name_of(world, "beta"), setting(world, "beta", "rollout_enabled")) == (
        target,
        "0",
    )
    await undo(workspace, change, outcome)
    assert bundle_name_of(world, "beta") == stable
    assert setting(world, "beta", "rollout_percentage_bps") == "2500"
    now = channel(workspace, "beta").rollout_bundle
    assert now is not None
    assert now.name == target


async def test_a_paused_rollout_that_was_rolled_back_comes_back_paused(world: World) -> None:
    await rolled_out(world)
    workspace = await load_workspace(world)
    await carry_out_verified(workspace, step(workspace, "pause"))
    reason = make_settings_change(
        workspace, channel(workspace, "beta"), {"rollout_pause_reason": "crashes"}
    )
    await carry_out_verified(workspace, reason)
    change = step(workspace, "roll back")
    outcome = await carry_out_verified(workspace, change)
    assert setting(world, "beta", "rollout_version") == "None"
    await undo(workspace, change, outcome)
    assert setting(world, "beta", "rollout_pause_reason") == "crashes"
    assert setting(world, "beta", "rollout_paused_at") != "None"
    resumption = step(workspace, "resume")
    await carry_out_verified(workspace, resumption)
    assert setting(world, "beta", "rollout_paused_at") == "None"


async def test_what_a_rollout_cannot_do_now_says_why(world: World) -> None:
    workspace = await load_workspace(world)
    world.run("UPDATE channels SET rollout_version = NULL WHERE name = 'beta'")
    await workspace.channels.reread()
    refusals = {
        each.label: each.refusal
        for each in list_rollout_steps(workspace, channel(workspace, "beta"))
    }
    assert refusals["start"] == refusals["promote to stable"] == "there is no rollout target"
    assert refusals["resume"] == "it is not paused"


async def test_a_threshold_goes_to_a_number_and_back_to_none(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(
        workspace, channel(workspace, "beta"), {"auto_pause_min_attempts": 50}
    )
    assert change.before == {"auto_pause_min_attempts": None}
    outcome = await carry_out_verified(workspace, change)
    await undo(workspace, change, outcome)
    assert setting(world, "beta", "auto_pause_min_attempts") == "None"


async def test_a_default_lost_answer_is_read_again_from_the_whole_list(world: World) -> None:
    workspace = await load_workspace(world)
    change = make_settings_change(workspace, channel(workspace, "beta"), {"public": True})
    world.door.cut_after(POST)
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.VERIFIED
    assert world.door.writes == 1
    assert isinstance(change, SettingsChange)
    assert not isinstance(change, Promotion)
