"""Tests of the client over a scripted server: revision, refusals, requests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import (
    CapgoError,
    ErrorKind,
    InsecureServer,
    InvalidArgument,
    ReadOnlyError,
    UnsafeBundleName,
    UnsupportedByRevision,
)
from capgo_tui.api.records import BundleRef
from capgo_tui.api.revisions import Revision
from capgo_tui.api.settings import ChannelSettings
from tests.api.support import APP, KEY, Answer, SentRequest, open_client, walk

D_CHANNEL = {
    "id": 7,
    "name": "prod",
    "version": {"id": 12, "name": "1.2.3"},
    "disableAutoUpdate": "none",
}
NOT_FOUND = {"error": "not_found", "message": "Not found"}
NO_BUNDLE = {
    "error": "cannot_get_bundle",
    "message": "Cannot get bundle",
    "moreInfo": {"supabaseError": None},
}
WRONG_KEY = {"error": "invalid_apikey", "message": "Invalid apikey", "moreInfo": {}}


def live_server(request: SentRequest) -> Answer:
    if str(request) == "GET /device":
        return 200, {"data": [], "hasMore": False}
    if str(request) == "GET /bundle":
        return 400, NO_BUNDLE
    return 200, [] if request.method == "GET" else {"status": "ok"}


def documented_server(request: SentRequest) -> Answer:
    if str(request) == "GET /channel":
        return 200, D_CHANNEL if "channel" in request.query else [D_CHANNEL]
    if str(request) == "GET /bundle":
        return 400, {"status": "Cannot get bundle"}
    return 200, [] if request.method == "GET" else {"status": "ok"}


def legacy_server(request: SentRequest) -> Answer:
    if request.path == "/bundle":
        return 404, NOT_FOUND
    if str(request) == "GET /versions":
        return 200, [{"id": 1, "name": "1.0.0"}]
    return 200, [] if request.method == "GET" else {"status": "ok"}


async def test_a_write_first_learns_the_revision_once() -> None:
    for answer, revision, reads in (
        (live_server, Revision.LIVE, ["GET /device"]),
        (documented_server, Revision.DOCUMENTED, ["GET /device", "GET /bundle"]),
        (legacy_server, Revision.LEGACY, ["GET /device", "GET /bundle"]),
    ):
        async with open_client(answer) as (client, server):
            assert client.revision is None
            await client.link_device(APP, "AB", "beta")
            await client.unlink_device(APP, "AB")
            assert client.revision is revision
            assert [str(request) for request in server.requests] == [
                *reads,
                "POST /device",
                "DELETE /device",
            ]
            assert server.requests[0].query == {"app_id": APP}, (
                "no limit before it is known to be taken"
            )


async def test_what_was_read_before_teaches_it() -> None:
    async with open_client(documented_server) as (client, server):
        await walk(client.list_channels(APP))
        assert client.revision is Revision.DOCUMENTED
        await client.delete_channel(APP, "beta")
        assert len(server.requests) == 2


async def test_a_key_that_may_not_read_devices_may_still_write() -> None:
    refusal = {"error": "cannot_access_app", "message": "You can't access this app"}

    def answer(request: SentRequest) -> Answer:
        return (400, refusal) if request.method == "GET" else (200, {"status": "ok"})

    async with open_client(answer) as (client, _):
        await client.set_channel(APP, "preview", ChannelSettings(public=False))
        assert client.revision is Revision.LIVE


async def test_a_failed_look_is_the_writes_failure_and_nothing_was_sent() -> None:
    async with open_client(lambda _: (500, {})) as (client, server):
        with pytest.raises(CapgoError) as excinfo:
            await client.unlink_device(APP, "a")
        assert not excinfo.value.maybe_sent
        assert [request.method for request in server.requests] == ["GET"]


async def test_documented_keeps_the_bundle_that_is_not_mentioned() -> None:
    async with open_client(documented_server, revision=Revision.DOCUMENTED) as (client, server):
        await client.set_channel(APP, "prod", ChannelSettings(public=True))
        await client.set_channel(APP, "prod", ChannelSettings(public=True, bundle=None))
    bodies = [request.body for request in server.requests if request.method == "POST"]
    assert [body.get("version", "left out") for body in bodies] == ["1.2.3", "left out"]
    assert len(server.requests) == 3


async def test_documented_creates_without_a_bundle() -> None:
    def answer(request: SentRequest) -> Answer:
        missing = {"status": "Cannot find version"}
        return (400, missing) if request.method == "GET" else (200, {"status": "ok"})

    async with open_client(answer, revision=Revision.DOCUMENTED) as (client, server):
        await client.set_channel(APP, "new", ChannelSettings(public=False))
    assert "version" not in server.requests[-1].body


async def test_read_only_refuses_every_write_before_any_request() -> None:
    async with open_client(live_server, read_only=True) as (client, server):
        for write in (
            client.set_channel(APP, "a", ChannelSettings()),
            client.delete_channel(APP, "a"),
            client.link_device(APP, "a", "b"),
            client.unlink_device(APP, "a"),
            client.delete_bundle(APP, "1.0.0"),
            client.delete_all_bundles(APP),
            client.promote_bundle(APP, 1, 1),
            client.create_bundle(APP, "1.0.0", external_url="https://x", checksum="a"),
            client.set_bundle_metadata(APP, 1, link="x"),
        ):
            with pytest.raises(ReadOnlyError):
                await write
        assert server.requests == []
        await walk(client.list_channels(APP))


async def test_no_request_for_a_bundle_without_a_name() -> None:
    async with open_client(live_server) as (client, server):
        for name in ("", " ", "builtin", "unknown"):
            with pytest.raises(UnsafeBundleName):
                await client.delete_bundle(APP, name)
        assert server.requests == []


async def test_after_the_first_refused_key_nothing_is_sent() -> None:
    async with open_client(lambda _: (401, WRONG_KEY)) as (client, server):
        pager = client.list_channels(APP)
        errors = []
        for attempt in (pager.read_next_page, client.ping, lambda: client.get_device(APP, "a")):
            with pytest.raises(CapgoError) as excinfo:
                await attempt()
            errors.append(excinfo.value)
        assert len(server.requests) == 1
        assert {error.kind for error in errors} == {ErrorKind.KEY_REFUSED}
        assert errors[0] is errors[2]


async def test_not_allowed_with_401_does_not_lock_the_client() -> None:
    refusal = {"error": "cannot_access_app", "message": "You can't access this app"}

    def answer(request: SentRequest) -> Answer:
        return (401, refusal) if request.path.startswith("/app/") else (200, [])

    async with open_client(answer) as (client, _):
        with pytest.raises(CapgoError) as excinfo:
            await client.get_app(APP)
        assert excinfo.value.kind is ErrorKind.NOT_ALLOWED
        assert (await client.list_channels(APP).read_next_page()).at_end


async def test_bundles_of_the_oldest_revision_are_found() -> None:
    async with open_client(legacy_server) as (client, server):
        pages = await walk(client.list_bundles(APP))
        assert [row.name for row in pages[0].rows] == ["1.0.0"]
        assert pages[0].requests == 2
        assert client.revision is Revision.LEGACY
        await walk(client.list_bundles(APP))
        assert server.requests[-1].query == {"app_id": APP}


async def test_no_route_for_bundles_at_all() -> None:
    async with open_client(lambda _: (404, NOT_FOUND)) as (client, _):
        with pytest.raises(CapgoError) as excinfo:
            await client.list_bundles(APP).read_next_page()
        assert excinfo.value.request == "GET /bundle"
        assert client.revision is None


@pytest.mark.parametrize("revision", [None, *Revision])
async def test_an_app_without_bundles_is_empty_not_an_error(revision: Revision | None) -> None:
    def answer(request: SentRequest) -> Answer:
        is_missing = request.path == "/versions" and revision is not Revision.LEGACY
        return (404, NOT_FOUND) if is_missing else (400, NO_BUNDLE)

    async with open_client(answer, revision=revision) as (client, server):
        (page,) = await walk(client.list_bundles(APP))
        assert page.at_end
        assert not page.rows
        assert len(server.requests) == 1


async def test_the_end_of_the_bundles_is_an_error_that_is_none() -> None:
    def answer(request: SentRequest) -> Answer:
        if "page" in request.query:
            return 400, NO_BUNDLE
        return 200, [{"id": n, "name": f"1.0.{n}"} for n in range(50)]

    async with open_client(answer) as (client, server):
        pages = await walk(client.list_bundles(APP))
        assert sum(len(page.rows) for page in pages) == 50
        assert [request.query.get("page") for request in server.requests] == [None, "1"]


async def test_no_permission_is_not_an_empty_list() -> None:
    refusal = {"error": "cannot_get_bundle", "message": "You can't access this app"}
    async with open_client(lambda _: (400, refusal)) as (client, _):
        with pytest.raises(CapgoError) as excinfo:
            await client.list_bundles(APP).read_next_page()
        assert excinfo.value.kind is ErrorKind.NOT_ALLOWED


async def test_live_devices_are_never_paged_by_number() -> None:
    def answer(request: SentRequest) -> Answer:
        start = int(request.query.get("cursor", "0|x").split("|")[0])
        rows = [{"device_id": f"d{n}", "version": n} for n in range(start, start + 2)]
        more = start < 6
        cursor = {"nextCursor": f"{start + 2}|x y"} if more else {}
        return 200, {"data": rows, "hasMore": more, **cursor}

    async with open_client(answer) as (client, server):
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        pager = client.list_devices(APP, limit=2, order="desc", updated_after=moment)
        pages = await walk(pager)
        assert sum(len(page.rows) for page in pages) == 8
        # What a server may not know waits until it is known to know it.
        assert server.requests[0].query == {"app_id": APP}
        for request in server.requests[1:]:
            assert "page" not in request.query
            assert "customIdMode" not in request.query
            assert (request.query["limit"], request.query["order"]) == ("2", "desc")
        assert server.requests[2].query["cursor"] == "2|x y"


async def test_documented_devices_are_paged_by_number() -> None:
    def answer(request: SentRequest) -> Answer:
        page = int(request.query.get("page", 0))
        rows = range(50 * page, min(120, 50 * page + 50))
        return 200, [{"device_id": f"d{n}", "version": {"id": n, "name": "x"}} for n in rows]

    async with open_client(answer) as (client, server):
        pages = await walk(client.list_devices(APP))
        assert sum(len(page.rows) for page in pages) == 120
        assert client.revision is Revision.DOCUMENTED
        assert [request.query for request in server.requests[1:]] == [
            {"app_id": APP, "page": "1"},
            {"app_id": APP, "page": "2"},
        ]


async def test_a_filter_that_was_ignored_gives_no_rows() -> None:
    async with open_client(lambda _: (200, [{"device_id": "a"}])) as (client, _):
        with pytest.raises(UnsupportedByRevision):
            await client.list_devices(APP, order="asc").read_next_page()
        with pytest.raises(InvalidArgument):
            client.list_devices(APP, limit=501)


async def test_one_row_may_come_in_a_list() -> None:
    rows = [{"device_id": "a"}, {"device_id": "B", "version": 4}, 5]
    async with open_client(lambda _: (200, rows)) as (client, _):
        assert (await client.get_device(APP, "b")).bundle == BundleRef(4, None)
        with pytest.raises(CapgoError) as excinfo:
            await client.get_device(APP, "c")
        assert excinfo.value.kind is ErrorKind.NOT_FOUND


async def test_apps_in_an_object_are_still_paged_by_number() -> None:
    def answer(request: SentRequest) -> Answer:
        page = int(request.query.get("page", 0))
        return 200, {"data": [{"app_id": f"a.b{n}"} for n in range(50 * page, 70)][:50]}

    async with open_client(answer) as (client, _):
        pages = await walk(client.list_apps())
        assert [len(page.rows) for page in pages] == [50, 20]


@pytest.mark.parametrize("body", [b"", b"html", {"nothing": 1}, b'{"data": 3}'])
async def test_an_answer_that_is_no_list(body: Any) -> None:
    async with open_client(lambda _: (200, body)) as (client, _):
        with pytest.raises(
            CapgoError, match="GET /channel answered something unexpected"
        ) as excinfo:
            await client.list_channels(APP).read_next_page()
        assert excinfo.value.kind is ErrorKind.SERVER_FAULT


async def test_large_answers_are_parsed_beside_the_event_loop() -> None:
    rows = [{"id": n, "name": f"channel {n}", "created_by": "x" * 50} for n in range(8_000)]
    async with open_client(lambda _: (200, rows), revision=Revision.LEGACY) as (client, _):
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        (page,) = await walk(client.list_channels(APP))
        ticking.cancel()
        assert len(page.rows) == 8_000
        assert ticks > 1


async def test_its_own_facts() -> None:
    async with CapgoClient(KEY, revision=Revision.LIVE) as client:
        assert client.server == "https://api.capgo.app"
        assert client.revision is Revision.LIVE
        assert client.key_fingerprint == KEY.fingerprint
        assert not client.read_only
    with pytest.raises(InsecureServer):
        CapgoClient(KEY, server="http://api.capgo.app")


async def test_a_bundle_list_that_is_gone_again_leaves_no_revision_unknown() -> None:
    def answer(request: SentRequest) -> Answer:
        if request.path == "/bundle" and any(each.path == "/device" for each in reads):
            return 404, {"status": "not found"}
        reads.append(request)
        return 200, [] if request.method == "GET" else {"status": "ok"}

    reads: list[SentRequest] = []
    async with open_client(answer) as (client, _):
        await walk(client.list_bundles(APP))
        assert client.revision is None
        await client.unlink_device(APP, "a")
        assert client.revision is Revision.DOCUMENTED
