"""Walk a list to its end, however the server pages it (contract §5).

A walk always ends, loses no row and returns none twice. Pages may overlap (a defect makes page
1 and later too long), have exactly 50 rows, ignore ``page``, repeat a cursor, say "more" without
a cursor, or change their order. `Pager` says how it handles each.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, Protocol

from capgo_tui.api.errors import EndlessList
from capgo_tui.api.records import RecordT, Unreadable
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from capgo_tui.api.listing import Listing

PAGE_SIZE = 50
"""Rows that the server advances per page number, however many it sends (contract §5)."""

MAX_FRUITLESS = 3
"""Consecutive replies, or sweeps over the pages, without a new row before a walk stops."""

_ROWS_PER_LOOK = 128
_MOST_SECONDS = 0.005
"""Seconds after which grouping many rows yields to the event loop."""
ENDLESS_ROWS: Final = 5_000_000
"""No real list has more rows: a walk raises `EndlessList` there, and goes on if called again."""
ENDLESS_REPLIES: Final = 50_000
"""The same for pages."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a list request starts: a page number, a cursor, or neither for the first one."""

    page: int | None = None
    cursor: str | None = None


class Fetch(Protocol[RecordT]):
    """Function that requests one page of a list; raises `CapgoError`."""

    async def __call__(self, position: Position, /) -> Listing[RecordT]:
        """Send the request for `position` and parse its reply."""
        ...


@dataclass(frozen=True)  # no slots: they break ReadPage[Row](…), a bug of dataclasses
class ReadPage(Generic[RecordT]):
    """One page read outside of a walk."""

    rows: Sequence[RecordT]
    """Readable rows, in the server's order."""
    unreadable: int
    """Number of unreadable rows."""
    is_first: bool
    """Whether it is the first page of the list."""
    is_last: bool
    """Whether no row is known to follow it."""


class Bookmark(Generic[RecordT]):
    """The position of a page, to read it again; it may have other rows by then."""

    __slots__ = ("_fetch", "_first_is_full", "_page", "is_first")

    def __init__(
        self, fetch: Fetch[RecordT], position: Position, *, first_is_full: bool = False
    ) -> None:
        self._fetch = partial(fetch, position)
        self._page = position.page or 0
        self._first_is_full = first_is_full
        self.is_first = position == Position()
        """Whether it is the first page of the list."""

    async def read(self) -> ReadPage[RecordT]:
        """Read the page again, outside of a walk; raises `CapgoError` as the request does."""
        listing = await self._fetch()
        count = listing.count
        rows = [row for row in listing.rows if not isinstance(row, Unreadable)]
        is_last = listing.has_more is False or listing.whole
        if not listing.by_cursor:
            is_last = is_last or is_last_page(self._page, count, first_is_full=self._first_is_full)
        return ReadPage(rows, count - len(rows), self.is_first, is_last)


@dataclass(frozen=True)  # no slots: they break Page[Row](…), a bug of dataclasses
class Page(Generic[RecordT]):
    """The result of one `Pager.read_next_page`."""

    rows: Sequence[RecordT] = ()
    """Records that are new in this walk, in the server's order."""
    updates: Sequence[RecordT] = ()
    """Newer copies of records that the walk has already returned."""
    unreadable: Sequence[Unreadable] = ()
    """Rows without a usable identity, each once."""
    at_end: bool = False
    """Whether the walk is over; the last page may still have rows."""
    incomplete: bool = False
    """Whether the walk is over although the server has more rows, which cannot be reached."""
    requests: int = 0
    """Number of HTTP requests sent for this page."""
    bookmark: Bookmark[RecordT] | None = None
    """The position of this page; None when no request was sent for it."""
    by_number: bool = False
    """Whether it was read by page number, so that rows deleted on earlier pages since then have
    moved as many rows out of it."""
    extra_unreadable: int = 0
    """Number of further unreadable rows, which are only counted."""
    too_many: bool = False
    """Whether it has more rows than any page of such a server."""


