"""Tests that every recorded reply of the real backend can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from capgo_tui.api.errors import ErrorKind
from capgo_tui.api.listing import parse_list, parse_one
from capgo_tui.api.models import AppInfo, Bundle, Channel, Device
from capgo_tui.api.recognition import find_common, recognise
from capgo_tui.api.records import Record, Unreadable
from capgo_tui.api.replies import make_error
from capgo_tui.api.revisions import Revision
from tests.api.support import DATA

EXCHANGES: list[dict[str, Any]] = [
    entry
    for name in ("recorded.json", "recorded_more.json")
    for entry in json.loads((DATA / name).read_text(encoding="utf-8"))
    if entry["response"] is not None
]
MODELS: dict[str, type[Record]] = {
    "/channel": Channel,
    "/device": Device,
    "/bundle": Bundle,
    "/app": AppInfo,
}
K = ErrorKind
# By request name, from the contract; by code where every request means the same.
KINDS_BY_CODE = {
    **dict.fromkeys(("no_key_provided", "invalid_apikey"), K.KEY_REFUSED),
    "cannot_access_app": K.NOT_ALLOWED,
    **dict.fromkeys(("missing_app_id", "invalid_json_parse_body", "invalid_limit"), K.BAD_REQUEST),
    **dict.fromkeys(("missing_channel_name", "invalid_version_id"), K.BAD_REQUEST),
    "unknown_error": K.SERVER_FAULT,
    **dict.fromkeys(("not_found", "channel_not_found", "cannot_find_channel"), K.NOT_FOUND),
    **dict.fromkeys(("cannot_find_version", "cannot_delete_version"), K.NOT_FOUND),
    "too_many_requests": K.RATE_LIMITED,
    "public_channel_override": K.RULE,
}
KINDS_BY_NAME = {
    "auth key of an outsider /bundle": K.NOT_ALLOWED,
    "unknown app_id /bundle get": K.NOT_ALLOWED,
    "bundle list page 3": K.NOT_FOUND,
    "app2 bundle list when none is left": K.NOT_FOUND,
    "fresh app list /bundle": K.NOT_FOUND,
}
BAD = [entry for entry in EXCHANGES if entry["response"]["status"] >= 300]
GOOD = [
    entry
    for entry in EXCHANGES
    if entry["response"]["status"] < 300
    and entry.get("request", {}).get("method", "GET") == "GET"
    and entry.get("request", {}).get("path") != "/ok"
]


def path_of(entry: dict[str, Any]) -> str:
    path: str = entry["request"]["path"] if "request" in entry else "/app"
    return path.rstrip("/")


@pytest.mark.parametrize("entry", BAD, ids=lambda entry: str(entry["name"]))
def test_refusals(entry: dict[str, Any]) -> None:
    reply = entry["response"]
    request = entry.get("request", {"method": "GET", "path": "/bundle"})
    error = make_error(
        f"{request['method']} {request['path']}",
        reply["status"],
        reply["headers"],
        json.dumps(reply["body"]).encode(),
        writes=request["method"] != "GET",
        key="",
        now=0,
    )
    code = reply["body"]["error"]
    assert error.kind is (KINDS_BY_NAME.get(entry["name"]) or KINDS_BY_CODE[code])
    assert error.code == code
    assert error.status == reply["status"]
    assert error.detail == reply["body"].get("moreInfo")
    assert error.maybe_sent is (reply["status"] >= 500 and request["method"] != "GET")
    if reply["status"] == 429:
        assert error.retry_after == float(reply["headers"]["retry-after"])
    if entry["name"] == "channel get the one in the body":
        assert error.message == "Cannot find channel"
    else:
        assert error.message == reply["body"]["message"]


@pytest.mark.parametrize("entry", GOOD, ids=lambda entry: str(entry["name"]))
def test_answers(entry: dict[str, Any]) -> None:
    body: Any = entry["response"]["body"]
    path = path_of(entry)
    model = MODELS[path]
    data = json.dumps(body).encode()
    many = isinstance(body, list) or "data" in body
    rows: list[Any] = body if isinstance(body, list) else body.get("data", [body])
    if many:
        listing = parse_list(model, data)
        assert len(listing.rows) == len(rows)
        if path == "/device":
            assert listing.by_cursor
            assert listing.has_more is body["hasMore"]
            assert listing.cursor == body.get("nextCursor")
        parsed_rows = listing.rows
    else:
        one = parse_one(model, data)
        assert isinstance(one, Record)
        parsed_rows = [one]
    for row, original in zip(parsed_rows, rows, strict=True):
        if isinstance(original, str):  # "... 50 in all", the recorder's own mark
            assert isinstance(row, Unreadable)
            assert row.raw == original
            continue
        assert isinstance(row, model)
        assert row.parse_raw() == original
        assert json.loads(row.format_raw_json()) == original
        check(row, original)
    if path != "/app" and rows and not isinstance(rows[0], str):
        assert find_common(recognise(f"GET {path}", body)) is Revision.LIVE


def check(row: Record, original: dict[str, Any]) -> None:
    if isinstance(row, Channel):
        assert (row.id, row.name, row.public) == (
            original["id"],
            original["name"],
            original["public"],
        )
        version = original["version"]
        assert (row.bundle and (row.bundle.id, row.bundle.name)) == (
            version and (version["id"], version["name"])
        )
        assert row.disable_auto_update == original["disableAutoUpdate"]
        assert row.rollout_percentage_bps == original["rolloutPercentageBps"]
        assert row.auto_pause_confidence == original["autoPauseConfidence"]
        assert (row.rollout_bundle and row.rollout_bundle.id) == original["rollout_version"]
        assert row.ios is None
        assert row.created_at is not None
        assert row.created_at.isoformat() == original["created_at"]
    elif isinstance(row, Device):
        assert row.device_id == original["device_id"] == row.wire_id
        assert row.custom_id == (original["custom_id"] or None)
        assert row.version_name == original["version_name"]
        assert row.runs_builtin is (original["version_name"] == "builtin")
        assert (row.bundle and row.bundle.id) == original["version"]
        assert row.channel == original.get("channel")
        assert row.updated_at is not None
        assert row.updated_at.utcoffset() is not None
    elif isinstance(row, Bundle):
        assert (row.id, row.name) == (original["id"], original["name"])
        assert row.has_session_key is (original["session_key"] is not None)
        assert row.manifest_count == original["manifest_count"]
    else:
        assert isinstance(row, AppInfo)
        assert row.app_id == original["app_id"]
        assert row.retention == original["retention"]
