"""Tests of the page size of device lists: no page loses its overrides (§18.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from capgo_tui.api.device_pages import DevicePages
from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.models import Device
from capgo_tui.api.revisions import Revision
from tests.api.support import APP, SentRequest, open_client, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.api.support import Answer

GATEWAY = 8_192
"""Longest URL that a common gateway accepts."""
AROUND_IDS = 200
"""Characters of the look-up's URL besides the ids."""


def of_length(length: int, number: int = 0) -> str:
    return f"{number:0{length}}"


def server_of(ids: Sequence[str], overrides: dict[str, str], *, most: int = 1_000) -> Any:
    """Return a live server that looks up the overrides of a page by one URL, as the real one."""

    def answer(request: SentRequest) -> Answer:
        assert request.path == "/device"
        start = int(request.query.get("cursor", "0|x").partition("|")[0])
        limit = int(request.query.get("limit", "50"))
        page = ids[start : start + min(limit, most)]
        url = AROUND_IDS + sum(len(quote(device_id, safe="")) + 3 for device_id in page)
        rows: list[dict[str, object]] = [
            {"device_id": each, "version_name": "1.0.0", "platform": "ios"} for each in page
        ]
        if url <= GATEWAY:
            for row in rows:
                if (channel := overrides.get(str(row["device_id"]))) is not None:
                    row["channel"] = channel
        end = start + len(page)
        more = end < len(ids)
        return 200, {"data": rows, "hasMore": more, **({"nextCursor": f"{end}|x"} if more else {})}

    return answer


# How large a page may be


@pytest.mark.parametrize(
    ("length", "limit"),
    [(1, 150), (36, 150), (37, 150), (38, 146), (60, 95), (117, 50), (5_000, 1)],
)
def test_a_page_holds_as_many_ids_as_fit_into_the_look_up(length: int, limit: int) -> None:
    pages = DevicePages()
    assert pages.limit == 150, "of UUIDs, which ids are unless they are seen to be longer"
    pages.note([Device(device_id=of_length(length))])
    assert pages.limit == limit


def test_an_id_too_long_for_any_look_up_is_asked_for_alone() -> None:
    pages = DevicePages()
    pages.note([Device(device_id="x" * 50_000)])
    assert pages.limit == 1


