"""What is typed into the form of a channel: checked beside its field, and sent only if changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.revisions import TRAITS, Revision
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.channel_draft import ChannelDraft
from capgo_tui.workspace.channel_fields import COPY, NAME, list_form_fields, read_text
from capgo_tui.workspace.draft import EntryKind
from capgo_tui.workspace.next_step import NextStep
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.channels import (
    bundle_name_of,
    channel,
    defaults,
    list_writes,
    load_workspace,
    names,
    setting,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as world:
        yield world


def field(draft: ChannelDraft, name: str) -> str:
    """Return the name of a field that the form has."""
    assert name in draft.fields
    return name


async def open_draft(world: World, name: str | None = "beta") -> ChannelDraft:
    workspace = await load_workspace(world)
    return ChannelDraft(workspace, None if name is None else channel(workspace, name))


def test_the_fields_are_those_of_the_revision() -> None:
    legacy = [each.name for each in list_form_fields(TRAITS[Revision.LEGACY], new=True)]
    assert legacy == ["name", "copy", "bundle", "public"]
    documented_fields = {
        each.name: each for each in list_form_fields(TRAITS[Revision.DOCUMENTED], new=False)
    }
    assert "electron" not in documented_fields
    assert documented_fields["disable_auto_update"].options == (
        "major",
        "minor",
        "version_number",
        "none",
    )
    live = list_form_fields(TRAITS[Revision.LIVE], new=False)
    field_names = TRAITS[Revision.LIVE].channel_fields
    left_out = {"rollout_percentage", "rollout_paused_at", "rollback", "promote_to_stable"}
    assert {each.name for each in live} == field_names - left_out, "nothing is forgotten"


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("bundle", "no-such", "there is no bundle of that name"),
        ("rollout_percentage_bps", "101", "must be between 0 and 100 %, with at most two decimals"),
        ("rollout_percentage_bps", "much", "must be a percentage"),
        ("rollout_percentage_bps", "", "cannot be empty"),
        ("rollout_cache_ttl_seconds", "59", "must be a whole number between 60 and 31536000"),
        ("auto_pause_window_minutes", "1.5", "must be a whole number"),
        ("auto_pause_confidence", "1", "must be a number strictly between 0 and 1"),
        ("auto_pause_confidence", "nan", "must be a number"),
        ("auto_pause_min_attempts", "-1", "must be a whole number of at least 0"),
        ("rollout_pause_reason", "why", "only a paused rollout has one"),
    ],
)
async def test_what_the_server_would_refuse_is_said_beside_its_field(
    world: World, name: str, text: str, error: str
) -> None:
    draft = await open_draft(world)
    draft.type(field(draft, name), text)
    assert draft.find_error(field(draft, name)) == error
    assert [each.name for each, _ in draft.list_errors()] == [name]
    assert name not in draft.parse_settings()


def test_a_text_is_read_as_the_value_of_its_setting() -> None:
    texts = {
        "disable_auto_update": ("metadata", "version_number"),
        "auto_pause_action": ("notify", "notify"),
        "rollout_percentage_bps": ("12.5 %", 1250),
        "auto_pause_min_attempts": ("", None),
    }
    for name, (text, value) in texts.items():
        assert read_text(CHANNEL_SETTINGS[name], text) == value
    with pytest.raises(ValueError, match=r"^must be pause, rollback or notify$"):
        read_text(CHANNEL_SETTINGS["auto_pause_action"], "stop")


async def test_what_is_typed_and_chosen_is_what_is_sent(world: World) -> None:
    draft = await open_draft(world)
    assert draft.summarize() == "nothing is changed"
    assert draft.request() == "nothing to send yet"
    draft.cycle(field(draft, "allow_dev"))
    draft.type(field(draft, "auto_pause_failure_rate_bps"), " 2.5 % ")
    draft.type(field(draft, "auto_pause_confidence"), "0.9")
    draft.type(field(draft, "bundle"), names(world)[4])
    assert draft.dirty == 4
    assert "development builds: yes → no" in draft.summarize()
    assert "failure rate: none → 2.5 %" in draft.summarize()
    method, body = draft.request().split(" {", 1)
    assert method == "POST /channel"
    outcome = await carry_out(draft.change(), world.workspaces[0])
    assert outcome.state is OutcomeState.VERIFIED
    assert list_writes(world) == [("POST /channel", json.loads("{" + body))], "as it was shown"
    assert setting(world, "beta", "auto_pause_failure_rate_bps") == "250"
    assert bundle_name_of(world, "beta") == names(world)[4]
    draft.rebase()
    assert draft.dirty == 0, "all of it is so by now"


async def test_choices_go_round_and_back_to_unchanged(world: World) -> None:
    draft = await open_draft(world)
    flag, unknown = field(draft, "allow_dev"), field(draft, "ios")
    policy = field(draft, "disable_auto_update")
    texts = []
    for _ in range(3):
        draft.cycle(unknown)
        texts.append(draft.get_after(unknown))
    assert texts == ["yes", "no", "unknown"], "leaving it is one of three"
    draft.cycle(unknown, -1)
    assert draft.get_after(unknown) == "no"
    draft.cycle(unknown, -1)
    draft.cycle(unknown, -1)
    draft.cycle(flag)
    draft.cycle(flag)
    for _ in draft.fields[policy].options:
        draft.cycle(policy)
    draft.type(field(draft, "rollout_percentage_bps"), "50")
    draft.type(
        field(draft, "rollout_percentage_bps"),
        f"{int(setting(world, 'beta', 'rollout_percentage_bps')) / 100:g}",
    )
    assert draft.dirty == 0


async def test_a_rollout_needs_a_bundle_and_never_starts_paused(world: World) -> None:
    world.run(
        "UPDATE channels SET version = NULL, rollout_version = NULL, rollout_paused_at = NULL"
        " WHERE name = 'beta'"
    )
    draft = await open_draft(world)
    target = field(draft, "rollout_bundle")
    draft.type(target, names(world)[0])
    assert "needs a bundle on the channel" in draft.find_error(target)
    draft.type(field(draft, "bundle"), names(world)[1])
    assert draft.find_error(target) == ""
    draft.cycle(field(draft, "rollout_paused"))
    assert "never paused" in draft.find_error(target)
    draft.cycle(field(draft, "rollout_paused"))
    assert (await carry_out(draft.change(), world.workspaces[0])).state is OutcomeState.VERIFIED


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "give it a name"),
        ("with space", "only letters, digits, _ . and - (no spaces)"),
        ("grün", "only letters, digits, _ . and - (no spaces)"),
        ("beta", "there is a channel of that name"),
        (" pr-9.1_x ", ""),
    ],
)
async def test_a_name_is_checked(world: World, text: str, error: str) -> None:
    draft = await open_draft(world, None)
    draft.type(NAME, text)
    assert draft.find_error(NAME) == error
    is_taken = text == "beta"
    assert draft.find_next_step(NAME) is (NextStep.EDIT if is_taken else None)


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_new_channel_takes_settings_of_another(revision: str) -> None:
    async with open_world(revision, devices=5) as world:
        world.run("UPDATE channels SET allow_dev = 0, public = 1 WHERE name = 'beta'")
        draft = await open_draft(world, None)
        draft.type(NAME, "pr-9")
        assert "no loaded channel" in draft.copy_from("nope")
        assert "settings of beta copied" in draft.copy_from("bet")
        outcome = await carry_out(draft.change(), world.workspaces[0])
        assert outcome.state is not OutcomeState.FAILED, outcome
        assert len(list_writes(world)) == 1
        if revision != "legacy":
            assert setting(world, "pr-9", "allow_dev") == "0"
        assert bundle_name_of(world, "pr-9") is None
        assert "pr-9" not in defaults(world)


async def test_settings_are_copied_once_when_the_named_channel_is_left(world: World) -> None:
    draft = await open_draft(world, None)
    draft.type(COPY, "beta")
    assert draft.leave(NAME) == ""
    assert "settings of beta copied" in draft.leave(COPY)
    assert draft.leave(COPY) == ""
    draft.type(COPY, "")
    assert draft.leave(COPY) == ""
    draft.type(COPY, "beta")
    assert "settings of beta copied" in draft.leave(COPY)


async def test_a_step_of_the_rollout_waits_for_what_is_changed(world: World) -> None:
    world.run("UPDATE channels SET rollout_version = 2, rollout_enabled = 0 WHERE name = 'beta'")
    draft = await open_draft(world)
    actions = [each.name for each in draft.entries if each.kind is EntryKind.ACTION]
    assert actions == ["start", "pause", "resume", "promote to stable", "roll back"]
    assert draft.find_objection("start") == ""
    assert draft.change("start").after == {"rollout_enabled": True}
    assert draft.find_objection("resume") == "resume: it is not paused"
    draft.cycle(field(draft, "allow_dev"))
    assert draft.find_objection("start") == "start: send or drop what is changed above first"


async def test_a_new_default_is_asked_as_a_wide_change(world: World) -> None:
    draft = await open_draft(world, None)
    draft.type(NAME, "pr-9")
    draft.cycle(field(draft, "public"))
    change = draft.change()
    assert change.level is ConfirmationLevel.LIST
    assert any("production may stop being the default" in line for line in change.impact)


async def test_a_channel_that_changes_meanwhile_is_what_it_is_compared_with(world: World) -> None:
    draft = await open_draft(world)
    draft.cycle(field(draft, "allow_dev"))
    world.run("UPDATE channels SET allow_dev = 0 WHERE name = 'beta'")
    await world.workspaces[0].channels.reread()
    assert draft.rebase()
    assert draft.change().after == {}
    world.run("DELETE FROM channels WHERE name = 'beta'")
    await world.workspaces[0].channels.reread()
    assert not draft.rebase()


async def test_names_are_completed_while_they_are_typed(world: World) -> None:
    draft = await open_draft(world)
    bundle = field(draft, "bundle")
    assert draft.list_suggestions(bundle) == []
    newest = names(world)[0]
    draft.type(bundle, newest[:-1])
    assert newest in draft.list_suggestions(bundle)
    draft.type(bundle, names(world)[7])
    assert names(world)[7] not in draft.list_suggestions(bundle)


@pytest.mark.parametrize("revision", ["live", "next"])
async def test_no_new_target_is_set_by_what_switches_the_rollout_off(revision: str) -> None:
    """On next the target is dropped then, whatever is sent beside it (contract §18.4)."""
    async with open_world(revision, devices=5) as world:
        world.run(
            "UPDATE channels SET rollout_version = 2, rollout_enabled = 1,"
            " rollout_percentage_bps = 1000 WHERE name = 'beta'"
        )
        draft = await open_draft(world)
        target = field(draft, "rollout_bundle")
        draft.type(target, names(world)[3])
        assert draft.find_error(target) == ""
        draft.cycle(field(draft, "rollout_enabled"))
        error = "this server drops it when the rollout is switched off"
        assert draft.find_error(target) == (error if revision == "next" else "")


async def test_platforms_and_the_update_package_are_told_and_set_where_the_server_can() -> None:
    async with open_world("next", devices=5) as world:
        draft = await open_draft(world)
        assert draft.get_before(field(draft, "ios")) == "yes"
        assert draft.get_before(field(draft, "electron")) == "unknown"
        draft.cycle(field(draft, "ios"))
        draft.cycle(field(draft, "update_package"))
        assert draft.parse_settings() == {"ios": False, "update_package": "zip"}
        change = draft.change()
        assert sorted(f"{each.field}: {each}" for each in describe(change).list_effects()) == [
            "iOS: yes → no",
            "update package: all → zip",
        ]
