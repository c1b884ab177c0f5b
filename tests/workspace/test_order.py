"""Ids stay in order whatever comes, changes and goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.workspace.order import Order, arrival_of, sorted_by_parts

VALUES = st.one_of(st.none(), st.integers(0, 3))
EDITS = st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh"), VALUES), max_size=40)


def expected(values: dict[str, tuple[int, int | None]], *, descending: bool) -> list[str]:
    """Brute force: by value, ties by arrival, the unknown ones last."""
    arrived = sorted(values, key=lambda k: values[k][0])
    known = [key for key in arrived if values[key][1] is not None]
    known.sort(key=lambda k: -(values[k][1] or 0) if descending else values[k][1] or 0)
    return known + [key for key in arrived if values[key][1] is None]


@given(EDITS, st.booleans())
@hypothesis_settings(deadline=None, max_examples=300)
def test_an_order_is_what_sorting_would_give(
    edits: list[tuple[bool, str, int | None]], descending: bool
) -> None:
    order = Order(descending=descending)
    values: dict[str, tuple[int, int | None]] = {}
    for number, (gone, key, value) in enumerate(edits):
        if gone:
            order.discard(key)
            values.pop(key, None)
        else:
            place = order.place_of(key)
            arrival = number if place is None else arrival_of(place)
            order.add(order.place(key, arrival, value))
            values[key] = (arrival, value)
        keys = expected(values, descending=descending)
        assert list(order.keys()) == keys
        assert [order.key_at(index) for index in range(len(order))] == keys
        assert [order.index_of(key) for key in keys] == list(range(len(keys)))
        assert order.ids == set(keys)
        assert all((key in order) == (key in values) for key in "abcdefgh")


@given(st.lists(VALUES, max_size=60), st.booleans(), st.integers(1, 7))
@hypothesis_settings(deadline=None, max_examples=200)
def test_an_order_made_at_once_is_the_one_made_bit_by_bit(
    values: list[int | None], descending: bool, size: int
) -> None:
    slow = Order(descending=descending)
    places = [slow.place(f"k{n}", n, value) for n, value in enumerate(values)]
    for place in places:
        slow.add(place)
    known = [place for place in places if len(place) == 3]
    parts = list(sorted_by_parts(known, descending=descending, size=size))
    in_order = [place for part in parts for place in part]
    rest = [place for place in places if len(place) == 2]
    fast = Order(
        {place[2]: place for place in in_order} | {place[1]: place for place in rest},
        known=len(in_order),
        descending=descending,
    )
    assert list(fast.keys()) == list(slow.keys())
    taken = [place for part in fast.parts(size) for place in part]
    assert taken == [*in_order, *rest]
    assert all(len(part) <= size for part in fast.parts(size))


def test_outside_there_is_nothing() -> None:
    order = Order()
    order.add(order.place("a", 0, None))
    order.discard("b")
    assert order.index_of("b") is None
    for index in (-1, 1):
        with pytest.raises(IndexError):
            order.key_at(index)


def test_values_that_are_all_different_are_sorted_in_small_parts() -> None:
    places = [(number * 7919 % 10_007, number, str(number)) for number in range(10_000)]
    parts = list(sorted_by_parts(list(places), descending=False))
    assert max(map(len, parts)) < 5_000
    assert [place for part in parts for place in part] == sorted(places)
