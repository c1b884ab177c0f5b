"""Every fault over a real connection."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from capgo_tui.sandbox.faults import Faults
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import Sandbox, run_sandbox
from tests.sandbox.contract_app import KNOWN_DEVICE, A, fill, key_of
from tests.sandbox.sockets import SocketSandbox, parse_answer, serve_sandbox
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

LINK = {"app_id": A, "device_id": KNOWN_DEVICE, "channel": "beta"}
EPOCH = int(NOON.timestamp())


@pytest.fixture(scope="module")
def server() -> Iterator[SocketSandbox]:
    with serve_sandbox() as one:
        yield one


@pytest.fixture
def sandbox(server: SocketSandbox) -> Iterator[SocketSandbox]:
    server.pauses.clear()
    yield server
    server.faults.clear()
    server.ask("DELETE", "/device", {"app_id": A, "device_id": KNOWN_DEVICE})


def strike(sandbox: SocketSandbox, *faults: str) -> None:
    sandbox.faults.set(*faults)


def link(sandbox: SocketSandbox) -> bytes:
    return sandbox.ask("POST", "/device", body=LINK)


# Time


@pytest.mark.parametrize(
    ("fault", "pauses"), [("latency=250", [0.25]), ("latency", [0.5]), ("late=40", [0.04])]
)
def test_delays_wait_as_long_as_told_and_answer_right(
    fault: str, pauses: list[float], sandbox: SocketSandbox
) -> None:
    right = sandbox.get("/channel", app_id=A)
    strike(sandbox, fault)
    assert sandbox.get("/channel", app_id=A).body == right.body
    assert sandbox.pauses == pauses


def test_jitter_varies_within_its_bound_and_repeats_with_its_seed(sandbox: SocketSandbox) -> None:
    for _ in range(2):
        strike(sandbox, "jitter=100")
        for _ in range(5):
            sandbox.get("/ok")
    waits = sandbox.pauses
    assert all(0 <= wait < 0.1 for wait in waits)
    assert len(set(waits[:5])) == 5
    assert waits[:5] == waits[5:]


def test_a_late_answer_comes_after_the_write(sandbox: SocketSandbox) -> None:
    arrival, go = threading.Event(), threading.Event()

    async def wait(seconds: float) -> None:
        arrival.set()
        await asyncio.to_thread(go.wait)

    noting, sandbox.faults.sleep = sandbox.faults.sleep, wait
    strike(sandbox, "late@device.link")
    with sandbox.connect() as connection:
        connection.sendall(sandbox.request("POST", "/device", body=LINK))
        assert arrival.wait(20)
        assert sandbox.count("overrides") == 1
        go.set()
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
    sandbox.faults.sleep = noting


def test_a_slow_drip_comes_in_pieces(sandbox: SocketSandbox) -> None:
    permits = threading.Semaphore(0)

    async def wait(seconds: float) -> None:
        await asyncio.to_thread(permits.acquire)

    noting, sandbox.faults.sleep = sandbox.faults.sleep, wait
    strike(sandbox, "slow-drip=9")
    with sandbox.connect() as connection:
        connection.sendall(sandbox.request("GET", "/ok"))
        head = connection.recv(4096)
        assert head.endswith(b"\r\n\r\n")
        assert b"content-length: 15\r\n" in head
        body = b""
        for _ in range(15):
            permits.release()
            body += connection.recv(4096)
            # Nothing more can come before the next permit.
            assert body == b'{"status":"ok"}'[: len(body)]
        assert len(body) == 15
    sandbox.faults.sleep = noting


def test_a_slow_drip_never_has_more_than_64_pieces(sandbox: SocketSandbox) -> None:
    right = sandbox.get("/bundle", app_id=A)
    strike(sandbox, "slow-drip=5")
    assert sandbox.get("/bundle", app_id=A).body == right.body
    assert 60 <= len(sandbox.pauses) <= 64
    assert set(sandbox.pauses) == {0.005}


# Refusals


def test_429_tells_when_to_come_again(sandbox: SocketSandbox) -> None:
    strike(sandbox, "429=7")
    answer = sandbox.get("/channel", app_id=A)
    assert answer.status == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-ratelimit-reset"] == str(EPOCH + 7)
    assert answer.json() == {
        "error": "too_many_requests",
        "message": "Too many requests",
        "moreInfo": {"rateLimitResetAt": (EPOCH + 7) * 1000, "retryAfterSeconds": 7},
    }


def test_429_may_tell_nothing(sandbox: SocketSandbox) -> None:
    strike(sandbox, "429=bare")
    answer = sandbox.get("/channel", app_id=A)
    assert answer.status == 429
    assert {"retry-after", "x-ratelimit-reset"}.isdisjoint(answer.headers)
    assert answer.json()["moreInfo"] == {}


@pytest.mark.parametrize(
    ("fault", "carried_out"), [("500", 0), ("500=before", 0), ("500=after", 1)]
)
def test_500_before_and_after_the_write(
    fault: str, carried_out: int, sandbox: SocketSandbox
) -> None:
    strike(sandbox, fault)
    answer = parse_answer(link(sandbox))
    assert (answer.status, answer.json()["error"]) == (500, "unknown_error")
    assert sandbox.count("overrides") == carried_out


@pytest.mark.parametrize(("fault", "carried_out"), [("502", 0), ("502=after", 1)])
def test_502_is_the_page_of_a_proxy(fault: str, carried_out: int, sandbox: SocketSandbox) -> None:
    strike(sandbox, fault)
    answer = parse_answer(link(sandbox))
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html")
    assert answer.body.startswith(b"<html>")
    assert sandbox.count("overrides") == carried_out


def test_an_error_in_a_200(sandbox: SocketSandbox) -> None:
    strike(sandbox, "error-in-200")
    answer = parse_answer(link(sandbox))
    assert (answer.status, answer.json()["error"]) == (200, "unknown_error")
    assert sandbox.count("overrides") == 0


def test_a_key_expires_from_the_nth_request_on(sandbox: SocketSandbox) -> None:
    strike(sandbox, "expired-key:3+")
    answers = [sandbox.get("/channel", app_id=A) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 401, 401, 401]
    assert answers[-1].json()["error"] == "invalid_apikey"


@pytest.mark.parametrize(
    ("revision", "path", "status", "body"),
    [
        ("documented", "/bundle", 401, b"Invalid apikey"),
        ("legacy", "/versions", 400, b'{"status":"Missing apikey"}'),
    ],
)
def test_older_revisions_refuse_in_their_own_words(
    revision: str, path: str, status: int, body: bytes
) -> None:
    with serve_sandbox(revision=revision) as sandbox:
        strike(sandbox, "expired-key@bundle.list", "429@device.list", "500@channel.list")
        answer = sandbox.get(path, app_id=A)
        assert (answer.status, answer.body) == (status, body)
        refusal = sandbox.get("/device", app_id=A)
        assert (refusal.status, refusal.headers["retry-after"]) == (429, "1")
        assert refusal.json() == {"error": "you are beeing rate limited"}
        assert sandbox.get("/channel", app_id=A).json() == {"status": "Internal Server Error"}


@pytest.mark.parametrize(
    ("fault", "host"),
    [
        ("redirect", "http://elsewhere.invalid"),
        ("redirect=https://evil.example:8443", "https://evil.example:8443"),
        ("redirect=http://127.0.0.2:99@device.link:1", "http://127.0.0.2:99"),
    ],
)
def test_a_redirect_to_another_host(fault: str, host: str, sandbox: SocketSandbox) -> None:
    strike(sandbox, fault)
    answer = parse_answer(sandbox.ask("POST", "/device", {"a": "b c"}, LINK))
    assert (answer.status, answer.body) == (307, b"")
    assert answer.headers["location"] == f"{host}/device?a=b+c"
    assert sandbox.count("overrides") == 0


# Connections


def test_a_connection_dropped_before_the_write(sandbox: SocketSandbox) -> None:
    strike(sandbox, "drop=before")
    assert link(sandbox) == b""
    assert sandbox.count("overrides") == 0


def test_a_connection_dropped_after_the_write(sandbox: SocketSandbox) -> None:
    strike(sandbox, "drop=after")
    assert link(sandbox) == b""
    assert sandbox.count("overrides") == 1


def test_a_connection_dropped_midway(sandbox: SocketSandbox) -> None:
    right = sandbox.get("/channel", app_id=A)
    strike(sandbox, "drop=midway")
    answer = sandbox.get("/channel", app_id=A)
    assert answer.headers["content-length"] == str(len(right.body))
    assert answer.body == right.body[: len(right.body) // 2]


@pytest.mark.parametrize("fault", ["drop", "drop=after", "drop=midway"])
def test_what_httpx_makes_of_a_dropped_connection(fault: str, sandbox: SocketSandbox) -> None:
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        headers = {"authorization": sandbox.key}
        strike(sandbox, f"{fault}:2")
        assert client.get("/ok", headers=headers).is_success
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/ok", headers=headers)
        assert client.get("/ok", headers=headers).is_success


def test_a_dropped_connection_in_process() -> None:
    store = Store()
    key = fill(store)
    faults = Faults(drop_error=lambda: httpx.ReadError("dropped"))
    faults.set("drop=after@device.link:1", "drop=midway@channel.list")
    with run_sandbox(store, faults=faults) as sandbox:
        sandbox.key = key
        with pytest.raises(httpx.ReadError):
            sandbox.post("/device", **LINK)
        assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()["channel"] == "beta"
        with pytest.raises(httpx.ReadError):
            sandbox.get("/channel", app_id=A)


# Bodies


def test_truncated_json_looks_whole(sandbox: SocketSandbox) -> None:
    right = sandbox.get("/channel", app_id=A)
    strike(sandbox, "truncated")
    answer = sandbox.get("/channel", app_id=A)
    assert answer.status == 200
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.body == right.body[: len(right.body) // 2]
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("fault", "media_type"),
    [("wrong-type", "text/html"), ("wrong-type=image/png", "image/png")],
)
def test_a_wrong_content_type(fault: str, media_type: str, sandbox: SocketSandbox) -> None:
    right = sandbox.get("/channel", app_id=A)
    strike(sandbox, fault)
    answer = sandbox.get("/channel", app_id=A)
    assert (answer.headers["content-type"], answer.body) == (media_type, right.body)


def test_an_empty_body(sandbox: SocketSandbox) -> None:
    strike(sandbox, "empty")
    answer = sandbox.get("/channel", app_id=A)
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "0", b"")


def test_a_body_that_is_not_utf8(sandbox: SocketSandbox) -> None:
    strike(sandbox, "bad-utf8")
    answer = sandbox.get("/channel", app_id=A)
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode()
    # Nothing else is wrong: the rest is still JSON.
    assert json.loads(answer.body.decode(errors="replace"))[0]["name"] == "production"


# Together


def test_several_faults_work_together_and_count_for_themselves(sandbox: SocketSandbox) -> None:
    strike(sandbox, "latency=10@*", "429@channel.list:2", "wrong-type=text/css@channel.*:x.")
    answers = [sandbox.get("/channel", app_id=A) for _ in range(3)]
    sandbox.get("/device", app_id=A)
    assert [answer.status for answer in answers] == [200, 429, 200]
    assert [answer.headers["content-type"] for answer in answers] == [
        "text/css",
        "application/json",
        "text/css",
    ]
    assert sandbox.pauses == [0.01] * 4
    log = [(one.operation, len(one.faults)) for one in list(sandbox.faults.request_log)[-4:]]
    assert log == [
        ("channel.list", 2),
        ("channel.list", 2),
        ("channel.list", 2),
        ("device.list", 1),
    ]


def test_faults_may_change_at_any_time(sandbox: SocketSandbox) -> None:
    sandbox.faults.add("500@device.list")
    sandbox.faults.add("502@channel.list")
    assert sandbox.faults.active == ("500@device.list", "502@channel.list")
    assert sandbox.get("/channel", app_id=A).status == 502
    sandbox.faults.clear()
    assert sandbox.get("/channel", app_id=A).status == 200


def test_none_struck_is_as_without(sandbox: SocketSandbox) -> None:
    strike(sandbox, "500@bundle.*")
    plain = Store()
    fill(plain)
    with run_sandbox(plain) as reference:
        reference.key = key_of("org_super_admin")
        rows = _ask(reference)
    assert sandbox.get("/channel", app_id=A).json() == rows


def _ask(sandbox: Sandbox) -> object:
    return sandbox.get("/channel", app_id=A).json()
