"""The conformance cases (§15) on channel rights, an organisation's policy and statistics."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox import test_conformance, test_limits
from tests.sandbox.cases import ZIP
from tests.sandbox.contract_app import ENCRYPTED_APP, KNOWN_DEVICE, UNKNOWN_DEVICE, A
from tests.sandbox.scoreboard import list_marked_numbers, rows_of_the_contract

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.conftest import Sandbox

BETA, UUID_KEY = 3, "11111111-2222-4333-8444-555555555555"


def post(sandbox: Sandbox, path: str, key: str, **body: object) -> httpx.Response:
    return sandbox.ask("POST", path, body=body, key=key)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


def beta(sandbox: Sandbox) -> dict[str, Any]:
    row: dict[str, Any] = sandbox.get("/channel", app_id=A, channel="beta").json()
    return row


@pytest.mark.row(21)
def test_21_a_rollout_needs_the_right_to_promote(sandbox: Sandbox) -> None:
    key = "key-no-promoting"
    answer = post(sandbox, "/channel", key, app_id=A, channel="beta", rolloutVersion="2.0.0")
    assert code(answer) == (400, "cannot_promote_bundle")
    assert beta(sandbox)["rollout_version"] is None
    # Its role still allows the settings.
    assert post(sandbox, "/channel", key, app_id=A, channel="beta", allow_dev=False).is_success


@pytest.mark.row(40)
def test_40_a_role_on_one_channel_links_to_that_one(sandbox: Sandbox) -> None:
    key = "key-beta-admin"
    wish = {"app_id": A, "device_id": UNKNOWN_DEVICE}
    assert post(sandbox, "/device", key, **wish, channel="beta").json() == {"status": "ok"}
    with sandbox.store.open_for_reading() as db:
        rows = db.execute("SELECT device_id, channel_id FROM overrides").fetchall()
    assert [tuple(row) for row in rows] == [(UNKNOWN_DEVICE, BETA)]
    answer = post(sandbox, "/device", key, **wish, channel="no_access")
    assert code(answer) == (404, "channel_not_found")
    listing = sandbox.ask("GET", "/channel", query={"app_id": A}, key=key)
    assert code(listing) == (400, "cannot_access_app")


@pytest.mark.row(65)
def test_65_promotion_denied_on_one_channel(sandbox: Sandbox) -> None:
    key, before = "key-no-promoting", beta(sandbox)
    wish = {"app_id": A, "version_id": 2, "channel_id": BETA}
    assert code(sandbox.ask("PUT", "/bundle", body=wish, key=key)) == (400, "cannot_access_app")
    assert beta(sandbox) == before
    other_channel = {**wish, "channel_id": 4}
    assert sandbox.ask("PUT", "/bundle", body=other_channel, key=key).is_success


@pytest.mark.row(75)
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "encryption_required"),
        ({"session_key": "s"}, "encryption_key_required"),
        ({"session_key": "s", "key_id": "k-2"}, "encryption_key_mismatch"),
        ({"session_key": "s", "key_id": "k-1"}, ""),
    ],
)
def test_75_an_organisation_that_demands_encryption(
    fields: dict[str, str], error: str, sandbox: Sandbox
) -> None:
    answer = post(
        sandbox, "/bundle", "key-sealed", app_id=ENCRYPTED_APP, version="1.0.0", **ZIP, **fields
    )
    assert code(answer) == (400 if error else 200, error)


PLATFORMS = ("android", "ios", "electron", "unknown")


def statistics(sandbox: Sandbox, path: str, headers: dict[str, str], **query: str) -> Any:
    return sandbox.ask("GET", f"/statistics/app/{path}", query=query, headers=headers)


@pytest.fixture
def uuid_key(sandbox: Sandbox) -> str:
    """A key of the service's own form, which statistics take from ``authorization``."""
    with sandbox.store.open_for_writing() as db:
        db.execute("UPDATE keys SET key = ? WHERE label = 'app_admin'", [UUID_KEY])
    return UUID_KEY


@pytest.mark.row(86)
def test_86_statistics_of_an_app_that_is_none_of_ones_own(sandbox: Sandbox, uuid_key: str) -> None:
    own = {"authorization": uuid_key}
    query = {"from": "2", "to": "1"}
    answer = statistics(sandbox, "nonexistent.app.id", own, **query)
    assert code(answer) == (401, "no_access_to_app")
    assert statistics(sandbox, A, own, **query).json() == []


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "no_jwt_apikey_or_subkey"),
        ({"authorization": "key-hashed"}, "invalid_jwt"),
        ({"authorization": "key-hashed", "capgkey": UUID_KEY}, "invalid_jwt"),
        ({"capgkey": "wrong"}, "invalid_apikey"),
        ({"capgkey": UUID_KEY}, ""),
        ({"x-api-key": UUID_KEY}, ""),
    ],
)
def test_statistics_read_the_key_otherwise(
    headers: dict[str, str], error: str, sandbox: Sandbox, uuid_key: str
) -> None:
    answer = statistics(sandbox, A, headers, **{"from": "2026-06-01", "to": "2026-06-02"})
    assert answer.status_code == (401 if error else 200)
    assert not error or answer.json()["error"] == error


def test_statistics_count_the_devices_seen(sandbox: Sandbox, uuid_key: str) -> None:
    own, query = {"authorization": uuid_key}, {"from": "2026-05-31", "to": "2026-06-02"}
    rows = statistics(sandbox, A, own, **query).json()
    assert [(row["date"], row["mau"]) for row in rows] == [
        ("2026-05-31", 0),
        ("2026-06-01", 2),
        ("2026-06-02", 2),
    ]
    each = statistics(sandbox, A, own, **query, noAccumulate="true").json()
    assert [row["mau"] for row in each] == [0, 2, 0]
    usage = statistics(sandbox, f"{A}/bundle_usage", own, **query).json()
    assert usage["labels"] == ["2026-05-31", "2026-06-01", "2026-06-02"]
    assert usage["datasets"] == [
        {"label": "1.0.1", "data": [0.0, 50.0, 50.0]},
        {"label": "builtin", "data": [0.0, 50.0, 50.0]},
    ]
    native = statistics(sandbox, f"{A}/native_usage", own, **query).json()
    assert native["labels"] == usage["labels"]
    assert [each["data"] for each in native["datasets"]]
    assert native["activeDevices"]["total"] == 2
    assert native["previousPeriodActiveDevices"]["total"] == 0
    daily = native["dailyPlatformActive"]
    assert daily["total"] == [0, 2, 0]
    assert [sum(day) for day in zip(*(daily[p] for p in PLATFORMS), strict=True)] == [0, 2, 0]
    bad = statistics(sandbox, A, own, **{"from": "soon", "to": "1"})
    assert code(bad) == (400, "invalid_body")


def test_a_right_on_a_channel_goes_with_it(sandbox: Sandbox) -> None:
    assert sandbox.delete("/channel", app_id=A, channel="beta").is_success
    sandbox.post("/channel", app_id=A, channel="beta")
    wish = {"app_id": A, "device_id": KNOWN_DEVICE, "channel": "beta"}
    assert code(post(sandbox, "/device", "key-beta-admin", **wish)) == (404, "channel_not_found")


def test_every_row_of_the_contract_has_a_test() -> None:
    tested_rows = {
        row
        for module in (test_conformance, test_limits, sys.modules[__name__])
        for row in list_marked_numbers(module, "row")
    }
    assert rows_of_the_contract() == list(range(1, 100))
    assert tested_rows == set(rows_of_the_contract())
