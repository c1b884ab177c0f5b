"""How many requests a change of a loaded record costs, and what is read back with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.models import Bundle
from capgo_tui.api.paging import ReadPage
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.bundle_deletions import (
    find_links,
    make_bundle_deletion,
    plan_deletions,
)
from capgo_tui.workspace.changes.bundles import lacks, make_bundle_notes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.new_channels import make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.changes.reread import reread
from tests.support.world import World, open_world
from tests.workspace.channels import bundle, carry_out_verified, channel, load_workspace, names

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIST, NOTES, DELETE = "GET /bundle", "POST /bundle/metadata", "DELETE /bundle"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Two pages of channels and of bundles."""
    async with open_world(channels=62, devices=5, bundles=133) as new_world:
        yield new_world


def request_names(world: World) -> list[str]:
    return [each.name for each in world.door.requests]


def in_the_list(world: World) -> list[str]:
    return world.column(
        "SELECT name FROM bundles WHERE app_id = ? AND NOT deleted"
        " ORDER BY created_at DESC, id DESC",
        world.app_id,
    )


def free_names(world: World) -> list[str]:
    used_names = world.column(
        "SELECT b.name FROM bundles b JOIN channels c ON b.id IN (c.version, c.rollout_version)"
    )
    return [name for name in in_the_list(world) if name not in used_names]


async def test_a_write_of_one_record_reads_that_record(world: World) -> None:
    workspace = await load_workspace(world)
    device = next(d for d in workspace.devices.records.values() if d.channel is None)
    await carry_out_verified(
        workspace, make_override(workspace, device, channel(workspace, "beta"))
    )
    assert request_names(world) == ["GET /device", "POST /device", "GET /device"]
    world.door.requests.clear()
    await carry_out_verified(
        workspace,
        make_promotion(workspace, channel(workspace, "beta"), bundle(workspace, names(world)[7])),
    )
    assert request_names(world) == ["GET /channel", "PUT /bundle", "GET /channel"]
    world.door.requests.clear()
    beta = channel(workspace, "beta")
    await carry_out_verified(
        workspace, make_settings_change(workspace, beta, {"allow_dev": not beta.allow_dev})
    )
    assert request_names(world) == ["GET /channel", "POST /channel", "GET /channel"]


async def test_a_deleted_channel_is_asked_for_and_its_list_is_not_read(world: World) -> None:
    workspace = await load_workspace(world)
    others = [key for key, each in workspace.channels.records.items() if each.name != "beta"]
    await carry_out_verified(
        workspace, make_channel_deletion(workspace, channel(workspace, "beta"))
    )
    assert request_names(world) == ["DELETE /channel", "GET /channel"]
    assert list(workspace.channels.records) == others


@pytest.mark.parametrize("at", [0, 49, 50, 132])
async def test_a_note_is_read_back_from_the_page_of_its_bundle(world: World, at: int) -> None:
    workspace = await load_workspace(world)
    target = bundle(workspace, in_the_list(world)[at])
    await carry_out_verified(workspace, make_bundle_notes(workspace, target, {"comment": "better"}))
    assert request_names(world) == [LIST, NOTES, LIST]
    assert world.door.requests[-1].query.get("page") == (None if at < 50 else "1")
    assert bundle(workspace, target.name).comment == "better"


async def test_a_note_of_a_bundle_that_left_its_page_is_looked_for_in_the_list(
    world: World,
) -> None:
    workspace = await load_workspace(world)
    target = bundle(workspace, in_the_list(world)[49])
    world.run(
        "INSERT INTO bundles (app_id, name, created_at, updated_at) VALUES (?, '9.9.9', ?, ?)",
        world.app_id,
        "2027-01-01T00:00:00.000000+00:00",
        "2027-01-01T00:00:00.000000+00:00",
    )
    await carry_out_verified(workspace, make_bundle_notes(workspace, target, {"comment": "better"}))
    assert request_names(world) == [LIST, LIST, LIST, NOTES, LIST]
    assert bundle(workspace, target.name).comment == "better"


@pytest.mark.parametrize("at", [0, 30, 60, -1])
async def test_a_deleted_bundle_costs_one_page(world: World, at: int) -> None:
    workspace = await load_workspace(world)
    target = bundle(workspace, free_names(world)[at])
    change = make_bundle_deletion(workspace, target, await find_links(workspace))
    await carry_out_verified(workspace, change)
    assert request_names(world) == [DELETE, LIST]
    assert [each.name for each in workspace.bundles.records.values()] == in_the_list(world)


async def test_a_deletion_that_was_not_done_is_not_told_as_done(world: World) -> None:
    workspace = await load_workspace(world)
    target = bundle(workspace, free_names(world)[30])
    change = make_bundle_deletion(workspace, target, await find_links(workspace))
    world.door.answer(DELETE, {"status": "ok"})
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.DIFFERENT
    assert bundle(workspace, target.name) == target


