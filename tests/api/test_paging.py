"""Tests of walks over every kind of paging: no row is lost or returned twice, and they end."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from capgo_tui.api.errors import CapgoError, EndlessList, ErrorKind
from capgo_tui.api.listing import Listing
from capgo_tui.api.models import Channel
from capgo_tui.api.paging import Fetch, Page, Pager, Position
from capgo_tui.api.records import Unreadable
from tests.api.support import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COUNTS = st.one_of(
    st.integers(0, 400), st.sampled_from([0, 1, 49, 50, 51, 100, 499, 500, 550, 1000, 1300, 1550])
)
Rows = list[Channel | Unreadable]


def channels(count: int, start: int = 1) -> Rows:
    return [Channel(id=number, name=f"c{number}") for number in range(start, start + count)]


def page_of(rows: Sequence[Channel | Unreadable], page: int, size: int) -> Rows:
    return list(rows[50 * page : 50 * page + size])


def exact(_page: int) -> int:
    return 50


def live_page_size(page: int) -> int:
    """Return the page size of the live server with its defect (§5), at most 1000 rows."""
    return min(1000, 50 * (9 * page + 1))


@dataclass
class PagingServer:
    """A server with page numbers; `size` returns the rows of a page, `order` may shuffle ties."""

    rows: Rows
    size: Callable[[int], int] = exact
    shuffle: Callable[[Rows], Rows] = list
    is_known: bool = False
    """Whether the client knows that this server pages by number."""
    requests: list[Position] = field(default_factory=list)

    async def __call__(self, position: Position, /) -> Listing[Channel]:
        self.requests.append(position)
        assert position.cursor is None
        page = position.page or 0
        rows = page_of(self.shuffle(self.rows), page, self.size(page))
        return Listing(rows, by_number=self.is_known)


async def everything(pager: Pager[Channel]) -> tuple[list[Channel], list[Page[Channel]]]:
    pages = await walk(pager)
    rows = [row for page in pages for row in page.rows]
    assert pager.record_count == len(rows)
    assert [page.at_end for page in pages] == [False] * (len(pages) - 1) + [True]
    after = await pager.read_next_page()
    assert after.at_end
    assert (after.rows, after.requests) == ((), 0)
    return rows, pages


async def test_a_bookmark_reads_its_page_again_and_leaves_the_walk_alone() -> None:
    server = PagingServer([*channels(120), Unreadable(17, "no", "17")])
    pager = Pager(server)
    first, second = await pager.read_next_page(), await pager.read_next_page()
    assert first.bookmark is not None
    assert second.bookmark is not None
    assert (first.bookmark.is_first, second.bookmark.is_first) == (True, False)
    del server.rows[:10]
    assert (await second.bookmark.read()).rows == channels(50, start=61)
    assert (await first.bookmark.read()).rows == channels(50, start=11)
    third = await pager.read_next_page()
    assert [request.page for request in server.requests] == [None, 1, 1, None, 2]
    assert third.rows == channels(10, start=111)
    assert third.bookmark is not None
    again = await third.bookmark.read()
    assert again.rows == channels(10, start=111), "what nobody can read is left out"
    assert (again.unreadable, again.is_first, again.is_last) == (1, False, True)


@pytest.mark.parametrize(
    ("count", "size", "ends"),
    [
        (49, exact, [(True, True)]),
        (50, exact, [(True, False), (False, True)]),
        (120, exact, [(True, False), (False, False), (False, True)]),
        (133, live_page_size, [(True, False), (False, True)]),
        (150, live_page_size, [(True, False), (False, False), (False, True)]),
    ],
)
async def test_a_page_read_again_says_whether_it_begins_or_ends_the_list(
    count: int, size: Callable[[int], int], ends: list[tuple[bool, bool]]
) -> None:
    pages = await walk(Pager(PagingServer(channels(count), size)))
    again = [await page.bookmark.read() for page in pages if page.bookmark is not None]
    assert [(page.is_first, page.is_last) for page in again] == ends


@given(COUNTS, st.sampled_from([exact, live_page_size]))
async def test_pages(count: int, size: Callable[[int], int]) -> None:
    server = PagingServer(channels(count), size)
    rows, pages = await everything(Pager(server))
    assert rows == server.rows
    assert not any(page.incomplete for page in pages)
    assert server.requests[0] == Position()
    assert len(server.requests) <= count // 50 + 2


async def test_the_defects_own_numbers() -> None:
    server = PagingServer(channels(135), live_page_size)
    rows, pages = await everything(Pager(server))
    assert len(rows) == 135
    assert [position.page for position in server.requests] == [None, 1]
    assert [len(page.updates) for page in pages] == [0, 0]


@given(COUNTS, st.sampled_from([50, 100, 150, 200, 500, 1000]))
async def test_a_row_limit_of_the_server_loses_no_row(count: int, limit: int) -> None:
    server = PagingServer(channels(count), lambda page: min(limit, live_page_size(page)))
    rows, pages = await everything(Pager(server))
    assert rows == server.rows
    assert not pages[-1].incomplete


@pytest.mark.parametrize(
    ("count", "page_numbers"),
    [
        (51, [None, 1]),
        (133, [None, 1]),
        (549, [None, 1]),
        (551, [None, 1, 11]),
        (1333, [None, 1, 11]),
        (100, [None, 1, 2]),  # 50 rows may be a whole page
        (150, [None, 1, 3]),  # 100 may be a row limit of the server
    ],
)
async def test_a_page_that_is_too_short_is_the_last_request(
    count: int, page_numbers: list[int | None]
) -> None:
    server = PagingServer(channels(count), live_page_size)
    rows, _ = await everything(Pager(server))
    assert rows == server.rows
    assert [position.page for position in server.requests] == page_numbers


async def test_pages_of_another_size_are_read_to_their_end() -> None:
    """Pages may have 75 rows each, as in no known revision."""
    everyone = channels(400)

    async def fetch(position: Position) -> Listing[Channel]:
        start = 75 * (position.page or 0)
        return Listing(everyone[start : start + 75])

    rows, _ = await everything(Pager(fetch))
    assert rows == everyone


@given(
    st.integers(1, 700),
    st.sampled_from([exact, live_page_size]),
    st.integers(1, 4),
    st.lists(st.integers(0, 2**16), max_size=4),
)
@example(50, exact, 1, [0, 0])
async def test_a_deletion_that_the_walk_is_told_of_hides_no_row(
    count: int, size: Callable[[int], int], pages_before: int, deletions: list[int]
) -> None:
    server = PagingServer(channels(count), size)
    pager = Pager(server)
    records: list[Channel] = []
    for _ in range(pages_before):
        records += (await pager.read_next_page()).rows
    for number in deletions:
        if records:
            record = records.pop(number % len(records))
            server.rows.remove(record)
            pager.forget(record)
    assert pager.record_count == len(records)
    while not pager.at_end:
        page = await pager.read_next_page()
        records += page.rows
        assert not page.incomplete
    assert records == server.rows


@given(COUNTS)
async def test_a_server_that_ignores_page(count: int) -> None:
    everyone = channels(count)

    async def fetch(_position: Position) -> Listing[Channel]:
        return Listing(everyone)

    rows, pages = await everything(Pager(fetch))
    assert rows == everyone
    assert len(pages) <= 2


async def test_a_whole_list_is_asked_for_once() -> None:
    async def fetch(_position: Position) -> Listing[Channel]:
        return Listing(channels(200), whole=True)

    _, pages = await everything(Pager(fetch))
    assert len(pages) == 1


@given(
    st.integers(0, 400),
    st.integers(0, 2**32),
    st.sampled_from([exact, live_page_size]),
    st.booleans(),
)
async def test_rows_of_equal_time_in_changing_order(
    count: int, seed: int, size: Callable[[int], int], is_known: bool
) -> None:
    dice = random.Random(seed)  # noqa: S311

    def swap_pairs(rows: Rows) -> Rows:
        result = list(rows)
        for at in range(dice.randrange(2), len(result) - 1, 2):
            if dice.random() < 0.5:
                result[at], result[at + 1] = result[at + 1], result[at]
        return result

    server = PagingServer(channels(count), size, swap_pairs, is_known)
    rows, pages = await everything(Pager(server))
    assert len({row.id for row in rows}) == len(rows)
    # Three sweeps that bring nothing new end it: then, and only then, it owns up to a loss.
    assert len(rows) == count or pages[-1].incomplete


async def test_a_row_pushed_out_of_its_page_is_found_by_another_sweep() -> None:
    rows = channels(100)
    swapped_rows = [*rows[:49], rows[50], rows[49], *rows[51:]]
    orders = iter([rows, swapped_rows, swapped_rows, rows, rows])
    server = PagingServer(rows, exact, lambda _: next(orders))
    rows_read, pages = await everything(Pager(server))
    assert len(rows_read) == 100
    assert not pages[-1].incomplete


@dataclass
class Repeating(PagingServer):
    """A server with page numbers that sometimes repeats the previous page."""

    repeats: frozenset[int] = frozenset()
    """The numbers of the requests, from 1, that it answers so."""

    async def __call__(self, position: Position, /) -> Listing[Channel]:
        self.requests.append(position)
        page = position.page or 0
        if len(self.requests) in self.repeats:
            page = max(0, page - 1)
        return Listing(page_of(self.rows, page, self.size(page)), by_number=True)


@pytest.mark.parametrize("count", [51, 60, 135, 400])
async def test_a_page_that_comes_again_for_the_next_is_made_good(count: int) -> None:
    server = Repeating(channels(count), repeats=frozenset({2}))
    rows, pages = await everything(Pager(server))
    assert {row.id for row in rows} == set(range(1, count + 1))
    assert not pages[-1].incomplete


async def test_pages_that_always_lag_one_behind_are_owned_up_to() -> None:
    server = Repeating(channels(60), repeats=frozenset(range(100)))
    rows, pages = await everything(Pager(server))
    assert rows == channels(60)
    assert pages[-1].incomplete
    assert len(server.requests) < 15


async def test_a_first_page_for_ever_is_owned_up_to() -> None:
    async def fetch(_position: Position) -> Listing[Channel]:
        return Listing(channels(50), by_number=True)

    rows, pages = await everything(Pager(fetch))
    assert rows == channels(50)
    assert pages[-1].incomplete
    assert len(pages) == 4


async def test_rows_that_push_a_whole_page_ahead_cost_none() -> None:
    server = Repeating(channels(120))
    pager = Pager(server)
    rows = list((await pager.read_next_page()).rows)
    server.rows[:0] = channels(50, start=1_001)
    while not pager.at_end:
        rows += (await pager.read_next_page()).rows
    assert {row.id for row in rows} == {*range(1, 121), *range(1_001, 1_051)}


@pytest.mark.parametrize("size", [exact, live_page_size])
async def test_no_walk_can_tell_what_a_deletion_between_two_pages_hides(
    size: Callable[[int], int],
) -> None:
    shrinking = PagingServer(channels(60), size)
    never_had_it = PagingServer([*channels(50), *channels(9, start=52)], size)
    replies = []
    for server in (shrinking, never_had_it):
        pager = Pager(server)
        first = await pager.read_next_page()
        if server is shrinking:
            del server.rows[0]
        replies.append([first, *await walk(pager)])
    assert [page.rows for page in replies[0]] == [page.rows for page in replies[1]]
    assert [page.by_number for page in replies[0]] == [False, True], "but it can happen"


@given(COUNTS, st.sampled_from([exact, live_page_size]))
async def test_a_server_that_is_known_to_page_is_asked_no_more_than_another(
    count: int, size: Callable[[int], int]
) -> None:
    server, other = Repeating(channels(count), size), PagingServer(channels(count), size)
    rows, pages = await everything(Pager(server))
    assert rows == server.rows
    assert not pages[-1].incomplete
    await everything(Pager(other))
    assert server.requests == other.requests


@given(st.integers(0, 300), st.integers(1, 60), st.booleans())
async def test_cursors(count: int, limit: int, tells_more: bool) -> None:
    everyone = channels(count)
    positions: list[Position] = []

    async def fetch(position: Position) -> Listing[Channel]:
        positions.append(position)
        assert position.page is None
        start = int(position.cursor or 0)
        more = start + limit < count
        cursor = str(start + limit) if more else None
        return Listing(everyone[start : start + limit], True, cursor, more if tells_more else None)

    rows, pages = await everything(Pager(fetch))
    assert rows == everyone
    assert not pages[-1].incomplete
    assert positions[0] == Position()


CURSOR = st.one_of(st.none(), st.sampled_from("abc"))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 60), CURSOR, st.sampled_from([True, False, None])
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
async def test_any_replies_end_and_nothing_comes_twice(
    script: list[tuple[int, int, str | None, bool | None]], is_mixed: bool
) -> None:
    """The server repeats its script for ever."""
    step = 0
    sent_ids: set[int] = set()

    async def fetch(_position: Position) -> Listing[Channel]:
        nonlocal step
        start, count, cursor, more = script[step % len(script)]
        step += 1
        by_cursor = step % 2 == 0 if is_mixed else True
        rows = channels(count, start)
        sent_ids.update(row.id for row in rows if isinstance(row, Channel))
        return Listing(rows, by_cursor, cursor, more)

    rows, _ = await everything(Pager(fetch))
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))
    assert set(ids) == sent_ids


@pytest.mark.parametrize(
    ("listings", "incomplete"),
    [
        ([Listing[Channel]([], True, None, True)], True),
        ([Listing[Channel]([], True, None, None)], False),
        ([Listing[Channel]([], True, "c", False)], False),
        ([Listing(channels(2), True, "c", True), Listing(channels(2, 3), True, "c", True)], True),
        ([Listing(channels(2), True, f"c{n}", True) for n in range(4)], True),
        ([Listing(channels(2), True, "c", None), Listing(channels(1, 3), True)], False),
        ([Listing[Channel]([], True, "c", True), Listing(channels(1), True, None, False)], False),
    ],
)
async def test_cursor_troubles(listings: list[Listing[Channel]], incomplete: bool) -> None:
    replies = iter(listings)

    async def fetch(_position: Position) -> Listing[Channel]:
        return next(replies)

    rows, pages = await everything(Pager(fetch))
    assert len(rows) == len({row.row_key for listing in listings for row in listing.rows})
    assert pages[-1].incomplete is incomplete
    assert not list(replies)


async def test_after_an_error_the_walk_goes_on_where_it_stopped() -> None:
    server = PagingServer(channels(120))
    failures = iter([True, False, True, True, False, False, False])

    async def fetch(position: Position) -> Listing[Channel]:
        if next(failures):
            raise CapgoError("cannot reach it", kind=ErrorKind.UNREACHABLE)
        return await server(position)

    pager = Pager(fetch)
    rows: list[Channel] = []
    errors = 0
    while not pager.at_end:
        try:
            rows += (await pager.read_next_page()).rows
        except CapgoError:
            errors += 1
    assert rows == server.rows
    assert errors == 3


async def test_a_second_call_at_once_is_refused() -> None:
    pager: Pager[Channel]

    async def fetch(_position: Position) -> Listing[Channel]:
        with pytest.raises(RuntimeError, match="already running"):
            await pager.read_next_page()
        return Listing(channels(3))

    pager = Pager(fetch)
    assert len((await pager.read_next_page()).rows) == 3


async def test_unreadable_rows_count_and_come_once() -> None:
    odd: list[Channel | Unreadable] = [Unreadable({"n": n}, "id: no id", str(n)) for n in range(70)]
    _, pages = await everything(Pager(PagingServer([*channels(65), *odd], live_page_size)))
    assert sum(len(page.rows) for page in pages) == 65
    assert sum(len(page.unreadable) for page in pages) == 70


def endless(size: int, *, by_cursor: bool) -> Fetch[Channel]:
    """Return the fetch function of an endless list, by cursor or page number."""
    numbers = count()

    async def fetch(_position: Position) -> Listing[Channel]:
        number = next(numbers)
        rows = channels(size, number * size)
        if by_cursor:
            return Listing(rows, by_cursor=True, cursor=str(number), has_more=True)
        return Listing(rows)

    return fetch


@pytest.mark.parametrize("by_cursor", [True, False])
@pytest.mark.parametrize(
    ("bound", "most", "size", "pages"),
    [("ENDLESS_ROWS", 500, 50, 10), ("ENDLESS_REPLIES", 7, 50, 7)],
)
async def test_an_endless_list_stops_with_a_word_and_goes_on_when_asked(
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    most: int,
    size: int,
    pages: int,
    *,
    by_cursor: bool,
) -> None:
    monkeypatch.setattr(f"capgo_tui.api.paging.{bound}", most)
    pager = Pager(endless(size, by_cursor=by_cursor))
    for walk_number in (1, 2, 3):
        for _ in range(pages):
            assert (await pager.read_next_page()).rows
        with pytest.raises(EndlessList, match=f"{walk_number * pages * size:,}".replace(",", " ")):
            await pager.read_next_page()
    assert not pager.at_end


async def test_rows_of_which_only_the_number_is_kept_count_for_an_endless_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("capgo_tui.api.paging.ENDLESS_ROWS", 5_000)
    numbers = count()

    async def fetch(_position: Position) -> Listing[Channel]:
        number = next(numbers)
        odd = Unreadable(number, "no", str(number))
        return Listing(
            [odd], by_cursor=True, cursor=str(number), has_more=True, extra_unreadable=999
        )

    pager = Pager(fetch)
    pages = [await pager.read_next_page() for _ in range(5)]
    assert [(len(page.unreadable), page.extra_unreadable) for page in pages] == [(1, 999)] * 5
    with pytest.raises(EndlessList):
        await pager.read_next_page()


async def test_a_list_of_which_some_rows_are_only_counted_misses_none() -> None:
    async def fetch(position: Position) -> Listing[Channel]:
        if position.page:
            return Listing(())
        return Listing(channels(20), extra_unreadable=30)

    pager = Pager(fetch)
    first = await pager.read_next_page()
    assert not first.at_end
    last = await pager.read_next_page()
    assert last.at_end
    assert not last.incomplete
    assert last.extra_unreadable == 0
