"""The records of one list, as far as they are loaded, and how they come in.

A collection reads page by page through a pager of the API client and keeps the records by id.
It never clears what it has because a request failed, and it never claims more than it knows:
what is loaded, whether there is more, what went wrong, and when it last heard from the server.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from capgo_tui.api.paging import Page
    from capgo_tui.api.records import Record

T = TypeVar("T", bound="Record")


class PageSource(Protocol[T]):
    """A walk through one list; `capgo_tui.api.paging.Pager` is the real one."""

    async def next_page(self) -> Page[T]:
        """Read the next page; raises `CapgoError`, after which it may be asked again."""
        ...


class Loading(Enum):
    """What a collection is waiting for."""

    NOTHING = "nothing"
    MORE = "more"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Appended:
    """New records came behind the ones that were there."""

    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Updated:
    """Known records have new contents; the order is what it was."""

    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Replaced:
    """The whole list was read anew: records may have come, gone and moved."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """Only the state changed: a request began, ended or failed."""


Event = Appended | Updated | Replaced | Progressed


LARGE = 250
"""A list of more records than this is read again in large pages."""


class ListState:
    """How far a list is loaded, and how that went: all that words about it need."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The plural the interface uses: ``channels``, ``devices`` or ``bundles``."""
        self.unreadable = 0
        """Rows of the server that could not be understood."""
        self.ended = False
        self.incomplete = False
        """Ended, though the server says that there is more: it gives no way to reach it."""
        self.error: CapgoError | None = None
        """Why the last request failed; None when it did not."""
        self.failed_at: datetime | None = None
        """When it failed; None when it did not."""
        self.as_of: datetime | None = None
        """When a page last came, None before the first one."""
        self.loading = Loading.NOTHING
        self.loading_all = False
        """Whether page after page is being read to the end."""
        self.requests = 0
        """Requests made by the last `load_all`."""

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def started(self) -> bool:
        """Whether the server has answered at all, well or badly."""
        return self.as_of is not None or self.error is not None

    @property
    def stale(self) -> bool:
        """Whether the records are older than the last attempt to read them."""
        return self.error is not None and self.as_of is not None


