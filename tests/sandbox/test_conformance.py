"""The contract's conformance cases (§15) as a table, and the ones with a story as functions.

Left out: 40 (a role on one channel only), 45 in its parallel form (see ``test_limits`` for the
separate counters), 65 (denial on one channel), 75 (an organisation's encryption policy) and 86
(statistics): the sandbox has no channel-scoped roles, organisation policies or statistics. 44 and
46 are in ``test_limits``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.sandbox.world import (
    BUILTIN,
    EMPTY,
    KNOWN,
    NEWER,
    UNKNOWN_DEVICE,
    A,
    B,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.sandbox.conftest import Sandbox

ZIP = {"external_url": "https://example.invalid/x.zip", "checksum": "0" * 64}
NOBODY = "nonexistent.app.id"

BAD_SEMVER = (
    *("v1.2.3", "1.2", "1.2.3.4", "01.0.0", " 1.0.0", "1.0.0-", "1.0.0-01", "1.0.0+"),
    *("1.0.0+_build", "^1.0.0", "latest", "1.0.0\n"),
)


class Case(NamedTuple):
    """One request and what comes back."""

    number: str
    method: str
    path: str
    status: int
    code: str = ""
    body: object = None
    query: Mapping[str, object] = {}
    key: str = key_of("org_super_admin")
    headers: Mapping[str, str] | None = None
    raw: bytes | None = None


def get(number: str, path: str, status: int, code: str = "", **query: object) -> Case:
    return Case(number, "GET", path, status, code, query=query)


def post(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "POST", path, status, code, body=body)


def put(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "PUT", path, status, code, body=body)


def delete(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "DELETE", path, status, code, body=body)


CASES = [
    get("1", "/channel", 200, app_id=A),
    get("2", "/channel", 200, app_id=A, channel="production"),
    get("3", "/channel", 400, "invalid_app_id", app_id="invalid_app"),
    get("4", "/channel", 400, "cannot_access_app", app_id=NOBODY, name="x"),
    post("5", "/channel", 200, app_id=A, channel="test_channel", public=True),
    post("6", "/channel", 200, app_id=A, channel="production", disableAutoUpdateUnderNative=False),
    *(
        post(f"7 {bad}", "/channel", 400, "invalid_app_id", app_id=bad, channel="x")
        for bad in ("invalid_app", "nodomainapp", "com.example.app+special")
    ),
    delete("8", "/channel", 400, "cannot_find_channel", app_id=A, channel="invalid_channel"),
    delete("9", "/channel", 400, "missing_channel_name", app_id=A),
    delete("10", "/channel", 400, "missing_channel_name", app_id=A, name="x"),
    delete("11", "/channel", 200, app_id=A, channel="production"),
    Case("12", "DELETE", "/channel", 400, "invalid_app_id", query={"app_id": "x", "channel": "y"}),
    post("15", "/channel", 400, "cannot_find_version", app_id=A, channel="new", version="9.9.9"),
    post(
        "16", "/channel", 400, "cannot_access_app", app_id=A, channel="beta", version="1.0.0"
    )._replace(key=key_of("app_developer")),
    post(
        "17", "/channel", 400, "cannot_access_app", app_id=A, channel="beta", version=None
    )._replace(key=key_of("app_developer")),
    post(
        "20",
        "/channel",
        400,
        "missing_stable_version",
        app_id=A,
        channel="no_access",
        rolloutVersion="2.0.0",
    ),
    get("24", "/device", 200, app_id=A),
    get("25", "/device", 200, app_id=A, device_id=KNOWN),
    get("26", "/device", 404, "device_not_found", app_id=A, device_id="invalid_device"),
    get(
        "27",
        "/device",
        404,
        "device_not_found",
        app_id=A,
        device_id=UNKNOWN_DEVICE,
        version="1.0.0",
    ),
    get("28", "/device", 400, "missing_app_id"),
    get("29", "/device", 400, "cannot_access_app", app_id=NOBODY, device_id=KNOWN),
    get("30", "/device", 400, "invalid_app_id", app_id="wrongformat"),
    get("33", "/device", 400, "invalid_updated_at", app_id=A, updated_at="not-a-date"),
    get(
        "34", "/device", 400, "invalid_updated_at", app_id=A, updated_at="2024-02-31T00:00:00.000Z"
    ),
    get("35", "/device", 400, "invalid_order", app_id=A, order="sideways"),
    get("36", "/device", 200, app_id=A, device_id=KNOWN, order="x", updated_at="x", limit=1.5),
    post("37", "/device", 200, app_id=A, device_id=UNKNOWN_DEVICE, channel="beta"),
    post("38", "/device", 400, "invalid_app_id", app_id="invalid_app", device_id="x", channel="b"),
    post("39", "/device", 400, "invalid_version_id", app_id=A, device_id="x", version_id="1.0.0"),
    delete("41", "/device", 200, app_id=A, device_id=UNKNOWN_DEVICE),
    delete("42", "/device", 200, app_id=A, device_id="invalid_device"),
    Case("43", "DELETE", "/device", 400, "invalid_app_id", query={"app_id": "x", "device_id": "y"}),
    get("47", "/bundle", 200, app_id=A),
    get("48", "/bundle", 400, "missing_app_id"),
    get("49", "/bundle", 400, "invalid_app_id", app_id="invalid_app"),
    get("50", "/bundle", 400, "cannot_get_bundle", app_id="nonexistent.app"),
    delete("51", "/bundle", 400, "missing_app_id", version="1.0.0"),
    delete("52", "/bundle", 400, "cannot_delete_bundle", app_id="nonexistent.app", version="1.0.0"),
    delete("53", "/bundle", 400, "cannot_delete_version", app_id=A, version="nonexistent-version"),
    delete("54", "/bundle", 200, app_id=A, version="1.0.1"),
    delete("56", "/bundle", 200, app_id=A),
    Case("57", "DELETE", "/bundle", 400, "invalid_app_id", query={"app_id": "x", "version": "1"}),
    *(
        Case(f"58 {m} {p}", m, p, 400, "invalid_json_parse_body", raw=b"invalid json")
        for m, p in (
            ("DELETE", "/bundle"),
            ("PUT", "/bundle"),
            ("POST", "/bundle"),
            ("POST", "/bundle/metadata"),
        )
    ),
    put("60", "/bundle", 200, app_id=A, version_id=2, channel_id=3)._replace(
        key=key_of("app_developer")
    ),
    put("61", "/bundle", 400, "missing_required_fields", app_id=A, version_id=2),
    put("62a", "/bundle", 400, "cannot_find_version", app_id=A, version_id=999999, channel_id=1),
    put("62b", "/bundle", 400, "cannot_find_version", app_id=A, version_id=999999, channel_id=99),
    put("63", "/bundle", 400, "cannot_find_channel", app_id=A, version_id=1, channel_id=999999),
    put("64a", "/bundle", 400, "invalid_app_id", app_id="invalid_app", version_id=1, channel_id=1),
    put("64b", "/bundle", 400, "cannot_access_app", app_id=NOBODY, version_id=1, channel_id=1),
    post("66", "/bundle/metadata", 200, app_id=A, version_id=1, link="https://x.invalid"),
    post("67a", "/bundle/metadata", 400, "missing_required_fields", version_id=1, link="x"),
    post(
        "67b", "/bundle/metadata", 400, "cannot_find_version", app_id=A, version_id=999999, link="x"
    ),
    post("67c", "/bundle/metadata", 400, "no_fields_to_update", app_id=A, version_id=1),
    post("67d", "/bundle/metadata", 400, "invalid_app_id", app_id="invalid_app", version_id=1),
    post("69a", "/bundle", 400, "missing_app_id", version="1.5.0", **ZIP),
    post("69b", "/bundle", 400, "missing_version", app_id=A, **ZIP),
    post("69c", "/bundle", 400, "missing_external_url", app_id=A, version="1.5.0", checksum="0"),
    post("69d", "/bundle", 400, "missing_checksum", app_id=A, version="1.5.0", external_url="x"),
    post(
        "70",
        "/bundle",
        400,
        "invalid_protocol",
        app_id=A,
        version="1.5.0",
        checksum="0",
        external_url="http://x",
    ),
    post(
        "71",
        "/bundle",
        400,
        "cannot_create_bundle",
        app_id="nonexistent.app",
        version="1.5.0",
        **ZIP,
    ),
    post("72", "/bundle", 400, "version_already_exists", app_id=A, version="1.0.0", **ZIP),
    *(
        post(f"73 {good}", "/bundle", 200, app_id=A, version=good, **ZIP)
        for good in (
            "1.0.0-alpha-.-beta",
            "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
            "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
            "1.0.0-0A.is.legal",
            "0.0.0",
        )
    ),
    *(
        post(f"74 {bad!r}", "/bundle", 400, "invalid_version_format", app_id=A, version=bad, **ZIP)
        for bad in BAD_SEMVER
    ),
    get("76", "/app", 200),
    get("77", "/app/nonexistent.app", 401, "cannot_access_app"),
    get("78a", "/app/invalid-app-id", 400, "invalid_app_id"),
    get("78b", "/app/[appid]", 400, "invalid_app_id"),
    *(get(f"82 {p}", p, 404, "not_found") for p in ("/bundle/A/1.0.0", "/device/A", "/channel/A")),
    get("83", "/channel", 401, "invalid_apikey", app_id=A)._replace(key="wrong"),
    get("84", "/channel", 401, "invalid_apikey", app_id=A)._replace(key="key-expired"),
    get("85", "/ok", 200)._replace(headers={}),
    get("87a", "/channel", 401, "no_key_provided", app_id=A)._replace(headers={}),
    get("87b", "/channel", 401, "no_key_provided", app_id=A)._replace(
        headers={"x-api-key": key_of("app_admin")}
    ),
    get("88", "/channel", 401, "invalid_apikey", app_id=A)._replace(
        key=f"Bearer {key_of('app_admin')}"
    ),
    get("89", "/channel", 400, "cannot_find_version", app_id=A, channel="nope"),
    post("90a", "/channel", 500, "unknown_error", app_id=A, channel="beta", version="9.9.9"),
    post(
        "90b",
        "/channel",
        500,
        "unknown_error",
        app_id=A,
        channel="beta",
        disableAutoUpdate="metadata",
    ),
    post(
        "91",
        "/device",
        400,
        "public_channel_override",
        app_id=A,
        device_id=KNOWN,
        channel="production",
    ),
    post("92", "/device", 404, "channel_not_found", app_id=A, device_id=KNOWN, channel="missing"),
    post("93a", "/device", 200, app_id=A, device_id=KNOWN),
    post("93b", "/device", 200, app_id=A, device_id=KNOWN, channel_id="beta"),
    get("94", "/bundle", 400, "cannot_get_bundle", app_id=A, page=7),
    get("95", "/channel", 200, app_id=A, page=7),
    *(
        get(f"97 {limit}", "/device", 400, "invalid_limit", app_id=A, limit=limit)
        for limit in (0, 1.5, "abc")
    ),
    put("98", "/channel", 404, "not_found", app_id=A),
    get("99", "/channel/", 200, app_id=A),
]


@pytest.mark.parametrize("case", CASES, ids=[case.number for case in CASES])
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


def channel(sandbox: Sandbox, name: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.get("/channel", app_id=A, channel=name).json()
    return found


def stored(sandbox: Sandbox, name: str, column: str) -> object:
    """Read what the API does not give back: the platform flags (§11.7)."""
    with sandbox.store.reading() as db:
        query = f"SELECT {column} FROM channels WHERE app_id = ? AND name = ?"  # noqa: S608
        return db.execute(query, [A, name]).fetchone()[0]


def test_13_settings_alone_keep_the_bundle(sandbox: Sandbox) -> None:
    assert sandbox.ask(
        "POST",
        "/channel",
        body={"app_id": A, "channel": "beta", "public": False},
        key=key_of("org_admin"),
    ).is_success
    assert channel(sandbox, "beta")["version"] == {"name": "1.360.0", "id": 4}


def test_14_a_new_channel_with_a_bundle_tells_its_id(sandbox: Sandbox) -> None:
    body = sandbox.post("/channel", app_id=A, channel="new", version="1.0.0").json()
    made = channel(sandbox, "new")
    assert body == {"status": "ok", "id": made["id"], "public": False}
    assert made["version"] == {"name": "1.0.0", "id": 1}


def test_15_nothing_is_left_of_a_channel_with_a_missing_bundle(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="new", version="9.9.9")
    assert channel(sandbox, "new")["error"] == "cannot_find_version"


def test_18_one_platform_forces_electron_off(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True, android=False)
    assert stored(sandbox, "beta", "electron") == 0


def test_18_an_omitted_flag_differs_from_a_sent_one(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True)
    assert stored(sandbox, "beta", "electron") == 0


def test_19_both_platforms_leave_electron(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True, ios=True, android=True)
    assert stored(sandbox, "beta", "electron") == 1


def test_22_promoting_the_target_makes_it_stable(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", rolloutVersion="2.0.0", rolloutEnabled=True)
    assert channel(sandbox, "beta")["rollout_version_info"] == {"name": "2.0.0", "id": 6}
    sandbox.post("/channel", app_id=A, channel="beta", promoteToStable=True)
    after = channel(sandbox, "beta")
    assert after["version"] == {"name": "2.0.0", "id": 6}
    assert (after["rollout_version"], after["rolloutEnabled"]) == (None, False)


def test_23_a_default_demotes_only_its_own_platform(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="production", electron=False)
    sandbox.post("/channel", app_id=A, channel="other_electron", ios=False, android=False)
    sandbox.post("/channel", app_id=A, channel="other_electron", public=True)
    assert sandbox.post("/channel", app_id=A, channel="electron_only", public=True).is_success
    public = {c["name"] for c in sandbox.get("/channel", app_id=A).json() if c["public"]}
    assert public == {"production", "development", "electron_only"}


def test_31_updated_at_is_a_strict_bound(sandbox: Sandbox) -> None:
    newer = sandbox.get("/device", app_id=A, updated_at="2026-01-01T00:00:00.000Z").json()
    assert [d["device_id"] for d in newer["data"]] == [NEWER, BUILTIN]
    spaced = sandbox.get("/device", app_id=A, updated_at="2026-01-01 00:00:00").json()
    assert spaced == newer


def test_32_desc_does_not_increase(sandbox: Sandbox) -> None:
    data = sandbox.get("/device", app_id=A, order="desc").json()["data"]
    assert [d["device_id"] for d in data] == [NEWER, BUILTIN, KNOWN]


def test_37_a_link_to_an_unknown_device_leaves_it_unknown(sandbox: Sandbox) -> None:
    sandbox.post("/device", app_id=A, device_id=UNKNOWN_DEVICE, channel="beta")
    assert sandbox.get("/device", app_id=A, device_id=UNKNOWN_DEVICE).status_code == 404


def test_one_override_for_each_device_and_unlink(sandbox: Sandbox) -> None:
    for name in ("beta", "no_access"):
        sandbox.post("/device", app_id=A, device_id=KNOWN.upper(), channel=name)
    assert sandbox.get("/device", app_id=A, device_id=KNOWN).json()["channel"] == "no_access"
    assert sandbox.delete("/device", app_id=A, device_id=KNOWN.upper()).is_success
    assert "channel" not in sandbox.get("/device", app_id=A, device_id=KNOWN).json()


def test_overrides_go_with_their_channel(sandbox: Sandbox) -> None:
    sandbox.post("/device", app_id=A, device_id=KNOWN, channel="beta")
    sandbox.delete("/channel", app_id=A, channel="beta")
    assert "channel" not in sandbox.get("/device", app_id=A, device_id=KNOWN).json()
    with sandbox.store.reading() as db:
        assert db.execute("SELECT count(*) FROM overrides").fetchone()[0] == 0


def test_55_a_rollout_target_is_linked(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", rolloutVersion="2.0.0")
    refused = sandbox.delete("/bundle", app_id=A, version="2.0.0").json()
    assert refused["error"] == "cannot_delete_linked_version"
    assert "2.0.0" in {b["name"] for b in sandbox.get("/bundle", app_id=A).json()}


@pytest.mark.parametrize("body", [{}, {"version": ""}], ids=["56", "96"])
def test_delete_all_keeps_the_linked_ones(body: dict[str, str], sandbox: Sandbox) -> None:
    assert sandbox.delete("/bundle", app_id=A, **body).json() == {"status": "ok"}
    left = [b["name"] for b in sandbox.get("/bundle", app_id=A).json()]
    assert left == ["1.360.0", "1.359.0", "1.0.0"]


def test_59_put_tells_what_it_did(sandbox: Sandbox) -> None:
    answer = sandbox.put("/bundle", app_id=A, version_id=2, channel_id=3).json()
    assert answer == {"status": "success", "message": "Bundle 1.0.1 set to channel beta"}
    assert channel(sandbox, "beta")["version"] == {"name": "1.0.1", "id": 2}


def test_put_and_post_bundle_read_the_query_too(sandbox: Sandbox) -> None:
    query = {"app_id": A, "version_id": 2, "channel_id": 3}
    assert sandbox.ask("PUT", "/bundle", query=query).is_success
    assert channel(sandbox, "beta")["version"]["id"] == 2
    assert sandbox.ask("POST", "/bundle", query={"app_id": A, "version": "7.0.0", **ZIP}).is_success


def test_66_metadata_is_stored(sandbox: Sandbox) -> None:
    sandbox.post("/bundle/metadata", app_id=A, version_id=1, link="https://l", comment="c")
    row = next(b for b in sandbox.get("/bundle", app_id=A).json() if b["id"] == 1)
    assert (row["link"], row["comment"]) == ("https://l", "c")


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
    with sandbox.store.reading() as db:
        return str(db.execute("SELECT id FROM keys WHERE label = ?", [label]).fetchone()[0])


def ask_as(sandbox: Sandbox, subkey: str, path: str, **query: object) -> Any:
    headers = {"authorization": "key-both", "x-limited-key-id": subkey}
    return sandbox.ask("GET", path, query=query, headers=headers)


def test_76_the_list_of_apps(sandbox: Sandbox) -> None:
    assert [app["app_id"] for app in sandbox.get("/app").json()] == [EMPTY, A]
    assert [app["app_id"] for app in sandbox.get("/app", page=1, limit=1).json()] == [A]
    assert sandbox.get("/app", page=2, limit=1).json() == []
    limited = ask_as(sandbox, subkey_id(sandbox, "app_reader"), "/app").json()
    assert A in {app["app_id"] for app in limited}
    refused = sandbox.get("/app", org_id="org-9").json()
    assert refused["error"] == "user_does_not_have_access_to_this_organization"


@pytest.mark.parametrize("value", ["", "0", "73603x", "73603,", "9007199254740992"])
def test_79_malformed_subkey(value: str, sandbox: Sandbox) -> None:
    answer = ask_as(sandbox, value, "/channel", app_id=A)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_subkey")


@pytest.mark.parametrize("label", ["stranger", "hashed", "outsider", "expired"])
def test_80_unusable_subkey(label: str, sandbox: Sandbox) -> None:
    answer = ask_as(sandbox, subkey_id(sandbox, label), "/channel", app_id=A)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_subkey")


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
    made = channel(sandbox, "new")
    assert made["disableAutoUpdate"] == "major"
    assert made["disableAutoUpdateUnderNative"] is True
    assert (made["public"], made["allow_device_self_set"], made["version"]) == (False, False, None)
    assert all(made[f"allow_{name}"] for name in ("emulator", "device", "dev", "prod"))
    assert (made["rolloutCacheTtlSeconds"], made["autoPauseConfidence"]) == (2592000, 0.95)
    assert all(stored(sandbox, "new", name) == 1 for name in ("ios", "android", "electron"))


def test_null_settings_count_as_not_sent(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="production", public=None, allow_dev=None)
    assert channel(sandbox, "production")["public"] is True


@pytest.mark.parametrize("cleared", [None, "", "builtin", "unknown"])
def test_what_clears_the_bundle(cleared: str | None, sandbox: Sandbox) -> None:
    assert sandbox.post("/channel", app_id=A, channel="beta", version=cleared).is_success
    assert channel(sandbox, "beta")["version"] is None


def test_device_versions(sandbox: Sandbox) -> None:
    sandbox.delete("/bundle", app_id=A, version="1.0.1")
    data = sandbox.get("/device", app_id=A).json()["data"]
    shown = [(d["version"], d["version_name"]) for d in data]
    # A deleted bundle still resolves; the built-in one is no bundle.
    assert shown == [(1, "1.0.0"), (2, "1.0.1"), (None, "builtin")]


def test_head_has_no_body(sandbox: Sandbox) -> None:
    answer = sandbox.ask("HEAD", "/bundle", query={"app_id": A})
    assert (answer.status_code, answer.content) == (200, b"")
