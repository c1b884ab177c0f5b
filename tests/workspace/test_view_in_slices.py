"""A view sorts, and works on long lists in slices: until that is done it shows what it showed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.api.models import Device
from capgo_tui.workspace.collection import Addition, Update
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from capgo_tui.workspace.sorting import Sort
from capgo_tui.workspace.view import SMALL, View, ViewChange
from tests.support.sampling import examples
from tests.workspace.views import (
    assert_consistent,
    empty_collection,
    fleet,
    load,
    plain_view,
    swap,
    visible_keys,
)


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
    events: list[object] = []
    view.listen(events.append)
    first = view.record_at(0)
    collection.put(replace(first, os_version="18"))
    assert events == [Update((first.device_id,))], "it stays where it was"
    events.clear()
    collection.put(replace(first, custom_id="zzz"))
    assert events == [Update((first.device_id,)), ViewChange()]
    assert view.index_of(first.device_id) == 15
    assert_consistent(view)


def test_a_long_list_keeps_showing_what_it_showed_until_the_rest_is_done() -> None:
    collection = empty_collection()
    load(collection, fleet(20_000))
    view = plain_view(collection)
    view.settle()
    before = visible_keys(view)
    events: list[object] = []
    view.listen(events.append)
    view.sort_by(Sort("seen"))
    assert view.busy
    load(collection, fleet(3, first=20_000))
    while visible_keys(view) == before:
        assert [view.index_of(key) for key in before[::999]] == list(range(0, 20_000, 999))
        assert view.busy
        view.advance()
    view.settle()
    assert_consistent(view)
    assert events[0] == Addition(["d-20000", "d-20001", "d-20002"])
    assert ViewChange() in events


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
    [
        "",
        "qa",
        "qa-1",
        "!qa",
        "plat:ios",
        "/^b$/",
        "~q7",
        "qa plat:ios",
        "os:9",
        "/(/",
        "qa !ios",
        "is:override",
        "!is:emulator",
        "plat:ios|android",
        "qa | 9",
        "seen:<2d",
    ]
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
@hypothesis_settings(deadline=None, max_examples=examples(400))
def test_whatever_happens_in_between_the_settled_view_is_right(
    moves: list[tuple[str, Any]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Slices of some records, so that everything falls into the middle of everything.
        for name, value in {"STEP": 15.0, "PART": 3, "SMALL": 0}.items():
            patch.setattr(f"capgo_tui.workspace.view.{name}", value)
        collection = empty_collection()
        view = plain_view(collection)
        generations: list[int] = []
        view.listen(lambda _: generations.append(view.generation))
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
                        assert view.generation == before or generations[-1] == view.generation
            keys = visible_keys(view)
            assert len(set(keys)) == len(keys)
            assert [view.index_of(key) for key in keys] == list(range(len(keys)))
            assert [view.record_at(index).device_id for index in range(len(keys))] == keys
        view.settle()
        assert_consistent(view)
