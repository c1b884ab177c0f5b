"""After a refresh there is what the server still has; until its end the old rows stay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.tui.words import count
from capgo_tui.workspace.collection import (
    Addition,
    Replacement,
    StateChange,
    Update,
)
from capgo_tui.workspace.list_state import Loading
from tests.support.clock import NOON
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.collection.lists import PAGE, open_known, record_events

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Collection


async def test_a_refresh_updates_removes_adds_and_reorders(world: World) -> None:
    bundles = world.open().bundles
    await bundles.load_all()
    before = list(bundles.records)
    first, second, third = before[:3]
    world.run("UPDATE bundles SET comment = 'mended' WHERE id = ?", first)
    world.run("UPDATE bundles SET deleted = 1 WHERE id = ?", second)
    world.run(
        "UPDATE bundles SET created_at = '2019-01-01T00:00:00.000000+00:00' WHERE id = ?", third
    )
    world.run(
        "INSERT INTO bundles (app_id, name, created_at, updated_at) VALUES (?, '9.9.9', ?, ?)",
        world.app_id,
        "2027-01-01T00:00:00.000000+00:00",
        "2027-01-01T00:00:00.000000+00:00",
    )
    (new,) = world.column("SELECT id FROM bundles WHERE name = '9.9.9'")
    events = record_events(bundles)
    await bundles.refresh()
    changes = [event for event in events if event != StateChange()]
    assert changes == [
        Addition([new]),
        Update([first]),
        Update([third]),
        Replacement(),
    ]
    await bundles.load_all()
    assert list(bundles.records) == [new, first, *before[3:], third]
    assert bundles.records[first].comment == "mended"


async def test_a_refresh_reads_as_much_as_was_loaded_and_the_walk_goes_on_behind_it(
    world: World,
) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    await devices.load_more()
    world.door.requests.clear()
    await devices.refresh()
    assert world.door.count("GET /device") == 2
    assert len(devices) == 2 * PAGE
    assert not devices.at_end
    await devices.load_more()
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 3


async def test_after_a_refresh_more_means_more_of_what_the_refresh_read(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    for number in range(PAGE):
        world.add_device(f"00000000-0000-4000-8000-{number:012}")
    before = set(devices.records)
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[: 2 * PAGE]
    assert before < devices.records.keys(), "they were only pushed on to the next page"
    await devices.load_all()
    assert list(devices.records) == world.device_ids()


async def test_what_was_pushed_far_away_is_no_longer_loaded(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    for number in range(3 * PAGE):
        world.add_device(f"00000000-0000-4000-8000-{number:012}")
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[: 2 * PAGE]
    assert world.door.count("GET /device") == 3, "one page further was looked for it"


async def test_deleted_records_make_a_refresh_read_no_further(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    for device_id in world.device_ids()[10:20]:
        world.drop_device(device_id)
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[:PAGE]
    assert world.door.count("GET /device") == 2


@pytest.mark.parametrize("revision", ALL_REVISIONS)
@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
async def test_a_refresh_of_the_whole_list_changes_nothing_when_nothing_changed(
    revision: str, name: str
) -> None:
    async with open_world(revision, channels=120, devices=120, bundles=120) as world:
        collection: Collection[Any] = getattr(world.open(), name)
        await collection.load_all()
        before = dict(collection.records)
        await collection.refresh()
        await collection.load_all()
        assert list(collection.records.items()) == list(before.items())
        assert collection.at_end


async def test_a_refresh_that_fails_keeps_the_old_rows_and_says_stale(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_all()
    before = dict(devices.records)
    gone_key = world.device_ids()[0]
    world.drop_device(gone_key)
    world.clock.advance(60)
    world.door.fail("GET /device", 500, skip=2)
    events = record_events(devices)
    await devices.refresh()
    assert devices.records == before
    assert devices.stale
    assert devices.as_of == NOON
    assert devices.at_end, "what was known to be the end still is"
    assert Replacement() not in events
    await devices.refresh()
    assert gone_key not in devices.records
    assert not devices.stale
    assert devices.as_of == world.clock()


@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
async def test_what_was_read_to_its_end_is_read_to_its_end_again(world: World, name: str) -> None:
    collection: Collection[Any] = getattr(world.open(), name)
    await collection.load_all()
    loaded_count = len(collection)
    assert count(collection) == str(loaded_count)
    await collection.refresh()
    assert collection.at_end
    assert count(collection) == str(loaded_count)


async def test_a_refresh_of_the_whole_list_brings_what_has_come_behind_it(world: World) -> None:
    channels = world.open().channels
    await channels.load_all()
    world.run(
        "INSERT INTO channels (app_id, name, created_at, updated_at, created_by, rollout_id)"
        " VALUES (?, 'brand-new', ?, ?, 'u', 'r')",
        world.app_id,
        "2027-01-01T00:00:00.000000+00:00",
        "2027-01-01T00:00:00.000000+00:00",
    )
    await channels.refresh()
    assert [c.name for c in channels.records.values()][-1] == "brand-new"
    assert channels.at_end


async def test_the_old_rows_stay_until_the_last_page_of_a_refresh_has_come(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_all()
    gone_key = world.device_ids()[0]
    world.drop_device(gone_key)
    pause = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await pause.ready.wait()
    assert gone_key in devices.records
    assert len(devices) == 375
    assert devices.loading is Loading.REFRESH
    pause.let_go()
    await refreshing
    assert gone_key not in devices.records


async def test_a_list_that_shrank_to_nothing_is_empty_after_a_refresh(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    world.run("DELETE FROM devices")
    await devices.refresh()
    assert len(devices) == 0
    assert devices.at_end
    assert devices.error is None


async def test_rows_deleted_between_two_pages_are_made_good_by_a_refresh(world: World) -> None:
    channels = world.open().channels
    await channels.load_more()
    doomed_ids = list(channels.records)[1:11]
    for channel_id in doomed_ids:
        world.run("DELETE FROM channels WHERE id = ?", channel_id)
    await channels.load_all()
    assert channels.at_end
    await channels.refresh()
    await channels.load_all()
    assert list(channels.records) == world.column(
        "SELECT id FROM channels WHERE app_id = ? ORDER BY created_at", world.app_id
    )


ROW_PATH = {"channels": "GET /channel", "bundles": "GET /bundle"}
DELETE_FIRST = {
    "channels": "DELETE FROM channels WHERE id = (SELECT id FROM channels"
    " ORDER BY created_at LIMIT 1)",
    "bundles": "UPDATE bundles SET deleted = 1 WHERE id = (SELECT id FROM bundles"
    " WHERE deleted = 0 AND user_id IS NOT NULL ORDER BY created_at DESC LIMIT 1)",
}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["channels", "bundles"])
async def test_rows_deleted_while_a_refresh_goes_from_page_to_page_take_no_other_along(
    world: World, name: str, times: int
) -> None:
    collection: Collection[Any] = getattr(world.open(), name)
    await collection.load_all()
    first = list(collection.records)
    request_count = world.door.count(ROW_PATH[name])
    for walk in range(times):
        delete_in_walk = walk * request_count + 1
        world.door.before(
            ROW_PATH[name], lambda: world.run(DELETE_FIRST[name]), skip=delete_in_walk
        )
    await collection.refresh()
    assert [key for key in first if key not in collection.records] == first[:times]
    assert list(collection.records) == first[times:], "in the server's order"
    assert world.door.count(ROW_PATH[name]) == 4 * request_count


async def test_a_refresh_that_loses_rows_in_every_walk_ends_all_the_same(world: World) -> None:
    channels = world.open().channels
    await channels.load_all()
    request_count = world.door.count("GET /channel")
    for number in range(20):
        world.door.before("GET /channel", lambda: world.run(DELETE_FIRST["channels"]), skip=number)
    await channels.refresh()
    assert channels.error is None
    assert world.door.count("GET /channel") <= 4 * request_count


async def test_what_is_gone_before_a_refresh_is_looked_for_once_more_and_no_more_than_that(
    world: World,
) -> None:
    channels = world.open().channels
    await channels.load_all()
    request_count = world.door.count("GET /channel")
    await channels.refresh()
    assert world.door.count("GET /channel") == 2 * request_count, (
        "nothing is gone: one walk is enough"
    )
    world.run(DELETE_FIRST["channels"])
    await channels.refresh()
    assert world.door.count("GET /channel") == 4 * request_count
    assert len(channels) == 119


async def test_devices_deleted_between_two_pages_cost_no_other_device(world: World) -> None:
    devices = open_known(world).devices
    doomed_ids = world.device_ids()[10:30]

    def delete() -> None:
        for device_id in doomed_ids:
            world.drop_device(device_id)

    world.door.before("GET /device", delete, skip=1)
    await devices.load_all()
    assert set(devices.records) >= set(world.device_ids())
    await devices.refresh()
    assert list(devices.records) == world.device_ids()
