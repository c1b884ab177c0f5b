"""Tests of retries, rate limits and a refused API key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api import requests
from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.rate_limits import REQUESTS_A_MINUTE, RateLimiter
from capgo_tui.api.retry_policy import PendingRetry, RetryPolicy
from capgo_tui.api.revisions import LIVE, Revision
from tests.api.support import APP, KEY, Answer, ScriptedServer, SentRequest, open_client, walk
from tests.support.retry_policy import Hourglass, instant_retry_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.api.requests import Request

SERVER_FAULT: Answer = (503, {"error": "unknown_error", "message": "Out to lunch"})
CHANNELS: Answer = (200, [{"id": 1, "name": "beta", "public": False, "rollout_id": "r"}])
DEVICE: Answer = (200, {"device_id": "d", "version_name": "1.0.0"})


def rate_limit_reply(**more: object) -> Answer:
    info = {"error": "too_many_requests", "message": "Too many requests", "moreInfo": more}
    return 429, info


def script(*answers: Answer) -> Callable[[SentRequest], Answer]:
    """Return a function that gives these answers in turn, and then the last one for ever."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


class WaitRecorder:
    """Records a line for each wait when it begins, and the waits that are not over."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.open: list[PendingRetry] = []

    def __call__(self, wait: PendingRetry) -> None:
        if wait.is_over:
            self.open.remove(wait)
            return
        self.open.append(wait)
        kind = wait.error.kind.value
        self.lines.append(f"{wait.request}: {kind}, {wait.number}/{wait.tries} in {wait.seconds:g}")


async def test_a_read_is_tried_again_with_growing_waits_until_it_comes() -> None:
    glass, recorder = Hourglass(), WaitRecorder()
    answers = script(SERVER_FAULT, (200, b"<html>"), (200, b'[{"id":'), CHANNELS)
    async with open_client(
        answers, retry_policy=instant_retry_policy(glass), on_retry=recorder
    ) as (
        client,
        server,
    ):
        (page,) = await walk(client.list_channels(APP))
    assert [channel.name for channel in page.rows] == ["beta"]
    assert glass.slept == [1, 2, 4]
    assert recorder.lines == [
        "GET /channel: server_fault, 2/4 in 1",
        "GET /channel: server_fault, 3/4 in 2",
        "GET /channel: server_fault, 4/4 in 4",
    ]
    assert recorder.open == []
    assert len(server.requests) == 4


async def test_the_last_try_fails_as_the_only_one_would() -> None:
    async with open_client(lambda _: SERVER_FAULT, retry_policy=instant_retry_policy()) as (
        client,
        server,
    ):
        with pytest.raises(CapgoError) as excinfo:
            await client.get_channel(APP, "beta")
        assert (excinfo.value.kind, excinfo.value.status) == (ErrorKind.SERVER_FAULT, 503)
        assert len(server.requests) == 4
    async with open_client(lambda _: SERVER_FAULT) as (client, server):
        with pytest.raises(CapgoError):
            await client.get_channel(APP, "beta")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "info", "wait"),
    [
        ({"retry-after": "7", "x-ratelimit-reset": "1"}, {"retryAfterSeconds": 9}, 7),
        ({}, {"retryAfterSeconds": 9}, 9),
        ({"retry-after": "0"}, {}, 1),
        ({}, {}, 1),
        ({"retry-after": "60"}, {}, 60),
    ],
)
async def test_the_wait_is_the_servers_own(
    headers: dict[str, str], info: dict[str, Any], wait: float
) -> None:
    glass = Hourglass()
    async with open_client(
        script(rate_limit_reply(**info), CHANNELS),
        retry_policy=instant_retry_policy(glass),
        revision=Revision.LIVE,
    ) as (client, server):
        server.headers.update(headers)
        await client.list_channels(APP).read_next_page()
    assert glass.slept == [pytest.approx(wait)]


@pytest.mark.parametrize(
    "answer",
    [
        rate_limit_reply(retryAfterSeconds=61),
        rate_limit_reply(reason="too_many_failed_auth_attempts", retryAfterSeconds=900),
        (307, b""),
        (401, {"error": "invalid_apikey", "message": "Invalid apikey"}),
        (400, {"error": "cannot_access_app", "message": "You can't access this app"}),
        (400, {"error": "cannot_find_version", "message": "Cannot find version"}),
        (400, {"error": "invalid_limit", "message": "Invalid limit"}),
    ],
    ids=["too long", "locked", "redirect", "key", "right", "missing", "value"],
)
async def test_what_another_try_would_not_change_is_not_tried_again(answer: Answer) -> None:
    glass = Hourglass()
    async with open_client(lambda _: answer, retry_policy=instant_retry_policy(glass)) as (
        client,
        server,
    ):
        with pytest.raises(CapgoError):
            await client.get_channel(APP, "beta")
        assert len(server.requests) == 1
    assert glass.slept == []


async def test_all_waits_of_a_read_together_have_a_bound() -> None:
    glass = Hourglass()
    async with open_client(
        lambda _: rate_limit_reply(retryAfterSeconds=50), retry_policy=instant_retry_policy(glass)
    ) as (
        client,
        server,
    ):
        with pytest.raises(CapgoError):
            await client.get_channel(APP, "beta")
        assert len(server.requests) == 3
    assert sum(glass.slept) <= RetryPolicy().total


async def test_a_write_goes_out_once_whatever_comes_back() -> None:
    for answer in (
        SERVER_FAULT,
        rate_limit_reply(device_id="d", retryAfterSeconds=1),
        (200, b"<html>"),
    ):
        glass = Hourglass()
        async with open_client(
            script(answer), retry_policy=instant_retry_policy(glass), revision=Revision.LIVE
        ) as (
            client,
            server,
        ):
            with pytest.raises(CapgoError):
                await client.link_device(APP, "d", "beta")
            assert len(server.requests) == 1
        assert glass.slept == []


async def test_a_write_never_goes_out_while_the_server_has_everybody_wait() -> None:
    glass, recorder = Hourglass(), WaitRecorder()
    single_try = RetryPolicy(tries=1, sleep=glass.sleep, clock=glass)
    answers = script(
        rate_limit_reply(reason="api_key_rate_limit_exceeded", retryAfterSeconds=40), DEVICE
    )
    async with open_client(
        answers, retry_policy=single_try, on_retry=recorder, revision=Revision.LIVE
    ) as (
        client,
        _,
    ):
        with pytest.raises(CapgoError):
            await client.list_channels(APP).read_next_page()
        await client.link_device(APP, "d", "beta")
    assert recorder.lines == ["POST /device: rate_limited, 1/1 in 40"]
    assert sum(glass.slept) == 40


class Doors:
    """Sleeps that last until the test ends them."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.open = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.waiting.set()
        await self.open.wait()

    def retry_policy(self) -> RetryPolicy:
        return RetryPolicy(sleep=self.sleep, clock=lambda: 0.0)


