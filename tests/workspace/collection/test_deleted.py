"""A record that the server no longer has leaves its list, and takes no other along."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import CapgoError
from capgo_tui.workspace.collection import Replacement, Update
from tests.support.world import World, open_world
from tests.workspace.collection.lists import record_events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.collection import Collection


@pytest.fixture
async def long() -> AsyncIterator[World]:
    """A list of bundles on three pages of the live API: 50, 500 and the rest."""
    async with open_world(devices=5, bundles=700) as world:
        yield world


@pytest.mark.parametrize("at", [0, 49, 50, 300, 549])
async def test_what_is_removed_before_the_end_is_read_hides_no_other(long: World, at: int) -> None:
    bundles = long.open().bundles
    await bundles.load_more()
    await bundles.load_more()
    assert (len(bundles), bundles.at_end) == (550, False)
    gone_key = list(bundles.records)[at]
    long.run("UPDATE bundles SET deleted = 1 WHERE id = ?", gone_key)
    events = record_events(bundles)
    await bundles.remove(gone_key)
    assert events == [Replacement()]
    assert gone_key not in bundles.records
    await bundles.load_all()
    assert list(bundles.records) == long.column(
        "SELECT id FROM bundles WHERE app_id = ? AND NOT deleted ORDER BY created_at DESC, id DESC",
        long.app_id,
    )


async def test_a_removal_waits_for_a_refresh_that_has_seen_the_record(world: World) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    gone_key = next(iter(bundles.records))
    pause = world.door.hold("GET /bundle", skip=1)
    refreshing = asyncio.ensure_future(bundles.refresh())
    await pause.ready.wait()
    removing = asyncio.ensure_future(bundles.remove(gone_key))
    await asyncio.sleep(0)
    pause.release.set()
    await refreshing
    await removing
    assert gone_key not in bundles.records
    assert bundles.find_page(gone_key) is None


async def test_to_remove_what_is_not_there_changes_nothing(world: World) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    events = record_events(bundles)
    await bundles.remove("none such")
    assert events == []


async def test_after_the_last_loaded_record_has_gone_a_refresh_reads_no_further(
    long: World,
) -> None:
    bundles = long.open().bundles
    await bundles.load_more()
    gone_key = list(bundles.records)[-1]
    long.run("UPDATE bundles SET deleted = 1 WHERE id = ?", gone_key)
    await bundles.remove(gone_key)
    long.door.requests.clear()
    await bundles.refresh()
    assert long.door.count("GET /bundle") == 1


@pytest.mark.parametrize("name", ["channels", "bundles"])
async def test_what_is_said_to_be_deleted_is_not_looked_for_again(world: World, name: str) -> None:
    collection: Collection[Any] = getattr(world.open(), name)
    await collection.load_all()
    mine, theirs = list(collection.records)[60:62]
    for key in (mine, theirs):
        world.run(f"DELETE FROM {name} WHERE id = ?", key)  # noqa: S608
    world.door.requests.clear()
    await collection.reread(deleted_keys=[mine, theirs])
    assert len(world.door.requests) == 2
    assert not {mine, theirs} & collection.records.keys()


async def test_what_others_deleted_meanwhile_is_still_looked_for_again(world: World) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    mine, theirs = list(bundles.records)[60:62]
    for key in (mine, theirs):
        world.run("UPDATE bundles SET deleted = 1 WHERE id = ?", key)
    world.door.requests.clear()
    await bundles.reread(deleted_keys=[mine])
    assert world.door.count("GET /bundle") == 4
    assert theirs not in bundles.records


async def test_one_page_read_again_tells_what_is_new_on_it_and_claims_nothing_of_the_rest(
    world: World,
) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    keys, as_of = list(bundles.records), bundles.as_of
    first, far = keys[0], keys[60]
    for key in (first, far):
        world.run("UPDATE bundles SET comment = 'newer' WHERE id = ?", key)
    world.clock.advance(60)
    page = bundles.find_page(far)
    assert page is not None
    events = record_events(bundles)
    world.door.requests.clear()
    read = await bundles.reread_page(page)
    assert len(world.door.requests) == 1
    assert Update([far]) in events
    assert [str(each.id) for each in read.rows] == keys[50:]
    assert (bundles.records[first].comment, bundles.as_of) != ("newer", world.clock())
    assert bundles.as_of == as_of


async def test_a_page_that_cannot_be_read_again_says_why(world: World) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    page = bundles.find_page(next(iter(bundles.records)))
    assert page is not None
    world.door.fail("GET /bundle")
    with pytest.raises(CapgoError, match="Unknown error"):
        await bundles.reread_page(page)
    assert bundles.error is not None
