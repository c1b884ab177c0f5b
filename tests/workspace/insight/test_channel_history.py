"""The history of a channel, from the journal and the audit of a real sandbox."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.insight.channel_history import HistoryItem, merge_history
from capgo_tui.workspace.insight.history_report import report_history
from tests.support.world import World, open_world
from tests.workspace.channels import (
    bundle,
    carry_out_verified,
    channel,
    load_workspace,
    names,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as world:
        world.run("DELETE FROM audit_logs")
        yield world


async def promote(world: World, workspace: Workspace, name: str) -> None:
    world.clock.advance(3600)
    beta = channel(workspace, "beta")
    await carry_out_verified(workspace, make_promotion(workspace, beta, bundle(workspace, name)))


async def read_history(workspace: Workspace) -> list[HistoryItem]:
    beta = channel(workspace, "beta")
    by_id = {each.id: each.wire_id for each in workspace.bundles.records.values()}
    return merge_history(
        workspace.journal.list_entries(),
        await workspace.audit.list_channel_changes(beta.id),
        "beta",
        beta.id,
        by_id.get,
    )


async def test_changes_of_others_and_ours_are_in_one_list_each_once(world: World) -> None:
    others = await load_workspace(world)
    first, second = names(world)[9], names(world)[2]
    await promote(world, others, first)
    ours = await load_workspace(world)
    await promote(world, ours, second)
    world.clock.advance(60)
    change = make_settings_change(ours, channel(ours, "beta"), {"allow_emulator": False})
    await carry_out_verified(ours, change)

    history = await read_history(ours)

    assert [(item.entry_id is not None, item.operation) for item in history] == [
        (True, "changed"),
        (True, "changed"),
        (False, "changed"),
    ]
    emulator, ours_bundle, theirs_bundle = (item.fields[0] for item in history)
    assert (emulator.field, emulator.after) == ("allow_emulator", False)
    assert (ours_bundle.field, ours_bundle.before, ours_bundle.after) == ("bundle", first, second)
    assert (theirs_bundle.field, theirs_bundle.after) == ("bundle", first)
    assert history[0].at - history[1].at == timedelta(seconds=60)
    assert all(item.who for item in history)


async def test_without_the_audit_it_is_the_journal_alone(world: World) -> None:
    others = await load_workspace(world)
    await promote(world, others, names(world)[9])
    ours = await load_workspace(world, "app_developer")
    await promote(world, ours, names(world)[2])
    (item,) = await read_history(ours)
    assert item.entry_id is not None
    assert item.fields[0].after == names(world)[2]
    assert item.who.startswith("#")


async def test_the_state_before_is_what_brings_it_back(world: World) -> None:
    ours = await load_workspace(world)
    before = ours.get_state(channel(ours, "beta"))
    await promote(world, ours, names(world)[5])
    (item,) = await read_history(ours)
    assert item.state_before is not None
    assert item.state_before["bundle"] == before["bundle"]
    shared = {"allow_emulator", "allow_dev", "disable_auto_update", "public"}
    assert {field: item.state_before[field] for field in shared} == {
        field: before[field] for field in shared
    }


@pytest.mark.parametrize(("count", "is_cut"), [(250, False), (301, True)])
async def test_a_history_that_is_read_in_part_says_so(
    world: World, count: int, is_cut: bool
) -> None:
    world.run(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"  # noqa: S608 - a number of ours
        " INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id,"
        " old_record, new_record) SELECT '2026-11-01T00:00:00+00:00', 'channels', '9999',"
        " 'UPDATE', (SELECT owner_org FROM apps LIMIT 1), json_object('id', 9999),"
        " json_object('id', 9999) FROM n"
    )
    workspace = await load_workspace(world)
    report = await report_history(workspace, channel(workspace, "beta"))
    told = "Only the latest 300 changes of the audit history were read." in report.gaps
    assert told is is_cut
    await workspace.audit.read_latest()
    assert not workspace.audit.limit_note, "the latest are a page by design"