@dataclass(frozen=True)  # no slots: they break _Sorted[Row](…), a bug of dataclasses
class _RowGroups(Generic[RecordT]):
    """The rows of one reply, grouped by whether they are new in the walk."""

    rows: list[RecordT]
    updates: list[RecordT]
    unreadable: list[Unreadable]
    keys: set[Hashable]


def is_last_page(page: int, count: int, *, first_is_full: bool) -> bool:
    """Return whether a page of `count` rows is too short for any row to follow it.

    Page 0 and the pages of servers without the defect have 50 rows. Those of the defect have
    50·(9N+1), unless the server's row limit cuts them (contract §5): a multiple of 50 either way.
    A server whose page 0 has not 50 rows pages in another way.
    """
    if count < PAGE_SIZE:
        return True
    return first_is_full and page > 0 and count % PAGE_SIZE != 0


class Pager(Generic[RecordT]):
    """One walk over one list: call `read_next_page` until `at_end`.

    After an error from `read_next_page` call it again: the walk goes on where it stopped. Only one
    call may run at a time. A reply in an object with a cursor is followed by cursor, any other
    by page number, as §5 says: ``rows`` is the highest offset covered, the next page is
    ``rows // 50``, and a page that `is_last_page` or brings nothing new is the last. When fewer
    different rows came than the pages cover, rows with equal times changed places between two
    replies and pushed others out; then all pages are read again until none is missing.

    One loss cannot be detected here: a row deleted between two pages by number moves the first
    row of the later page to the earlier one, which was read before. Page 0 has 50 rows and page
    1 begins with the 51st (§5), so the replies are those of a list that never had the row, and
    only reading page 0 twice would tell. A caller that knows the list from before can detect
    it, as `Collection.refresh` does.
    """

    def __init__(self, fetch: Fetch[RecordT]) -> None:
        self._fetch = fetch
        self._position = Position()
        self._row_keys: set[Hashable] = set()
        self._cursors: set[str] = set()
        self._record_count = 0
        self._extra_unreadable = 0
        self._rows_since_check = 0  # rows of any kind since `_check_endless` last raised
        self._replies = 0
        self._highest_offset = 0  # up to which pages are known to cover the list
        self._first_is_full = False  # whether page 0 had exactly `PAGE_SIZE` rows
        self._sweep_fresh = 0  # new rows in the current sweep
        self._sweeps = 0
        self._fruitless = 0
        self._is_ended = False
        self._incomplete = False
        self._busy = False

    @property
    def at_end(self) -> bool:
        """Whether the walk is over."""
        return self._is_ended

    @property
    def record_count(self) -> int:
        """Number of different records that the walk has returned."""
        return self._record_count

    async def read_next_page(self) -> Page[RecordT]:
        """Read the next page; an empty one, without a request, once the walk is over.

        Raises `CapgoError` as the request does, and `EndlessList` before a request when the
        list is longer than any real one; the next call goes on. RuntimeError while another
        call runs.
        """
        if self._busy:
            raise RuntimeError("next_page() is already running on this pager")
        if self._is_ended:
            return Page(at_end=True, incomplete=self._incomplete)
        self._check_endless()
        self._busy = True
        try:
            listing = await self._fetch(self._position)
            sorted_rows = await self._group_rows(listing.rows)
        finally:
            self._busy = False
        return self._take(listing, sorted_rows)

    def forget(self, record: RecordT) -> None:
        """Note that a returned record was deleted, so that the rows after it move up.

        The next page by number then begins before the row that has moved to a page already read.
        """
        if record.row_key not in self._row_keys:
            return
        self._row_keys.discard(record.row_key)
        self._record_count -= 1
        if self._position.cursor is None:
            self._highest_offset -= 1
            page = min(self._position.page or 0, self._highest_offset // PAGE_SIZE)
            self._position = Position(page=page or None)

    async def _group_rows(self, rows: Sequence[RecordT | Unreadable]) -> _RowGroups[RecordT]:
        """Group new and known rows; a server without pages sends 100 000 at once."""
        groups = _RowGroups[RecordT]([], [], [], set())
        began = time.monotonic()
        for number, row in enumerate(rows, 1):
            key = row.row_key
            new = key not in self._row_keys and key not in groups.keys
            groups.keys.add(key)
            if not isinstance(row, Unreadable):
                (groups.rows if new else groups.updates).append(row)
            elif new:
                groups.unreadable.append(row)
            if number % _ROWS_PER_LOOK == 0 and time.monotonic() - began > _MOST_SECONDS:
                await asyncio.sleep(0)
                began = time.monotonic()
        return groups

    def _take(self, listing: Listing[RecordT], groups: _RowGroups[RecordT]) -> Page[RecordT]:
        rows, updates, unreadable = groups.rows, groups.updates, groups.unreadable
        self._row_keys |= groups.keys
        self._record_count += len(rows)
        self._extra_unreadable += listing.extra_unreadable
        self._rows_since_check += listing.count
        self._replies += 1
        if self._position == Position():
            self._first_is_full = listing.count == PAGE_SIZE
        bookmark = Bookmark(self._fetch, self._position, first_is_full=self._first_is_full)
        by_number = self._position.page is not None and not (listing.by_cursor or listing.whole)
        fresh = len(rows) + len(unreadable)
        self._sweep_fresh += fresh
        if listing.by_cursor:
            self._follow_cursor(listing, fresh)
        else:
            self._follow_pages(listing, fresh)
        return Page(
            rows,
            updates,
            unreadable,
            self._is_ended,
            self._incomplete,
            listing.requests,
            bookmark,
            by_number,
            listing.extra_unreadable,
            listing.too_many,
        )

    def _check_endless(self) -> None:
        """Raise `EndlessList` after every `ENDLESS_ROWS` or `ENDLESS_REPLIES`."""
        if self._rows_since_check < ENDLESS_ROWS and self._replies < ENDLESS_REPLIES:
            return
        self._rows_since_check = self._replies = 0
        raise EndlessList(self._record_count)

    def _follow_cursor(self, listing: Listing[RecordT], fresh: int) -> None:
        self._fruitless = 0 if fresh else self._fruitless + 1
        cursor = listing.cursor
        if listing.has_more is False or (cursor is None and listing.has_more is None):
            self._end()
        elif cursor is None or cursor in self._cursors or self._fruitless >= MAX_FRUITLESS:
            self._end(incomplete=True)
        else:
            self._cursors.add(cursor)
            self._position = Position(cursor=cursor)

    def _follow_pages(self, listing: Listing[RecordT], fresh: int) -> None:
        page = self._position.page or 0
        count = listing.count
        rows = page * PAGE_SIZE + count
        last = is_last_page(page, count, first_is_full=self._first_is_full)
        if fresh or last:
            # A full page of known rows may come from a server that ignores `page`.
            self._highest_offset = max(self._highest_offset, rows if count else 0)
        missing = len(self._row_keys) + self._extra_unreadable < self._highest_offset
        sweeping = self._sweeps > 0
        if fresh:
            self._fruitless = 0
        if listing.whole or (sweeping and not missing):
            self._end()
        elif listing.by_number and count >= PAGE_SIZE and not fresh and rows > self._highest_offset:
            self._skip_known_page(Position(page=rows // PAGE_SIZE))
        elif not last and (fresh or (sweeping and rows < self._highest_offset)):
            self._position = Position(page=rows // PAGE_SIZE)
        elif not missing:
            self._end()
        else:
            self._sweep_again()

    def _skip_known_page(self, following: Position) -> None:
        """Handle a full page of known rows where new ones are expected.

        It may be the previous page sent again: then request it once more. Or as many rows were
        inserted before it: then new rows follow on the next page.
        """
        self._fruitless += 1
        if self._fruitless >= MAX_FRUITLESS:
            self._end(incomplete=True)
        elif self._fruitless > 1:
            self._position = following

    def _sweep_again(self) -> None:
        self._fruitless = 0 if self._sweep_fresh else self._fruitless + 1
        if self._fruitless >= MAX_FRUITLESS:
            self._end(incomplete=True)
            return
        self._sweeps += 1
        self._sweep_fresh = 0
        self._position = Position()

    def _end(self, *, incomplete: bool = False) -> None:
        self._is_ended = True
        self._incomplete = incomplete
