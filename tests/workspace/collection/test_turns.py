"""One request of a list is in flight at a time, and whoever gives up disturbs nobody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from capgo_tui.api.errors import CapgoError
from capgo_tui.workspace.collection import StateChange
from capgo_tui.workspace.list_state import Loading
from tests.support.world import open_world
from tests.workspace.collection.lists import PAGE, idle, open_known, record_events

if TYPE_CHECKING:
    from capgo_tui.api.models import Device
    from capgo_tui.api.paging import Pager
    from tests.support.world import World


async def test_one_request_is_in_flight_however_often_more_is_wanted(world: World) -> None:
    devices = open_known(world).devices
    await asyncio.gather(*(devices.load_more() for _ in range(5)))
    assert world.door.count("GET /device") == 1
    assert len(devices) == PAGE


async def test_nothing_else_begins_while_a_refresh_is_under_way(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    world.door.requests.clear()
    pause = world.door.hold("GET /device")
    refreshing = asyncio.ensure_future(devices.refresh())
    await pause.ready.wait()
    await devices.load_more()
    await devices.refresh()
    pause.let_go()
    await refreshing
    assert world.door.count("GET /device") == 1
    assert len(devices) == PAGE


async def test_a_refresh_wanted_while_a_page_is_under_way_follows_it(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    gone_key = world.device_ids()[0]
    world.drop_device(gone_key)
    pause = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await pause.ready.wait()
    refreshing = asyncio.ensure_future(devices.refresh())
    await asyncio.sleep(0)
    assert devices.loading is Loading.MORE
    pause.let_go()
    await asyncio.gather(loading, refreshing)
    assert gone_key not in devices.records
    assert world.door.most_inside == 1


async def test_loading_everything_waits_for_the_page_that_is_under_way(world: World) -> None:
    devices = open_known(world).devices
    pause = world.door.hold("GET /device")
    first = asyncio.ensure_future(devices.load_more())
    await pause.ready.wait()
    everything = asyncio.ensure_future(devices.load_all())
    pause.let_go()
    await asyncio.gather(first, everything)
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 3, "each page once"
    assert world.door.most_inside == 1


async def test_two_that_load_everything_share_the_work(world: World) -> None:
    devices = open_known(world).devices
    await asyncio.gather(devices.load_all(), devices.load_all())
    assert list(devices.records) == world.device_ids()
    assert world.door.count("GET /device") == 3, "each page once"


@pytest.mark.parametrize("what", ["load_more", "load_all", "refresh"])
async def test_giving_up_leaves_nothing_loading_and_the_list_usable(
    world: World, what: str
) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    pause = world.door.hold("GET /device")
    events = record_events(devices)
    working = asyncio.ensure_future(getattr(devices, what)())
    await pause.ready.wait()
    assert not idle(devices)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert idle(devices)
    assert events[-1] == StateChange(), "whoever draws the state has heard of it"
    assert devices.error is None
    assert len(devices) == PAGE
    await devices.load_all()
    assert list(devices.records) == world.device_ids()


async def test_giving_up_right_behind_an_answer_loses_none_of_its_records() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        for count in (PAGE, 2 * PAGE, 400):
            loading = asyncio.ensure_future(devices.load_all())
            while cast("Pager[Device]", devices._walk).record_count < count:  # noqa: ASYNC110
                await asyncio.sleep(0)
            loading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await loading
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert set(devices._pages) == set(devices.records), "and knows where each was met"


async def test_giving_up_the_wait_for_a_turn_disturbs_nobody(world: World) -> None:
    devices = open_known(world).devices
    pause = world.door.hold("GET /device")
    first = asyncio.ensure_future(devices.load_more())
    await pause.ready.wait()
    waiting = asyncio.ensure_future(devices.load_all())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert devices.loading is Loading.MORE
    pause.let_go()
    await first
    assert len(devices) == PAGE


async def test_who_wants_all_of_a_list_that_is_being_loaded_waits_for_it() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        pause = world.door.hold("GET /device")
        first = asyncio.ensure_future(devices.load_all())
        await pause.ready.wait()
        second = asyncio.ensure_future(devices.load_all())
        await asyncio.sleep(0)
        assert not second.done()
        first.cancel()
        pause.let_go()
        await second
        assert list(devices.records) == world.device_ids(), "it took over from the one called off"


async def test_who_waits_for_all_of_a_list_ends_with_its_stop() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        pause = world.door.hold("GET /device")
        both = asyncio.gather(devices.load_all(), devices.load_all())
        await pause.ready.wait()
        devices.stop()
        pause.let_go()
        await both
        assert len(devices) == PAGE
        assert not devices.loading_all


async def test_a_reading_again_that_is_stopped_is_an_error(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_all()
    pause = world.door.hold("GET /device")
    reading = asyncio.ensure_future(devices.reread())
    await pause.ready.wait()
    devices.stop()
    pause.let_go()
    with pytest.raises(CapgoError, match="stopped before the devices were read again"):
        await reading
