"""The grammar of faults, and which requests one strikes."""

from __future__ import annotations

import random

import pytest

from capgo_tui.sandbox.faults import FaultError, Faults, describe_grammar
from capgo_tui.sandbox.faults.kinds import KINDS
from capgo_tui.sandbox.faults.operations import NAMES, identify_request, is_aimed_at
from capgo_tui.sandbox.faults.schedule import read_schedule
from tests.sandbox.contract_app import A


@pytest.mark.parametrize(
    ("when", "pattern"),
    [
        ("", "xxxxxxxxxxxx"),
        ("1", "x..........."),
        ("3", "..x........."),
        ("2-4", ".xxx........"),
        ("10+", ".........xxx"),
        ("1,4,7-9", "x..x..xxx..."),
        ("/5", "....x....x.."),
        ("..x", "..x..x..x..x"),
        ("x.", "x.x.x.x.x.x."),
        ("0%", "............"),
        ("100%", "xxxxxxxxxxxx"),
    ],
)
def test_moments(when: str, pattern: str) -> None:
    schedule = read_schedule(when)
    rng = random.Random(0)  # noqa: S311 - chances, not secrets
    assert "".join(".x"[schedule(number, rng)] for number in range(1, 13)) == pattern


def test_a_rate_is_about_right_and_the_seed_decides() -> None:
    def statuses(seed: int) -> list[bool]:
        faults = Faults.of("500:25%", seed=seed)
        request = identify_request("GET", "/ok", {}, b"")
        return [bool(faults.choose(request)) for _ in range(1000)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert 200 < sum(statuses(1)) < 300


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "operation"),
    [
        ("GET", "/ok", {}, b"", "ping"),
        ("GET", "/channel/", {"app_id": A}, b"", "channel.list"),
        ("HEAD", "/channel", {"app_id": A}, b"", "channel.list"),
        ("GET", "/channel", {"channel": "beta"}, b"", "channel.get"),
        ("POST", "/channel", {}, b'{"channel":"x"}', "channel.set"),
        ("DELETE", "/channel", {}, b"", "channel.delete"),
        ("GET", "/device", {"cursor": "x"}, b"", "device.list"),
        ("GET", "/device", {"device_id": "x"}, b"", "device.get"),
        ("GET", "/device", {"channel": "x"}, b"", "device.get"),
        ("POST", "/device", {}, b"{}", "device.link"),
        ("DELETE", "/device", {}, b"{}", "device.unlink"),
        ("GET", "/bundle", {}, b"", "bundle.list"),
        ("GET", "/versions", {}, b"", "bundle.list"),
        ("POST", "/bundle", {}, b"", "bundle.create"),
        ("PUT", "/bundle", {}, b"", "bundle.promote"),
        ("POST", "/bundle/metadata", {}, b"", "bundle.metadata"),
        ("DELETE", "/bundle", {}, b'{"version":"1.0.0"}', "bundle.delete"),
        ("DELETE", "/bundle", {"version": "1.0.0"}, b"not json", "bundle.delete"),
        ("DELETE", "/bundle", {}, b'{"version":""}', "bundle.delete-all"),
        ("DELETE", "/versions", {}, b"[]", "bundle.delete-all"),
        ("GET", "/app", {}, b"", "app.list"),
        ("GET", "/app/com.acme.shop", {}, b"", "app.get"),
        ("GET", "/statistics/app/x/bundle_usage", {}, b"", "app.statistics"),
        ("PATCH", "/nope", {}, b"", "other"),
    ],
)
def test_operations(
    method: str, path: str, query: dict[str, str], body: bytes, operation: str
) -> None:
    assert identify_request(method, path, query, body).operation == operation


@pytest.mark.parametrize(
    ("aim", "operations"),
    [
        ("*", {"device.list", "device.link", "channel.list", "other"}),
        ("device.*", {"device.list", "device.link"}),
        ("*.list", {"device.list", "channel.list"}),
        ("read", {"device.list", "channel.list", "other"}),
        ("write", {"device.link"}),
        ("GET /device", {"device.list"}),
        ("/device/", {"device.list", "device.link"}),
        ("other", {"other"}),
    ],
)
def test_aims(aim: str, operations: set[str]) -> None:
    requests = [("GET", "/device"), ("POST", "/device"), ("GET", "/channel"), ("GET", "/nope")]
    identified_requests = [identify_request(method, path, {}, b"") for method, path in requests]
    assert {one.operation for one in identified_requests if is_aimed_at(aim, one)} == operations


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no fault ''"),
        ("latncy=3", "no fault 'latncy'; did you mean latency?"),
        ("SAME-CURSOR", "no fault 'SAME-CURSOR'; did you mean same-cursor?"),
        ("latency=soon", "'soon' is not a number of milliseconds"),
        ("truncated=1", "it takes no argument, not '1'"),
        ("drop=during", "'during' is not one of before, after, midway"),
        ("429=x", "'x' is neither a number of seconds nor 'bare'"),
        ("insert-rows=0", "'0' is not a number of rows"),
        ("wrong-type=html", "'html' is not a content type"),
        ("redirect=elsewhere", "'elsewhere' is not an http address"),
        ("redirect=http://127.0.0.2:99:3", "after @*, as in URL@*:3"),
        ("redirect=http://elsewhere:25%", "after @*, as in URL@*:3"),
        ("drop@device.lnik", "no operation 'device.lnik'; did you mean device.link?"),
        ("drop@wirte", "no operation 'wirte'; did you mean write?"),
        ("drop@GET /devices", "no request 'GET /devices'; did you mean GET /device?"),
        ("drop@PATCH /device", "no request 'PATCH /device'"),
        ("drop@/channels", "no request '/channels'; did you mean /channel?"),
        ("drop@GET device", "no operation 'GET device'"),
        ("drop@get /device", "is not METHOD /path"),
        ("drop:often", "'often' does not say when; write one of 3 (the third only)"),
        ("drop:0", "'0' does not say when"),
        ("drop:5-2", "'5-2' does not say when"),
        ("drop@*:120%", "'120%' does not say when"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(FaultError) as error:
        Faults.of(text)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{text}: ")


@pytest.mark.parametrize(
    "aim", ["GET /app/com.acme.shop", "/statistics/app/com.acme.shop", "DELETE /versions", "/ok/"]
)
def test_every_path_there_is_can_be_aimed_at(aim: str) -> None:
    assert Faults.of(f"500@{aim}:2").active == (f"500@{aim}:2",)


def test_a_mistake_leaves_the_faults_as_they_were() -> None:
    faults = Faults.of("500")
    with pytest.raises(FaultError):
        faults.set("502", "nonsense")
    assert faults.active == ("500",)


@pytest.mark.parametrize("name", KINDS)
def test_every_fault_has_a_default_that_works(name: str) -> None:
    assert Faults.of(name, f"{name}@*:1").active == (name, f"{name}@*:1")


def test_the_explanation_names_everything_and_fits_a_terminal() -> None:
    text = describe_grammar()
    for name in (*KINDS, *NAMES):
        assert name in text
    assert [line for line in text.splitlines() if len(line) > 80] == []