class Collection(ListState, Generic[T]):
    """One list of an app: its records by id in the server's order, and its honest state."""

    def __init__(
        self,
        name: str,
        *,
        walk: Callable[[bool], PageSource[T]],
        key: Callable[[T], str],
        now: Callable[[], datetime],
        read_one: Callable[[str], Awaitable[T]] | None = None,
    ) -> None:
        """Make a list that is still empty.

        Args:
            name: the plural the interface uses.
            walk: opens a walk through the list, with True in the largest pages there are.
            key: gives a record's id.
            now: the clock.
            read_one: reads one record by its id, where the API can.

        """
        super().__init__(name)
        self.records: dict[str, T] = {}
        self._open_walk = walk
        self._walk = walk(False)
        self._large = False
        self._stopping = False
        self._read_one = read_one
        self._key = key
        self._now = now
        self._turn = asyncio.Lock()
        self._listeners: list[Callable[[Event], None]] = []
        self.changed: dict[str, T] = {}
        """What the last refresh found different, as it was before: for one cycle of attention."""
        self._singles: set[str] = set()
        """Read on their own and not (yet) met on the walk: a refresh must not lose them."""
        self._newer: set[str] = set()
        """Read on their own while a page was under way: the page knows them as they were."""

    def __len__(self) -> int:
        return len(self.records)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Tell `listener` of every change, at once and on the event loop."""
        self._listeners.append(listener)

    async def load_more(self) -> None:
        """Read one page more, unless a request is already under way or nothing is left."""
        if not self._turn.locked():
            await self._next_page()

    async def load_all(self) -> None:
        """Read to the end of the list in large pages, up to `stop` or the first failure.

        A list begun in small pages is begun again: a cursor is only good for pages of the size
        it came with (contract §5). Called again it goes on where it stopped.
        """
        if self.loading_all or self.ended:
            return
        self.loading_all, self._stopping, self.requests = True, False, 0
        try:
            while self._goes_on():
                self.requests += 1
                await self._next_page(large=True)
                if self.error is not None:
                    return
        finally:
            self.loading_all = False
            self._tell(Progressed())

    def _goes_on(self) -> bool:
        return not self.ended and not self._stopping

    def stop(self) -> None:
        """Let `load_all` end with the page that is under way."""
        self._stopping = True

    async def refresh(self) -> None:
        """Read again as much as is loaded, then replace it all at once; once at a time.

        Until the last of it has come the old records stay; if a page fails they stay as well,
        and `error` says why.
        """
        if self.loading is Loading.REFRESH:
            return
        async with self._request(Loading.REFRESH):
            large = len(self.records) > LARGE
            walk = self._open_walk(large)
            fresh: dict[str, T] = {}
            changed: dict[str, T] = {}
            unreadable = 0
            while True:
                page = await walk.next_page()
                for record in (*page.rows, *page.repeated):
                    key = self._key(record)
                    fresh[key] = record
                    before = self.records.get(key, record)
                    if before != record:
                        changed[key] = before
                unreadable += len(page.unreadable)
                enough = len(fresh) >= len(self.records) - len(self._singles)
                # What was read to its end is read to its end again: "all of it" stays true.
                if page.ended or (enough and not self.ended):
                    break
            missed = self._singles - fresh.keys()
            if not page.ended or page.incomplete:
                fresh.update(await self._read_singles(missed))
            fresh.update((key, self.records[key]) for key in self._newer)
            self._singles &= fresh.keys() & (missed | self._newer)
            self.records, self.unreadable, self.changed = fresh, unreadable, changed
            self._walk, self._large = walk, large
            self._arrived(page)
            self._tell(Replaced())

    async def reread(self) -> None:
        """Refresh, with nothing that was asked for before now; raises the CapgoError it ends in."""
        while self.loading is Loading.REFRESH:
            async with self._turn:
                pass
        await self.refresh()
        if self.error is not None:
            raise self.error

    def put(self, record: T) -> None:
        """Keep a record that was read on its own: a look-up or the re-read after a write."""
        key = self._key(record)
        known = key in self.records
        self.records[key] = record
        if not known:
            self._singles.add(key)
        if self._turn.locked():
            self._newer.add(key)
        self._tell(Updated((key,)) if known else Appended((key,)))

    def touch(self, key: str) -> None:
        """Say that a record is to be drawn again although its contents are the same."""
        if key in self.records:
            self._tell(Updated((key,)))

    async def _next_page(self, *, large: bool = False) -> None:
        async with self._request(Loading.MORE):
            if self.ended:
                return
            if large and not self._large:
                self._walk, self._large, self.unreadable = self._open_walk(True), True, 0
            page = await self._walk.next_page()
            appended: list[str] = []
            updated: list[str] = []
            for record in (*page.rows, *page.repeated):
                key = self._key(record)
                if key not in self.records:
                    appended.append(key)
                elif key in self._newer:
                    continue
                else:
                    updated.append(key)
                self.records[key] = record
            self._singles.difference_update(updated)
            self.unreadable += len(page.unreadable)
            self._arrived(page)
            if appended:
                self._tell(Appended(appended))
            if updated:
                self._tell(Updated(updated))

    async def _read_singles(self, keys: Iterable[str]) -> dict[str, T]:
        found: dict[str, T] = {}
        if self._read_one is None:
            return found
        for key in sorted(keys):
            try:
                found[key] = await self._read_one(key)
            except CapgoError as error:
                if error.kind is not ErrorKind.NOT_FOUND:
                    raise
        return found

    @asynccontextmanager
    async def _request(self, loading: Loading) -> AsyncIterator[None]:
        """Take the turn, and whatever happens leave no list behind that says it is loading."""
        async with self._turn:
            self.loading = loading
            self._newer.clear()
            self._tell(Progressed())
            try:
                yield
            except CapgoError as error:
                self.error, self.failed_at = error, self._now()
            finally:
                self.loading = Loading.NOTHING
                self._tell(Progressed())

    def _arrived(self, page: Page[T]) -> None:
        self.ended = page.ended
        self.incomplete = page.incomplete
        self.error = self.failed_at = None
        self.as_of = self._now()

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)
