"""Orders: sorted records of a list, kept in order through additions, changes and removals.

Records with a value stand by it; those without one stand behind them, in the order they
arrived. With no value at all, that is simply the order of arrival. Ties keep the order of
arrival in both directions.

An order holds numbers, not ids: 100 000 of them are half a megabyte that is made, cut and
thrown away in no time, where as many tuples in a dictionary hold up the event loop.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import chain
from operator import neg
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from capgo_tui.workspace.sorting import SortValue

    Values: TypeAlias = list[SortValue | None]
    """The sort values of the records, by number; None for an unknown value."""


class KeyIndex:
    """The row keys of a list by number, in the order they came, and the numbers by row key."""

    __slots__ = ("ids", "numbers")

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def extend(self, ids: Sequence[str]) -> range:
        """Add new records; return their numbers."""
        numbers = range(len(self.ids), len(self.ids) + len(ids))
        self.ids += ids
        self.numbers.update(zip(ids, numbers, strict=True))
        return numbers


class Order:
    """Some or all records of a key index, in order.

    Adding, reading, finding and removing one cost some microseconds at any size in question.
    """

    __slots__ = ("_descending", "_has", "_with_value", "_without_value", "key_index", "values")

    def __init__(
        self, key_index: KeyIndex, values: Values | None = None, *, descending: bool = False
    ) -> None:
        """Create an order by `values`, which other orders may share, or by number."""
        self.key_index = key_index
        self.values = values
        # Known values ascend, and are read backwards when descending: then arrivals descend
        # among equals, so that these still come out in the order they arrived.
        self._descending = descending
        self._with_value = array("I")
        self._without_value = array("I")
        self._has = bytearray(len(key_index))
        """By number, whether the record is in this order."""

    def __len__(self) -> int:
        return len(self._with_value) + len(self._without_value)

    def __contains__(self, number: int) -> bool:
        return number < len(self._has) and self._has[number] == 1

    def select(self, numbers: Iterable[int]) -> list[int]:
        """Return the numbers that are in this order."""
        has, size = self._has, len(self._has)
        return [number for number in numbers if number < size and has[number]]

    def get_key_at(self, index: int) -> str:
        """Return the row key at a position; raises IndexError outside."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        offset = index - len(self._with_value)
        if offset >= 0:
            return self.key_index.ids[self._without_value[offset]]
        return self.key_index.ids[self._with_value[-1 - index if self._descending else index]]

    def index_of(self, key: str) -> int | None:
        """Return the position of a row key, or None when it is not in this order."""
        number = self.key_index.numbers.get(key)
        if number is None or number not in self:
            return None
        among, at = self._place(number)
        if among is self._without_value:
            return len(self._with_value) + at
        return len(self._with_value) - 1 - at if self._descending else at

    def iterate_keys(self) -> Iterator[str]:
        """Return all row keys in order."""
        return self._iterate_ids(self._with_value, self._without_value)

    def take_snapshot(self) -> Iterator[str]:
        """Return the present row keys in order, for any thread, at any time."""
        return self._iterate_ids(self._with_value[:], self._without_value[:])

    def _iterate_ids(self, with_value: array[int], without_value: array[int]) -> Iterator[str]:
        in_order = reversed(with_value) if self._descending else with_value
        return map(self.key_index.ids.__getitem__, chain(in_order, without_value))

    def iterate_parts(self, size: int) -> Iterator[tuple[bool, array[int]]]:
        """Yield all numbers in parts: those with a value, always ascending, then the others.

        Each part says which of the two it is of.
        """
        for has_value, numbers in ((True, self._with_value), (False, self._without_value)):
            for start in range(0, len(numbers), size):
                yield has_value, numbers[start : start + size]

    def extend(self, numbers: Sequence[int], *, has_value: bool = False) -> None:
        """Append numbers to those with a value, or to those without."""
        (self._with_value if has_value else self._without_value).extend(numbers)
        self._note(numbers)

    def arrive(self, numbers: Sequence[int]) -> None:
        """Add records that are new to the index, and so come last among equals."""
        values = self.values
        if values is None:
            self.extend(numbers)
            return
        self.extend([number for number in numbers if values[number] is None])
        value_of, find = _make_getter(values), bisect_left if self._descending else bisect_right
        new_numbers = [number for number in numbers if values[number] is not None]
        result, position = array("I"), 0
        for number in sorted(new_numbers[::-1] if self._descending else new_numbers, key=value_of):
            at = find(self._with_value, value_of(number), position, key=value_of)
            result += self._with_value[position:at]
            result.append(number)
            position = at
        result += self._with_value[position:]
        self._with_value = result
        self._note(new_numbers)

    def add(self, number: int) -> None:
        """Add a record that is not in this order yet."""
        among, at = self._place(number)
        among.insert(at, number)
        self._note((number,))

    def discard(self, number: int) -> None:
        """Remove a record, while it still has the value it was added with."""
        if number in self:
            among, at = self._place(number)
            del among[at]
            self._has[number] = 0

    def _place(self, number: int) -> tuple[array[int], int]:
        """Return the array and the position of a number."""
        value = None if self.values is None else self.values[number]
        if self.values is None or value is None:
            return self._without_value, bisect_left(self._without_value, number)
        value_of = _make_getter(self.values)
        first = bisect_left(self._with_value, value, key=value_of)
        last = bisect_right(self._with_value, value, first, key=value_of)
        if self._descending:
            return self._with_value, bisect_left(self._with_value, -number, first, last, key=neg)
        return self._with_value, bisect_left(self._with_value, number, first, last)

    def _note(self, numbers: Iterable[int]) -> None:
        """Note that numbers are in this order now."""
        self._has.extend(bytes(len(self.key_index) - len(self._has)))
        for number in numbers:
            self._has[number] = 1


def _make_getter(values: Values) -> Callable[[int], Any]:
    """Return the function that gets the value of a number; any two values compare."""
    return cast("Callable[[int], Any]", values.__getitem__)


def sort_by_parts(
    numbers: list[int], values: Values, *, descending: bool, size: int = 8_000
) -> Iterator[list[int]]:
    """Sort ascending numbers by their values; yield parts of the result.

    First runs of them are sorted, with an empty part after each as a pause. All runs are cut
    at the same values, and then the pieces from between two cuts are merged, each time with
    what came before in order already. Merging whole runs would be one long step.
    """
    value_of = _make_getter(values)
    if descending:
        numbers = numbers[::-1]  # they will be read backwards, and ties stay as they arrived
    runs: list[list[int]] = []
    for start in range(0, len(numbers), size):
        runs.append(sorted(numbers[start : start + size], key=value_of))
        yield []
    step = size // 10 + 1
    cuts = set[Any]()
    for at, run in enumerate(runs):
        # Each run is looked at in other places, for they are much alike.
        cuts.update(map(value_of, run[at * step // len(runs) :: step]))
    starts = [0] * len(runs)
    for cut in sorted(cuts):
        piece: list[int] = []
        for at, run in enumerate(runs):
            end = bisect_right(run, cut, starts[at], key=value_of)
            piece += run[starts[at] : end]
            starts[at] = end
        piece.sort(key=value_of)
        yield piece
    yield sorted(
        (number for run, start in zip(runs, starts, strict=True) for number in run[start:]),
        key=value_of,
    )
