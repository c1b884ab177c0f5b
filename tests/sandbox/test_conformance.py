"""The contract's conformance cases (§15): a table, and functions for several requests.

The table is in ``cases``; the rows about limits, 44 to 46, are in ``test_limits``, and those about
rights on one channel, policies and statistics in ``test_conformance_rights``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.cases import CASES, ZIP, Case
from tests.sandbox.contract_app import (
    BUILTIN_DEVICE,
    BUNDLES,
    EMPTY,
    KNOWN_DEVICE,
    NEWER_DEVICE,
    UNKNOWN_DEVICE,
    A,
    B,
    key_of,
)

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.number, marks=pytest.mark.row(case.row)) for case in CASES],
)
def test_case(case: Case, sandbox: Sandbox) -> None:
    answer = sandbox.ask(
        case.method,
        case.path,
        query=case.query,
        body=case.body,
        raw=case.raw,
        key=case.key,
        headers=case.headers,
    )
    body = answer.json()
    code = body.get("error", "") if isinstance(body, dict) else ""
    assert (answer.status_code, code) == (case.status, case.code), body
    if case.answer is not None:
        assert body == case.answer


def channel(sandbox: Sandbox, name: str) -> dict[str, Any]:
    row: dict[str, Any] = sandbox.get("/channel", app_id=A, channel=name).json()
    return row


def read_column(sandbox: Sandbox, name: str, column: str) -> object:
    """Return a column that the API leaves out: the platform flags (§11.7)."""
    with sandbox.store.open_for_reading() as db:
        query = f"SELECT {column} FROM channels WHERE app_id = ? AND name = ?"  # noqa: S608
        return db.execute(query, [A, name]).fetchone()[0]


@pytest.mark.row(1, 99)
@pytest.mark.parametrize("path", ["/channel", "/channel/"])
def test_1_99_the_list_of_channels(path: str, sandbox: Sandbox) -> None:
    rows = sandbox.get(path, app_id=A).json()
    names = ["production", "development", "beta", "no_access", "electron_only"]
    assert [row["name"] for row in rows] == names


@pytest.mark.row(2)
def test_2_one_channel_is_its_row_of_the_list(sandbox: Sandbox) -> None:
    assert channel(sandbox, "production") == sandbox.get("/channel", app_id=A).json()[0]


@pytest.mark.row(13)
def test_13_settings_alone_keep_the_bundle(sandbox: Sandbox) -> None:
    assert sandbox.ask(
        "POST",
        "/channel",
        body={"app_id": A, "channel": "beta", "public": False},
        key=key_of("org_admin"),
    ).is_success
    assert channel(sandbox, "beta")["version"] == {"name": "1.360.0", "id": 4}


@pytest.mark.row(14)
def test_14_a_new_channel_with_a_bundle_tells_its_id(sandbox: Sandbox) -> None:
    body = sandbox.post("/channel", app_id=A, channel="new", version="1.0.0").json()
    row = channel(sandbox, "new")
    assert body == {"status": "ok", "id": row["id"], "public": False}
    assert row["version"] == {"name": "1.0.0", "id": 1}


@pytest.mark.row(15)
def test_15_nothing_is_left_of_a_channel_with_a_missing_bundle(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="new", version="9.9.9")
    assert channel(sandbox, "new")["error"] == "cannot_find_version"


@pytest.mark.parametrize(
    "version",
    [
        pytest.param("1.0.0", id="16", marks=pytest.mark.row(16)),
        pytest.param(None, id="17", marks=pytest.mark.row(17)),
    ],
)
def test_without_the_right_to_promote_nothing_is_written(
    version: str | None, sandbox: Sandbox
) -> None:
    # This key may change the settings; without the other right nothing is written.
    before = channel(sandbox, "beta")
    wish = {"app_id": A, "channel": "beta", "version": version, "allow_dev": False}
    answer = sandbox.ask("POST", "/channel", body=wish, key="key-no-promoting")
    assert (answer.status_code, answer.json()["error"]) == (400, "cannot_access_app")
    assert channel(sandbox, "beta") == before


@pytest.mark.row(18)
def test_18_one_platform_forces_electron_off(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True, android=False)
    assert read_column(sandbox, "beta", "electron") == 0


@pytest.mark.row(18)
def test_18_an_omitted_flag_differs_from_a_sent_one(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True)
    assert read_column(sandbox, "beta", "electron") == 0


@pytest.mark.row(19)
def test_19_both_platforms_leave_electron(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True, android=True)
    assert read_column(sandbox, "beta", "electron") == 1


@pytest.mark.row(22)
def test_22_promoting_the_target_makes_it_stable(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", rolloutVersion="2.0.0", rolloutEnabled=True)
    assert channel(sandbox, "beta")["rollout_version_info"] == {"name": "2.0.0", "id": 6}
    sandbox.post("/channel", app_id=A, channel="beta", promoteToStable=True)
    after = channel(sandbox, "beta")
    assert after["version"] == {"name": "2.0.0", "id": 6}
    assert (after["rollout_version"], after["rolloutEnabled"]) == (None, False)


@pytest.mark.row(23)
def test_23_a_default_demotes_only_its_own_platform(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="production", electron=False)
    sandbox.post("/channel", app_id=A, channel="other_electron", ios=False, android=False)
    sandbox.post("/channel", app_id=A, channel="other_electron", public=True)
    assert sandbox.post("/channel", app_id=A, channel="electron_only", public=True).is_success
    public = {c["name"] for c in sandbox.get("/channel", app_id=A).json() if c["public"]}
    assert public == {"production", "development", "electron_only"}


@pytest.mark.row(24)
def test_24_the_list_of_devices(sandbox: Sandbox) -> None:
    page = sandbox.get("/device", app_id=A).json()
    assert set(page) == {"data", "hasMore"}
    assert page["hasMore"] is False
    assert [row["device_id"] for row in page["data"]] == [
        KNOWN_DEVICE,
        NEWER_DEVICE,
        BUILTIN_DEVICE,
    ]


@pytest.mark.row(25, 36)
def test_25_36_one_device_is_its_row_of_the_list(sandbox: Sandbox) -> None:
    row = sandbox.get("/device", app_id=A).json()["data"][0]
    assert row["device_id"] == KNOWN_DEVICE
    assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json() == row
    query = {"order": "sideways", "updated_at": "not-a-date", "limit": 1.5}
    assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE, **query).json() == row


@pytest.mark.row(31)
def test_31_updated_at_is_a_strict_bound(sandbox: Sandbox) -> None:
    newer = sandbox.get("/device", app_id=A, updated_at="2026-01-01T00:00:00.000Z").json()
    assert [d["device_id"] for d in newer["data"]] == [NEWER_DEVICE, BUILTIN_DEVICE]
    page = sandbox.get("/device", app_id=A, updated_at="2026-01-01 00:00:00").json()
    assert page == newer


@pytest.mark.row(32)
def test_32_desc_does_not_increase(sandbox: Sandbox) -> None:
    data = sandbox.get("/device", app_id=A, order="desc").json()["data"]
    assert [d["device_id"] for d in data] == [NEWER_DEVICE, BUILTIN_DEVICE, KNOWN_DEVICE]


@pytest.mark.row(37)
def test_37_a_link_to_an_unknown_device_leaves_it_unknown(sandbox: Sandbox) -> None:
    sandbox.post("/device", app_id=A, device_id=UNKNOWN_DEVICE, channel="beta")
    assert sandbox.get("/device", app_id=A, device_id=UNKNOWN_DEVICE).status_code == 404


@pytest.mark.row(93)
def test_93_a_link_without_a_channel_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.post("/device", app_id=A, device_id=KNOWN_DEVICE, channel="beta")
    for fields in ({}, {"channel_id": "no_access"}):
        assert sandbox.post("/device", app_id=A, device_id=KNOWN_DEVICE, **fields).is_success
    assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()["channel"] == "beta"


def test_one_override_for_each_device_and_unlink(sandbox: Sandbox) -> None:
    for name in ("beta", "no_access"):
        sandbox.post("/device", app_id=A, device_id=KNOWN_DEVICE.upper(), channel=name)
    assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()["channel"] == "no_access"
    assert sandbox.delete("/device", app_id=A, device_id=KNOWN_DEVICE.upper()).is_success
    assert "channel" not in sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()


def test_overrides_go_with_their_channel(sandbox: Sandbox) -> None:
    sandbox.post("/device", app_id=A, device_id=KNOWN_DEVICE, channel="beta")
    sandbox.delete("/channel", app_id=A, channel="beta")
    assert "channel" not in sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()
    with sandbox.store.open_for_reading() as db:
        assert db.execute("SELECT count(*) FROM overrides").fetchone()[0] == 0


@pytest.mark.row(47)
def test_47_the_list_of_bundles(sandbox: Sandbox) -> None:
    rows = sandbox.get("/bundle", app_id=A).json()
    assert [row["name"] for row in rows] == list(reversed(BUNDLES))


@pytest.mark.row(50, 94)
def test_50_94_one_code_has_two_meanings(sandbox: Sandbox) -> None:
    past_end = sandbox.get("/bundle", app_id=A, page=7).json()
    assert past_end["message"] == "Cannot get bundle"
    assert past_end["moreInfo"] == {"supabaseError": None}
    refusal = sandbox.get("/bundle", app_id="nonexistent.app").json()
    assert refusal["message"] == "You can't access this app"
    assert refusal["moreInfo"] == {"app_id": "nonexistent.app"}


@pytest.mark.row(55)
def test_55_a_rollout_target_is_linked(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", rolloutVersion="2.0.0")
    refusal = sandbox.delete("/bundle", app_id=A, version="2.0.0").json()
    assert refusal["error"] == "cannot_delete_linked_version"
    assert "2.0.0" in {b["name"] for b in sandbox.get("/bundle", app_id=A).json()}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="56", marks=pytest.mark.row(56)),
        pytest.param({"version": ""}, id="96", marks=pytest.mark.row(96)),
    ],
)
def test_delete_all_keeps_the_linked_ones(body: dict[str, str], sandbox: Sandbox) -> None:
    assert sandbox.delete("/bundle", app_id=A, **body).json() == {"status": "ok"}
    left = [b["name"] for b in sandbox.get("/bundle", app_id=A).json()]
    assert left == ["1.360.0", "1.359.0", "1.0.0"]


@pytest.mark.row(59)
def test_59_put_tells_what_it_did(sandbox: Sandbox) -> None:
    answer = sandbox.put("/bundle", app_id=A, version_id=2, channel_id=3).json()
    assert answer == {"status": "success", "message": "Bundle 1.0.1 set to channel beta"}
    assert channel(sandbox, "beta")["version"] == {"name": "1.0.1", "id": 2}


def test_put_and_post_bundle_read_the_query_too(sandbox: Sandbox) -> None:
    query = {"app_id": A, "version_id": 2, "channel_id": 3}
    assert sandbox.ask("PUT", "/bundle", query=query).is_success
    assert channel(sandbox, "beta")["version"]["id"] == 2
    assert sandbox.ask("POST", "/bundle", query={"app_id": A, "version": "7.0.0", **ZIP}).is_success


@pytest.mark.row(66)
def test_66_metadata_is_stored(sandbox: Sandbox) -> None:
    sandbox.post("/bundle/metadata", app_id=A, version_id=1, link="https://l", comment="c")
    row = next(b for b in sandbox.get("/bundle", app_id=A).json() if b["id"] == 1)
    assert (row["link"], row["comment"]) == ("https://l", "c")


@pytest.mark.row(68)
def test_68_post_bundle_gives_the_full_row(sandbox: Sandbox) -> None:
    answer = sandbox.post("/bundle", app_id=A, version="1.0.0-github-zip", **ZIP).json()
    assert answer["status"] == "success"
    row = sandbox.get("/bundle", app_id=A).json()[0]
    assert answer["bundle"] == row
    assert row["name"] == "1.0.0-github-zip"
    assert (row["external_url"], row["storage_provider"]) == (ZIP["external_url"], "external")


def test_a_deleted_name_stays_taken(sandbox: Sandbox) -> None:
    sandbox.delete("/bundle", app_id=A, version="1.0.1")
    answer = sandbox.post("/bundle", app_id=A, version="1.0.1", **ZIP).json()
    assert (answer["error"], answer["message"]) == ("cannot_create_bundle", "Cannot create bundle")


def subkey_id(sandbox: Sandbox, label: str) -> str:
    with sandbox.store.open_for_reading() as db:
        return str(db.execute("SELECT id FROM keys WHERE label = ?", [label]).fetchone()[0])


def ask_as(sandbox: Sandbox, subkey: str, path: str, **query: object) -> Any:
    headers = {"authorization": "key-both", "x-limited-key-id": subkey}
    return sandbox.ask("GET", path, query=query, headers=headers)


@pytest.mark.row(76)
def test_76_the_list_of_apps(sandbox: Sandbox) -> None:
    assert [app["app_id"] for app in sandbox.get("/app").json()] == [EMPTY, A]
    assert [app["app_id"] for app in sandbox.get("/app", page=1, limit=1).json()] == [A]
    assert sandbox.get("/app", page=2, limit=1).json() == []
    apps = ask_as(sandbox, subkey_id(sandbox, "app_reader"), "/app").json()
    assert A in {app["app_id"] for app in apps}
    refusal = sandbox.get("/app", org_id="org-9").json()
    assert refusal["error"] == "user_does_not_have_access_to_this_organization"


@pytest.mark.parametrize("value", ["", "0", "73603x", "73603,", "9007199254740992"])
@pytest.mark.row(79)
def test_79_malformed_subkey(value: str, sandbox: Sandbox) -> None:
    answer = ask_as(sandbox, value, "/channel", app_id=A)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_subkey")


@pytest.mark.parametrize("label", ["stranger", "hashed", "outsider", "expired"])
@pytest.mark.row(80)
def test_80_unusable_subkey(label: str, sandbox: Sandbox) -> None:
    answer = ask_as(sandbox, subkey_id(sandbox, label), "/channel", app_id=A)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_subkey")


@pytest.mark.row(81)
def test_81_a_subkey_limits(sandbox: Sandbox) -> None:
    assert sandbox.ask("GET", f"/app/{B}", key="key-both").is_success
    answer = ask_as(sandbox, subkey_id(sandbox, "app_reader"), f"/app/{B}")
    assert (answer.status_code, answer.json()["error"]) == (401, "cannot_access_app")


def test_a_hashed_key_works_on_its_own(sandbox: Sandbox) -> None:
    assert sandbox.ask("GET", "/channel", query={"app_id": A}, key="key-hashed").is_success


def test_capgkey_wins_and_is_trimmed(sandbox: Sandbox) -> None:
    good, bad = key_of("app_admin"), "wrong"
    for capgkey, authorization, status in [(f" {good} ", bad, 200), (bad, good, 401)]:
        headers = {"capgkey": capgkey, "authorization": authorization}
        answer = sandbox.ask("GET", "/channel", query={"app_id": A}, headers=headers)
        assert answer.status_code == status


def test_a_bad_api_version_spoils_the_ping(sandbox: Sandbox) -> None:
    for version, status in [("v1.2", 200), ("one", 400)]:
        answer = sandbox.ask("GET", "/ok", headers={"capgo_api": version})
        assert answer.status_code == status


def test_a_new_channel_has_the_documented_defaults(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="new")
    row = channel(sandbox, "new")
    assert row["disableAutoUpdate"] == "major"
    assert row["disableAutoUpdateUnderNative"] is True
    assert (row["public"], row["allow_device_self_set"], row["version"]) == (False, False, None)
    assert all(row[f"allow_{name}"] for name in ("emulator", "device", "dev", "prod"))
    assert (row["rolloutCacheTtlSeconds"], row["autoPauseConfidence"]) == (2592000, 0.95)
    assert all(read_column(sandbox, "new", name) == 1 for name in ("ios", "android", "electron"))


def test_null_settings_count_as_not_sent(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="production", public=None, allow_dev=None)
    assert channel(sandbox, "production")["public"] is True


@pytest.mark.parametrize("version", [None, "", "builtin", "unknown"])
def test_what_clears_the_bundle(version: str | None, sandbox: Sandbox) -> None:
    assert sandbox.post("/channel", app_id=A, channel="beta", version=version).is_success
    assert channel(sandbox, "beta")["version"] is None


def test_device_versions(sandbox: Sandbox) -> None:
    sandbox.delete("/bundle", app_id=A, version="1.0.1")
    data = sandbox.get("/device", app_id=A).json()["data"]
    versions = [(d["version"], d["version_name"]) for d in data]
    # A deleted bundle still resolves; the built-in one is no bundle.
    assert versions == [(1, "1.0.0"), (2, "1.0.1"), (None, "builtin")]


def test_head_has_no_body(sandbox: Sandbox) -> None:
    answer = sandbox.ask("HEAD", "/bundle", query={"app_id": A})
    assert (answer.status_code, answer.content) == (200, b"")
