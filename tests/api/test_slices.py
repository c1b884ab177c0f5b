"""Tests of huge replies with as many useless rows as fit."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.api import listing as listing_module
from capgo_tui.api import slices
from capgo_tui.api.listing import (
    MOST_UNREADABLE,
    UnreadableReplyError,
    parse_head,
    parse_list,
    parse_one,
)
from capgo_tui.api.models import Channel, Device
from capgo_tui.api.records import MOST_LETTERS, Record, Unreadable
from capgo_tui.api.revisions import Revision
from capgo_tui.workspace.unreadable_rows import UnreadableRows
from tests.api.support import APP, open_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.api.listing import Listing
    from tests.api.support import Answer, SentRequest

MB = 1024 * 1024
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(',"[]{}:\\'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
ROWS = st.lists(
    st.fixed_dictionaries({"device_id": st.text(max_size=9)}, optional={"new": VALUES}) | VALUES,
    max_size=12,
)
BODIES = ROWS | st.fixed_dictionaries(
    {},
    optional={
        "data": ROWS | VALUES,
        "bundles": ROWS | VALUES,
        "nextCursor": VALUES,
        "hasMore": VALUES,
        "x": VALUES,
    },
)


def parse_rows(parse: Callable[[], Listing[Device]]) -> object:
    """Return a listing with its raw rows, or the error message."""
    try:
        listing = parse()
    except UnreadableReplyError as error:
        return str(error)
    rows = [row.parse_raw() if isinstance(row, Record) else row.raw for row in listing.rows]
    return listing, rows


@given(BODIES, st.sampled_from([None, 2]), st.integers(1, 60))
def test_a_reply_in_slices_reads_as_it_does_whole(
    document: object, indent: int | None, size: int
) -> None:
    body = json.dumps(document, indent=indent).encode()
    whole = parse_rows(lambda: parse_list(Device, body))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "SLICE", size)
        patch.setattr(listing_module, "_READ_WHOLE", 0)
        assert parse_rows(lambda: parse_list(Device, body)) == whole


def of_size(size: int, row: bytes, last: bytes = b"") -> bytes:
    rows = b",".join([row] * (size // (len(row) + 1)))
    return b"[" + rows + (b"," + last if last else b"") + b"]"


@pytest.mark.parametrize("row", [b"{}", b"1", b"[[[[[[[]]]]]]]", b'{"":"\\ud800"}', b'{"":1}'])
@pytest.mark.parametrize("envelope", [False, True])
def test_of_rows_that_cannot_be_read_a_few_are_kept_and_all_are_counted(
    row: bytes, *, envelope: bool
) -> None:
    body = of_size(MB, row, b'{"device_id": "good", "new": [7]}')
    count = body.count(row)
    if envelope:
        body = b'{"data": %b, "nextCursor": "on", "hasMore": true}' % body
    listing = parse_list(Device, body)
    *odd, good = listing.rows
    assert isinstance(good, Device)
    assert good.parse_raw() == {"device_id": "good", "new": [7]}
    assert len(odd) == MOST_UNREADABLE
    assert all(isinstance(each, Unreadable) for each in odd)
    assert listing.extra_unreadable == count - MOST_UNREADABLE
    assert (listing.cursor, listing.has_more) == (("on", True) if envelope else (None, None))


def peak(body: bytes) -> int:
    tracemalloc.start()
    try:
        parse_list(Device, body)
        parse_head(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_for_rows_that_cannot_be_read_does_not_grow_with_their_number() -> None:
    small, large = (peak(of_size(size, b"{}")) for size in (MB, 8 * MB))
    assert large < 2 * small


@pytest.mark.parametrize(
    "odd",
    [
        b'[{"device_id": "a"}',
        b'{"data": [{"device_id": "a"}]',
        b'{"data": [{"device_id": "a"}] "x": 1}',
        b'[{"device_id": "a"}] x',
        b'[{"device_id": "a]',
        b'[{"device_id": "a"},,{}]',
        b"[" * 5_000,
        b"[}" * 9,
        b"{",
        b'{"data"',
        b'{"data": [}}',
        b"]",
        b'["a"b]',
    ],
)
def test_a_large_reply_that_is_no_json_is_told_as_such(
    odd: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 10, 10_000):
        monkeypatch.setattr(slices, "SLICE", size)
        monkeypatch.setattr(listing_module, "_READ_WHOLE", 0)
        with pytest.raises(UnreadableReplyError, match="no JSON"):
            parse_list(Device, odd)


def test_one_record_is_not_as_large_as_a_list() -> None:
    with pytest.raises(UnreadableReplyError, match="too large"):
        parse_one(Device, b'{"device_id": "a", "x": %b}' % of_size(MB, b"{}"))


def test_a_large_row_that_cannot_be_read_is_cut_and_stays_another_than_its_like() -> None:
    long = "x" * MOST_LETTERS
    rows = [{"new": f"{long}1"}, {"new": f"{long}2"}, {"new": f"{long}2"}]
    parsed_rows = parse_list(Device, json.dumps(rows).encode()).rows
    assert all(isinstance(row, Unreadable) and row.raw is None for row in parsed_rows)
    assert len({row.row_key for row in parsed_rows}) == 2
    unreadable = UnreadableRows()
    unreadable.note(row for row in parsed_rows if isinstance(row, Unreadable))
    assert all(len(row.json) == MOST_LETTERS + 1 for row in unreadable.rows)


def channels(count: int) -> list[dict[str, object]]:
    return [
        {"id": number, "name": f"c{number}", "rolloutEnabled": False, "pad": "x" * 500}
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("revision", "count", "odd"),
    [
        (Revision.LIVE, 1_000, False),
        (Revision.LIVE, 1_001, True),
        (Revision.LEGACY, 1_500, False),
        (None, 1_500, False),
    ],
)
async def test_a_page_is_odd_only_where_lists_come_in_pages(
    revision: Revision | None, count: int, *, odd: bool
) -> None:
    rows = [{"id": number, "name": f"c{number}"} for number in range(1, count + 1)]

    def answer(request: SentRequest) -> Answer:
        return 200, [] if "page" in request.query else rows

    async with open_client(answer, revision=revision) as (client, _):
        page = await client.list_channels(APP).read_next_page()
    assert len(page.rows) == count
    assert page.too_many is odd


async def test_the_revision_is_told_by_the_first_rows_of_a_large_reply() -> None:
    rows = channels(2_000)
    assert len(json.dumps(rows)) > 2 * slices.SLICE
    async with open_client(lambda _: (200, rows)) as (client, _):
        page = await client.list_channels(APP).read_next_page()
        assert client.revision is Revision.LIVE
    assert [type(row) for row in page.rows] == [Channel] * 2_000
    assert page.rows[1_500].parse_raw() == rows[1_500]
