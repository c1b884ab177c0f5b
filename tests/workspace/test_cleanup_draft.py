"""The rules of a clean-up as they are typed: numbers, what is not known, and the groups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.cleanup import Rules
from capgo_tui.workspace.cleanup_draft import MOST, CleanupDraft, group_verdicts
from tests.support.world import World, open_world
from tests.workspace.channels import load_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=160) as world:
        yield world


async def test_the_rules_are_what_was_typed(world: World) -> None:
    draft = CleanupDraft(await load_workspace(world))
    assert draft.parse_rules() == Rules()
    for name, text in {"newest": "3", "run": "no", "older": " 30 ", "name": "*-pr*"}.items():
        draft.type(name, text)
    assert draft.parse_rules() == Rules(3, False, timedelta(days=30), "*-pr*")
    assert draft.dirty == 4


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "²", "٣", str(MOST + 1)])
@pytest.mark.parametrize("name", ["newest", "older"])
async def test_only_whole_numbers_are_rules(world: World, name: str, text: str) -> None:
    draft = CleanupDraft(await load_workspace(world))
    draft.type(name, text)
    assert draft.find_problem(name)
    assert draft.list_errors()


async def test_the_largest_number_of_days_makes_a_plan(world: World) -> None:
    draft = CleanupDraft(await load_workspace(world))
    draft.type("older", str(MOST))
    assert not draft.prepare_plan()().deleted_verdicts


async def test_what_is_not_loaded_is_said(world: World) -> None:
    workspace = world.open()
    await workspace.client.learn_revision(world.app_id)
    await workspace.bundles.load_all()
    world.door.fail("GET /channel")
    await workspace.channels.load_all()
    await workspace.devices.load_more()
    draft = CleanupDraft(workspace)
    assert draft.list_notes() == [
        "channels cannot be read: not known whether the rest is in use;"
        " the server refuses to delete what they use",
        "150 devices are loaded; what the others run is not known",
    ]
    assert [entry.name for entry in draft.entries][-2:] == ["load", "all"]
    assert not draft.refusal, "live protects what channels use by itself"
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    assert draft.list_notes() == []
    assert [entry.name for entry in draft.entries][-2:] == ["name", "all"]


NOT_KNOWN = "not known whether it is in use"


async def without_channels(world: World, key: str = "org_super_admin") -> Workspace:
    """A workspace whose bundles and devices are loaded, and whose channels cannot be read."""
    workspace = world.open(key)
    await workspace.client.learn_revision(world.app_id)
    await workspace.bundles.load_all()
    await workspace.devices.load_all()
    world.door.fail("GET /channel")
    await workspace.channels.load_all()
    return workspace


async def test_where_channels_cannot_be_read_no_line_says_that_it_is_not_in_use(
    world: World,
) -> None:
    draft = CleanupDraft(await without_channels(world))
    plan = draft.prepare_plan()()
    assert plan.deleted_verdicts
    for verdict in plan.deleted_verdicts:
        assert verdict.reason.startswith(f"channels cannot be read: {NOT_KNOWN}, not among")
    draft.type("run", "no")
    run = [
        each
        for each in draft.prepare_plan()().deleted_verdicts
        if each not in plan.deleted_verdicts
    ]
    assert any("run by" in verdict.reason for verdict in run)
    for verdict in run:
        assert "channels cannot be read" in verdict.reason
        assert "not in use" not in verdict.reason


async def test_a_key_that_may_not_read_channels_is_told_so_of_every_line(world: World) -> None:
    workspace = world.open("app_preview")
    await workspace.bundles.load_all()
    await workspace.client.learn_revision(world.app_id)
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    plan = CleanupDraft(workspace).prepare_plan()()
    assert {verdict.reason for verdict in plan.deleted_verdicts} == {
        f"channels cannot be read: {NOT_KNOWN}, not among the newest 10"
    }


async def test_what_was_read_of_the_channels_before_is_kept_by(world: World) -> None:
    workspace = await load_workspace(world)
    known_plan = CleanupDraft(workspace).prepare_plan()()
    world.door.fail("GET /channel")
    await workspace.channels.refresh()
    draft = CleanupDraft(workspace)
    plan = draft.prepare_plan()()
    assert [verdict.bundle for verdict in plan.deleted_verdicts] == [
        each.bundle for each in known_plan.deleted_verdicts
    ]
    assert all(
        verdict.reason.startswith(f"channels could not be read again: {NOT_KNOWN}")
        for verdict in plan.deleted_verdicts
    )
    assert draft.list_notes()[0].startswith(
        "channels could not be read again: what the 6 loaded ones use stays;"
    )


async def test_what_unloaded_devices_may_run_is_not_called_out_of_use(world: World) -> None:
    workspace = await load_workspace(world)
    all_known = {
        verdict.reason for verdict in CleanupDraft(workspace).prepare_plan()().deleted_verdicts
    }
    assert all_known == {"not in use, not among the newest 10"}
    other_workspace = world.open()
    await other_workspace.client.learn_revision(world.app_id)
    await other_workspace.bundles.load_all()
    await other_workspace.channels.load_all()
    await other_workspace.devices.load_more()
    assert {
        verdict.reason
        for verdict in CleanupDraft(other_workspace).prepare_plan()().deleted_verdicts
    } == {"on no channel, run by no loaded device, not among the newest 10"}
    assert all_known == {"not in use, not among the newest 10"}
    other_workspace = world.open()
    await other_workspace.client.learn_revision(world.app_id)
    await other_workspace.bundles.load_all()
    await other_workspace.channels.load_all()
    await other_workspace.devices.load_more()
    assert {
        verdict.reason
        for verdict in CleanupDraft(other_workspace).prepare_plan()().deleted_verdicts
    } == {"on no channel, run by no loaded device, not among the newest 10"}


async def test_a_server_that_protects_nothing_has_nothing_deleted_without_its_channels() -> None:
    async with open_world("documented", devices=5) as world:
        draft = CleanupDraft(await without_channels(world))
        assert draft.refusal
        assert draft.list_notes() == [draft.refusal]
        assert all(
            NOT_KNOWN in verdict.reason for verdict in draft.prepare_plan()().deleted_verdicts
        )


async def test_the_groups_hold_every_bundle_once_and_what_goes_is_first(world: World) -> None:
    plan = CleanupDraft(await load_workspace(world)).prepare_plan()()
    groups = group_verdicts(plan)
    assert groups[0][0] == f"Delete {len(plan.deleted_verdicts)}"
    assert all(heading.startswith("Keep ") for heading, _ in groups[1:])
    listed_ids = [verdict.bundle.id for _, members in groups for verdict in members]
    assert sorted(listed_ids) == sorted(verdict.bundle.id for verdict in plan.verdicts)
    for heading, members in groups:
        assert int(heading.split()[1]) == len(members)


@pytest.mark.parametrize(("revision", "entries"), [("documented", 6), ("legacy", 1)])
async def test_older_revisions_have_the_entries_they_have_a_use_for(
    revision: str, entries: int
) -> None:
    async with open_world(revision, devices=5) as world:
        draft = CleanupDraft(await load_workspace(world))
        assert len(draft.entries) == entries
        assert "ALL of them" in draft.entries[-1].hint
