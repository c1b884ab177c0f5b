"""Reading a list again: what is on screen first, merged as it comes, and to be stopped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.words import describe_status
from capgo_tui.workspace.collection import Replacement, StateChange, Update
from capgo_tui.workspace.query import Query
from tests.support.clock import NOON
from tests.support.world import open_world
from tests.workspace.collection.lists import open_known

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Event


async def test_what_is_on_screen_is_read_first_and_shown_at_once() -> None:
    async with open_world(devices=660) as world:
        devices = open_known(world).devices
        await devices.load_all()
        ids = world.device_ids()
        on_screen = ids[445:465]  # five rows of the third page, fifteen of the fourth
        for key in (on_screen[0], on_screen[-1]):
            world.rename(key, "renamed")
        first_look = world.door.hold("GET /device", skip=1)
        world.door.requests.clear()
        refreshing = asyncio.ensure_future(devices.refresh(on_screen))
        await first_look.ready.wait()
        assert devices.records[on_screen[-1]].custom_id == "renamed"
        assert devices.records[on_screen[0]].custom_id != "renamed"
        first_look.let_go()
        await refreshing
        assert devices.records[on_screen[0]].custom_id == "renamed"
        assert devices.previous_records.keys() == {on_screen[0], on_screen[-1]}
        cursors = [
            request.query.get("cursor", "").rpartition("|")[2] for request in world.door.requests
        ]
        walk = ["", ids[149], ids[299], ids[449], ids[599]]
        assert cursors == [ids[449], ids[299], *walk]
        assert list(devices.records) == ids


async def test_the_first_page_is_not_read_twice_and_no_more_than_three_out_of_turn() -> None:
    async with open_world(devices=1_000) as world:
        devices = open_known(world).devices
        await devices.load_all()
        world.door.requests.clear()
        await devices.refresh(world.device_ids()[:40])
        assert world.door.count("GET /device") == 7
        world.door.requests.clear()
        await devices.refresh(world.device_ids()[::100])
        assert world.door.count("GET /device") == 3 + 7


@pytest.mark.parametrize("revision", ["live", "documented", "legacy"])
async def test_pages_by_number_are_read_first_as_well(revision: str) -> None:
    async with open_world(revision, channels=180, bundles=180, devices=5) as world:
        for collection in (world.open().channels, world.open().bundles):
            await collection.load_all()
            keys = list(collection.records)
            world.run(f"UPDATE {collection.name} SET name = 'x' WHERE id = ?", keys[-1])  # noqa: S608
            world.door.requests.clear()
            await collection.refresh(keys[-5:])
            assert collection.records[keys[-1]].name == "x"
            assert list(collection.records) == keys
            if revision != "legacy":
                first, second = (request.query.get("page") for request in world.door.requests[:2])
                assert (first is not None, second) == (True, None)


async def test_a_refresh_that_finds_nothing_different_moves_nothing() -> None:
    async with open_world(devices=1_200) as world:
        devices = open_known(world).devices
        await devices.load_all()
        events: list[Event] = []
        devices.listen(events.append)
        on_screen = world.device_ids()[600:610]
        await devices.refresh(on_screen)
        changes = [event for event in events if not isinstance(event, StateChange)]
        assert changes == [Update(on_screen)], "their ages may read otherwise by now"


async def test_what_a_refresh_marked_as_different_is_drawn_plain_by_the_next() -> None:
    async with open_world(devices=600) as world:
        devices = open_known(world).devices
        await devices.load_all()
        ids = world.device_ids()
        world.rename(ids[3], "renamed")
        world.rename(ids[550], "renamed")
        await devices.refresh()
        assert devices.previous_records.keys() == {ids[3], ids[550]}
        events: list[Event] = []
        devices.listen(events.append)
        world.door.fail("GET /device", skip=1)
        await devices.refresh()
        assert devices.previous_records == {}
        updated_keys = [key for event in events if isinstance(event, Update) for key in event.keys]
        assert updated_keys == [ids[3], ids[550]], "also the one that was not reached"


async def test_a_failure_half_way_keeps_what_came_and_the_old_rows() -> None:
    async with open_world(devices=1_200) as world:
        devices = open_known(world).devices
        await devices.load_all()
        ids = world.device_ids()
        world.clock.advance(60)
        world.drop_device(ids[0])
        world.rename(ids[1], "renamed")
        world.rename(ids[1_100], "renamed")
        world.door.fail("GET /device", skip=2)
        await devices.refresh()
        assert list(devices.records) == ids
        assert devices.records[ids[1]].custom_id == "renamed"
        assert devices.records[ids[1_100]].custom_id != "renamed"
        assert devices.stale
        assert devices.as_of == NOON, "the oldest of it is as old as before"
        assert devices.at_end
        line = describe_status(devices, 1_200, Query(), world.clock())
        assert "STALE 1m" in line
        await devices.refresh()
        assert list(devices.records) == ids[1:]
        assert not devices.stale


async def test_a_long_refresh_tells_how_far_it_is_and_can_be_stopped() -> None:
    async with open_world(devices=2_200) as world:
        devices = open_known(world).devices
        await devices.load_all()
        ids = world.device_ids()
        world.drop_device(ids[0])
        world.rename(ids[1], "renamed")
        world.clock.advance(60)
        pause = world.door.hold("GET /device", skip=1)
        world.door.requests.clear()
        refreshing = asyncio.ensure_future(devices.refresh())
        await pause.ready.wait()
        assert devices.stoppable
        line = describe_status(devices, 2_200, Query(), world.clock())
        assert line == "2 200 loaded · 150 read again · esc stops · as of 12:00:00"
        devices.stop()
        pause.let_go()
        await refreshing
        assert world.door.count("GET /device") == 2
        assert list(devices.records) == ids, "nothing is known to be gone"
        assert devices.records[ids[1]].custom_id == "renamed"
        assert devices.as_of == NOON
        assert not devices.stoppable
        await devices.refresh()
        assert list(devices.records) == ids[1:]
        assert devices.as_of == world.clock()


async def test_two_who_want_a_refresh_at_once_get_one() -> None:
    async with open_world(devices=50) as world:
        devices = open_known(world).devices
        pause = world.door.hold("GET /device")
        loading = asyncio.ensure_future(devices.load_more())
        await pause.ready.wait()
        both = asyncio.gather(devices.refresh(), devices.refresh())
        pause.let_go()
        await asyncio.gather(loading, both)
        assert world.door.count("GET /device") == 2


async def test_a_write_told_behind_its_page_is_not_undone_by_the_new_order() -> None:
    async with open_world(devices=1_200) as world:
        workspace = world.open()
        devices = workspace.devices
        await devices.load_all()
        ids = world.device_ids()
        world.drop_device(ids[0])  # so that the list is put in order anew
        pause = world.door.hold("GET /device", skip=1)
        events: list[Event] = []
        devices.listen(events.append)
        refreshing = asyncio.ensure_future(devices.refresh())
        await pause.ready.wait()
        world.rename(ids[3], "changed by a write")
        await workspace.look_up_device(ids[3])
        pause.let_go()
        await refreshing
        assert Replacement() in events
        assert list(devices.records) == ids[1:]
        assert devices.records[ids[3]].custom_id == "changed by a write"


async def test_a_page_asked_for_behind_a_write_knows_better_than_the_write() -> None:
    async with open_world(devices=1_200) as world:
        workspace = world.open()
        devices = workspace.devices
        await devices.load_all()
        far = world.device_ids()[1_100]
        pause = world.door.hold("GET /device")
        refreshing = asyncio.ensure_future(devices.refresh())
        await pause.ready.wait()
        world.rename(far, "changed by a write")
        await workspace.look_up_device(far)
        world.rename(far, "changed by somebody else")
        pause.let_go()
        await refreshing
        assert devices.records[far].custom_id == "changed by somebody else"