@pytest.mark.parametrize(
    ("device_id", "length"),
    [
        ("a b/c?d", 13),
        ("ä" * 20, 120),
        ("手机" * 10, 180),
        ("🙂" * 10, 120),
        ("a\udc80b", 5),  # half a character that JSON can carry: sent as ?
    ],
)
def test_an_id_counts_as_it_is_written_in_a_url(device_id: str, length: int) -> None:
    pages = DevicePages()
    pages.note([Device(device_id=device_id)])
    assert pages.limit == min(150, 6_000 // (length + 3))


def test_the_longest_id_ever_seen_decides() -> None:
    pages = DevicePages()
    for length in (36, 117, 36):
        pages.note([Device(device_id=of_length(length, 1)), Device(device_id="short")])
    assert pages.limit == 50
    pages.note([])
    assert pages.limit == 50


def test_a_page_is_believed_when_it_is_small_or_tells_an_override() -> None:
    pages = DevicePages()
    silent = [Device(device_id=of_length(36, number)) for number in range(151)]
    pages.note(silent)
    assert pages.tells_overrides(silent[:150], 150)
    assert not pages.tells_overrides(silent, 151)
    assert not pages.tells_overrides(silent[:150], 151), "what cannot be read has an id as well"
    devices = [*silent, Device(device_id="x", channel="beta")]
    assert pages.tells_overrides(devices, 152)


# Lists of any ids


@pytest.mark.parametrize("revision", [None, Revision.LIVE])
@pytest.mark.parametrize("make", [
    lambda number: of_length(36, number),
    lambda number: of_length(60, number),
    lambda number: of_length(117, number),
    lambda number: f"{number:05} ä手/{number}",
], ids=["36", "60", "117", "encoded"])  # fmt: skip
async def test_every_override_is_told(
    make: Callable[[int], str], revision: Revision | None
) -> None:
    ids = [make(number) for number in range(2_000)]
    overrides = dict.fromkeys(ids[::7], "beta")
    async with open_client(server_of(ids, overrides), revision=revision) as (client, server):
        rows = [row for page in await walk(client.list_devices(APP)) for row in page.rows]
        assert [row.wire_id for row in rows] == ids
        assert {row.wire_id: row.channel for row in rows if row.channel} == overrides
        assert all(row.is_override_known for row in rows)
        sizes = [int(request.query.get("limit", "50")) for request in server.requests]
        assert max(sizes) <= 150
        assert len(set(sizes[2:])) == 1, "the size is found by then"


async def test_one_long_id_far_down_makes_the_pages_smaller_from_there_on() -> None:
    ids = [*(of_length(36, number) for number in range(400)), *("y" + of_length(117, number) for number in range(400))]  # noqa: E501  # fmt: skip
    overrides = {ids[-1]: "beta"}
    async with open_client(server_of(ids, overrides), revision=Revision.LIVE) as (client, server):
        rows = [row for page in await walk(client.list_devices(APP)) for row in page.rows]
        assert [row.wire_id for row in rows] == ids
        assert rows[-1].channel == "beta"
        assert all(row.is_override_known for row in rows)
    queries = [(each.query["limit"], each.query.get("cursor")) for each in server.requests]
    assert queries[:4] == [("150", None), ("150", "150|x"), ("150", "300|x"), ("49", "300|x")]


async def test_a_page_that_came_too_large_is_read_again_from_the_same_cursor() -> None:
    ids = [of_length(117, number) for number in range(300)]
    overrides = {ids[0]: "beta", ids[120]: "beta"}
    async with open_client(server_of(ids, overrides), revision=Revision.LIVE) as (client, server):
        pager = client.list_devices(APP)
        page = await pager.read_next_page()
        assert [row.wire_id for row in page.rows] == ids[:50]
        assert page.rows[0].channel == "beta"
        assert page.requests == 2
        assert [request.query["limit"] for request in server.requests] == ["150", "50"]
        assert [request.query.get("cursor") for request in server.requests] == [None, None]
        rows = [row for page in await walk(pager) for row in page.rows]
        assert [row.wire_id for row in rows] == ids[50:]
        assert {row.wire_id for row in rows if row.channel} == {ids[120]}


async def test_a_smaller_page_that_was_asked_for_stays_as_small() -> None:
    ids = [of_length(36, number) for number in range(40)]
    async with open_client(server_of(ids, {}), revision=Revision.LIVE) as (client, server):
        pages = await walk(client.list_devices(APP, limit=7))
        assert [len(page.rows) for page in pages] == [7, 7, 7, 7, 7, 5]
        assert {request.query["limit"] for request in server.requests} == {"7"}


@pytest.mark.parametrize("revision", [None, Revision.LIVE, Revision.NEXT])
async def test_a_server_that_ignores_the_limit_is_not_believed(revision: Revision | None) -> None:
    rows = [{"device_id": of_length(36, number), "version_name": "1"} for number in range(500)]
    body = {"data": rows, "hasMore": False}
    async with open_client(lambda _: (200, body), revision=revision) as (client, server):
        (page,) = await walk(client.list_devices(APP))
        assert len(page.rows) == 500
        assert not any(row.is_override_known for row in page.rows)
        assert len(server.requests) == 1, "asked for fewer, it would send as many"


async def test_a_server_that_ignores_the_limit_but_tells_an_override_is_believed() -> None:
    rows: list[dict[str, object]] = [
        {"device_id": of_length(36, number), "version_name": "1"} for number in range(500)
    ]
    rows[499]["channel"] = "beta"
    body = {"data": rows, "hasMore": False}
    async with open_client(lambda _: (200, body)) as (client, _):
        (page,) = await walk(client.list_devices(APP))
        assert all(row.is_override_known for row in page.rows)


def test_what_is_not_known_is_no_longer_the_same() -> None:
    device, uncertain = Device(device_id="d"), Device(device_id="d")
    assert device.is_same(uncertain)
    uncertain.mark_override_unknown()
    assert not device.is_same(uncertain)
    assert not uncertain.is_same(device)
    override = Device(device_id="d", channel="beta")
    override.mark_override_unknown()
    assert override.is_override_known, "what is told is known"
    assert not override.is_same("d")


# An app without a device


@pytest.mark.parametrize("revision", [None, Revision.NEXT])
async def test_no_devices_at_all_is_an_empty_list(revision: Revision | None) -> None:
    refusal = {"error": "devices_not_found", "message": "Devices not found"}
    async with open_client(lambda _: (404, refusal), revision=revision) as (client, server):
        (page,) = await walk(client.list_devices(APP))
        assert (len(page.rows), page.at_end, page.incomplete) == (0, True, False)
        assert len(server.requests) == 1


async def test_another_404_is_an_error() -> None:
    refusal = {"error": "not_found", "message": "Not found"}
    async with open_client(lambda _: (404, refusal)) as (client, _):
        with pytest.raises(CapgoError) as excinfo:
            await client.list_devices(APP).read_next_page()
        assert excinfo.value.kind is ErrorKind.NOT_FOUND
