"""Collections: the loaded records of one list, and how they are loaded.

A collection reads page by page through a pager of the API client and keeps the records by id.
It never clears what it has because a request failed, and it never claims more than it knows:
what is loaded, whether there is more, what went wrong, and when it last heard from the server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.records import complete_record
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.list_state import ListState, Loading
from capgo_tui.workspace.pending_retries import RetryCountdown
from capgo_tui.workspace.refresh_state import RefreshState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
    from collections.abc import Collection as Keys
    from datetime import datetime

    from capgo_tui.api.paging import Bookmark, Page, ReadPage
    from capgo_tui.api.records import Record
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.load_effort import LoadEffort

T = TypeVar("T", bound="Record")
AnyT = TypeVar("AnyT")


class PageSource(Protocol[T]):
    """A walk through the pages of one list; `capgo_tui.api.paging.Pager` is one."""

    async def read_next_page(self) -> Page[T]:
        """Read the next page; raises `CapgoError`, after which it may be asked again."""
        ...

    def forget(self, record: T) -> None:
        """Note that a record was deleted: those after it move up."""
        ...


@dataclass(frozen=True, slots=True)
class Addition:
    """New records were added after the others."""

    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Update:
    """Records have new contents; their order is the same."""

    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Replacement:
    """`records` is a new dictionary: records may have been added, removed and moved."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """Only the state changed: a request began, ended or failed."""


Event = Addition | Update | Replacement | StateChange


BREATH = 0.001
"""Seconds for keys and timers between two halves of the work on one large page."""
PAGES_FIRST = 3
"""Most pages that a refresh reads first, because they hold the records on screen."""


class Collection(ListState, Generic[T]):
    """One list of an app: its records by row key in the server's order, and its state."""

    def __init__(
        self,
        name: str,
        *,
        walk: Callable[[], PageSource[T]],
        row_key: Callable[[T], str],
        now: Callable[[], datetime],
        read_one: Callable[[str], Awaitable[T]] | None = None,
        effort: Callable[[int], LoadEffort] | None = None,
    ) -> None:
        """Create an empty collection.

        Args:
            name: the plural the interface uses.
            walk: opens a walk through the list.
            row_key: gives the row key of a record.
            now: the clock.
            read_one: reads one record by its id, where the API can.
            effort: tells what loading all takes when so many records are loaded.

        """
        super().__init__(name)
        self.records: dict[str, T] = {}
        self._open_walk = walk
        self._walk = walk()
        self._stopping = False
        self._read_one = read_one
        self._effort = effort
        self._row_key_of = row_key
        self._now = now
        self._turn = asyncio.Lock()
        self._all_over = asyncio.Event()
        self._listeners: list[Callable[[Event], None]] = []
        self.previous_records: dict[str, T] = {}
        """Records that the last refresh changed, as they were before, until the next refresh."""
        self._pages: dict[str, Bookmark[T] | None] = {}
        """The page each record was last read on, also of some that are gone: 5 MB for 100 000."""
        self._last: str | None = None
        """The last record of the walk: where a list that is not loaded to its end leaves off."""
        self._singles: dict[str, None] = {}
        """Keys of records read alone and not (yet) on the walk: a refresh must not lose them."""
        self._request_count = 0
        self._put: dict[str, int] = {}
        """Read on their own since the turn was taken, and behind which of its requests: the
        page that answers that one knows them as they were."""
        self._refresh: RefreshState[T] | None = None

    def __len__(self) -> int:
        return len(self.records)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` for every event, at once and on the event loop."""
        self._listeners.append(listener)

    async def load_more(self) -> None:
        """Read the next page, unless a request is under way or the list has ended."""
        if not self._turn.locked():
            await self._read_next_page()

    async def load_all(self) -> None:
        """Read to the end of the list, up to `stop` or the first failure.

        Called again it goes on where it stopped; called while another call is at work it ends
        with that one, and takes over if that is cancelled.
        """
        while self.loading_all:
            await self._all_over.wait()
            if self._stopping or self.error is not None:
                return
        if self.at_end:
            return
        self.loading_all, self._stopping, self.requests = True, False, 0
        self.effort = None if self._effort is None else self._effort(len(self))
        self._all_over.clear()
        try:
            while self._has_more():
                self.requests += 1
                await self._read_next_page()
                if self.error is not None:
                    return
        finally:
            self.loading_all = False
            self._all_over.set()
            self.tell(StateChange())

    def _has_more(self) -> bool:
        return not self.at_end and not self._stopping

    def stop(self) -> None:
        """End `load_all` or a refresh with the page under way, and cancel its pending retry."""
        self._stopping = True
        if self.waiting is not None:
            self.waiting.retry.cancel()

    def note_pending_retry(self, retry: PendingRetry) -> None:
        """Take note that the request under way has a pending retry, or no longer has."""
        if not retry.is_over:
            self.waiting = RetryCountdown(retry, self._now())
        elif self.waiting is not None and self.waiting.retry is retry:
            self.waiting = None
        self.tell(StateChange())

    async def refresh(self, on_screen: Sequence[str] = (), *, deleted_keys: Keys[str] = ()) -> bool:
        """Read again as much as is loaded; return whether that came to its end.

        The pages that hold most of `on_screen` come first, then the list from its start. Rows are
        merged as they come; after the last one, what is gone is removed and the order becomes the
        server's. Before that, rows that pages by number did not bring are looked for once more:
        rows deleted between two pages hide others. `deleted_keys` are known to be gone and not
        looked for. After a failure, after `stop`, and where the server gave no way to its end,
        new rows stay beside the old ones. A refresh during another one returns False.
        """
        if self._refresh is not None:
            return False
        self._refresh = state = RefreshState[T](
            on_screen, frozenset(deleted_keys), redraw=set(on_screen)
        )
        try:
            async with self._request(Loading.REFRESH):
                self._stopping = self._stopping and self.loading_all
                state.old_changes, self.previous_records = self.previous_records, {}
                try:
                    await self._read_again(state)
                finally:
                    # It no longer counts as different: that is to be seen.
                    if redrawn_keys := [key for key in state.old_changes if key in self.records]:
                        self.tell(Update(redrawn_keys))
        finally:
            self._refresh = None
        return state.whole

    async def _read_again(self, state: RefreshState[T]) -> None:
        count = len(self.records) - len(self._singles)
        for bookmark in self._list_pages(state.on_screen):
            self._merge_page(await self._ask(bookmark.read), state)
            if self._stopping:
                return
        while True:
            walk = self._open_walk()
            page = await self._walk_again(walk, state, count)
            if page is None:
                return
            if state.is_sure(key for key in self.records if key not in self._singles):
                break
        last = next(reversed(state.records), None)
        singles = await self._keep_singles(state, look=not page.at_end or page.incomplete)
        state.records.update((key, self.records[key]) for key in singles)
        if page.incomplete:  # what there was no way to may still be there
            rest = (key for key in self.records if key not in self._singles)
            state.records.update((key, self.records[key]) for key in rest)
        self._walk, self._last = walk, last
        self._singles, self.unreadable_rows = singles, state.unreadable_rows
        self._note_arrival(page)
        state.whole = True
        same = len(state.records) == len(self.records)
        if not (same and all(map(eq, state.records, self.records))):
            self.records = state.records
            if len(self._pages) > 2 * len(self.records):
                self._pages = {key: self._pages.get(key) for key in self.records}
            state.old_changes.clear()
            self.tell(Replacement())

    async def _walk_again(
        self, walk: PageSource[T], state: RefreshState[T], count: int
    ) -> Page[T] | None:
        """Walk as far as is loaded; gives the last page, or None when stopped before it."""
        state.begin_walk()
        is_past_count = False
        while True:
            page = await self._ask(walk.read_next_page)
            state.unreadable_rows.note_page(page)
            state.by_number = state.by_number or page.by_number
            keys = self._take(page, state)
            self._pages.update(dict.fromkeys(keys, page.bookmark))
            # What was read to its end is read to its end again: "all of it" stays true.
            if page.at_end:
                return page
            if not self.at_end and len(state.records) >= count:
                # What came before the last one may have pushed it on to the next page.
                if is_past_count or self._last is None or self._last in state.records:
                    return page
                is_past_count = True
            if self._stopping:
                return None
            self.read_again = len(state.records)
            self.tell(StateChange())

    def _list_pages(self, keys: Iterable[str]) -> list[Bookmark[T]]:
        """Return the pages that hold the most of some records, except the list's first page."""
        pages = (self._pages.get(key) for key in keys)
        page_counts = Counter(page for page in pages if page is not None and not page.is_first)
        return [page for page, _ in page_counts.most_common(PAGES_FIRST)]

    async def _keep_singles(self, state: RefreshState[T], *, look: bool) -> dict[str, None]:
        """Return the keys of records read alone that the walk missed and that still exist."""
        singles: dict[str, None] = {}
        for key in [key for key in self._singles if key not in state.records]:
            if not look or key in self._put or self._read_one is None:
                continue
            try:
                record = await self._ask(partial(self._read_one, key))
            except CapgoError as error:
                if error.kind is not ErrorKind.NOT_FOUND:
                    raise
            else:
                self._merge((complete_record(record, self.records[key]),), state)
                singles[key] = None
        singles.update((key, None) for key in self._put if key not in state.records)
        return singles

    async def reread(self, *, deleted_keys: Keys[str] = ()) -> None:
        """Refresh with requests made after now only; raises the CapgoError it ends in."""
        while self._refresh is not None:
            async with self._turn:
                await asyncio.sleep(0)
        whole = await self.refresh(deleted_keys=deleted_keys)
        if self.error is not None:
            raise self.error
        if not whole:
            why = f"stopped before the {self.name} were read again"
            raise CapgoError(why, kind=ErrorKind.UNREACHABLE)

    def find_page(self, key: str) -> Bookmark[T] | None:
        """Return the page that a record was last read on; None where that is not known."""
        return self._pages.get(key) if key in self.records else None

    async def reread_page(self, page: Bookmark[T]) -> ReadPage[T]:
        """Read one page again, and update the known records on it.

        Raises:
            CapgoError: as the request does.

        """
        read: ReadPage[T] | None = None
        async with self._request(Loading.REFRESH):
            read = await self._ask(page.read)
            self._pages.update(dict.fromkeys(self._merge_page(read), page))
        if read is None:
            raise self.error or CapgoError("no page came", kind=ErrorKind.UNREACHABLE)
        return read

    async def remove(self, key: str) -> None:
        """Remove a record that the server no longer has."""
        async with self._turn:  # else what is under way brings it back
            if (record := self.records.get(key)) is None:
                return
            self._walk.forget(record)
            self.records = {each: row for each, row in self.records.items() if each != key}
            for mapping in (self._pages, self._singles, self.previous_records):
                mapping.pop(key, None)
            if self._last == key:
                walk_keys = (each for each in reversed(self.records) if each not in self._singles)
                self._last = next(walk_keys, None)
            self.tell(Replacement())

    def put(self, record: T) -> None:
        """Add or update a record that was read alone: by a look-up or after a write."""
        key = self._row_key_of(record)
        is_known = key in self.records
        if is_known:
            record = complete_record(record, self.records[key])
        self.records[key] = record
        if self._refresh is not None and key in self._refresh.records:
            self._refresh.records[key] = record
        if not is_known:
            self._singles[key] = None
        if self._turn.locked():
            self._put[key] = self._request_count
        self.tell(Update((key,)) if is_known else Addition((key,)))

    def touch(self, key: str) -> None:
        """Have a record drawn again although its contents are the same."""
        if key in self.records:
            self.tell(Update((key,)))

    async def _read_next_page(self) -> None:
        async with self._request(Loading.MORE):
            if self.at_end:
                return
            page = await self._ask(self._walk.read_next_page)
            self.unreadable_rows.note_page(page)
            self._note_arrival(page)
            if page.rows:
                self._last = self._row_key_of(page.rows[-1])
            # The walk has gone on by now: called off before this, the rows would be lost for good.
            if self.loading_all and self.effort is not None:
                self.effort.note(page.requests, len(self) + len(page.rows))
            keys = self._take(page)
            try:
                if self.loading_all:
                    # Of 100 000 records it takes milliseconds when a dictionary outgrows its
                    # place, and all do so at the same page: that of the pages does it on its own.
                    await asyncio.sleep(BREATH)
            finally:
                self._pages.update(dict.fromkeys(keys, page.bookmark))

    async def _ask(self, request: Callable[[], Awaitable[AnyT]]) -> AnyT:
        """Make one request of this turn."""
        self._request_count += 1
        return await request()

    def _take(self, page: Page[T], state: RefreshState[T] | None = None) -> list[str]:
        """Merge a page of the list's walk or of a refresh; return its row keys."""
        rows = (*page.rows, *page.updates)
        keys = list(map(self._row_key_of, rows))
        if state is None and self.records.keys().isdisjoint(keys):
            self.records.update(zip(keys, rows, strict=True))
            if keys:
                self.tell(Addition(keys))
            return keys
        self._merge(rows, state)
        if state is None:
            for key in self._singles.keys() & keys:
                del self._singles[key]
        else:
            state.records.update((key, self.records[key]) for key in keys)
        return keys

    def _merge_page(self, read: ReadPage[T], state: RefreshState[T] | None = None) -> list[str]:
        """Merge a page that was read apart from any walk; return the keys of its known records.

        What is new on it has no place yet: a walk brings it.
        """
        known_rows = {
            key: row for row in read.rows if (key := self._row_key_of(row)) in self.records
        }
        self._merge(known_rows.values(), state)
        return list(known_rows)

    def _merge(self, rows: Iterable[T], state: RefreshState[T] | None = None) -> None:
        """Merge records, and report which are new or have changed."""
        new_keys: list[str] = []
        updated_keys: list[str] = []
        for record in rows:
            key = self._row_key_of(record)
            before = self.records.get(key)
            if before is None:
                new_keys.append(key)
            elif self._put.get(key) == self._request_count:
                continue
            else:
                needs_redraw = state is not None and state.has_to_redraw(key)
                differs = not before.is_same(record)
                if state is not None and differs:
                    self.previous_records.setdefault(key, before)
                if differs or needs_redraw:
                    updated_keys.append(key)
            self.records[key] = record
        if new_keys:
            self.tell(Addition(new_keys))
        if updated_keys:
            self.tell(Update(updated_keys))

    @asynccontextmanager
    async def _request(self, loading: Loading) -> AsyncIterator[None]:
        """Hold the turn during requests, and note how they ended."""
        async with self._turn:
            self.loading = loading
            self._put.clear()
            self.tell(StateChange())
            try:
                yield
            except CapgoError as error:
                self.error, self.failed_at = error, self._now()
            finally:
                self.loading = Loading.NOTHING
                self.read_again = 0
                self.tell(StateChange())

    def _note_arrival(self, page: Page[T]) -> None:
        self.at_end = page.at_end
        self.incomplete = page.incomplete
        self.error = self.failed_at = None
        self.as_of = self._now()

    def tell(self, event: Event) -> None:
        """Tell the listeners of an event."""
        for listener in self._listeners:
            listener(event)
