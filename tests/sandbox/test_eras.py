"""The answers and rules of the two older revisions (§6-§8, §12, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.contract_app import (
    BUILTIN_DEVICE,
    EMPTY,
    KNOWN_DEVICE,
    UNKNOWN_DEVICE,
    A,
    key_of,
)

if TYPE_CHECKING:
    from tests.sandbox.conftest import OpenSandbox, Sandbox


@pytest.fixture
def documented_sandbox(open_sandbox: OpenSandbox) -> Sandbox:
    return open_sandbox("documented")


@pytest.fixture
def legacy_sandbox(open_sandbox: OpenSandbox) -> Sandbox:
    return open_sandbox("legacy")


def test_d_channels(documented_sandbox: Sandbox) -> None:
    rows = documented_sandbox.get("/channel", app_id=A).json()
    assert [row["name"] for row in rows][:2] == ["production", "development"]
    assert rows[0]["version"] == {"id": 1, "name": "1.0.0"}
    assert rows[0]["disableAutoUpdate"] is True
    assert rows[3]["version"]["name"] == "unknown"
    assert not {"rollout_id", "allow_device"} & set(rows[0])
    assert documented_sandbox.get("/channel", app_id=A, channel="beta").json() == rows[2]
    assert documented_sandbox.get("/channel", app_id=EMPTY).json() == []


@pytest.mark.parametrize(
    ("method", "path", "query", "text"),
    [
        ("GET", "/channel", {"app_id": A, "channel": "nope"}, "Cannot find version"),
        ("GET", "/channel", {"app_id": "com.nobody"}, "You can't access this app"),
        ("GET", "/channel", {}, "You can't access this app"),
        ("GET", "/channel", {"app_id": A, "page": -1}, "Cannot find channels"),
        ("DELETE", "/channel", {"app_id": A}, "You must provide a channel name"),
        ("DELETE", "/channel", {"app_id": A, "channel": "nope"}, "Cannot find channel"),
        ("GET", "/device", {"app_id": A, "device_id": UNKNOWN_DEVICE}, "Cannot find device"),
        ("GET", "/bundle", {}, "Missing app_id"),
        ("GET", "/bundle", {"app_id": EMPTY}, "Cannot get bundle"),
        ("DELETE", "/bundle", {"app_id": A, "version": "9.9.9"}, "Cannot delete version"),
        ("DELETE", "/bundle", {}, "Missing app_id"),
    ],
)
def test_d_errors(
    method: str, path: str, query: dict[str, object], text: str, documented_sandbox: Sandbox
) -> None:
    answer = documented_sandbox.ask(method, path, query=query)
    assert (answer.status_code, answer.json()["status"]) == (400, text)
    assert not {"message", "moreInfo"} & set(answer.json())


def test_d_an_omitted_version_resets(documented_sandbox: Sandbox) -> None:
    assert documented_sandbox.post("/channel", app_id=A, channel="beta", public=False).json() == {
        "status": "ok"
    }
    beta = documented_sandbox.get("/channel", app_id=A, channel="beta").json()
    assert beta["version"]["name"] == "unknown"
    documented_sandbox.post("/channel", app_id=A, channel="beta", version="1.0.1")
    beta = documented_sandbox.get("/channel", app_id=A, channel="beta").json()
    assert beta["version"] == {"id": 2, "name": "1.0.1"}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"channel": "beta", "version": "9.9.9"}, 400, "Cannot find version"),
        ({"channel": "beta", "disableAutoUpdate": "patch"}, 400, "Cannot create channel"),
        ({"channel": "beta", "public": "maybe"}, 400, "Cannot create channel"),
        ({}, 400, "Cannot create channel"),
    ],
)
def test_d_post_channel_errors(
    body: dict[str, object], status: int, text: str, documented_sandbox: Sandbox
) -> None:
    answer = documented_sandbox.post("/channel", app_id=A, **body)
    assert (answer.status_code, answer.json()["status"]) == (status, text)


def test_d_bad_json_is_a_500(documented_sandbox: Sandbox) -> None:
    answer = documented_sandbox.ask("POST", "/channel", raw=b"{")
    assert (answer.status_code, answer.json()["status"]) == (500, "Cannot create channel")


def test_d_devices(documented_sandbox: Sandbox) -> None:
    rows = documented_sandbox.get("/device", app_id=A).json()
    assert [row["version"]["name"] for row in rows] == ["1.0.0", "1.0.1", "builtin"]
    assert not {"channel", "version_name", "created_at"} & set(rows[0])
    assert (
        documented_sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE.upper()).json()
        == rows[0]
    )
    assert documented_sandbox.get("/device", app_id=A, page=1).json() == []
    assert documented_sandbox.get("/device", app_id=EMPTY).json() == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "Missing device_id or app_id"),
        ({"device_id": KNOWN_DEVICE, "version_id": "1.0.1"}, "Cannot set version without channel"),
        (
            {"device_id": KNOWN_DEVICE, "channel": "beta", "version_id": "1.0.0"},
            "Cannot set version already in a public channel",
        ),
        ({"device_id": KNOWN_DEVICE, "channel": "beta", "version_id": "9"}, "Cannot find version"),
        ({"device_id": KNOWN_DEVICE, "channel": "nope"}, "Cannot find channel"),
        (
            {"device_id": KNOWN_DEVICE, "channel": "production"},
            "Cannot set channel override for public channel",
        ),
    ],
)
def test_d_link_errors(body: dict[str, str], text: str, documented_sandbox: Sandbox) -> None:
    answer = documented_sandbox.post("/device", app_id=A, **body)
    assert (answer.status_code, answer.json()["status"]) == (400, text)


def overrides(sandbox: Sandbox) -> tuple[int, int]:
    with sandbox.store.open_for_reading() as db:
        channels = db.execute("SELECT count(*) FROM overrides").fetchone()[0]
        return channels, db.execute("SELECT count(*) FROM version_overrides").fetchone()[0]


def test_d_link_and_unlink_by_query(documented_sandbox: Sandbox) -> None:
    link = {"app_id": A, "device_id": KNOWN_DEVICE, "channel": "beta", "version_id": "1.0.1"}
    assert documented_sandbox.ask("POST", "/device", body=link).json() == {"status": "ok"}
    assert overrides(documented_sandbox) == (1, 1)
    # A body is not read here, so this names no app.
    assert documented_sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE).status_code == 400
    query = {"app_id": A, "device_id": KNOWN_DEVICE}
    assert documented_sandbox.ask("DELETE", "/device", query=query).json() == {"status": "ok"}
    assert overrides(documented_sandbox) == (0, 0)


def test_d_bundles(documented_sandbox: Sandbox) -> None:
    rows = documented_sandbox.get("/bundle", app_id=A).json()
    assert rows[0]["name"] == "2.0.0"
    assert {"bucket_id", "minUpdateVersion", "native_packages"} <= set(rows[0])
    assert not {"min_update_version", "link", "manifest_count"} & set(rows[0])
    assert documented_sandbox.ask(
        "DELETE", "/bundle", query={"app_id": A, "version": "1.0.0"}
    ).is_success, "linked bundles were deleted too"
    assert documented_sandbox.ask("DELETE", "/bundle", query={"app_id": A}).is_success
    assert documented_sandbox.get("/bundle", app_id=A).status_code == 400


def test_d_has_no_live_routes(documented_sandbox: Sandbox) -> None:
    for method, path in [("PUT", "/bundle"), ("POST", "/bundle"), ("GET", "/versions")]:
        assert documented_sandbox.ask(method, path, body={}).status_code == 404
    assert documented_sandbox.get("/ok").is_success


def test_d_keys_are_refused_in_plain_text(documented_sandbox: Sandbox) -> None:
    for headers, text in [({}, "No key provided"), ({"capgkey": "x"}, "Invalid apikey")]:
        answer = documented_sandbox.ask("GET", "/channel", headers=headers)
        assert (answer.status_code, answer.text) == (401, text)
        assert answer.headers["content-type"].startswith("text/plain")
    capgkey = {"capgkey": key_of("app_reader")}
    assert documented_sandbox.ask(
        "GET", "/channel", query={"app_id": A}, headers=capgkey
    ).is_success


def test_d_limits_in_its_own_words(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox("documented", "device")
    link = {"app_id": A, "device_id": KNOWN_DEVICE, "channel": "beta"}
    assert sandbox.ask("POST", "/device", body=link).is_success
    answer = sandbox.ask("POST", "/device", body=link)
    assert (answer.status_code, answer.json()) == (429, {"error": "you are beeing rate limited"})


def test_l_channels(legacy_sandbox: Sandbox) -> None:
    rows = legacy_sandbox.get("/channel", appid=A).json()
    assert rows == legacy_sandbox.get("/channel", app_id=A).json()
    assert [row["version"] for row in rows] == [1, 3, 4, 0, 1]
    assert rows[0]["disableAutoUpdateToMajor"] is True
    assert "disableAutoUpdate" not in rows[0]
    missing = legacy_sandbox.get("/channel", app_id=A, channel="nope")
    assert (missing.status_code, missing.json()["status"]) == (400, "Cannot find channel")


def test_l_an_omitted_version_is_kept(legacy_sandbox: Sandbox) -> None:
    assert legacy_sandbox.post("/channel", app_id=A, channel="beta", public=True).is_success
    assert legacy_sandbox.get("/channel", app_id=A, channel="beta").json()["version"] == 4
    assert legacy_sandbox.post("/channel", app_id=A, channel="beta", version="1.0.1").is_success
    assert legacy_sandbox.get("/channel", app_id=A, channel="beta").json()["version"] == 2
    answer = legacy_sandbox.post("/channel", app_id=A, channel="beta", version="9.9.9")
    assert answer.json()["status"] == "Cannot find version 9.9.9"


def test_l_deletes_a_channel_by_body_and_a_missing_one_is_fine(legacy_sandbox: Sandbox) -> None:
    assert legacy_sandbox.delete("/channel", app_id=A, channel="beta").json() == {"status": "ok"}
    assert legacy_sandbox.delete("/channel", app_id=A, channel="beta").json() == {"status": "ok"}
    assert legacy_sandbox.delete("/channel", channel="production").status_code == 400
    assert "beta" not in {row["name"] for row in legacy_sandbox.get("/channel", app_id=A).json()}


def test_l_devices(legacy_sandbox: Sandbox) -> None:
    rows = legacy_sandbox.get("/device", appid=A).json()
    assert [row["version"] for row in rows] == [1, 2, 0]
    assert set(rows[0]) == {"device_id", "app_id", "updated_at", "platform", "version"} | {
        "plugin_version",
        "os_version",
    }
    # The documentation calls the device ``channel`` here.
    assert legacy_sandbox.get("/device", app_id=A, channel=KNOWN_DEVICE).json() == rows[0]
    assert legacy_sandbox.get("/device", app_id=A, device_id=UNKNOWN_DEVICE).json()["status"] == (
        "Cannot find device"
    )


def test_l_link(legacy_sandbox: Sandbox) -> None:
    def link(**body: str) -> str:
        return str(legacy_sandbox.post("/device", app_id=A, **body).json()["status"])

    assert link(device_id=UNKNOWN_DEVICE, channel_id="beta") == "Cannot find device"
    assert link(device_id=KNOWN_DEVICE) == "Nothing to update"
    assert link(device_id=KNOWN_DEVICE, channel_id="nope") == "Cannot find channel"
    assert link(device_id=KNOWN_DEVICE, version_id="1.0.1") == "Nothing to update", (
        "no channel with it"
    )
    assert link(device_id=KNOWN_DEVICE, channel="beta", version_id="9.9.9") == "Cannot find version"
    assert link(device_id=KNOWN_DEVICE, channel_id="beta") == "ok"
    assert link(device_id=BUILTIN_DEVICE, channel="production") == "ok", (
        "public ones were not refused"
    )
    assert overrides(legacy_sandbox) == (2, 0)
    assert link(device_id=BUILTIN_DEVICE, channel="beta", version_id="1.0.1") == "ok"
    assert legacy_sandbox.get("/device", app_id=A, device_id=BUILTIN_DEVICE).json()["version"] == 2
    assert legacy_sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE).is_success
    assert overrides(legacy_sandbox) == (1, 0)


def test_l_versions(legacy_sandbox: Sandbox) -> None:
    rows = legacy_sandbox.get("/versions", app_id=A).json()
    assert [row["name"] for row in rows][:2] == ["2.0.0", "1.361.0"]
    assert legacy_sandbox.get("/bundle", app_id=A).status_code == 404
    assert legacy_sandbox.delete("/versions", app_id=A).json() == {"status": "ok"}
    empty = legacy_sandbox.get("/versions", app_id=A)
    assert (empty.status_code, empty.json()["status"]) == (400, "Cannot get version")


def test_l_keys(legacy_sandbox: Sandbox) -> None:
    for headers in ({}, {"authorization": "wrong"}, {"capgkey": key_of("app_admin")}):
        answer = legacy_sandbox.ask("GET", "/channel", query={"app_id": A}, headers=headers)
        assert (answer.status_code, answer.json()) == (400, {"status": "Missing apikey"})
