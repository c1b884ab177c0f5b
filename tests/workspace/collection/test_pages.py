"""A list comes in page by page, never loses what it has, and never claims more than it knows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import ErrorKind
from capgo_tui.workspace.collection import Appended, Progressed, Replaced, Updated
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.words import count, placeholder, status
from tests.support.clock import NOON
from tests.workspace.world import ALL_REVISIONS, World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.collection import Collection, Event

PAGE = 100
LARGE_PAGE = 500
"""Devices in a page of the live API."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Three pages of devices, the last one short."""
    async with open_world(channels=120, devices=250, bundles=120) as made:
        yield made


def listened(collection: Collection[Any]) -> list[Event]:
    heard: list[Event] = []
    collection.listen(heard.append)
    return heard


def custom_id(collection: Collection[Any], device_id: str) -> str | None:
    found: str | None = collection.records[device_id].custom_id
    return found


def idle(collection: Collection[Any]) -> bool:
    return collection.loading is Loading.NOTHING


# Page by page


@pytest.mark.parametrize("revision", ALL_REVISIONS)
@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
async def test_a_list_is_read_to_its_end_whole_and_once(revision: str, name: str) -> None:
    async with open_world(revision, channels=120, devices=250, bundles=120) as world:
        collection: Collection[Any] = getattr(world.open(), name)
        heard = listened(collection)
        assert not collection.started
        sizes = [0]
        while not collection.ended:
            await collection.load_more()
            assert collection.error is None
            assert collection.loading is Loading.NOTHING
            assert collection.as_of == NOON
            sizes.append(len(collection))
            assert len(sizes) < 20
        assert sizes == sorted(sizes)
        column = "device_id" if name == "devices" else "id"
        assert sorted(collection.records) == sorted(
            world.column(f"SELECT {column} FROM {name} WHERE app_id = ?", world.app_id)  # noqa: S608
        )
        appended = [key for event in heard if isinstance(event, Appended) for key in event.keys]
        assert appended == list(collection.records)
        asked = len(world.door.asked)
        await collection.load_more()
        assert len(world.door.asked) == asked, "nothing is left to ask for"


async def test_records_keep_the_order_of_the_server(world: World) -> None:
    workspace = world.open()
    for collection in (workspace.channels, workspace.devices, workspace.bundles):
        await collection.load_all()
    assert list(workspace.channels.records) == world.column(
        "SELECT id FROM channels WHERE app_id = ? ORDER BY created_at", world.app_id
    )
    assert list(workspace.devices.records) == world.device_ids()
    assert list(workspace.bundles.records) == world.column(
        "SELECT id FROM bundles WHERE app_id = ? ORDER BY created_at DESC", world.app_id
    )


