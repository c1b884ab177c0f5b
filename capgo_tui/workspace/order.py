"""A list of record ids kept in order, whatever comes, changes and goes.

Records with a value stand by it; those without one stand behind them, in the order they
arrived. With no value at all, that is simply the order of arrival. Ties keep the order of
arrival in both directions.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from sortedcontainers import SortedList

if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView

    from capgo_tui.workspace.sorting import SortValue

Known: TypeAlias = "tuple[SortValue, int, str]"
Unknown: TypeAlias = "tuple[int, str]"
Place: TypeAlias = "Known | Unknown"
"""A place: number of arrival and id, behind a value where there is one. Plain tuples, which
Python compares fastest."""


class Order:
    """Ids in order; adding, reading, finding and removing one cost about the same at any size.

    Making one of places that are sorted already is the only step over all of them: 7 ms for
    100 000, in which `SortedList` makes sure that they are.
    """

    def __init__(
        self, places: dict[str, Place] | None = None, *, known: int = 0, descending: bool = False
    ) -> None:
        """`places` become its own; so many of them have a value, and come first in it."""
        self._descending = descending
        # Known values ascend, and are read backwards when descending: then arrivals are
        # negated, so that ties still come out in the order they arrived.
        self._places = {} if places is None else places
        ordered = list(self._places.values())
        self._known: SortedList[Place] = SortedList(ordered[:known])
        self._unknown: SortedList[Place] = SortedList(ordered[known:])

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    @property
    def ids(self) -> KeysView[str]:
        """All ids, in no order: a set that costs nothing."""
        return self._places.keys()

    def key_at(self, index: int) -> str:
        """The id at a position; raises IndexError outside."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        behind = index - len(self._known)
        if behind >= 0:
            return self._unknown[behind][-1]
        return self._known[-1 - index if self._descending else index][-1]

    def index_of(self, key: str) -> int | None:
        """Where an id stands, or None when it is not among them."""
        place = self._places.get(key)
        if place is None:
            return None
        if len(place) == 2:
            return len(self._known) + self._unknown.index(place)
        index = self._known.index(place)
        return len(self._known) - 1 - index if self._descending else index

    def keys(self) -> Iterator[str]:
        """All ids in order."""
        for place in reversed(self._known) if self._descending else self._known:
            yield place[-1]
        for place in self._unknown:
            yield place[-1]

    def parts(self, size: int) -> Iterator[list[Place]]:
        """All places, a few at a time: first those with a value, ascending whatever the order."""
        for places in (self._known, self._unknown):
            for start in range(0, len(places), size):
                yield list(places.islice(start, start + size))

    def place_of(self, key: str) -> Place | None:
        """The place of an id, or None when it is not among them."""
        return self._places.get(key)

    def place(self, key: str, arrival: int, value: SortValue | None) -> Place:
        """The place that a record is to have."""
        if value is None:
            return (arrival, key)
        return (value, -arrival if self._descending else arrival, key)

    def add(self, place: Place) -> None:
        """Put a record in its place; one that is there already moves."""
        key = place[-1]
        before = self._places.get(key)
        if before == place:
            return
        if before is not None:
            self.discard(key)
        self._places[key] = place
        if len(place) == 2:
            self._unknown.add(place)
        else:
            self._known.add(place)

    def discard(self, key: str) -> None:
        """Take a record out; one that is not in it does not matter."""
        place = self._places.pop(key, None)
        if place is None:
            return
        if len(place) == 2:
            self._unknown.remove(place)
        else:
            self._known.remove(place)


def arrival_of(place: Place) -> int:
    """The number of arrival in a place."""
    return abs(place[0] if len(place) == 2 else place[1])


def sorted_by_parts(
    places: list[Known], *, descending: bool, size: int = 1_000
) -> Iterator[list[Known]]:
    """Sort places that are in order of arrival; yields parts that together are the whole.

    They are dealt to buckets by a sample of them, with empty parts as pauses, and then each
    bucket is sorted: unlike sorted parts, sorted buckets need no merge, which for 100 000
    places is one long step or a slow loop.
    """
    bounds = sorted([place[0] for place in places[size // 2 :: size]])
    buckets: list[list[Known]] = [[] for _ in range(len(bounds) + 1)]
    for start in range(0, len(places), size):
        for place in places[start : start + size]:
            buckets[bisect_right(bounds, place[0])].append(place)
        yield []
    for bucket in buckets:
        if descending:
            bucket.reverse()  # it will be read backwards, and ties stay as they arrived
        bucket.sort(key=itemgetter(0))
        yield bucket