async def test_a_wait_that_is_given_up_ends_in_the_error_it_began_with() -> None:
    doors, recorder = Doors(), WaitRecorder()
    async with open_client(
        lambda _: SERVER_FAULT, retry_policy=doors.retry_policy(), on_retry=recorder
    ) as (
        client,
        server,
    ):
        reading = asyncio.ensure_future(client.get_channel(APP, "beta"))
        await doors.waiting.wait()
        (wait,) = recorder.open
        wait.cancel()
        wait.cancel()
        with pytest.raises(CapgoError, match="Out to lunch"):
            await reading
        assert recorder.open == []
        assert len(server.requests) == 1


async def test_a_wait_may_be_given_up_as_soon_as_it_is_told() -> None:
    def impatient(wait: PendingRetry) -> None:
        wait.cancel()

    async with open_client(
        lambda _: SERVER_FAULT, retry_policy=Doors().retry_policy(), on_retry=impatient
    ) as (
        client,
        server,
    ):
        with pytest.raises(CapgoError, match="Out to lunch"):
            await client.get_channel(APP, "beta")
        assert len(server.requests) == 1


async def test_without_retries_any_more_nothing_waits_and_no_held_write_goes_out() -> None:
    doors = Doors()
    answers = script(rate_limit_reply(retryAfterSeconds=40), DEVICE)
    async with open_client(answers, retry_policy=doors.retry_policy(), revision=Revision.LIVE) as (
        client,
        server,
    ):
        reading = asyncio.ensure_future(client.get_channel(APP, "beta"))
        await doors.waiting.wait()
        writing = asyncio.ensure_future(client.unlink_device(APP, "d"))
        await asyncio.sleep(0)
        client.cancel_waits()
        with pytest.raises(CapgoError):
            await reading
        with pytest.raises(CapgoError) as excinfo:
            await writing
        assert excinfo.value.kind is ErrorKind.RATE_LIMITED
        assert not excinfo.value.maybe_sent
        assert excinfo.value.request == "DELETE /device"
        assert [str(request) for request in server.requests] == ["GET /channel"]


