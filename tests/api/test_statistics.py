"""Tests of the number of active devices: one optional request, whose errors do no harm."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.api.retry_policy import RetryPolicy
from capgo_tui.api.revisions import DOCUMENTED, LEGACY, LIVE, NEXT, Revision
from capgo_tui.api.statistics import read_active_by_platform, read_active_devices, read_usage
from tests.api.support import APP, KEY, SentRequest, open_client, walk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.statistics import Usage
    from tests.api.support import Answer

START, END = date(2026, 10, 22), date(2026, 11, 21)


async def no_sleep(_: float) -> None:
    return


RETRY_POLICY = RetryPolicy(sleep=no_sleep, clock=lambda: 0.0)


async def ask_for_usage(client: CapgoClient) -> Usage | None:
    return await client.get_bundle_usage(APP, start=START, end=END)


async def ask_for_platforms(client: CapgoClient) -> Mapping[str, int] | None:
    return await client.count_active_by_platform(APP, start=START, end=END)


async def ask(client: CapgoClient) -> int | None:
    return await client.count_active_devices(APP, start=START, end=END)


async def test_the_last_day_tells_and_the_key_goes_where_no_session_is_expected() -> None:
    days = [{"date": "2026-11-20", "mau": 90}, {"date": "2026-11-21", "mau": 100}]
    async with open_client(lambda _: (200, days), revision=Revision.LIVE) as (client, server):
        assert await ask(client) == 100
        (request,) = server.requests
        assert str(request) == f"GET /statistics/app/{APP}"
        assert request.query == {"from": "2026-10-22", "to": "2026-11-21"}
        assert request.headers["capgkey"] == KEY.reveal()
        assert "authorization" not in request.headers


async def test_all_other_requests_send_the_key_as_before() -> None:
    async with open_client(lambda _: (200, [])) as (client, server):
        await walk(client.list_channels(APP))
        assert server.requests[0].headers["authorization"] == KEY.reveal()
        assert "capgkey" not in server.requests[0].headers


@pytest.mark.parametrize(
    "document",
    [
        [], {}, None, "100", [17], [{}], [{"mau": None}], [{"mau": "100"}], [{"mau": True}],
        [{"mau": 0}], [{"mau": -5}], [{"mau": 10**30}], [{"mau": 5}, {"mau": [5]}],
        {"mau": 5}, [{"mau": 5, "more": "x" * 70_000}],
    ],
)  # fmt: skip
def test_anything_else_tells_nothing(document: object) -> None:
    assert read_active_devices(json.dumps(document).encode()) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b'[{"mau": NaN}]', b'[{"mau": 1e999}]'])
def test_what_is_no_json_tells_nothing(body: bytes) -> None:
    assert read_active_devices(body) is None


def test_a_number_with_a_fraction_is_a_number() -> None:
    assert read_active_devices(b'[{"mau": 12.0}]') == 12


REFUSALS: list[tuple[int, dict[str, Any], ErrorKind]] = [
    (401, {"error": "no_access_to_app", "message": "No access to app"}, ErrorKind.NOT_ALLOWED),
    (401, {"error": "invalid_jwt", "message": "Invalid JWT"}, ErrorKind.KEY_REFUSED),
    (401, {"error": "invalid_apikey", "message": "Invalid apikey"}, ErrorKind.KEY_REFUSED),
    (402, {"error": "subscription_required", "message": "Subscribe"}, ErrorKind.RULE),
    (404, {"error": "not_found", "message": "Not found"}, ErrorKind.NOT_FOUND),
    (500, {"error": "cannot_get_app_statistics", "message": "No"}, ErrorKind.SERVER_FAULT),
    (503, {"error": "upstream_unavailable", "message": "No"}, ErrorKind.SERVER_FAULT),
]


@pytest.mark.parametrize("read", [ask, ask_for_usage, ask_for_platforms])
@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
async def test_a_refusal_is_neither_tried_again_nor_held_against_the_key(
    status: int,
    body: dict[str, Any],
    kind: ErrorKind,
    read: Callable[[CapgoClient], Awaitable[object]],
) -> None:
    def answer(request: SentRequest) -> Answer:
        return (status, body) if request.path.startswith("/statistics") else (200, [])

    async with open_client(answer, revision=Revision.LIVE, retry_policy=RETRY_POLICY) as (
        client,
        server,
    ):
        with pytest.raises(CapgoError) as excinfo:
            await read(client)
        assert excinfo.value.kind is kind
        assert len(server.requests) == 1
        assert not client.key_refused
        await walk(client.list_channels(APP))
        assert len(server.requests) == 2


def test_only_live_and_next_have_statistics() -> None:
    for traits in (LIVE, NEXT):
        request = requests.count_active_devices(traits, "com.a/b", START, END)
        assert request.path == "/statistics/app/com.a%2Fb"
    for traits in (DOCUMENTED, LEGACY):
        with pytest.raises(UnsupportedByRevision):
            requests.count_active_devices(traits, APP, START, END)


async def test_a_client_is_slowed_once_it_is_told_to_slow_down() -> None:
    rate_limit_reply = {
        "error": "too_many_requests",
        "message": "x",
        "moreInfo": {"retryAfterSeconds": 1},
    }
    answers = iter([(429, rate_limit_reply), (200, [])])
    async with open_client(lambda _: next(answers), retry_policy=RETRY_POLICY) as (client, _):
        assert not client.is_slowed
        await client.list_channels(APP).read_next_page()
        assert client.is_slowed
    async with open_client(lambda _: (200, [])) as (client, _):
        await client.list_channels(APP).read_next_page()
        assert not client.is_slowed


def usage(**changes: object) -> bytes:
    dataset = {"label": "2.4.1", "data": [50, 100.0], "metaCounts": [1, 2]}
    document = {"labels": ["2026-11-27", "2026-11-28"], "datasets": [dataset | changes]}
    return json.dumps(document).encode()


def test_the_use_of_bundles_has_shares_and_counts_for_each_day() -> None:
    result = read_usage(usage())
    assert result is not None
    assert result.days == ("2026-11-27", "2026-11-28")
    assert [(s.name, s.shares, s.counts) for s in result.series] == [
        ("2.4.1", (50.0, 100.0), (1, 2))
    ]


@pytest.mark.parametrize("counts", [None, "x", [1], [1, None], [1, True], [1, -1], [1, 10**12]])
def test_counts_that_make_no_sense_are_not_known(counts: object) -> None:
    result = read_usage(usage(metaCounts=counts))
    assert result is not None
    assert result.series[0].counts is None
    assert result.series[0].shares == (50.0, 100.0)


@pytest.mark.parametrize(
    "changes",
    [
        *({"data": data} for data in (None, [], [1], [1, "2"], [1, True], [1, 101], [1, -1])),
        *({"data": [1, None]}, {"label": None}, {"label": 7}, {"data": [1, float("nan")]}),
    ],
)
def test_a_series_that_makes_no_sense_is_left_out(changes: dict[str, object]) -> None:
    result = read_usage(usage(**changes))
    assert result is None or result.series == ()


@pytest.mark.parametrize(
    "document",
    [
        [], {}, None, "x", {"labels": []}, {"datasets": []}, {"labels": "x", "datasets": []},
        {"labels": [7], "datasets": []}, {"labels": ["d"] * 500, "datasets": []},
        {"labels": ["d"], "datasets": [None] * 2000},
        {"labels": ["x" * 1_100_000], "datasets": []},
    ],
)  # fmt: skip
def test_another_shape_tells_no_use(document: object) -> None:
    assert read_usage(json.dumps(document).encode()) is None


def test_a_name_in_the_statistics_is_clean() -> None:
    result = read_usage(usage(label="2.4\x1b[31m\u202e"))
    assert result is not None
    assert result.series[0].name.isprintable()


async def test_the_active_devices_of_each_platform_are_those_of_the_span() -> None:
    active = {"ios": 7, "android": 5, "electron": 0, "unknown": 1, "total": 13}
    document = {"labels": [], "datasets": [], "activeDevices": active}
    async with open_client(lambda _: (200, document), revision=Revision.LIVE) as (client, server):
        assert await ask_for_platforms(client) == {
            "ios": 7, "android": 5, "electron": 0, "unknown": 1,
        }  # fmt: skip
        (request,) = server.requests
        assert str(request) == f"GET /statistics/app/{APP}/native_usage"


@pytest.mark.parametrize(
    "document",
    [[], None, {}, {"activeDevices": None}, {"activeDevices": []}, {"activeDevices": {"ios": "7"}}],
)
def test_a_reply_of_another_shape_tells_no_active_devices(document: object) -> None:
    assert read_active_by_platform(json.dumps(document).encode()) is None