async def test_only_what_was_asked_for_is_loaded(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    assert list(devices.records) == world.device_ids()[:PAGE]
    assert not devices.ended
    assert world.door.count("GET /device") == 1


async def test_an_app_with_nothing_in_it_has_empty_lists_and_no_error() -> None:
    async with open_world(channels=0, devices=0, bundles=0) as world:
        workspace = world.open()
        for collection in (workspace.channels, workspace.devices, workspace.bundles):
            await collection.load_more()
            assert (len(collection), collection.ended, collection.error) == (0, True, None)
            assert collection.started
            assert not collection.stale


# Failures


async def test_a_failure_half_way_keeps_the_rows_and_the_next_try_goes_on() -> None:
    async with open_world(devices=1_200) as world:
        devices = world.open().devices
        world.door.fail("GET /device", skip=2)
        await devices.load_all()
        assert list(devices.records) == world.device_ids()[: 2 * LARGE_PAGE]
        assert devices.error is not None
        assert devices.error.kind is ErrorKind.SERVER_FAULT
        assert devices.stale
        assert not devices.ended
        assert devices.loading is Loading.NOTHING
        assert not devices.loading_all
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert devices.error is None
        assert not devices.stale
        assert devices.ended
        assert world.door.count("GET /device") == 4, "no page was read twice"


async def test_all_of_a_list_takes_one_request_for_five_hundred_records() -> None:
    async with open_world(devices=1_200) as world:
        devices = world.open().devices
        await devices.load_more()
        assert len(devices) == PAGE
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert devices.requests == 3
        assert world.door.count("GET /device") == 4


async def test_loading_all_stops_with_the_page_under_way_and_goes_on_from_there() -> None:
    async with open_world(devices=1_200) as world:
        devices = world.open().devices
        held = world.door.hold("GET /device")
        loading = asyncio.ensure_future(devices.load_all())
        await held.ready.wait()
        devices.stop()
        held.let_go()
        await loading
        assert list(devices.records) == world.device_ids()[:LARGE_PAGE]
        assert not devices.ended
        assert not devices.loading_all
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert world.door.count("GET /device") == 3


async def test_a_cut_connection_keeps_the_rows_as_well(world: World) -> None:
    async with world.on_a_socket() as workspace:
        devices = workspace.devices
        await devices.load_more()
        world.door.cut_before("GET /device")
        await devices.load_more()
        assert len(devices) == PAGE
        assert devices.error is not None
        assert devices.error.kind is ErrorKind.UNREACHABLE
        await devices.load_more()
        assert len(devices) == 2 * PAGE
        assert devices.error is None


async def test_a_first_page_that_fails_leaves_a_list_that_has_been_started(world: World) -> None:
    devices = world.open("no-such-key").devices
    await devices.load_more()
    assert devices.error is not None
    assert devices.error.kind is ErrorKind.KEY_REFUSED
    assert devices.started
    assert devices.as_of is None
    assert not devices.stale, "there is nothing yet that could be stale"


async def test_as_of_is_when_a_page_last_came_not_when_one_was_last_asked_for(
    world: World,
) -> None:
    devices = world.open().devices
    await devices.load_more()
    world.clock.advance(60)
    world.door.fail("GET /device")
    await devices.load_more()
    assert devices.as_of == NOON
    await devices.load_more()
    assert devices.as_of == world.clock()


# Refresh


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
    heard = listened(bundles)
    await bundles.refresh()
    told = [event for event in heard if event != Progressed()]
    assert told == [Appended([new]), Updated([first]), Updated([third]), Replaced()]
    await bundles.load_all()
    assert list(bundles.records) == [new, first, *before[3:], third]
    assert bundles.records[first].comment == "mended"


async def test_a_refresh_reads_as_much_as_was_loaded_and_the_walk_goes_on_behind_it(
    world: World,
) -> None:
    devices = world.open().devices
    await devices.load_more()
    await devices.load_more()
    world.door.asked.clear()
    await devices.refresh()
    assert world.door.count("GET /device") == 2
    assert len(devices) == 2 * PAGE
    assert not devices.ended
    await devices.load_more()
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 3


async def test_after_a_refresh_more_means_more_of_what_the_refresh_read(world: World) -> None:
    devices = world.open().devices
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
    devices = world.open().devices
    await devices.load_more()
    for number in range(3 * PAGE):
        world.add_device(f"00000000-0000-4000-8000-{number:012}")
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[: 2 * PAGE]
    assert world.door.count("GET /device") == 3, "one page further was looked for it"


async def test_deleted_records_make_a_refresh_read_no_further(world: World) -> None:
    devices = world.open().devices
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
        assert collection.ended


async def test_a_refresh_that_fails_keeps_the_old_rows_and_says_stale(world: World) -> None:
    devices = world.open().devices
    await devices.load_all()
    before = dict(devices.records)
    gone = world.device_ids()[0]
    world.drop_device(gone)
    world.clock.advance(60)
    world.door.fail("GET /device", 500, skip=2)
    heard = listened(devices)
    await devices.refresh()
    assert devices.records == before
    assert devices.stale
    assert devices.as_of == NOON
    assert devices.ended, "what was known to be the end still is"
    assert Replaced() not in heard
    await devices.refresh()
    assert gone not in devices.records
    assert not devices.stale
    assert devices.as_of == world.clock()


@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
async def test_what_was_read_to_its_end_is_read_to_its_end_again(world: World, name: str) -> None:
    collection: Collection[Any] = getattr(world.open(), name)
    await collection.load_all()
    loaded = len(collection)
    assert count(collection) == str(loaded)
    await collection.refresh()
    assert collection.ended
    assert count(collection) == str(loaded)


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
    assert channels.ended


async def test_the_old_rows_stay_until_the_last_page_of_a_refresh_has_come(world: World) -> None:
    devices = world.open().devices
    await devices.load_all()
    gone = world.device_ids()[0]
    world.drop_device(gone)
    held = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await held.ready.wait()
    assert gone in devices.records
    assert len(devices) == 250
    assert devices.loading is Loading.REFRESH
    held.let_go()
    await refreshing
    assert gone not in devices.records


async def test_a_list_that_shrank_to_nothing_is_empty_after_a_refresh(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    world.run("DELETE FROM devices")
    await devices.refresh()
    assert len(devices) == 0
    assert devices.ended
    assert devices.error is None


async def test_rows_deleted_between_two_pages_are_made_good_by_a_refresh(world: World) -> None:
    channels = world.open().channels
    await channels.load_more()
    doomed = list(channels.records)[1:11]
    for channel_id in doomed:
        world.run("DELETE FROM channels WHERE id = ?", channel_id)
    await channels.load_all()
    assert channels.ended
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
    asked = world.door.count(ROW_PATH[name])
    for walked in range(times):
        delete_in_walk = walked * asked + 1
        world.door.before(
            ROW_PATH[name], lambda: world.run(DELETE_FIRST[name]), skip=delete_in_walk
        )
    await collection.refresh()
    assert [key for key in first if key not in collection.records] == first[:times]
    assert list(collection.records) == first[times:], "in the server's order"
    assert world.door.count(ROW_PATH[name]) == 4 * asked


async def test_a_refresh_that_loses_rows_in_every_walk_ends_all_the_same(world: World) -> None:
    channels = world.open().channels
    await channels.load_all()
    asked = world.door.count("GET /channel")
    for number in range(20):
        world.door.before("GET /channel", lambda: world.run(DELETE_FIRST["channels"]), skip=number)
    await channels.refresh()
    assert channels.error is None
    assert world.door.count("GET /channel") <= 4 * asked


async def test_what_is_gone_before_a_refresh_is_looked_for_once_more_and_no_more_than_that(
    world: World,
) -> None:
    channels = world.open().channels
    await channels.load_all()
    asked = world.door.count("GET /channel")
    await channels.refresh()
    assert world.door.count("GET /channel") == 2 * asked, "nothing is gone: one walk is enough"
    world.run(DELETE_FIRST["channels"])
    await channels.refresh()
    assert world.door.count("GET /channel") == 4 * asked
    assert len(channels) == 119


async def test_devices_deleted_between_two_pages_cost_no_other_device(world: World) -> None:
    devices = world.open().devices
    doomed = world.device_ids()[10:30]

    def delete() -> None:
        for device_id in doomed:
            world.drop_device(device_id)

    world.door.before("GET /device", delete, skip=1)
    await devices.load_all()
    assert set(devices.records) >= set(world.device_ids())
    await devices.refresh()
    assert list(devices.records) == world.device_ids()


# Records read on their own


async def test_a_looked_up_record_survives_a_refresh_that_does_not_reach_it(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    await workspace.look_up_device(far)
    assert list(devices.records) == [*world.device_ids()[:PAGE], far]
    world.rename(far, "renamed")
    world.door.asked.clear()
    await devices.refresh()
    assert list(devices.records) == [*world.device_ids()[:PAGE], far]
    assert custom_id(devices, far) == "renamed", "it was read again, too"
    assert world.door.count("GET /device") == 2, "one page and the one device"
    await devices.refresh()
    assert far in devices.records, "and it survives the next one as well"


async def test_a_looked_up_record_is_gone_when_the_server_no_longer_knows_it(
    world: World,
) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    await workspace.look_up_device(far)
    world.drop_device(far)
    await devices.refresh()
    assert far not in devices.records
    assert len(devices) == PAGE
    assert devices.error is None
    world.door.asked.clear()
    await devices.refresh()
    assert world.door.count("GET /device") == 1, "nobody asks for it again"


async def test_a_refresh_that_reaches_the_end_settles_what_was_looked_up(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    await workspace.look_up_device(world.device_ids()[-1])
    for device_id in world.device_ids()[50:]:
        world.drop_device(device_id)
    world.door.asked.clear()
    await devices.refresh()
    assert list(devices.records) == world.device_ids()
    assert devices.ended
    assert world.door.count("GET /device") == 1, "the list itself says that it is gone"


async def test_a_refresh_to_the_end_of_the_list_needs_no_second_look_at_one_device(
    world: World,
) -> None:
    workspace = world.open()
    near = world.device_ids()[5]
    await workspace.look_up_device(near)
    devices = workspace.devices
    await devices.load_all()
    assert len(devices) == 250
    world.door.asked.clear()
    await devices.refresh()
    assert not any("device_id" in asked.query for asked in world.door.asked)
    assert list(devices.records) == world.device_ids(), "now it stands where the server has it"


async def test_a_looked_up_record_that_cannot_be_read_again_keeps_the_old_rows(
    world: World,
) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    await workspace.look_up_device(far)
    near = world.device_ids()[0]
    world.rename(near, "renamed")
    before = list(devices.records)
    world.door.fail("GET /device", skip=1)
    await devices.refresh()
    assert list(devices.records) == before
    assert custom_id(devices, near) == "renamed", "what came is kept"
    assert devices.stale


async def test_the_walk_does_not_double_a_record_that_was_looked_up_before(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    near = world.device_ids()[150]
    await workspace.look_up_device(near)
    world.rename(near, "renamed since")
    heard = listened(devices)
    await devices.load_all()
    assert sorted(devices.records) == world.device_ids()
    assert custom_id(devices, near) == "renamed since"
    assert Updated([near]) in heard
    assert all(near not in event.keys for event in heard if isinstance(event, Appended))


# A record read again while a page is under way


async def test_a_record_read_again_wins_over_the_page_that_was_under_way(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    known = world.device_ids()[150]
    await workspace.look_up_device(known)
    held = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await held.ready.wait()
    world.rename(known, "changed by a write")
    await workspace.look_up_device(known)
    held.let_go()
    await loading
    assert custom_id(devices, known) == "changed by a write"
    assert len(devices) == 2 * PAGE


async def test_a_record_first_read_while_its_page_was_under_way_wins_as_well(
    world: World,
) -> None:
    workspace = world.open()
    devices = workspace.devices
    wanted = world.device_ids()[3]
    held = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await held.ready.wait()
    world.rename(wanted, "changed by a write")
    await workspace.look_up_device(wanted)
    heard = listened(devices)
    held.let_go()
    await loading
    assert custom_id(devices, wanted) == "changed by a write"
    assert len(devices) == PAGE
    assert all(wanted not in event.keys for event in heard if isinstance(event, Appended))
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[:PAGE]


async def test_a_record_read_again_wins_over_the_refresh_that_was_under_way(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_all()
    known = world.device_ids()[3]
    held = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await held.ready.wait()
    world.rename(known, "changed by a write")
    await workspace.look_up_device(known)
    held.let_go()
    await refreshing
    assert custom_id(devices, known) == "changed by a write"
    world.rename(known, "and again")
    await devices.refresh()
    assert custom_id(devices, known) == "and again", "it wins over that one request, not for ever"


async def test_a_record_looked_up_during_a_refresh_is_not_lost_by_it(world: World) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    held = world.door.hold("GET /device")
    refreshing = asyncio.ensure_future(devices.refresh())
    await held.ready.wait()
    await workspace.look_up_device(far)
    held.let_go()
    await refreshing
    assert far in devices.records
    await devices.refresh()
    assert far in devices.records


async def test_devices_looked_up_while_a_refresh_reads_single_ones_are_kept(
    world: World,
) -> None:
    workspace = world.open()
    devices = workspace.devices
    await devices.load_more()
    far, farther = world.device_ids()[-2:]
    await workspace.look_up_device(far)
    held = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await held.ready.wait()
    await workspace.look_up_device(farther)
    held.let_go()
    await refreshing
    assert {far, farther} <= devices.records.keys()
    await devices.refresh()
    assert {far, farther} <= devices.records.keys()


# Taking turns


async def test_one_request_is_in_flight_however_often_more_is_wanted(world: World) -> None:
    devices = world.open().devices
    await asyncio.gather(*(devices.load_more() for _ in range(5)))
    assert world.door.count("GET /device") == 1
    assert len(devices) == PAGE


async def test_nothing_else_begins_while_a_refresh_is_under_way(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    world.door.asked.clear()
    held = world.door.hold("GET /device")
    refreshing = asyncio.ensure_future(devices.refresh())
    await held.ready.wait()
    await devices.load_more()
    await devices.refresh()
    held.let_go()
    await refreshing
    assert world.door.count("GET /device") == 1
    assert len(devices) == PAGE


async def test_a_refresh_wanted_while_a_page_is_under_way_follows_it(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    gone = world.device_ids()[0]
    world.drop_device(gone)
    held = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await held.ready.wait()
    refreshing = asyncio.ensure_future(devices.refresh())
    await asyncio.sleep(0)
    assert devices.loading is Loading.MORE
    held.let_go()
    await asyncio.gather(loading, refreshing)
    assert gone not in devices.records
    assert world.door.most_inside == 1


async def test_loading_everything_waits_for_the_page_that_is_under_way(world: World) -> None:
    devices = world.open().devices
    held = world.door.hold("GET /device")
    first = asyncio.ensure_future(devices.load_more())
    await held.ready.wait()
    everything = asyncio.ensure_future(devices.load_all())
    held.let_go()
    await asyncio.gather(first, everything)
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 2
    assert world.door.most_inside == 1


async def test_two_that_load_everything_share_the_work(world: World) -> None:
    devices = world.open().devices
    await asyncio.gather(devices.load_all(), devices.load_all())
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 1


@pytest.mark.parametrize("what", ["load_more", "load_all", "refresh"])
async def test_giving_up_leaves_nothing_loading_and_the_list_usable(
    world: World, what: str
) -> None:
    devices = world.open().devices
    await devices.load_more()
    held = world.door.hold("GET /device")
    heard = listened(devices)
    working = asyncio.ensure_future(getattr(devices, what)())
    await held.ready.wait()
    assert not idle(devices)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert idle(devices)
    assert heard[-1] == Progressed(), "whoever draws the state has heard of it"
    assert devices.error is None
    assert len(devices) == PAGE
    await devices.load_all()
    assert list(devices.records) == world.device_ids()


async def test_giving_up_the_wait_for_a_turn_disturbs_nobody(world: World) -> None:
    devices = world.open().devices
    held = world.door.hold("GET /device")
    first = asyncio.ensure_future(devices.load_more())
    await held.ready.wait()
    waiting = asyncio.ensure_future(devices.load_all())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert devices.loading is Loading.MORE
    held.let_go()
    await first
    assert len(devices) == PAGE


# What cannot be read


async def test_rows_that_cannot_be_read_are_counted_and_the_others_live(world: World) -> None:
    def spoil(document: Any) -> object:
        del document["data"][0]["device_id"]
        document["data"][1] = 17
        return document

    devices = world.open().devices
    world.door.rewrite("GET /device", spoil)
    await devices.load_all()
    assert devices.unreadable == 2
    assert list(devices.records) == world.device_ids()[2:]
    assert devices.error is None
    await devices.refresh()
    assert devices.unreadable == 0
    assert list(devices.records) == world.device_ids()


async def test_a_page_that_says_there_is_more_but_not_where_is_no_end(world: World) -> None:
    def spoil(document: Any) -> object:
        assert document["hasMore"]
        del document["nextCursor"]
        return document

    devices = world.open().devices
    world.door.rewrite("GET /device", spoil)
    await devices.load_more()
    assert len(devices) == PAGE
    assert devices.ended, "there is no way on"
    assert devices.incomplete
    assert world.door.count("GET /device") == 1
    line = status(devices, PAGE, Query(), NOON)
    assert "end of list" not in line
    assert "the server has more" in line
    assert count(devices) == f"{PAGE}+"
    await devices.refresh()
    assert not devices.incomplete
    assert count(devices) == "250"
    world.door.rewrite("GET /device", spoil)
    await devices.refresh()
    assert devices.incomplete
    assert list(devices.records) == world.device_ids(), "what was not reached is not gone"
    assert count(devices) == "250+"


async def test_rows_that_are_all_unreadable_are_no_empty_list(world: World) -> None:
    def spoil(document: Any) -> object:
        document["data"] = [17]
        return document

    devices = world.open().devices
    world.door.rewrite("GET /device", spoil)
    await devices.load_more()
    assert (len(devices), devices.unreadable, devices.error) == (0, 1, None)
    notice = placeholder(devices, 0, Query(), NOON, world.target())
    assert notice is not None
    assert "1 rows came" in notice.headline


async def test_a_page_that_is_no_page_is_an_error_and_not_an_end(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    world.door.answer("GET /device", {"maintenance": True})
    await devices.load_more()
    assert devices.error is not None
    assert devices.error.kind is ErrorKind.SERVER_FAULT
    assert not devices.ended
    assert len(devices) == PAGE


# What is told


async def test_a_page_is_told_between_the_beginning_and_the_end_of_its_request(
    world: World,
) -> None:
    devices = world.open().devices
    states: list[tuple[type[Event], Loading, int]] = []
    devices.listen(lambda event: states.append((type(event), devices.loading, len(devices))))
    await devices.load_more()
    assert states == [
        (Progressed, Loading.MORE, 0),
        (Appended, Loading.MORE, PAGE),
        (Progressed, Loading.NOTHING, PAGE),
    ]


async def test_touching_a_record_redraws_it_and_touching_none_does_nothing(world: World) -> None:
    devices = world.open().devices
    await devices.load_more()
    known = world.device_ids()[0]
    heard = listened(devices)
    devices.touch("not there")
    assert heard == []
    devices.touch(known)
    assert heard == [Updated((known,))]
