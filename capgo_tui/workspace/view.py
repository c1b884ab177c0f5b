"""Views: the records of a collection that match the filter, in order.

A view keeps two orders: of all records, and of those that match. Pages and updates go into
both as they come. What concerns every record (a filter that is not narrower than the one
before, a sort, a list that was read anew) is worked out in slices of a few milliseconds,
while what was shown before stays readable; then the new order takes its place at once.
"""

from __future__ import annotations

from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.collection import (
    Addition,
    Collection,
    Event,
    Replacement,
    StateChange,
    Update,
)
from capgo_tui.workspace.order import KeyIndex, Order
from capgo_tui.workspace.ordering import BUILD, SORT, VALUE, arrange, index_keys
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.resources.column import make_vocabulary
from capgo_tui.workspace.terms import is_narrower
from capgo_tui.workspace.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.order import Values
    from capgo_tui.workspace.resources.column import Column, Fact
    from capgo_tui.workspace.sorting import Sort
    from capgo_tui.workspace.terms import Term

T = TypeVar("T", bound="Record")

STEP = 4_000.0
"""What one slice may cost, in about microseconds of a busy machine: counted by the figures
below, not timed, so that the same work comes in the same slices. (Patterns are timed as well.)"""
READ, SIFT, TEST, FREE = 5.0, 0.25, 3.0, 1.0
"""What it costs, for each record, to read its texts, to look for a word in it, to test it for
anything else, and to free it."""
PART = 100
"""Records read, valued or placed in one step."""
SMALL = 3_000
"""Lists up to this size are filtered and sorted at once, in some milliseconds."""


@dataclass(frozen=True, slots=True)
class ViewChange:
    """The rows in view changed, or the filter is done, without an event of the collection."""


