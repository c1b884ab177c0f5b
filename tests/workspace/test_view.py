"""A view follows its collection, whatever happens to it, and always shows just what matches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.api.models import Device
from capgo_tui.api.paging import Page
from capgo_tui.workspace.collection import Appended, Collection, Replaced, Updated
from capgo_tui.workspace.columns import (
    BUNDLE_COLUMNS,
    DEVICE_COLUMNS,
    Surroundings,
    haystack,
)
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.sorting import Sort
from capgo_tui.workspace.view import SMALL, Shown, View
from tests.support.clock import NOON
from tests.workspace.world import open_world

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Event
    from capgo_tui.workspace.session import Workspace

AROUND = Surroundings(NOON)


def text_of(device: Device) -> str:
    return haystack(DEVICE_COLUMNS, device, AROUND)


def matches(query: Query, device: Device) -> bool:
    cells = {column.id: column.text(device, AROUND).casefold() for column in DEVICE_COLUMNS}
    return query.matches(text_of(device), cells.__getitem__)


def plain_view(collection: Collection[Device]) -> View[Device]:
    return View(collection, DEVICE_COLUMNS, lambda: AROUND)


def view_of(workspace: Workspace) -> View[Device]:
    return plain_view(workspace.devices)


def in_order(view: View[Device]) -> list[str]:
    """Brute force: everything that matches, sorted as it should be."""
    found = {k: r for k, r in view.collection.records.items() if matches(view.query, r)}
    if view.sort is None:
        return list(found)
    (column,) = [c for c in DEVICE_COLUMNS if c.id == view.sort.column_id]
    values: dict[str, Any] = {key: column.sort(record, AROUND) for key, record in found.items()}
    known = [key for key in found if values[key] is not None]
    known.sort(key=values.__getitem__, reverse=view.sort.descending)
    return known + [key for key in found if values[key] is None]


def shown(view: View[Device]) -> list[str]:
    return [view.key_at(index) for index in range(len(view))]


def assert_consistent(view: View[Device]) -> None:
    """The view is what filtering everything anew would give, and its index agrees."""
    records = view.collection.records
    expected = in_order(view)
    assert not view.busy
    assert list(view.keys()) == expected
    assert {key for key in records if key in view} == set(expected)
    assert shown(view) == expected
    assert [view.index_of(key) for key in expected] == list(range(len(expected)))
    assert all(view.index_of(key) is None for key in records.keys() - set(expected))
    assert [view.record_at(index) for index in range(len(view))] == [
        records[key] for key in expected
    ]


class Nothing:
    """A list with nothing in it."""

    async def next_page(self) -> Page[Device]:
        return Page(ended=True)


def empty_collection() -> Collection[Device]:
    return Collection(
        "devices", walk=lambda *_: Nothing(), key=lambda device: device.wire_key, now=lambda: NOON
    )


async def test_a_view_shows_what_was_loaded_before_it_was_made() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        await workspace.devices.load_all()
        view = view_of(workspace)
        assert shown(view) == world.device_ids()
        assert_consistent(view)


async def test_pages_are_appended_behind_the_filter() -> None:
    async with open_world(devices=250) as world:
        workspace = world.open()
        view = view_of(workspace)
        heard: list[Event | Shown] = []
        view.listen(heard.append)
        view.filter(Query.parse("IOS prod"))
        while not workspace.devices.ended:
            await workspace.devices.load_more()
        assert_consistent(view)
        assert 0 < len(view) < 250
        assert sum(isinstance(event, Appended) for event in heard) == 3
        view.filter(Query())
        assert shown(view) == world.device_ids()


async def test_the_filter_finds_a_device_by_all_that_is_in_sight_of_it() -> None:
    async with open_world(devices=150) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        chosen = world.free_devices()[4]
        world.rename(chosen, "Überweg-Phone")
        world.set_override(chosen, "beta")
        await workspace.look_up_device(chosen)
        for typed in (chosen, chosen[3:20].upper(), "überweg", "ÜBERWEG phone", "PHONE beta ▲"):
            view.filter(Query.parse(typed))
            assert view.index_of(chosen) is not None, typed
            assert_consistent(view)
        view.filter(Query.parse("überweg gamma"))
        assert len(view) == 0


async def test_an_age_is_not_searched() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        world.run("UPDATE devices SET updated_at = '2026-11-21T12:00:00.000000+00:00'")
        await workspace.devices.load_all()
        seen = DEVICE_COLUMNS[-1].text(view.record_at(0), Surroundings(NOON))
        assert seen == "1d"
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
        assert shown(view) == [first, third]
        world.rename(second, "needle too")
        await workspace.look_up_device(second)
        assert shown(view) == [first, second, third]
        world.rename(first, "straw")
        await workspace.look_up_device(first)
        assert shown(view) == [second, third]
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
        assert shown(view) == [matching]


async def test_a_refresh_is_followed_to_the_new_order_and_number() -> None:
    async with open_world(devices=60) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        view.filter(Query.parse("ios"))
        matching = shown(view)
        world.drop_device(matching[0])
        world.add_device("00000000-new", "brand new")
        heard: list[Event | Shown] = []
        view.listen(heard.append)
        await workspace.devices.refresh()
        assert shown(view) == ["00000000-new", *matching[1:]]
        assert_consistent(view)
        assert Replaced() in heard


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
        view.key_at(0)


async def test_the_channels_of_a_bundle_are_found_by_the_filter() -> None:
    async with open_world() as world:
        workspace = world.open()
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        view = View(workspace.bundles, BUNDLE_COLUMNS, workspace.surroundings)
        view.filter(Query.parse("production"))
        carried = world.column("SELECT version FROM channels WHERE name = 'production'")
        assert [view.key_at(index) for index in range(len(view))] == carried


@pytest.mark.parametrize("typed", [["production"], ["product", "production"]])
async def test_links_that_come_later_are_found_once_the_view_has_looked_again(
    typed: list[str],
) -> None:
    async with open_world() as world:
        world.run("UPDATE bundles SET comment = NULL")
        workspace = world.open()
        await workspace.bundles.load_all()
        view = View(workspace.bundles, BUNDLE_COLUMNS, workspace.surroundings)
        view.filter(Query.parse(typed[0]))
        assert len(view) == 0
        await workspace.channels.load_all()
        view.refilter()
        for more in typed[1:]:
            view.filter(Query.parse(more))
        carried = world.column("SELECT version FROM channels WHERE name = 'production'")
        assert [view.key_at(index) for index in range(len(view))] == carried
        assert [view.index_of(key) for key in carried] == [0]


async def test_looking_again_without_a_filter_changes_nothing() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        before = shown(view)
        view.refilter()
        assert shown(view) == before
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
        assert shown(view) == [first]
        await workspace.devices.load_more()
        assert shown(view) == [second]
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
@hypothesis_settings(deadline=None, max_examples=300)
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
@hypothesis_settings(deadline=None, max_examples=200)
def test_typing_letter_by_letter_equals_typing_at_once(
    names: list[str], first: str, second: str
) -> None:
    collection = empty_collection()
    for number, name in enumerate(names):
        collection.put(Device(device_id=f"device-{number}", custom_id=name))
    slow, fast = plain_view(collection), plain_view(collection)
    typed = f"{first} {second}"
    for length in range(len(typed) + 1):
        slow.filter(Query.parse(typed[:length]))
    fast.filter(Query.parse(typed))
    assert shown(slow) == shown(fast)
    assert_consistent(slow)


async def test_a_redrawn_record_does_not_move_anything() -> None:
    async with open_world(devices=30) as world:
        workspace = world.open()
        view = view_of(workspace)
        await workspace.devices.load_all()
        view.filter(Query.parse("a"))
        before = shown(view)
        heard: list[Event | Shown] = []
        view.listen(heard.append)
        workspace.devices.touch(before[0])
        assert shown(view) == before
        assert heard == [Updated((before[0],))]


# Sorting, and lists so long that they are worked on in slices


def load(collection: Collection[Device], devices: list[Device]) -> None:
    """Let a page arrive, without a server."""
    new = {d.device_id: None for d in devices if d.device_id not in collection.records}
    collection.records.update((device.device_id, device) for device in devices)
    collection._tell(Appended(list(new)))
    if known := [device.device_id for device in devices if device.device_id not in new]:
        collection._tell(Updated(known))


def swap(collection: Collection[Device], devices: list[Device]) -> None:
    """Let the list be read anew, without a server."""
    collection.records = {device.device_id: device for device in devices}
    collection._tell(Replaced())


def fleet(count: int, first: int = 0) -> list[Device]:
    return [
        Device(
            device_id=f"d-{number}",
            custom_id=f"store-{number * 7919 % 1009}" if number % 5 else None,
            platform="ios" if number % 3 else "android",
            updated_at=NOON - timedelta(minutes=number * 31 % 997),
        )
        for number in range(first, first + count)
    ]


@pytest.mark.parametrize("column", [column.id for column in DEVICE_COLUMNS])
@pytest.mark.parametrize("descending", [False, True])
def test_sorting_by_every_column(column: str, descending: bool) -> None:
    collection = empty_collection()
    load(collection, fleet(200))
    view = plain_view(collection)
    view.sort_by(Sort(column, descending))
    assert_consistent(view)
    view.filter(view.parse("store !android"))
    assert_consistent(view)
    load(collection, fleet(50, first=200))
    assert_consistent(view)
    view.sort_by(None)
    assert_consistent(view)


def test_an_update_moves_a_row_to_its_place_and_says_so() -> None:
    collection = empty_collection()
    load(collection, fleet(20))
    view = plain_view(collection)
    view.sort_by(Sort("custom"))
    heard: list[object] = []
    view.listen(heard.append)
    first = view.record_at(0)
    collection.put(replace(first, os_version="18"))
    assert heard == [Updated((first.device_id,))], "it stays where it was"
    heard.clear()
    collection.put(replace(first, custom_id="zzz"))
    assert heard == [Updated((first.device_id,)), Shown()]
    assert view.index_of(first.device_id) == 15
    assert_consistent(view)


def test_a_long_list_keeps_showing_what_it_showed_until_the_rest_is_done() -> None:
    collection = empty_collection()
    load(collection, fleet(20_000))
    view = plain_view(collection)
    view.settle()
    before = shown(view)
    heard: list[object] = []
    view.listen(heard.append)
    view.sort_by(Sort("seen"))
    assert view.busy
    load(collection, fleet(3, first=20_000))
    while shown(view) == before:
        assert [view.index_of(key) for key in before[::999]] == list(range(0, 20_000, 999))
        assert view.busy
        view.advance()
    view.settle()
    assert_consistent(view)
    assert heard[0] == Appended(["d-20000", "d-20001", "d-20002"])
    assert Shown() in heard


def test_what_is_gone_is_shown_as_it_was_while_a_long_list_is_taken_in() -> None:
    collection = empty_collection()
    load(collection, fleet(30_000))
    view = plain_view(collection)
    view.settle()
    swap(collection, fleet(29_000, first=15_000))
    assert view.busy
    assert view.record_at(0).device_id == "d-0"
    assert view.record_at(29_999).device_id == "d-29999"
    view.settle()
    assert_consistent(view)


def test_a_list_of_some_thousands_is_settled_at_once() -> None:
    collection = empty_collection()
    load(collection, fleet(SMALL))
    view = plain_view(collection)
    assert not view.busy
    for column in ("custom", "seen", "os"):
        view.sort_by(Sort(column))
        assert_consistent(view)
    view.filter(view.parse("ios store-1"))
    view.refilter()
    assert_consistent(view)


def looked_at(view: View[Device]) -> list[int]:
    """How many records each step looks at until all is done."""
    steps: list[int] = []
    while view.busy:
        before = view.looked_at
        view.advance()
        steps.append(view.looked_at - before)
    return steps


def test_no_step_looks_at_many_records() -> None:
    collection = empty_collection()
    load(collection, fleet(60_000))
    view = plain_view(collection)
    assert max(looked_at(view)) <= 2_000
    view.sort_by(Sort("custom"))
    assert max(looked_at(view)) <= 2_000
    view.filter(view.parse("store"))
    assert max(looked_at(view)) <= 20_000
    before = view.looked_at
    view.filter(view.parse("store-1000"))
    view.settle()
    assert view.looked_at - before == 48_000, "narrowing looks only at what is shown"
    before = view.looked_at
    few = len(view)
    view.filter(view.parse("store-1000 ios"))
    assert view.looked_at - before == few
    before = view.looked_at
    load(collection, fleet(500, first=60_000))
    assert view.looked_at - before == 500
    assert_consistent(view)


def test_a_pattern_that_proves_too_slow_leaves_the_rest_of_the_filter() -> None:
    collection = empty_collection()
    load(collection, fleet(50))
    load(collection, [Device(device_id="hard", custom_id="z" * 60 + "!", platform="ios")])
    view = plain_view(collection)
    view.filter(view.parse("ios /(z|zz)+$/"))
    view.settle()
    assert view.query.error
    assert_consistent(view)
    assert view.index_of("hard") is not None


def test_a_pattern_that_proves_too_slow_later_shows_what_it_kept_out() -> None:
    collection = empty_collection()
    load(collection, fleet(50))
    view = plain_view(collection)
    view.filter(view.parse("ios /(w|ww)+$/"))
    view.settle()
    assert len(view) == 0
    load(collection, [Device(device_id="hard", custom_id="w" * 60 + "!", platform="ios")])
    view.settle()
    assert view.query.error
    assert_consistent(view)
    assert len(view) > 1


DEVICES = st.builds(
    Device,
    device_id=st.integers(0, 30).map("d-{}".format),
    custom_id=st.sampled_from([None, "qa-7", "qa-12", "QA-7", "b"]),
    platform=st.sampled_from([None, "ios", "android"]),
    os_version=st.sampled_from([None, "18.1", "9", "x"]),
)
SORTS = st.one_of(
    st.none(), st.builds(Sort, st.sampled_from(["device", "custom", "os", "kind"]), st.booleans())
)
FILTERS = st.sampled_from(
    ["", "qa", "qa-1", "!qa", "plat:ios", "/^b$/", "~q7", "qa plat:ios", "os:9", "/(/", "qa !ios"]
)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.lists(DEVICES, max_size=12, unique_by=lambda d: d.device_id)),
        st.tuples(st.just("swap"), st.lists(DEVICES, max_size=25, unique_by=lambda d: d.device_id)),
        st.tuples(st.just("filter"), FILTERS),
        st.tuples(st.just("sort"), SORTS),
        st.tuples(st.just("refilter"), st.none()),
        st.tuples(st.just("advance"), st.integers(1, 6)),
    ),
    max_size=20,
)


@given(MOVES)
@hypothesis_settings(deadline=None, max_examples=400)
def test_whatever_happens_in_between_the_settled_view_is_right(
    moves: list[tuple[str, Any]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Slices of some records, so that everything falls into the middle of everything.
        for name, value in {"STEP": 15.0, "PART": 3, "SMALL": 0}.items():
            patch.setattr(f"capgo_tui.workspace.view.{name}", value)
        collection = empty_collection()
        view = plain_view(collection)
        told: list[int] = []
        view.listen(lambda _: told.append(view.generation))
        for kind, what in moves:
            match kind:
                case "load":
                    load(collection, what)
                case "swap":
                    swap(collection, what)
                case "filter":
                    view.filter(view.parse(what))
                case "sort":
                    view.sort_by(what)
                case "refilter":
                    view.refilter()
                case _:
                    for _ in range(what):
                        before = view.generation
                        view.advance()
                        assert view.generation == before or told[-1] == view.generation
            keys = shown(view)
            assert len(set(keys)) == len(keys)
            assert [view.index_of(key) for key in keys] == list(range(len(keys)))
            assert [view.record_at(index).device_id for index in range(len(keys))] == keys
        view.settle()
        assert_consistent(view)
