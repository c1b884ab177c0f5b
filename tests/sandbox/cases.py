"""The contract's conformance cases (§15) of one request and its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.sandbox.contract_app import KNOWN_DEVICE, UNKNOWN_DEVICE, A, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ZIP = {"external_url": "https://example.invalid/x.zip", "checksum": "0" * 64}
NOBODY = "nonexistent.app.id"
OK = {"status": "ok"}

BAD_SEMVER = (
    *("v1.2.3", "1.2", "1.2.3.4", "01.0.0", " 1.0.0", "1.0.0-", "1.0.0-01", "1.0.0+"),
    *("1.0.0+_build", "^1.0.0", "latest", "1.0.0\n"),
)


class Case(NamedTuple):
    """One request and its answer; ``answer`` is the whole body where the row has it."""

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
    answer: object = None

    @property
    def row(self) -> int:
        """The row of §15, with whose number the case's begins."""
        match = re.match(r"\d+", self.number)
        assert match
        return int(match.group())


def get(number: str, path: str, status: int, code: str = "", **query: object) -> Case:
    return Case(number, "GET", path, status, code, query=query)


def post(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "POST", path, status, code, body=body)


def put(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "PUT", path, status, code, body=body)


def delete(number: str, path: str, status: int, code: str = "", **body: object) -> Case:
    return Case(number, "DELETE", path, status, code, body=body)


def ok(number: str, method: str, path: str, **body: object) -> Case:
    return Case(number, method, path, 200, body=body, answer=OK)


CASES = [
    get("1", "/channel", 200, app_id=A),
    get("2", "/channel", 200, app_id=A, channel="production"),
    get("3", "/channel", 400, "invalid_app_id", app_id="invalid_app"),
    get("4", "/channel", 400, "cannot_access_app", app_id=NOBODY, name="x"),
    ok("5", "POST", "/channel", app_id=A, channel="test_channel", public=True),
    ok("6", "POST", "/channel", app_id=A, channel="production", disableAutoUpdateUnderNative=False),
    *(
        post(f"7 {bad}", "/channel", 400, "invalid_app_id", app_id=bad, channel="x")
        for bad in ("invalid_app", "nodomainapp", "com.example.app+special")
    ),
    delete("8", "/channel", 400, "cannot_find_channel", app_id=A, channel="invalid_channel"),
    delete("9", "/channel", 400, "missing_channel_name", app_id=A),
    delete("10", "/channel", 400, "missing_channel_name", app_id=A, name="x"),
    ok("11", "DELETE", "/channel", app_id=A, channel="production"),
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
    get("25", "/device", 200, app_id=A, device_id=KNOWN_DEVICE),
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
    get("29", "/device", 400, "cannot_access_app", app_id=NOBODY, device_id=KNOWN_DEVICE),
    get("30", "/device", 400, "invalid_app_id", app_id="wrongformat"),
    get("33", "/device", 400, "invalid_updated_at", app_id=A, updated_at="not-a-date"),
    get(
        "34", "/device", 400, "invalid_updated_at", app_id=A, updated_at="2024-02-31T00:00:00.000Z"
    ),
    get("35", "/device", 400, "invalid_order", app_id=A, order="sideways"),
    get(
        "36", "/device", 200, app_id=A, device_id=KNOWN_DEVICE, order="x", updated_at="x", limit=1.5
    ),
    ok("37", "POST", "/device", app_id=A, device_id=UNKNOWN_DEVICE, channel="beta"),
    post("38", "/device", 400, "invalid_app_id", app_id="invalid_app", device_id="x", channel="b"),
    post("39", "/device", 400, "invalid_version_id", app_id=A, device_id="x", version_id="1.0.0"),
    ok("41", "DELETE", "/device", app_id=A, device_id=UNKNOWN_DEVICE),
    ok("42", "DELETE", "/device", app_id=A, device_id="invalid_device"),
    Case("43", "DELETE", "/device", 400, "invalid_app_id", query={"app_id": "x", "device_id": "y"}),
    get("47", "/bundle", 200, app_id=A),
    get("48", "/bundle", 400, "missing_app_id"),
    get("49", "/bundle", 400, "invalid_app_id", app_id="invalid_app"),
    get("50", "/bundle", 400, "cannot_get_bundle", app_id="nonexistent.app"),
    delete("51", "/bundle", 400, "missing_app_id", version="1.0.0"),
    delete("52", "/bundle", 400, "cannot_delete_bundle", app_id="nonexistent.app", version="1.0.0"),
    delete("53", "/bundle", 400, "cannot_delete_version", app_id=A, version="nonexistent-version"),
    ok("54", "DELETE", "/bundle", app_id=A, version="1.0.1"),
    ok("56", "DELETE", "/bundle", app_id=A),
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
    ok("66", "POST", "/bundle/metadata", app_id=A, version_id=1, link="https://x.invalid"),
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
    get("85", "/ok", 200)._replace(headers={}, answer=OK),
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
        device_id=KNOWN_DEVICE,
        channel="production",
    ),
    post(
        "92",
        "/device",
        404,
        "channel_not_found",
        app_id=A,
        device_id=KNOWN_DEVICE,
        channel="missing",
    ),
    ok("93a", "POST", "/device", app_id=A, device_id=KNOWN_DEVICE),
    ok("93b", "POST", "/device", app_id=A, device_id=KNOWN_DEVICE, channel_id="beta"),
    get("94", "/bundle", 400, "cannot_get_bundle", app_id=A, page=7),
    get("95", "/channel", 200, app_id=A, page=7)._replace(answer=[]),
    *(
        get(f"97 {limit}", "/device", 400, "invalid_limit", app_id=A, limit=limit)
        for limit in (0, 1.5, "abc")
    ),
    put("98", "/channel", 404, "not_found", app_id=A),
    get("99", "/channel/", 200, app_id=A),
]
