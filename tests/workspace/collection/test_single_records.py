"""What is read of one record alone is not undone by pages that were under way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.workspace.collection import Addition, Update
from tests.workspace.collection.lists import PAGE, custom_id, open_known, record_events

if TYPE_CHECKING:
    from tests.support.world import World


# Records read on their own


async def test_a_looked_up_record_survives_a_refresh_that_does_not_reach_it(world: World) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    await workspace.look_up_device(far)
    assert list(devices.records) == [*world.device_ids()[:PAGE], far]
    world.rename(far, "renamed")
    world.door.requests.clear()
    await devices.refresh()
    assert list(devices.records) == [*world.device_ids()[:PAGE], far]
    assert custom_id(devices, far) == "renamed", "it was read again, too"
    assert world.door.count("GET /device") == 2, "one page and the one device"
    await devices.refresh()
    assert far in devices.records, "and it survives the next one as well"


async def test_a_looked_up_record_is_gone_when_the_server_no_longer_knows_it(
    world: World,
) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    await workspace.look_up_device(far)
    world.drop_device(far)
    await devices.refresh()
    assert far not in devices.records
    assert len(devices) == PAGE
    assert devices.error is None
    world.door.requests.clear()
    await devices.refresh()
    assert world.door.count("GET /device") == 1, "nobody asks for it again"


async def test_a_refresh_that_reaches_the_end_settles_what_was_looked_up(world: World) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    await workspace.look_up_device(world.device_ids()[-1])
    for device_id in world.device_ids()[50:]:
        world.drop_device(device_id)
    world.door.requests.clear()
    await devices.refresh()
    assert list(devices.records) == world.device_ids()
    assert devices.at_end
    assert world.door.count("GET /device") == 1, "the list itself says that it is gone"


async def test_a_refresh_to_the_end_of_the_list_needs_no_second_look_at_one_device(
    world: World,
) -> None:
    workspace = open_known(world)
    near = world.device_ids()[5]
    await workspace.look_up_device(near)
    devices = workspace.devices
    await devices.load_all()
    assert len(devices) == 375
    world.door.requests.clear()
    await devices.refresh()
    assert not any("device_id" in request.query for request in world.door.requests)
    assert list(devices.records) == world.device_ids(), "now it stands where the server has it"


async def test_a_looked_up_record_that_cannot_be_read_again_keeps_the_old_rows(
    world: World,
) -> None:
    workspace = open_known(world)
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
    workspace = open_known(world)
    devices = workspace.devices
    near = world.device_ids()[150]
    await workspace.look_up_device(near)
    world.rename(near, "renamed since")
    events = record_events(devices)
    await devices.load_all()
    assert sorted(devices.records) == world.device_ids()
    assert custom_id(devices, near) == "renamed since"
    assert Update([near]) in events
    assert all(near not in event.keys for event in events if isinstance(event, Addition))


# A record read again while a page is under way


async def test_a_record_read_again_wins_over_the_page_that_was_under_way(world: World) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    device_id = world.device_ids()[150]
    await workspace.look_up_device(device_id)
    pause = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await pause.ready.wait()
    world.rename(device_id, "changed by a write")
    await workspace.look_up_device(device_id)
    pause.let_go()
    await loading
    assert custom_id(devices, device_id) == "changed by a write"
    assert len(devices) == 2 * PAGE


async def test_a_record_first_read_while_its_page_was_under_way_wins_as_well(
    world: World,
) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    device_id = world.device_ids()[3]
    pause = world.door.hold("GET /device")
    loading = asyncio.ensure_future(devices.load_more())
    await pause.ready.wait()
    world.rename(device_id, "changed by a write")
    await workspace.look_up_device(device_id)
    events = record_events(devices)
    pause.let_go()
    await loading
    assert custom_id(devices, device_id) == "changed by a write"
    assert len(devices) == PAGE
    assert all(device_id not in event.keys for event in events if isinstance(event, Addition))
    await devices.refresh()
    assert list(devices.records) == world.device_ids()[:PAGE]


async def test_a_record_read_again_wins_over_the_refresh_that_was_under_way(world: World) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_all()
    device_id = world.device_ids()[3]
    pause = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await pause.ready.wait()
    world.rename(device_id, "changed by a write")
    await workspace.look_up_device(device_id)
    pause.let_go()
    await refreshing
    assert custom_id(devices, device_id) == "changed by a write"
    world.rename(device_id, "and again")
    await devices.refresh()
    assert custom_id(devices, device_id) == "and again", (
        "it wins over that one request, not for ever"
    )


async def test_a_record_looked_up_during_a_refresh_is_not_lost_by_it(world: World) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    far = world.device_ids()[-1]
    pause = world.door.hold("GET /device")
    refreshing = asyncio.ensure_future(devices.refresh())
    await pause.ready.wait()
    await workspace.look_up_device(far)
    pause.let_go()
    await refreshing
    assert far in devices.records
    await devices.refresh()
    assert far in devices.records


async def test_devices_looked_up_while_a_refresh_reads_single_ones_are_kept(
    world: World,
) -> None:
    workspace = open_known(world)
    devices = workspace.devices
    await devices.load_more()
    far, farther = world.device_ids()[-2:]
    await workspace.look_up_device(far)
    pause = world.door.hold("GET /device", skip=1)
    refreshing = asyncio.ensure_future(devices.refresh())
    await pause.ready.wait()
    await workspace.look_up_device(farther)
    pause.let_go()
    await refreshing
    assert {far, farther} <= devices.records.keys()
    await devices.refresh()
    assert {far, farther} <= devices.records.keys()
