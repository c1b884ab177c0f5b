"""Records stay in order whatever comes, changes and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.workspace.order import KeyIndex, Order, sort_by_parts
from tests.support.sampling import examples

if TYPE_CHECKING:
    from capgo_tui.workspace.order import Values

VALUES = st.one_of(st.none(), st.integers(0, 3))
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.lists(VALUES, max_size=5)),
        st.tuples(st.just("change"), st.integers(0, 20), VALUES),
        st.tuples(st.just("discard"), st.integers(0, 20)),
        st.tuples(st.just("skip"), st.lists(VALUES, max_size=2)),
    ),
    max_size=40,
)


def index_of_size(count: int) -> KeyIndex:
    key_index = KeyIndex()
    key_index.extend([f"k{number}" for number in range(count)])
    return key_index


def expected_keys(values: dict[int, int | None], *, descending: bool) -> list[str]:
    """Brute force: by value, ties by arrival, the unknown ones last."""
    with_value = [number for number in sorted(values) if values[number] is not None]
    with_value.sort(key=lambda n: -(values[n] or 0) if descending else values[n] or 0)
    without_value = [number for number in sorted(values) if values[number] is None]
    return [f"k{number}" for number in with_value + without_value]


@given(EDITS, st.booleans())
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_an_order_is_what_sorting_would_give(
    edits: list[tuple[str, object, object]], descending: bool
) -> None:
    key_index = KeyIndex()
    values: Values = []
    order = Order(key_index, values, descending=descending)
    present: dict[int, int | None] = {}
    for kind, *what in edits:
        match kind, what:
            case (("arrive" | "skip"), [list(given)]):
                numbers = key_index.extend([f"k{len(key_index) + at}" for at in range(len(given))])
                values += given
                if kind == "arrive":
                    order.arrive(numbers)
                    present.update(zip(numbers, given, strict=True))
            case "change", [int(number), value] if number < len(key_index):
                order.discard(number)
                assert value is None or isinstance(value, int)
                values[number] = present[number] = value
                order.add(number)
            case "discard", [int(number)]:
                order.discard(number)
                present.pop(number, None)
        keys = expected_keys(present, descending=descending)
        assert list(order.iterate_keys()) == keys
        assert len(order) == len(keys)
        assert [order.get_key_at(index) for index in range(len(order))] == keys
        assert [order.index_of(key) for key in keys] == list(range(len(keys)))
        assert order.select(range(len(key_index) + 3)) == sorted(present)
        assert all((number in order) == (number in present) for number in range(len(key_index) + 3))
        absent_keys = set(key_index.ids) - set(keys) | {"nobody"}
        assert all(order.index_of(key) is None for key in absent_keys)


@given(st.lists(VALUES, max_size=60), st.booleans(), st.integers(1, 30))
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_an_order_made_at_once_is_the_one_made_bit_by_bit(
    values: list[int | None], descending: bool, size: int
) -> None:
    shared_values: Values = list(values)
    with_value = [number for number, value in enumerate(values) if value is not None]
    slow = Order(index_of_size(len(values)), shared_values, descending=descending)
    for number in range(len(values)):
        slow.add(number)
    fast = Order(slow.key_index, shared_values, descending=descending)
    for part in sort_by_parts(with_value, shared_values, descending=descending, size=size):
        fast.extend(part, has_value=True)
    fast.extend([number for number, value in enumerate(values) if value is None])
    assert list(fast.iterate_keys()) == list(slow.iterate_keys())
    parts = list(fast.iterate_parts(size))
    assert [number for is_known, part in parts for number in part if is_known] == sorted(
        with_value, key=lambda n: (values[n] or 0, -n if descending else n)
    )
    assert sorted(number for _, part in parts for number in part) == list(range(len(values)))
    assert all(len(part) <= size for _, part in parts)


@given(st.integers(0, 20), st.integers(0, 5))
def test_without_values_it_is_the_order_of_arrival(first: int, more: int) -> None:
    order = Order(index_of_size(first))
    order.extend(range(first))
    order.arrive(order.key_index.extend([f"m{number}" for number in range(more)]))
    assert list(order.iterate_keys()) == order.key_index.ids
    assert [order.index_of(key) for key in order.key_index.ids] == list(range(first + more))


def test_outside_there_is_nothing() -> None:
    order = Order(index_of_size(2))
    order.add(0)
    order.discard(1)
    assert order.index_of("k1") is None
    for index in (-1, 1):
        with pytest.raises(IndexError):
            order.get_key_at(index)


def test_values_that_are_all_different_are_sorted_in_small_parts() -> None:
    values: Values = [number * 7919 % 100_003 for number in range(100_000)]
    parts = list(sort_by_parts(list(range(100_000)), values, descending=False))
    assert max(map(len, parts)) < 3_000
    in_order = [number for part in parts for number in part]
    assert in_order == sorted(range(100_000), key=lambda n: n * 7919 % 100_003)
