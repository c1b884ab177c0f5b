"""A list comes in page by page, never loses what it has, and never claims more than it knows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import EndlessList, ErrorKind
from capgo_tui.tui.words import count, describe_status, find_placeholder
from capgo_tui.workspace.collection import Addition, StateChange, Update
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.query import Query
from tests.support.clock import NOON
from tests.support.world import ALL_REVISIONS, World, open_world
from tests.workspace.collection.lists import FIRST_PAGE, PAGE, open_known, record_events

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Collection, Event


# Page by page


@pytest.mark.parametrize("revision", ALL_REVISIONS)
@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
async def test_a_list_is_read_to_its_end_whole_and_once(revision: str, name: str) -> None:
    async with open_world(revision, channels=120, devices=375, bundles=120) as world:
        collection: Collection[Any] = getattr(world.open(), name)
        events = record_events(collection)
        assert not collection.has_answer
        sizes = [0]
        while not collection.at_end:
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
        appended_keys = [
            key for event in events if isinstance(event, Addition) for key in event.keys
        ]
        assert appended_keys == list(collection.records)
        request_count = len(world.door.requests)
        await collection.load_more()
        assert len(world.door.requests) == request_count, "nothing is left to ask for"


@pytest.mark.parametrize("name", ["channels", "bundles"])
async def test_a_list_with_pages_of_one_size_is_not_begun_again(world: World, name: str) -> None:
    collection: Collection[Any] = getattr(world.open(), name)
    await collection.load_more()
    await collection.load_all()
    assert collection.at_end
    assert len(world.door.requests) == 2
    await collection.refresh()
    world.door.requests.clear()
    await collection.load_all()
    assert not world.door.requests


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
    devices = open_known(world).devices
    await devices.load_more()
    assert list(devices.records) == world.device_ids()[:PAGE]
    assert not devices.at_end
    assert world.door.count("GET /device") == 1


async def test_an_app_with_nothing_in_it_has_empty_lists_and_no_error() -> None:
    async with open_world(channels=0, devices=0, bundles=0) as world:
        workspace = world.open()
        for collection in (workspace.channels, workspace.devices, workspace.bundles):
            await collection.load_more()
            assert (len(collection), collection.at_end, collection.error) == (0, True, None)
            assert collection.has_answer
            assert not collection.stale


# Failures


async def test_a_failure_half_way_keeps_the_rows_and_the_next_try_goes_on() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        world.door.fail("GET /device", skip=2)
        await devices.load_all()
        assert list(devices.records) == world.device_ids()[: 2 * PAGE]
        assert devices.error is not None
        assert devices.error.kind is ErrorKind.SERVER_FAULT
        assert devices.stale
        assert not devices.at_end
        assert devices.loading is Loading.NOTHING
        assert not devices.loading_all
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert devices.error is None
        assert not devices.stale
        assert devices.at_end
        assert world.door.count("GET /device") == 4, "no page was read twice"


async def test_all_of_a_list_takes_one_request_a_page_and_goes_on_where_the_list_is() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        await devices.load_more()
        assert len(devices) == PAGE
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        assert devices.requests == 2
        assert world.door.count("GET /device") == 3


async def test_the_first_page_of_an_unknown_server_is_asked_for_without_a_limit() -> None:
    async with open_world(devices=400) as world:
        devices = world.open().devices
        await devices.load_more()
        assert list(devices.records) == world.device_ids()[:FIRST_PAGE]
        await devices.load_all()
        assert list(devices.records) == world.device_ids()
        sizes = [request.query.get("limit") for request in world.door.requests]
        assert sizes == [None, "150", "150", "150"]


async def test_loading_all_stops_with_the_page_under_way_and_goes_on_from_there() -> None:
    async with open_world(devices=400) as world:
        devices = open_known(world).devices
        pause = world.door.hold("GET /device")
        loading = asyncio.ensure_future(devices.load_all())
        await pause.ready.wait()
        devices.stop()
        pause.let_go()
        await loading
        assert list(devices.records) == world.device_ids()[:PAGE]
        assert not devices.at_end
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
        assert len(devices) == FIRST_PAGE
        assert devices.error is not None
        assert devices.error.kind is ErrorKind.UNREACHABLE
        await devices.load_more()
        assert len(devices) == FIRST_PAGE + PAGE
        assert devices.error is None


async def test_a_first_page_that_fails_leaves_a_list_that_has_been_started(world: World) -> None:
    devices = world.open("no-such-key").devices
    await devices.load_more()
    assert devices.error is not None
    assert devices.error.kind is ErrorKind.KEY_REFUSED
    assert devices.has_answer
    assert devices.as_of is None
    assert not devices.stale, "there is nothing yet that could be stale"


async def test_as_of_is_when_a_page_last_came_not_when_one_was_last_asked_for(
    world: World,
) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    world.clock.advance(60)
    world.door.fail("GET /device")
    await devices.load_more()
    assert devices.as_of == NOON
    await devices.load_more()
    assert devices.as_of == world.clock()


# What cannot be read


async def test_rows_that_cannot_be_read_are_counted_and_the_others_live(world: World) -> None:
    def spoil(document: Any) -> object:
        del document["data"][0]["device_id"]
        document["data"][1] = 17
        return document

    devices = open_known(world).devices
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

    devices = open_known(world).devices
    world.door.rewrite("GET /device", spoil)
    await devices.load_more()
    assert len(devices) == PAGE
    assert devices.at_end, "there is no way on"
    assert devices.incomplete
    assert world.door.count("GET /device") == 1
    line = describe_status(devices, PAGE, Query(), NOON)
    assert "end of list" not in line
    assert "the server has more" in line
    assert count(devices) == f"{PAGE}+"
    await devices.refresh()
    assert not devices.incomplete
    assert count(devices) == "375"
    world.door.rewrite("GET /device", spoil)
    await devices.refresh()
    assert devices.incomplete
    assert list(devices.records) == world.device_ids(), "what was not reached is not gone"
    assert count(devices) == "375+"


async def test_rows_that_are_all_unreadable_are_no_empty_list(world: World) -> None:
    def spoil(document: Any) -> object:
        document["data"] = [17]
        return document

    devices = open_known(world).devices
    world.door.rewrite("GET /device", spoil)
    await devices.load_more()
    assert (len(devices), devices.unreadable, devices.error) == (0, 1, None)
    notice = find_placeholder(devices, 0, Query(), NOON, world.target())
    assert notice is not None
    assert "1 rows came" in notice.headline


async def test_a_page_that_is_no_page_is_an_error_and_not_an_end(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    world.door.answer("GET /device", {"maintenance": True})
    await devices.load_more()
    assert devices.error is not None
    assert devices.error.kind is ErrorKind.SERVER_FAULT
    assert not devices.at_end
    assert len(devices) == PAGE


# What is told


async def test_a_page_is_told_between_the_beginning_and_the_end_of_its_request(
    world: World,
) -> None:
    devices = open_known(world).devices
    states: list[tuple[type[Event], Loading, int]] = []
    devices.listen(lambda event: states.append((type(event), devices.loading, len(devices))))
    await devices.load_more()
    assert states == [
        (StateChange, Loading.MORE, 0),
        (Addition, Loading.MORE, PAGE),
        (StateChange, Loading.NOTHING, PAGE),
    ]


async def test_touching_a_record_redraws_it_and_touching_none_does_nothing(world: World) -> None:
    devices = open_known(world).devices
    await devices.load_more()
    device_id = world.device_ids()[0]
    events = record_events(devices)
    devices.touch("not there")
    assert events == []
    devices.touch(device_id)
    assert events == [Update((device_id,))]


async def test_a_list_that_brings_too_much_stops_and_is_read_on_when_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capgo_tui.api.paging.ENDLESS_ROWS", PAGE)
    devices = open_known(world).devices
    for total in (PAGE, 2 * PAGE):
        await devices.load_all()
        assert isinstance(devices.error, EndlessList)
        assert len(devices) == total
        assert f"{total} records so far · L reads on" in describe_status(
            devices, total, Query(), NOON
        )
    await devices.load_all()
    assert devices.error is None
    assert devices.at_end
    assert len(devices) == 375
