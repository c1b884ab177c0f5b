"""The five rate limiters (§3), with a clock that the test moves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from capgo_tui.sandbox import limits as module
from capgo_tui.sandbox.answers import Answer, Refusal
from capgo_tui.sandbox.limits import Limits
from tests.sandbox.contract_app import KNOWN_DEVICE, NEWER_DEVICE, A, key_of
from tests.support.clock import Clock

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.conftest import OpenSandbox, Sandbox


def link(sandbox: Sandbox, channel: str = "beta", device_id: str = KNOWN_DEVICE) -> httpx.Response:
    return sandbox.post("/device", app_id=A, device_id=device_id, channel=channel)


def test_none_means_none(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox()
    assert all(link(sandbox).is_success for _ in range(8))


@pytest.mark.row(44)
def test_44_five_in_a_second(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="device")
    for _ in range(5):
        assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).is_success
        sandbox.clock.advance(0.1)
    refusal = sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE)
    assert refusal.status_code == 429
    assert refusal.headers["retry-after"] == "1"
    more = refusal.json()["moreInfo"]
    assert (more["app_id"], more["device_id"], more["retryAfterSeconds"]) == (A, KNOWN_DEVICE, 1)
    assert int(refusal.headers["x-ratelimit-reset"]) * 1000 >= more["rateLimitResetAt"]
    # Another device, another operation and the list have counters of their own.
    assert sandbox.get("/device", app_id=A, device_id=NEWER_DEVICE).is_success
    assert sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE).is_success
    assert sandbox.get("/device", app_id=A).is_success
    # The window runs from the first call; refused ones do not prolong it.
    sandbox.clock.advance(0.6)
    assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).is_success


@pytest.mark.row(45)
def test_45_different_operations_at_once(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="hosted")
    body = {"app_id": A, "device_id": KNOWN_DEVICE}
    headers = {"authorization": sandbox.key}

    async def at_once() -> tuple[httpx.Response, ...]:
        client = sandbox.client
        return await asyncio.gather(
            client.post("/device", json={**body, "channel": "beta"}, headers=headers),
            client.get("/device", params=body, headers=headers),
            client.request("DELETE", "/device", json=body, headers=headers),
        )

    assert [answer.status_code for answer in sandbox.runner.run(at_once())] == [200, 200, 200]


@pytest.mark.row(46)
def test_46_same_set_within_a_minute(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="device")
    assert link(sandbox).is_success
    sandbox.clock.advance(1.1)
    refusal = link(sandbox)
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "59")
    assert link(sandbox, "no_access").is_success
    assert sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE).is_success
    assert link(sandbox).status_code == 429
    sandbox.clock.advance(59)
    assert link(sandbox).is_success


@pytest.mark.row(44)
@pytest.mark.parametrize("links", [True, False], ids=["POST", "DELETE"])
def test_44_links_elsewhere_and_unlinks_too(links: bool, open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="device")

    def ask(number: int) -> httpx.Response:
        if links:
            return link(sandbox, f"missing-{number}")
        return sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE)

    assert {ask(number).status_code for number in range(5)} <= {200, 404}
    refusal = ask(5)
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "1")
    sandbox.clock.advance(1.1)
    assert ask(6).status_code != 429


def test_a_link_that_two_limits_refuse_is_told_the_longer_wait(open_sandbox: OpenSandbox) -> None:
    """As in the replay of the recorded requests, without any time between them."""
    sandbox = open_sandbox(limits="device")
    for number in range(5):
        link(sandbox, f"missing-{number}")
    refusal = link(sandbox, "missing-1")
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "60")
    sandbox.clock.advance(1.1)
    assert link(sandbox, "missing-1").headers["retry-after"] == "59"


def test_failed_attempts_count_too(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="device")
    assert link(sandbox, "missing").status_code == 404
    sandbox.clock.advance(2)
    assert link(sandbox, "missing").status_code == 429


def test_failed_authentication_blocks_the_address(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="hosted")
    for _ in range(20):
        assert sandbox.ask("GET", "/channel", headers={}).status_code == 401
        sandbox.clock.advance(1)
    sandbox.clock.advance(-1)
    refusal = sandbox.get("/channel", app_id=A)
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "900")
    assert refusal.json()["moreInfo"]["reason"] == "too_many_failed_auth_attempts"
    # A refused call is no failure, so the block ends 15 minutes after the last one.
    sandbox.clock.advance(899)
    assert sandbox.get("/channel", app_id=A).status_code == 429
    sandbox.clock.advance(1)
    assert sandbox.get("/channel", app_id=A).is_success


def test_a_success_does_not_clear_failures(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="hosted")
    for _ in range(20):
        sandbox.ask("GET", "/channel", key="wrong")
        sandbox.get("/ok")
    assert sandbox.get("/channel", app_id=A).status_code == 429


def refuse(more: object, headers: dict[str, str]) -> Answer:
    return Answer(str(more), 429, headers)


def test_a_key_forgets_only_after_an_idle_minute() -> None:
    clock = Clock()
    limits = Limits("hosted", clock, refuse)
    for _ in range(2000):
        limits.count_key(1)
        clock.advance(59)
    for _ in range(2):
        with pytest.raises(Refusal) as error:
            limits.count_key(1)
        assert "'apikey_id': 1" in str(error.value.answer.body)
        clock.advance(59)
    limits.count_key(2)
    clock.advance(60)
    limits.count_key(1)


def test_an_address_has_a_thousand_a_minute() -> None:
    clock = Clock()
    limits = Limits("hosted", clock, refuse)
    for number in range(1000):
        limits.count_device("get", "192.0.2.1", A, f"device-{number}")
        clock.advance(0.05)
    with pytest.raises(Refusal, match="ip_rate_limit_exceeded"):
        limits.count_device("get", "192.0.2.1", A, None)
    limits.count_device("get", "192.0.2.2", A, None)
    clock.advance(10)
    limits.count_device("get", "192.0.2.1", A, None)


def test_counters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 10)
    clock = Clock()
    limits = Limits("hosted", clock, refuse)
    for number in range(100):
        limits.count_failed_auth(f"192.0.2.{number}")
    counters = limits.counters
    assert len(counters.entries) == 10
    clock.advance(1000)
    limits.count_failed_auth("192.0.2.200")
    assert len(counters.entries) == 1


def test_device_limits_leave_the_rest_alone(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(limits="device")
    for _ in range(25):
        assert sandbox.ask("GET", "/channel", headers={}).status_code == 401
    key = key_of("app_reader")
    assert sandbox.ask("GET", "/channel", query={"app_id": A}, key=key).is_success
