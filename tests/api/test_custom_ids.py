"""Tests of the look-up by custom id: its requests, and when a reply is trusted (§18.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api import requests
from capgo_tui.api.custom_ids import MAX_DEVICES, PAGE_LIMIT
from capgo_tui.api.errors import CapgoError, ErrorKind, InvalidArgument, UnsupportedByRevision
from capgo_tui.api.revisions import LIVE, Revision
from tests.api.support import APP, Answer, SentRequest, open_client
from tests.support.hostile import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable


def obeying(rows: list[tuple[str, str]]) -> Callable[[SentRequest], Answer]:
    """Return a server that looks up custom ids among devices given by id and custom id."""

    def answer(request: SentRequest) -> Answer:
        custom_id = request.query.get("custom_id")
        matches = [row for row in rows if custom_id is None or row[1] == custom_id]
        start, limit = (
            int(request.query.get("cursor", "0|").split("|")[0]),
            int(request.query.get("limit", 50)),
        )
        data = [{"device_id": d, "custom_id": c} for d, c in matches[start : start + limit]]
        more = start + limit < len(matches)
        cursor = {"nextCursor": f"{start + limit}|x"} if more else {}
        return 200, {"data": data, "hasMore": more, **cursor}

    return answer


ROWS = [(f"d{number:03}", f"tester-{number}") for number in range(120)]


async def test_the_devices_of_one_custom_id_are_found() -> None:
    rows = [*ROWS, ("e1", "tester-7"), ("e2", "Tester-7"), ("e3", "tester-70")]
    async with open_client(obeying(rows)) as (client, server):
        result = await client.find_devices_by_custom_id(APP, " tester-7\n")
        assert ([device.row_key for device in result.devices], result.more) == (
            ["d007", "e1"],
            False,
        )
        assert not (await client.find_devices_by_custom_id(APP, "nobody")).devices
        assert [request.query.get("custom_id") for request in server.requests] == [
            None,  # this one told the revision
            "tester-7",
            "nobody",
        ]


async def test_a_server_that_ignores_it_is_not_believed_and_asked_once() -> None:
    def answer(request: SentRequest) -> Answer:
        assert "device_id" not in request.query
        data = [{"device_id": d, "custom_id": c} for d, c in ROWS[7:9]]
        return 200, {"data": data, "hasMore": False}

    async with open_client(answer, revision=Revision.LIVE) as (client, server):
        for _ in range(2):
            with pytest.raises(UnsupportedByRevision, match="cannot look up custom ids"):
                await client.find_devices_by_custom_id(APP, "tester-7")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "row",
    [
        {"device_id": "d2", "custom_id": "tester-7 "},
        {"device_id": "d2", "custom_id": "tester\u200b-7"},
        {"device_id": "d2", "custom_id": None},
        {"device_id": "d2", "custom_id": 7},
        {"device_id": "d2"},
        {"custom_id": "tester-8"},
        "tester-7",
    ],
)
async def test_one_row_with_another_custom_id_is_enough(row: object) -> None:
    data = [{"device_id": "d1", "custom_id": "tester-7"}, row]
    answer = 200, {"data": data, "hasMore": False}
    async with open_client(lambda _: answer, revision=Revision.LIVE) as (client, _):
        with pytest.raises(UnsupportedByRevision):
            await client.find_devices_by_custom_id(APP, "tester-7")


async def test_a_later_page_with_another_custom_id_takes_the_belief_away() -> None:
    def answer(request: SentRequest) -> Answer:
        first = "cursor" not in request.query
        name = "tester-7" if first else "tester-8"
        data = [{"device_id": f"{name}-{n}", "custom_id": name} for n in range(PAGE_LIMIT)]
        return 200, {"data": data, "hasMore": first, **({"nextCursor": "a|b"} if first else {})}

    async with open_client(answer, revision=Revision.LIVE) as (client, _):
        with pytest.raises(UnsupportedByRevision):
            await client.find_devices_by_custom_id(APP, "tester-7")


@pytest.mark.parametrize("name", TEXTS)
async def test_any_text_travels_letter_by_letter(name: str) -> None:
    """Any phone can choose a custom id: it is sent exactly and shown clean."""
    text = requests.strip_blanks(TEXTS[name][:18])
    try:
        text.encode()
    except UnicodeEncodeError:
        pytest.skip("half a character cannot be sent")
    if not text or text.isspace():
        pytest.skip("nothing is left of it")
    rows = [("d1", text), ("d2", f"{text}x")]
    async with open_client(obeying(rows), revision=Revision.LIVE) as (client, server):
        result = await client.find_devices_by_custom_id(APP, text)
        assert server.requests[0].query["custom_id"] == text
        assert [device.row_key for device in result.devices] == ["d1"]


async def test_many_of_one_custom_id_are_read_up_to_a_bound() -> None:
    rows = [(f"d{number:04}", "same") for number in range(MAX_DEVICES + 300)]
    async with open_client(obeying(rows), revision=Revision.LIVE) as (client, server):
        result = await client.find_devices_by_custom_id(APP, "same")
        assert (len(result.devices), result.more) == (MAX_DEVICES, True)
        assert len(server.requests) == MAX_DEVICES // PAGE_LIMIT


@pytest.mark.parametrize("revision", [Revision.DOCUMENTED, Revision.LEGACY])
async def test_older_revisions_are_not_asked(revision: Revision) -> None:
    async with open_client(lambda _: (500, {}), revision=revision) as (client, server):
        with pytest.raises(UnsupportedByRevision, match="cannot look up custom ids"):
            await client.find_devices_by_custom_id(APP, "tester-7")
        assert server.requests == []


@pytest.mark.parametrize("text", ["", " ", "\ufeff", "x" * 37, "\U0001f600" * 19, "\ud800"])
def test_what_no_server_looks_up_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        requests.find_devices(LIVE, APP, text, limit=PAGE_LIMIT)
    assert requests.find_devices(LIVE, APP, "\x1c\U0001f600" * 12, limit=PAGE_LIMIT).query


async def test_no_device_at_all_is_no_failure() -> None:
    body = {"error": "devices_not_found", "message": "Devices not found"}
    async with open_client(lambda _: (404, body), revision=Revision.LIVE) as (client, _):
        assert not (await client.find_devices_by_custom_id(APP, "tester-7")).devices


async def test_any_other_error_is_one() -> None:
    body = {"error": "cannot_access_app", "message": "You can't access this app"}
    async with open_client(lambda _: (400, body), revision=Revision.LIVE) as (client, _):
        with pytest.raises(CapgoError) as excinfo:
            await client.find_devices_by_custom_id(APP, "tester-7")
        assert excinfo.value.kind is ErrorKind.NOT_ALLOWED