async def test_a_cancelled_read_waits_no_longer() -> None:
    doors, recorder = Doors(), WaitRecorder()
    async with open_client(
        lambda _: SERVER_FAULT, retry_policy=doors.retry_policy(), on_retry=recorder
    ) as (
        client,
        _,
    ):
        reading = asyncio.ensure_future(client.get_channel(APP, "beta"))
        await doors.waiting.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert recorder.open == []


class Refusing(ScriptedServer):
    """A server that refuses the API key and delays some replies."""

    def __init__(self, held_names: set[str]) -> None:
        super().__init__(lambda _: (401, {"error": "invalid_apikey", "message": "Invalid apikey"}))
        self.held_names = held_names
        self.go = asyncio.Event()
        self.all_here = asyncio.Barrier(len(held_names) + 1)
        self.finished_names: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = f"{scope['method']} {scope['path']}"
        if name in self.held_names:
            await self.all_here.wait()
            try:
                await self.go.wait()
            finally:
                self.finished_names.append(name)
        await super().__call__(scope, receive, send)


async def test_the_first_refused_key_ends_every_read_under_way_and_no_write() -> None:
    server = Refusing({"GET /channel", "GET /bundle", "POST /device"})
    async with CapgoClient(
        KEY,
        server="http://localhost",
        asgi_app=server,
        retry_policy=instant_retry_policy(),
        revision=Revision.LIVE,
    ) as client:
        reads = [
            asyncio.ensure_future(client.get_channel(APP, "beta")),
            asyncio.ensure_future(client.list_bundles(APP).read_next_page()),
        ]
        write = asyncio.ensure_future(client.link_device(APP, "d", "beta"))
        await server.all_here.wait()
        with pytest.raises(CapgoError):
            await client.get_device(APP, "d")
        for read in reads:
            with pytest.raises(CapgoError) as excinfo:
                await read
            assert excinfo.value.kind is ErrorKind.KEY_REFUSED
        assert sorted(server.finished_names) == ["GET /bundle", "GET /channel"]
        assert [str(request) for request in server.requests] == ["GET /device"]
        server.go.set()
        with pytest.raises(CapgoError):
            await write
        with pytest.raises(CapgoError):
            await client.get_channel(APP, "beta")
        assert [str(request) for request in server.requests] == ["GET /device", "POST /device"]


async def test_a_read_that_waits_for_its_next_try_ends_with_a_refused_key_as_well() -> None:
    doors = Doors()
    refusal_reply = (401, {"error": "invalid_apikey", "message": "Invalid apikey"})
    async with open_client(
        script(SERVER_FAULT, refusal_reply), retry_policy=doors.retry_policy()
    ) as (
        client,
        server,
    ):
        reading = asyncio.ensure_future(client.get_channel(APP, "beta"))
        await doors.waiting.wait()
        with pytest.raises(CapgoError):
            await client.get_device(APP, "d")
        with pytest.raises(CapgoError) as excinfo:
            await reading
        assert excinfo.value.kind is ErrorKind.KEY_REFUSED
        assert len(server.requests) == 2


# The pace


class RateLimitedServer:
    """A server with one device a page and a limit of requests a minute."""

    def __init__(self, glass: Hourglass, most: int, pages: int = 300) -> None:
        self.glass, self.most, self.pages = glass, most, pages
        self.times: list[float] = []
        self.refusal_count = 0

    def __call__(self, request: SentRequest) -> Answer:
        now = self.glass()
        self.times = [time for time in self.times if time > now - 60]
        if len(self.times) >= self.most:
            self.refusal_count += 1
            return rate_limit_reply(retryAfterSeconds=self.times[0] + 60 - now)
        self.times.append(now)
        number = int(request.query.get("cursor", "0"))
        more = number + 1 < self.pages
        page: dict[str, object] = {"data": [{"device_id": f"d-{number}"}], "hasMore": more}
        return 200, {**page, "nextCursor": f"{number + 1}"} if more else page


