"""A view follows its collection, whatever happens to it, and always shows just what matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.api.models import Device
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.collection import Addition, Replacement, Update
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.resources.bundle import BUNDLE_COLUMNS
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from capgo_tui.workspace.view import View, ViewChange
from tests.support.clock import NOON
from tests.support.sampling import examples
from tests.support.world import open_world
from tests.workspace.views import (
    assert_consistent,
    empty_collection,
    plain_view,
    view_of,
    visible_keys,
)

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Event


async def test_a_view_shows_what_was_loaded_before_it_was_made() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        await workspace.devices.load_all()
        view = view_of(workspace)
        assert visible_keys(view) == world.device_ids()
        assert_consistent(view)


async def test_pages_are_appended_behind_the_filter() -> None:
    async with open_world(devices=250) as world:
        workspace = world.open()
        view = view_of(workspace)
        events: list[Event | ViewChange] = []
        view.listen(events.append)
        view.filter(Query.parse("IOS prod"))
        while not workspace.devices.at_end:
            await workspace.devices.load_more()
        assert_consistent(view)
        assert 0 < len(view) < 250
        assert sum(isinstance(event, Addition) for event in events) == 3
        view.filter(Query())
        assert visible_keys(view) == world.device_ids()


async def test_the_filter_finds_a_device_by_all_that_is_in_sight_of_it() -> None:
    async with open_world(devices=150) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        device_id = world.free_devices()[4]
        world.rename(device_id, "Überweg-Phone")
        world.set_override(device_id, "beta")
        await workspace.look_up_device(device_id)
        for text in (
            device_id,
            device_id[3:20].upper(),
            "überweg",
            "ÜBERWEG phone",
            "PHONE beta ▲",
        ):
            view.filter(Query.parse(text))
            assert view.index_of(device_id) is not None, text
            assert_consistent(view)
        view.filter(Query.parse("überweg gamma"))
        assert len(view) == 0


async def test_an_age_is_not_searched() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        world.run("UPDATE devices SET updated_at = '2026-11-21T12:00:00.000000+00:00'")
        await workspace.devices.load_all()
        age_text = DEVICE_COLUMNS[-1].text(view.record_at(0), CellContext(NOON))
        assert age_text == "1d"
        view.filter(Query.parse("1d"))
        assert_consistent(view)
        assert len(view) < 30


async def test_an_update_can_enter_and_leave_the_filter_and_keeps_the_order() -> None:
    async with open_world(devices=60) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        first, second, third = world.device_ids()[10:13]
        for device_id in (first, third):
            world.rename(device_id, "needle")
            await workspace.look_up_device(device_id)
        view.filter(Query.parse("needle"))
        assert visible_keys(view) == [first, third]
        world.rename(second, "needle too")
        await workspace.look_up_device(second)
        assert visible_keys(view) == [first, second, third]
        world.rename(first, "straw")
        await workspace.look_up_device(first)
        assert visible_keys(view) == [second, third]
        world.rename(second, "needle still")
        await workspace.look_up_device(second)
        assert view.record_at(0).custom_id == "needle still"
        assert_consistent(view)


async def test_a_looked_up_device_appears_only_where_it_matches() -> None:
    async with open_world(devices=250) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_more()
        matching, other = world.device_ids()[-2:]
        view.filter(Query.parse(matching))
        await workspace.look_up_device(other)
        assert len(view) == 0
        await workspace.look_up_device(matching)
        assert visible_keys(view) == [matching]


async def test_a_refresh_is_followed_to_the_new_order_and_number() -> None:
    async with open_world(devices=60) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        view.filter(Query.parse("ios"))
        matching = visible_keys(view)
        world.drop_device(matching[0])
        world.add_device("00000000-new", "brand new")
        events: list[Event | ViewChange] = []
        view.listen(events.append)
        await workspace.devices.refresh()
        assert visible_keys(view) == ["00000000-new", *matching[1:]]
        assert_consistent(view)
        assert Replacement() in events


async def test_listeners_find_the_view_already_up_to_date() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        lengths: list[int] = []
        view.listen(lambda _: lengths.append(len(view)))
        await workspace.devices.load_more()
        assert lengths == [0, 30, 30]


def test_outside_the_view_there_is_no_record() -> None:
    view = plain_view(empty_collection())
    assert view.index_of("nothing") is None
    with pytest.raises(IndexError):
        view.record_at(0)
    with pytest.raises(IndexError):
        view.get_key_at(0)


async def test_the_channels_of_a_bundle_are_found_by_the_filter() -> None:
    async with open_world() as world:
        workspace = world.open()
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        view = View(workspace.bundles, BUNDLE_COLUMNS, workspace.make_cell_context)
        view.filter(Query.parse("production"))
        bundle_ids = world.column("SELECT version FROM channels WHERE name = 'production'")
        assert [view.get_key_at(index) for index in range(len(view))] == bundle_ids


@pytest.mark.parametrize("filters", [["production"], ["product", "production"]])
async def test_links_that_come_later_are_found_once_the_view_has_looked_again(
    filters: list[str],
) -> None:
    async with open_world() as world:
        world.run("UPDATE bundles SET comment = NULL")
        workspace = world.open()
        await workspace.bundles.load_all()
        view = View(workspace.bundles, BUNDLE_COLUMNS, workspace.make_cell_context)
        view.filter(Query.parse(filters[0]))
        assert len(view) == 0
        await workspace.channels.load_all()
        view.refilter()
        for more in filters[1:]:
            view.filter(Query.parse(more))
        bundle_ids = world.column("SELECT version FROM channels WHERE name = 'production'")
        assert [view.get_key_at(index) for index in range(len(view))] == bundle_ids
        assert [view.index_of(key) for key in bundle_ids] == [0]


async def test_looking_again_without_a_filter_changes_nothing() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        before = visible_keys(view)
        view.refilter()
        assert visible_keys(view) == before
        assert_consistent(view)


async def test_a_page_that_brings_known_records_again_keeps_the_filter_right() -> None:
    async with open_world(devices=250) as world:
        workspace = world.open()
        view = view_of(workspace)
        first, second = world.device_ids()[5:7]
        world.rename(first, "needle")
        await workspace.look_up_device(first)
        world.rename(first, "straw")
        world.rename(second, "needle")
        view.filter(Query.parse("needle"))
        assert visible_keys(view) == [first]
        await workspace.devices.load_more()
        assert visible_keys(view) == [second]
        assert_consistent(view)


KEYS = st.sampled_from("abcdef")
NAMES = st.text(alphabet="xyXYz ", max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, NAMES),
        st.tuples(st.just("filter"), KEYS, NAMES),
        st.tuples(st.just("type"), KEYS, NAMES),
    ),
    max_size=25,
)


@given(STEPS)
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_whatever_is_put_and_typed_the_view_is_what_full_filtering_gives(
    steps: list[tuple[str, str, str]],
) -> None:
    collection = empty_collection()
    view = plain_view(collection)
    for kind, key, text in steps:
        match kind:
            case "put":
                collection.put(Device(device_id=f"device-{key}", custom_id=text))
            case "filter":
                view.filter(Query.parse(text))
            case _:
                # One more letter at the end of what stands there: the narrowing path.
                view.filter(Query.parse(f"{view.query.text}{text}"))
        assert_consistent(view)


@given(st.lists(NAMES, max_size=12), NAMES, NAMES)
@hypothesis_settings(deadline=None, max_examples=examples(200))
def test_typing_letter_by_letter_equals_typing_at_once(
    names: list[str], first: str, second: str
) -> None:
    collection = empty_collection()
    for number, name in enumerate(names):
        collection.put(Device(device_id=f"device-{number}", custom_id=name))
    slow, fast = plain_view(collection), plain_view(collection)
    text = f"{first} {second}"
    for length in range(len(text) + 1):
        slow.filter(Query.parse(text[:length]))
    fast.filter(Query.parse(text))
    assert visible_keys(slow) == visible_keys(fast)
    assert_consistent(slow)


async def test_a_redrawn_record_does_not_move_anything() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        view.filter(Query.parse("a"))
        before = visible_keys(view)
        events: list[Event | ViewChange] = []
        view.listen(events.append)
        workspace.devices.touch(before[0])
        assert visible_keys(view) == before
        assert events == [Update((before[0],))]