class View(Generic[T]):
    """The matching records of a collection, updated as pages arrive.

    After `filter`, `sort_by`, `refilter` and every event, `busy` tells whether `advance` has
    something to do. Until that is done the view shows what it showed; a record that is gone
    from the collection meanwhile is shown as it was.
    """

    def __init__(
        self,
        collection: Collection[T],
        columns: Sequence[Column[T]],
        cell_context: Callable[[], CellContext],
        facts: Mapping[str, Fact[T]] | None = None,
    ) -> None:
        self.collection = collection
        self.columns = columns
        self.vocabulary = make_vocabulary(columns, facts or {})
        """The words of its filters."""
        self.query = Query()
        self.sort: Sort | None = None
        self.generation = 0
        """A number that changes with the records in view and their order."""
        self.looked_at = 0
        """The number of records examined, a measure of work without a clock."""
        self._texts = Texts(columns, cell_context, facts or {})
        self._cell_context = cell_context
        self._key_index = KeyIndex()
        """The records of the collection without the pending ones, once `_is_indexed`."""
        self._is_indexed = False
        """Whether it is."""
        self._all = Order(self._key_index)
        self._is_sorted = False
        """Whether `_all` holds the whole index in the present sort."""
        self._order = self._base = self._all
        """The order in view, and the order of all records that it was made from."""
        self._records = collection.records
        """The records that `_order` was made from."""
        self._terms: Sequence[Term] | None = None
        """The conditions of `_order`; None when it has to be made again."""
        self._pending: dict[str, None] = {}
        """Row keys of new or changed records that are not in their places yet."""
        self._job: Iterator[float] | None = None
        self._has_moved = False
        self._listeners: list[Callable[[Event | ViewChange], None]] = []
        collection.listen(self._follow)
        self._start()

    # What is shown

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, key: str) -> bool:
        number = self._order.key_index.numbers.get(key)
        return number is not None and number in self._order

    @property
    def is_current(self) -> bool:
        """Whether the view shows the result of the present filter, not of an earlier one."""
        return self._terms == self.query.in_force

    def get_key_at(self, index: int) -> str:
        """Return the row key at a position; raises IndexError outside the view."""
        return self._order.get_key_at(index)

    def record_at(self, index: int) -> T:
        """Return the latest record at a position; raises IndexError outside the view."""
        key = self._order.get_key_at(index)
        return self.collection.records.get(key) or self._records[key]

    def index_of(self, key: str) -> int | None:
        """Return the position of a record, or None when it is not in view."""
        return self._order.index_of(key)

    def iterate_keys(self) -> Iterator[str]:
        """Return the row keys in view, in order; not to be used after the view changes."""
        return self._order.iterate_keys()

    def take_snapshot(self) -> Iterator[str]:
        """Return the row keys now in view, in order; any thread may read them, at any time."""
        return self._order.take_snapshot()

    def iterate_all_keys(self) -> Iterator[str]:
        """Return the row keys of all records in order, also of those that do not match."""
        return self._all.iterate_keys()

    def count(self, keys: set[str]) -> int:
        """Return the number of the keys that are in view."""
        if len(keys) < len(self) // 5:
            return sum(key in self for key in keys)
        return sum(map(keys.__contains__, self._order.iterate_keys()))

    def listen(self, listener: Callable[[Event | ViewChange], None]) -> None:
        """Call `listener` for every event of the collection, after the view has followed it.

        It also gets a `ViewChange` when rows move for another reason, but not for the rows in view
        when `filter`, `sort_by` or `refilter` returns.
        """
        self._listeners.append(listener)

    # What is wanted

    def parse(self, text: str) -> Query:
        """Parse a filter for the columns of this list."""
        return Query.parse(text, self.vocabulary)

    def filter(self, query: Query) -> None:
        """Show the records that match; a narrower query examines only those in view."""
        self.query = query
        if self._job is not None and not self._is_sorted:
            self._step(STEP)  # what is under way ends with the filter, whichever it then is
        else:
            self._start()

    def sort_by(self, sort: Sort | None) -> None:
        """Sort the records by a column, or with None in the order they arrived."""
        if sort != self.sort:
            self.sort = sort
            self._is_sorted = False
            self._start()

    def refilter(self) -> None:
        """Filter all records again, because the cell context has changed."""
        self._texts.forget()
        self._terms = None
        self._is_sorted = self._is_sorted and self.sort is None
        self._start()

    # The work, in slices

    @property
    def busy(self) -> bool:
        """Whether `advance` has something to do."""
        return self._job is not None or bool(self._pending) or not self._is_read

    def advance(self) -> bool:
        """Do one slice of the work; return True while more is left."""
        self._has_moved = False
        before = self.generation, self.is_current
        self._step(STEP)
        if (self.generation, self.is_current) != before:
            self._tell(ViewChange())
        return self.busy

    def settle(self) -> None:
        """Do all of the work."""
        while self.advance():
            pass

    def _start(self) -> None:
        """Start the work that is needed now, in place of any other."""
        self._job = self._work()
        small = len(self.collection.records) <= SMALL
        self._step(SMALL * (READ + VALUE + SORT + TEST) if small else STEP)

    def _step(self, cost: float, *, read: bool = True) -> None:
        while cost > 0 and (self._job is not None or self._pending or (read and self.busy)):
            if self._job is not None:
                step_cost = next(self._job, None)
                cost -= step_cost or 0.0
                if step_cost is None:
                    self._job = None
            elif self._pending:
                cost -= self._place_pending()
            else:
                # Read before they are asked for: a first letter then costs no more than a second.
                cost -= self._read_some()

    def _work(self) -> Iterator[float]:
        """Yield the cost of each step of the work."""
        if not self._is_indexed:
            self._key_index = yield from index_keys(list(self.collection.records), part=10 * PART)
            self._is_indexed = True
        if not self._is_sorted:
            self._all = yield from arrange(
                self._key_index,
                None if self.sort is None else self._make_values,
                descending=self.sort is not None and self.sort.descending,
                part=PART,
            )
            self._is_sorted = True
        while self.query and not self._is_read:
            yield self._read_some()
        yield from self._sift()

    @property
    def _is_read(self) -> bool:
        return len(self._texts) == len(self._key_index)

    def _read_some(self) -> float:
        """Read the texts of some more records; return the cost."""
        ids, records = self._key_index.ids, self.collection.records
        unread = ids[len(self._texts) : len(self._texts) + PART]
        self._texts.extend([records[key] for key in unread])
        self.looked_at += len(unread)
        return len(unread) * READ

    def _sift(self) -> Iterator[float]:
        """Find the matching records and show them; yield the costs."""
        while True:
            terms = self.query.in_force
            narrows = self._terms is not None and is_narrower(terms, self._terms)
            if terms == self._terms and self._base is self._all:
                return  # it is what is shown
            if not terms:
                order = self._all
                break
            order = yield from self._find_matching(self._order if narrows else None)
            if self.query.in_force == terms:
                break  # else a pattern proved too slow on the way: all over without it
        old_records = (
            [] if self._records is self.collection.records else list(self._records.values())
        )
        self._order, self._base, self._terms = order, self._all, terms
        self._records = self.collection.records
        self._note_change(has_moved=True)
        yield 0
        while old_records:  # records that nobody else holds take their time to be freed
            del old_records[-PART:]
            yield PART * FREE

    def _find_matching(self, within: Order | None) -> Generator[float, None, Order]:
        """Return the order of the matching records; only those in `within` can match."""
        query, texts = self.query, self._texts
        in_order = within is not None and self._base is self._all
        source = within if within is not None and in_order else self._all
        among = None if in_order else within
        known_to_match = among is not None and self._terms == query.in_force
        sieve = query.find_sieve(texts.is_searching)
        order = Order(
            source.key_index,
            source.values,
            descending=self.sort is not None and self.sort.descending,
        )
        for has_value, part in source.iterate_parts(10 * PART):
            numbers: Sequence[int] = part
            if among is not None:
                numbers = among.select(numbers)
            if sieve and not known_to_match:
                numbers = texts.find_containing(sieve, numbers)
            self.looked_at += len(part)
            yield len(part) * SIFT
            if not query.is_word and not known_to_match:
                numbers = yield from self._test_each(numbers)
            order.extend(numbers, has_value=has_value)
        return order

    def _test_each(self, numbers: Sequence[int]) -> Generator[float, None, list[int]]:
        """Test records one by one; return the numbers of those that match."""
        self._texts.renew_context()
        if not self.query.has_pattern:
            matches = [number for number in numbers if self._matches(number)]
            yield len(numbers) * TEST
            return matches
        matches = []
        began, count = perf_counter(), 0
        for number in numbers:
            if self._matches(number):
                matches.append(number)
            count += 1
            took = (perf_counter() - began) * 1e6
            if took > STEP / 2:
                yield max(took, count * TEST)
                began, count = perf_counter(), 0
        yield count * TEST
        return matches

    def _matches(self, number: int) -> bool:
        record = self.collection.records[self._key_index.ids[number]]
        return self._texts.match(self.query, number, record)

    def _make_values(self, keys: Sequence[str]) -> Values:
        """Return the sort values of records."""
        (value_of,) = [c.sort for c in self.columns if self.sort and c.id == self.sort.column_id]
        records, context = self.collection.records, self._cell_context()
        self.looked_at += len(keys)
        return [value_of(records[key], context) for key in keys]

    # What the collection tells

    def _follow(self, event: Event) -> None:
        self._has_moved = False
        match event:
            case StateChange():
                pass
            case Replacement():
                self._texts.forget()
                self._pending = {}
                self._terms = None
                self._is_indexed = self._is_sorted = False
                self._start()
                self._has_moved = False  # the event itself tells it
            case Addition(keys) | Update(keys):
                self._pending.update(dict.fromkeys(keys))
                if self._job is None:
                    # A page at once; what a filter will look for in it may wait.
                    self._step(2 * STEP, read=len(self.collection.records) <= SMALL)
        has_moved = self._has_moved
        self._tell(event)
        if has_moved:
            self._tell(ViewChange())

    def _place_pending(self) -> float:
        """Put some pending records in their places; return the cost."""
        self._texts.renew_context()
        keys = list(islice(self._pending, PART))
        numbers = self._key_index.numbers
        new = [key for key in keys if key not in numbers]
        for key in keys:
            del self._pending[key]
            if key in numbers:
                self._change(numbers[key])
        if new:
            self._append(new)
        self.looked_at += 0 if self.sort else len(keys)
        if self.query.in_force != self._terms:
            # A pattern proved too slow: what it kept out belongs in.
            self._terms = None
            self._job = self._work()
        plain = len(new) == len(keys) and self.sort is None and not self._terms
        return len(keys) * (10 * BUILD if plain else READ + VALUE)

    def _append(self, keys: list[str]) -> None:
        """Add new records; those that simply come last are not read."""
        numbers = self._key_index.extend(keys)
        if self._all.values is not None:
            self._all.values += self._make_values(keys)
        self._all.arrive(numbers)
        matches: Sequence[int] = numbers
        if self._order is not self._all:
            self._texts.extend([self.collection.records[key] for key in keys])
            matches = [number for number in numbers if self._matches(number)]
            self._order.arrive(matches)
        if matches:
            self._note_change(has_moved=self.sort is not None)

    def _change(self, number: int) -> None:
        """Update a record."""
        key = self._key_index.ids[number]
        if number < len(self._texts):
            self._texts.read(number, self.collection.records[key])
        was_shown = number in self._order
        shows = self._order is self._all or self._matches(number)
        values = self._all.values
        value = None if values is None else self._make_values([key])[0]
        moves = values is not None and value != values[number]
        if values is not None and moves:
            self._all.discard(number)
            self._order.discard(number)
            values[number] = value
            self._all.add(number)
        if shows and number not in self._order:
            self._order.add(number)
        elif not shows:
            self._order.discard(number)
        if shows is not was_shown or (shows and moves):
            self._note_change(has_moved=True)

    def _note_change(self, *, has_moved: bool) -> None:
        self.generation += 1
        self._has_moved = self._has_moved or has_moved

    def _tell(self, event: Event | ViewChange) -> None:
        for listener in self._listeners:
            listener(event)
