"""The rules of a clean-up as they are typed: numbers, what is not known, and the groups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.cleanup import Rules
from capgo_tui.workspace.cleanup_draft import MOST, CleanupDraft, listing
from tests.workspace.channel_world import loaded
from tests.workspace.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=160) as made:
        yield made


async def test_the_rules_are_what_was_typed(world: World) -> None:
    draft = CleanupDraft(await loaded(world))
    assert draft.rules() == Rules()
    for name, text in {"newest": "3", "run": "no", "older": " 30 ", "name": "*-pr*"}.items():
        draft.type(name, text)
    assert draft.rules() == Rules(3, False, timedelta(days=30), "*-pr*")
    assert draft.dirty == 4


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "²", "٣", str(MOST + 1)])
@pytest.mark.parametrize("name", ["newest", "older"])
async def test_only_whole_numbers_are_rules(world: World, name: str, text: str) -> None:
    draft = CleanupDraft(await loaded(world))
    draft.type(name, text)
    assert draft.problem(name)
    assert draft.first_error() is not None


async def test_the_largest_number_of_days_makes_a_plan(world: World) -> None:
    draft = CleanupDraft(await loaded(world))
    draft.type("older", str(MOST))
    assert not draft.planning()().deleted


async def test_what_is_not_loaded_is_said(world: World) -> None:
    workspace = world.open()
    await workspace.client.learn_revision(world.app_id)
    await workspace.bundles.load_all()
    world.door.fail("GET /channel")
    await workspace.channels.load_all()
    await workspace.devices.load_more()
    draft = CleanupDraft(workspace)
    assert draft.notes() == [
        "0 channels are loaded, there may be more",
        "150 devices are loaded; what the others run is not known",
    ]
    assert [entry.name for entry in draft.entries][-2:] == ["load", "all"]
    assert not draft.refusal, "live protects what channels use by itself"
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    assert draft.notes() == []
    assert [entry.name for entry in draft.entries][-2:] == ["name", "all"]


async def test_the_groups_hold_every_bundle_once_and_what_goes_is_first(world: World) -> None:
    plan = CleanupDraft(await loaded(world)).planning()()
    groups = listing(plan)
    assert groups[0][0] == f"Delete {len(plan.deleted)}"
    assert all(heading.startswith("Keep ") for heading, _ in groups[1:])
    listed = [verdict.bundle.id for _, members in groups for verdict in members]
    assert sorted(listed) == sorted(verdict.bundle.id for verdict in plan.verdicts)
    for heading, members in groups:
        assert int(heading.split()[1]) == len(members)


@pytest.mark.parametrize(("revision", "entries"), [("documented", 6), ("legacy", 1)])
async def test_older_revisions_have_the_entries_they_have_a_use_for(
    revision: str, entries: int
) -> None:
    async with open_world(revision, devices=5) as world:
        draft = CleanupDraft(await loaded(world))
        assert len(draft.entries) == entries
        assert "ALL of them" in draft.entries[-1].hint
