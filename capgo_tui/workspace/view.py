"""What of a collection is to be seen: its records behind the filter, in order.

A view keeps two orders: of all records, and of those that match. Pages and updates go into
both as they come. What concerns every record (a filter that is not narrower than the one
before, a sort, a list that was read anew) is worked out in slices of a few milliseconds,
while what was shown before stays readable; then the new order takes its place at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import itemgetter
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.workspace.collection import (
    Appended,
    Collection,
    Event,
    Progressed,
    Replaced,
    Updated,
)
from capgo_tui.workspace.columns import haystack
from capgo_tui.workspace.order import Order, arrival_of, sorted_by_parts
from capgo_tui.workspace.query import Query, narrower

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, KeysView, Sequence

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.columns import Column, Surroundings
    from capgo_tui.workspace.order import Known, Place, Unknown
    from capgo_tui.workspace.query import Term
    from capgo_tui.workspace.sorting import Sort, SortValue

T = TypeVar("T", bound="Record")

STEP = 4_000.0
"""What one slice may cost, in about microseconds: counted by the figures below, not timed, so
that the same work comes in the same slices everywhere. (Patterns alone are timed as well.)"""
READ, VALUE, SORT, BUILD, SIFT, TEST = 5.0, 2.5, 0.6, 0.1, 0.25, 3.0
"""What it costs, for each record, to read its texts, to tell its sort value, to sort it, to
build it into an order, to look for a word in it, and to test it for anything else."""
_id_of: Callable[[Place], str] = itemgetter(-1)
PART = 100
"""So many records are read, valued or placed between two looks at the cost."""
SMALL = 3_000
"""Lists up to here are settled at once, which takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows that were shown have come, gone or moved, which no event of the collection told."""


class View(Generic[T]):
    """The matching records of one collection, kept up to date as pages arrive.

    After `filter`, `sort_by`, `refilter` and every event, `busy` tells whether `advance` has
    something to do. Until that is done the view shows what it showed; a record that is gone
    from the collection meanwhile is shown as it was.
    """

    def __init__(
        self,
        collection: Collection[T],
        columns: Sequence[Column[T]],
        surroundings: Callable[[], Surroundings],
    ) -> None:
        self.collection = collection
        self.columns = columns
        self.query = Query()
        self.sort: Sort | None = None
        self.generation = 0
        """Another number whenever another set of records is shown, or in another order."""
        self.looked_at = 0
        """How many records were looked at in all: what work costs, without a clock."""
        self._surroundings = surroundings
        self._lines = [column.id for column in columns if column.searched]
        self._texts: dict[str, str] = {}
        self._read = False
        """Whether `_texts` holds all records, but for the pending ones."""
        self._arrivals = 0
        self._all = Order()
        self._sorted = False
        """Whether `_all` holds the records of the collection, by the present sort."""
        self._shown = self._base = self._all
        """What is shown, and the order of all records that it was taken from."""
        self._records = collection.records
        """The records that it was made of."""
        self._settled: Sequence[Term] | None = None
        """The conditions it was made with; None when it has to be made anew whatever is asked."""
        self._pending: dict[str, None] = {}
        """Ids that came or changed and are not yet in their places."""
        self._job: Iterator[float] | None = None
        self._moved = False
        self._listeners: list[Callable[[Event | Shown], None]] = []
        collection.listen(self._follow)
        self._start()

    # What is shown

    def __len__(self) -> int:
        return len(self._shown)

    def key_at(self, index: int) -> str:
        """The id of the record at a position; raises IndexError outside the view."""
        return self._shown.key_at(index)

    def record_at(self, index: int) -> T:
        """The record at a position, the last known one; raises IndexError outside the view."""
        key = self._shown.key_at(index)
        return self.collection.records.get(key) or self._records[key]

    def index_of(self, key: str) -> int | None:
        """Where a record stands, or None when it is not in view."""
        return self._shown.index_of(key)

    @property
    def ids(self) -> KeysView[str]:
        """The ids in view, in no order: a set that costs nothing."""
        return self._shown.ids

    def keys(self) -> Iterator[str]:
        """The ids in view, in order; not to be kept while the view changes."""
        return self._shown.keys()

    def all_keys(self) -> Iterator[str]:
        """The ids of all records in order, also of those that do not match."""
        return self._all.keys()

    def listen(self, listener: Callable[[Event | Shown], None]) -> None:
        """Tell `listener` of every change of the collection, after the view followed it.

        It is also told `Shown` when rows move for another reason, but not of what is there
        when `filter`, `sort_by` or `refilter` returns: who calls them knows.
        """
        self._listeners.append(listener)

    # What is wanted

    def parse(self, text: str) -> Query:
        """Read a filter for the columns of this list."""
        return Query.parse(text, [column.id for column in self.columns])

    def filter(self, query: Query) -> None:
        """Show only what matches; a narrower query looks only at what is in view."""
        self.query = query
        if self._job is not None and not self._sorted:
            self._step(STEP)  # what is under way ends with the filter, whichever it then is
        else:
            self._start()

    def sort_by(self, sort: Sort | None) -> None:
        """Show the records by a column, or with None in the order they arrived."""
        if sort != self.sort:
            self.sort = sort
            self._sorted = False
            self._start()

    def refilter(self) -> None:
        """Look at every record again: what its texts draw on beside it has changed."""
        self._texts, self._read = {}, False
        self._settled = None
        self._sorted = self._sorted and self.sort is None
        self._start()

    # The work, in slices

    @property
    def busy(self) -> bool:
        """Whether there is something to do yet for `advance`."""
        return self._job is not None or bool(self._pending)

    def advance(self) -> bool:
        """Do one slice of the work; True while more is left. Listeners hear what it changed."""
        self._moved = False
        before = self.generation
        self._step(STEP)
        if self.generation != before:
            self._tell(Shown())
        return self.busy

    def settle(self) -> None:
        """Do all of the work, however long it takes."""
        while self.advance():
            pass

    def _start(self) -> None:
        """Begin with whatever is now to be done, instead of what was."""
        self._job = self._work()
        small = len(self.collection.records) <= SMALL
        self._step(SMALL * (READ + VALUE + SORT + TEST) if small else STEP)

    def _step(self, cost: float) -> None:
        while cost > 0 and self.busy:
            if self._job is None:
                cost -= self._place_pending()
                continue
            spent = next(self._job, None)
            if spent is None:
                self._job = None
            else:
                cost -= spent

    def _work(self) -> Iterator[float]:
        """All that is to be done; tells after each bit of it what that has cost."""
        if not self._sorted:
            yield from self._sort_all()
        if self.query:
            yield from self._read_all()
        yield from self._sift()
        # Read them all before they are asked for: a first letter then costs no more than a second.
        yield from self._read_all()

    def _read_all(self) -> Iterator[float]:
        if self._read:
            return
        records, texts = self.collection.records, self._texts
        keys = list(records)
        for start in range(0, len(keys), 10 * PART):
            unread = [key for key in keys[start : start + 10 * PART] if key not in texts]
            yield 10 * PART * BUILD
            for first in range(0, len(unread), PART):
                around = self._surroundings()
                part = unread[first : first + PART]
                for key in part:
                    texts[key] = haystack(self.columns, records[key], around)
                self.looked_at += len(part)
                yield len(part) * READ
        self._read = not self._pending

    def _sort_all(self) -> Iterator[float]:
        records = self.collection.records
        keys = list(records)
        descending = self.sort is not None and self.sort.descending
        value_of = self._value_of()
        order = Order(descending=descending)
        known: list[Known] = []
        unknown: list[Unknown] = []
        for start in range(0, len(keys), PART):
            around = self._surroundings()
            part = keys[start : start + PART]
            for arrival, key in enumerate(part, start):
                place = order.place(key, arrival, value_of(records[key], around))
                if len(place) == 2:
                    unknown.append(place)
                else:
                    known.append(place)
            self.looked_at += len(part)
            yield len(part) * VALUE
        ordered: list[Known] = []
        for bucket in sorted_by_parts(known, descending=descending):
            ordered += bucket
            yield max(PART, len(bucket)) * SORT
        places: dict[str, Place] = {}
        for start in range(0, len(keys), 10 * PART):
            some = ordered[start : start + 10 * PART]
            places.update(zip(map(_id_of, some), some, strict=True))
            yield 10 * PART * BUILD
        for start in range(0, len(unknown), 10 * PART):
            others = unknown[start : start + 10 * PART]
            places.update(zip(map(_id_of, others), others, strict=True))
            yield 10 * PART * BUILD
        self._all = Order(places, known=len(known), descending=descending)
        self._arrivals = len(keys)
        self._sorted = True
        yield len(keys) * BUILD

    def _sift(self) -> Iterator[float]:
        """Find what matches and show it."""
        while True:
            terms = self.query.in_force
            narrows = self._settled is not None and narrower(terms, self._settled)
            if terms == self._settled and self._base is self._all:
                return  # it is what is shown
            if not terms:
                shown = self._all
                break
            shown = yield from self._matching(self._shown if narrows else None)
            if self.query.in_force == terms:
                break  # else a pattern proved too slow on the way: all over without it
        self._shown, self._base, self._settled = shown, self._all, terms
        self._records = self.collection.records
        self._changed(moved=True)
        yield len(shown) * BUILD

    def _matching(self, within: Order | None) -> Generator[float, None, Order]:
        """The records that match; of `within` alone, when it holds all that can."""
        query, texts = self.query, self._texts
        in_order = within is not None and self._base is self._all
        source = within if within is not None and in_order else self._all
        among = None if within is None or in_order else within.ids
        same = self._settled == query.in_force
        sieve = query.sieve
        places: dict[str, Place] = {}
        known = 0
        for part in source.parts(10 * PART):
            found = part
            if among is not None:
                found = [place for place in found if place[-1] in among]
            if sieve and not (among is not None and same):
                found = [place for place in found if sieve in texts[place[-1]]]
            self.looked_at += len(part)
            yield len(part) * SIFT
            if not query.is_word and not (among is not None and same):
                found = yield from self._tested(found)
            places.update(zip(map(_id_of, found), found, strict=True))
            if len(part[0]) == 3:
                known += len(found)
        descending = self.sort is not None and self.sort.descending
        return Order(places, known=known, descending=descending)

    def _tested(self, places: list[Place]) -> Generator[float, None, list[Place]]:
        """Those of some places whose records match, looked at one by one."""
        found: list[Place] = []
        began, counted = perf_counter(), 0
        for place in places:
            if self._matches(place[-1]):
                found.append(place)
            counted += 1
            took = (perf_counter() - began) * 1e6
            if took > STEP / 2:  # a pattern that takes its time
                yield max(took, counted * TEST)
                began, counted = perf_counter(), 0
        yield counted * TEST
        return found

    def _matches(self, key: str) -> bool:
        return self.query.matches(self._texts[key], partial(self._cell, key))

    def _cell(self, key: str, column_id: str) -> str:
        """What a column says of a record, case-folded."""
        lines = self._texts[key].split("\n")
        if column_id in self._lines and len(lines) == len(self._lines):
            return lines[self._lines.index(column_id)]
        (column,) = [column for column in self.columns if column.id == column_id]
        return column.text(self.collection.records[key], self._surroundings()).casefold()

    def _value_of(self) -> Callable[[T, Surroundings], SortValue | None]:
        for column in self.columns:
            if self.sort is not None and column.id == self.sort.column_id:
                return column.sort
        return _no_value

    # What the collection tells

    def _follow(self, event: Event) -> None:
        self._moved = False
        match event:
            case Progressed():
                pass
            case Replaced():
                self._texts, self._read = {}, False
                self._pending = {}
                self._settled = None
                self._sorted = False
                self._start()
                self._moved = False  # the event itself tells it
            case Appended(keys) | Updated(keys):
                self._pending.update(dict.fromkeys(keys))
                if self._job is None:
                    self._step(2 * STEP)  # a page at once
                self._read = self._read and not self._pending
        moved = self._moved
        self._tell(event)
        if moved:
            self._tell(Shown())

    def _place_pending(self) -> float:
        """Put some of what came or changed in its places; tells what that has cost."""
        keys = list(islice(self._pending, PART))
        around = self._surroundings()
        value_of = self._value_of()
        for key in keys:
            del self._pending[key]
            self._place(key, around, value_of)
        self.looked_at += len(keys)
        if self.query.in_force != self._settled:
            # A pattern proved too slow: what it kept out belongs in.
            self._settled = None
            self._job = self._work()
        return len(keys) * (READ + VALUE)

    def _place(
        self,
        key: str,
        around: Surroundings,
        value_of: Callable[[T, Surroundings], SortValue | None],
    ) -> None:
        record = self.collection.records[key]
        self._texts[key] = haystack(self.columns, record, around)
        before = self._all.place_of(key)
        if before is None:
            arrival, self._arrivals = self._arrivals, self._arrivals + 1
        else:
            arrival = arrival_of(before)
        place = self._all.place(key, arrival, value_of(record, around))
        was_shown = self._shown.place_of(key)
        self._all.add(place)
        if self._shown is not self._all:
            if self._matches(key):
                self._shown.add(place)
            else:
                self._shown.discard(key)
        now_shown = self._shown.place_of(key)
        if now_shown != was_shown:
            self._changed(moved=before is not None or self.sort is not None)

    def _changed(self, *, moved: bool) -> None:
        self.generation += 1
        self._moved = self._moved or moved

    def _tell(self, event: Event | Shown) -> None:
        for listener in self._listeners:
            listener(event)


def _no_value(_: Record, __: Surroundings) -> SortValue | None:
    return None