async def test_a_long_load_keeps_to_what_a_server_asks_for() -> None:
    glass = Hourglass()
    server = RateLimitedServer(glass, REQUESTS_A_MINUTE)
    async with open_client(
        server, retry_policy=instant_retry_policy(glass), revision=Revision.LIVE
    ) as (client, _):
        pages = await walk(client.list_devices(APP))
    assert len({row.row_key for page in pages for row in page.rows}) == server.pages
    assert server.refusal_count == 1, "told once, it keeps the pace"
    assert glass() < 200, "and is no slower than it must be: a hundred at once, two minutes more"


async def test_a_long_load_is_not_slowed_down_where_nobody_asks_for_it() -> None:
    glass = Hourglass()
    server = RateLimitedServer(glass, 2_000)
    async with open_client(
        server, retry_policy=instant_retry_policy(glass), revision=Revision.LIVE
    ) as (client, _):
        await walk(client.list_devices(APP))
    assert glass.slept == []


def moments(
    rate_limiter: RateLimiter, request: Request, count: int, now: float = 0.0
) -> list[float]:
    return [rate_limiter.reserve_time(request, now) for _ in range(count)]


def refusal(request: Request, wait: float | None = None, **detail: Any) -> CapgoError:
    return CapgoError(
        "Too many requests",
        kind=ErrorKind.RATE_LIMITED,
        retry_after=wait,
        detail=detail,
        request=request.name,
    )


LIST = requests.list_devices(LIVE, APP, limit=100)
GET = requests.get_device(LIVE, APP, "D-1")
LINK = requests.link_device(LIVE, APP, "D-1", "beta")


def test_lists_are_read_as_fast_as_they_come_until_the_server_asks_to_slow_down() -> None:
    rate_limiter = RateLimiter(60)
    assert moments(rate_limiter, LIST, 500) == [0.0] * 500
    rate_limiter.note(LIST, refusal(LIST), 0.0)
    slow = moments(rate_limiter, LIST, 300)
    for at in range(len(slow) - REQUESTS_A_MINUTE):
        assert slow[at + REQUESTS_A_MINUTE] - slow[at] > 60
    assert slow[99] < 63, "no slower than it must be"
    assert moments(rate_limiter, LIST, 3, 1_000.0) == [1_000.0] * 3, "after a while fast again"


def test_what_the_server_asks_everybody_to_wait_everybody_waits() -> None:
    rate_limiter = RateLimiter(60)
    rate_limiter.note(LIST, refusal(LIST, 30.0, reason="api_key_rate_limit_exceeded"), 0.0)
    assert rate_limiter.reserve_time(GET, 1.0) == 30.0
    assert rate_limiter.reserve_time(LINK, 1.0) > 30.0
    assert rate_limiter.find_holding_refusal(29.0) is not None
    assert rate_limiter.find_holding_refusal(30.0) is None


def test_what_concerns_one_device_or_lasts_too_long_holds_nobody() -> None:
    for request, error in (
        (GET, refusal(GET, 1.0, app_id=APP, device_id="d-1")),
        (LINK, refusal(LINK, 60.0)),
        (LIST, refusal(LIST, 900.0, reason="too_many_failed_auth_attempts")),
    ):
        rate_limiter = RateLimiter(60)
        rate_limiter.note(request, error, 0.0)
        assert moments(rate_limiter, LIST, 200) == [0.0] * 200
    rate_limiter = RateLimiter(60)
    rate_limiter.note(LIST, refusal(LIST, 900.0), 0.0)
    assert rate_limiter.find_holding_refusal(0.0) is None


def test_no_device_is_asked_for_more_than_five_times_a_second_each_way() -> None:
    rate_limiter = RateLimiter(60)
    gets = moments(rate_limiter, GET, 12)
    for at in range(len(gets) - 5):
        assert gets[at + 5] - gets[at] > 1
    assert gets[:5] == [0.0] * 5
    same = requests.get_device(LIVE, APP, "d-1")
    assert rate_limiter.reserve_time(same, 0.0) > 1, "the server tells no capitals apart"
    assert moments(rate_limiter, LINK, 5) == [0.0] * 5
    assert rate_limiter.reserve_time(requests.get_device(LIVE, APP, "d-2"), 0.0) == 0.0
    for number in range(5_000):
        rate_limiter.reserve_time(requests.get_device(LIVE, APP, f"x-{number}"), float(number))
    assert len(rate_limiter.devices) <= 1_001
