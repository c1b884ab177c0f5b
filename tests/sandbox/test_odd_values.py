"""Values of unexpected types get an answer by rule, never an error of the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.conftest import run_sandbox
from tests.sandbox.contract_app import A, key_of

if TYPE_CHECKING:
    from tests.sandbox.conftest import OpenSandbox, Sandbox

TOO_LARGE = 2**70


def nest_lists(depth: int) -> bytes:
    """Return JSON of nested lists."""
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/channel", {"channel": "\ud800"}, 400, "cannot_find_version"),
        ("POST", "/channel", {"channel": "new", "version": {"a": 1}}, 400, "cannot_find_version"),
        ("POST", "/channel", {"channel": "beta", "version": ["1.0.0"]}, 500, "unknown_error"),
        (
            "POST",
            "/channel",
            {"channel": "beta", "rolloutVersion": TOO_LARGE},
            500,
            "unknown_error",
        ),
        ("PUT", "/bundle", {"version_id": TOO_LARGE, "channel_id": 3}, 400, "cannot_find_version"),
        ("PUT", "/bundle", {"version_id": 1, "channel_id": TOO_LARGE}, 400, "cannot_find_channel"),
        ("GET", "/device", {"order": ["asc"]}, 400, "invalid_order"),
        ("GET", "/device", {"order": {"a": 1}}, 400, "invalid_order"),
        ("GET", "/device", {"limit": [5]}, 400, "invalid_limit"),
        ("POST", "/device", {"device_id": ["x"]}, 500, "unknown_error"),
        ("DELETE", "/bundle", {"version": {"a": 1}}, 400, "cannot_delete_version"),
    ],
)
def test_odd_values(
    *,
    method: str,
    path: str,
    body: dict[str, object],
    status: int,
    code: str,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = sandbox.ask(method, path, raw=json.dumps({"app_id": A, **body}).encode())
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert caplog.messages == []


def test_half_a_surrogate_pair_is_echoed_escaped(sandbox: Sandbox) -> None:
    answer = sandbox.ask("DELETE", "/channel", raw=b'{"channel":"\\ud800"}')
    assert answer.status_code == 400
    assert b'{"body":{"channel":"\\ud800"}}' in answer.content


@pytest.mark.parametrize(("method", "path"), [("POST", "/channel"), ("DELETE", "/device")])
@pytest.mark.parametrize("faults", [(), ("500@ping",)])
@pytest.mark.parametrize(
    ("depth", "code"),
    [
        (500, "missing_app_id"),
        (501, "invalid_json_parse_body"),
        (5_000, "invalid_json_parse_body"),
        (100_000, "invalid_json_parse_body"),
    ],
)
def test_json_nested_out_of_all_reason_is_no_json(
    *, method: str, path: str, faults: tuple[str, ...], depth: int, code: str, sandbox: Sandbox
) -> None:
    with run_sandbox(sandbox.store, faults=faults) as faulty:
        faulty.key = sandbox.key
        answer = faulty.ask(method, path, raw=nest_lists(depth))
        assert (answer.status_code, answer.json()["error"]) == (400, code)


def test_many_lists_beside_each_other_are_not_nested(sandbox: Sandbox) -> None:
    body = b'{"app_id": [' + b"[]," * 5_000 + b"{}]}"
    assert sandbox.ask("POST", "/channel", raw=body).json()["error"] == "invalid_app_id"


def test_statistics_end_with_the_calendar(sandbox: Sandbox) -> None:
    days = {"from": "9999-12-31", "to": "9999-12-31"}
    headers = {"capgkey": key_of("app_admin")}
    answer = sandbox.ask("GET", f"/statistics/app/{A}", query=days, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_body")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("disableAutoUpdate", ["major"], "Cannot create channel"),
        ("version", {"a": 1}, "Cannot find version"),
    ],
)
def test_d_odd_values(field: str, value: object, text: str, open_sandbox: OpenSandbox) -> None:
    documented_sandbox = open_sandbox("documented")
    answer = documented_sandbox.post("/channel", app_id=A, channel="beta", **{field: value})
    assert (answer.status_code, answer.json()["status"]) == (400, text)