async def test_a_bundle_that_may_stand_on_another_page_is_looked_for_in_the_list(
    world: World,
) -> None:
    """Of bundles made at one moment any may come first: its page alone does not tell."""
    moment = "2026-01-01T00:00:00.000000+00:00"
    for name in in_the_list(world)[40:]:
        world.run("UPDATE bundles SET created_at = ? WHERE name = ?", moment, name)
    near = in_the_list(world)[40:50]
    workspace = await load_workspace(world)
    target = bundle(workspace, next(name for name in free_names(world) if name in near))
    change = make_bundle_deletion(workspace, target, await find_links(workspace))
    world.door.answer(DELETE, {"status": "ok"})

    def swap(rows: list[dict[str, object]]) -> object:
        """Put another bundle of that moment in its place, as if it came on the next page."""
        other = {"id": 99_999, "name": "another"}
        return [{**row, **other} if row["id"] == target.id else row for row in rows]

    world.door.rewrite(LIST, swap)
    outcome = await carry_out(change, workspace)
    assert request_names(world) == [DELETE, LIST, LIST, LIST]
    assert outcome.state is OutcomeState.DIFFERENT
    assert bundle(workspace, target.name) == target


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def bundles_of_age(*days: int | None) -> list[Bundle]:
    """Bundles so many days old."""
    return [
        Bundle(id=at, name=str(at), created_at=None if age is None else NOON - timedelta(days=age))
        for at, age in enumerate(days, 100)
    ]


@pytest.mark.parametrize(
    ("days", "first", "last", "is_proven"),
    [
        ((1, 2, 4, 5), False, False, True),
        ((4, 5), True, False, True),
        ((4, 5), False, False, False),  # it may have moved up to the page before
        ((1, 2), False, True, True),
        ((1, 2), False, False, False),  # it may have been pushed on to the next page
        ((1, 3), False, False, False),  # of one moment with the last: in any order
        ((3, 5), False, False, False),
        ((), True, True, True),
        ((), False, True, False),
        ((5, 1, 2, 4), False, False, False),  # not the order that is known
        ((1, None, 5), False, False, False),
    ],
)
def test_a_page_shows_that_a_bundle_is_gone_only_where_it_would_have_to_stand(
    days: tuple[int | None, ...], first: bool, last: bool, is_proven: bool
) -> None:
    (target,) = bundles_of_age(3)
    assert lacks(ReadPage(bundles_of_age(*days), 0, first, last), target) is is_proven
    assert not lacks(ReadPage(bundles_of_age(*days), 1, first, last), target), (
        "the one nobody can read?"
    )
    assert not lacks(ReadPage(bundles_of_age(*days), 0, first, last), bundles_of_age(None)[0])


async def test_many_deletions_read_the_list_once(world: World) -> None:
    workspace = await load_workspace(world)
    bundles = [
        bundle(workspace, name) for name in (*free_names(world)[:2], *free_names(world)[-3:])
    ]
    plan = await plan_deletions(workspace, bundles)
    world.door.requests.clear()
    batch = Batch(plan.changes, workspace)
    await batch.carry_out()
    assert batch.count(OutcomeState.VERIFIED) == 5
    assert request_names(world) == [*[DELETE] * 5, LIST, LIST]
    assert [each.name for each in workspace.bundles.records.values()] == in_the_list(world)


async def test_many_deletions_of_which_an_answer_was_lost_are_looked_for_twice() -> None:
    async with (
        open_world(channels=6, devices=5, bundles=133) as world,
        world.on_a_socket() as workspace,
    ):
        for collection in (workspace.channels, workspace.bundles):
            await collection.load_all()
        bundles = [bundle(workspace, name) for name in free_names(world)[-3:]]
        plan = await plan_deletions(workspace, bundles)
        world.door.requests.clear()
        world.door.cut_after(DELETE)
        batch = Batch(plan.changes, workspace)
        await batch.carry_out()
        assert batch.count(OutcomeState.VERIFIED) == 3
        assert world.door.count(LIST) == 4


async def test_of_many_looked_at_again_none_is_taken_from_an_old_page(world: World) -> None:
    workspace = await load_workspace(world)
    near, far = (bundle(workspace, in_the_list(world)[at]) for at in (0, 60))
    changes = [make_bundle_notes(workspace, each, {"comment": "mine"}) for each in (near, far)]
    world.run("UPDATE bundles SET comment = 'theirs'")
    readings = await reread(changes, workspace)
    assert [reading["comment"] for reading in readings if isinstance(reading, dict)] == [
        "theirs",
        "theirs",
    ]
    world.door.requests.clear()
    await reread(changes[1:], workspace)
    assert request_names(world) == [LIST]
