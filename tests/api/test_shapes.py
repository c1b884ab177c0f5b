"""Tests of rows of every revision, unreadable rows, and their raw JSON."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.listing import Listing, UnreadableReplyError, parse_list, parse_one
from capgo_tui.api.models import AppInfo, Bundle, Channel, Device
from capgo_tui.api.recognition import find_common, recognise
from capgo_tui.api.records import BundleRef, RecordT, Unreadable
from capgo_tui.api.revisions import Revision

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON

L_CHANNEL: dict[str, JSON] = {
    "id": 7,
    "name": "prod",
    "app_id": "com.demo.app",
    "created_by": "u",
    "created_at": "2022-10-01 10:00:00",
    "public": True,
    "version": 12,
    "disableAutoUpdateUnderNative": True,
    "disableAutoUpdateToMajor": True,
}
D_CHANNEL: dict[str, JSON] = {
    "id": "7",
    "name": "prod",
    "version": {"id": 12, "name": "1.2.3"},
    "disableAutoUpdate": False,
    "allow_emulator": True,
    "allow_dev": False,
}


def one(model: type[RecordT], row: JSON) -> RecordT:
    record = parse_one(model, json.dumps(row).encode())
    assert isinstance(record, model)
    assert record.parse_raw() == row
    return record


def test_legacy_channel() -> None:
    channel = one(Channel, L_CHANNEL)
    assert channel.bundle == BundleRef(12, None)
    assert channel.disable_auto_update == "major"
    assert channel.created_at == datetime(2022, 10, 1, 10, tzinfo=UTC)
    assert channel.allow_emulator is None
    assert find_common(recognise("GET /channel", [L_CHANNEL])) is Revision.LEGACY


def test_documented_channel() -> None:
    channel = one(Channel, D_CHANNEL)
    assert channel.id == 7
    assert channel.bundle == BundleRef(12, "1.2.3")
    assert channel.disable_auto_update == "none"
    assert channel.allow_dev is False
    assert channel.allow_device is None
    assert find_common(recognise("GET /channel", D_CHANNEL)) is Revision.DOCUMENTED
    assert find_common(recognise("GET /channel", {**D_CHANNEL, "allow_prod": True})) is None


@pytest.mark.parametrize(
    ("version", "bundle"),
    [
        (None, None),
        (5, BundleRef(5, None)),
        ("5", BundleRef(5, None)),
        ("1.0.0", BundleRef(None, "1.0.0")),
        ({"id": 5, "name": "1.0.0"}, BundleRef(5, "1.0.0")),
        ({"name": "1.0.0"}, BundleRef(None, "1.0.0")),
        ({"id": 5}, BundleRef(5, None)),
        ({"id": 9, "name": "unknown"}, None),
        ("builtin", None),
        (True, None),
        ([1], None),
        ({}, None),
    ],
)
def test_bundle_of_a_channel_in_every_shape(version: JSON, bundle: BundleRef | None) -> None:
    assert one(Channel, {**D_CHANNEL, "version": version}).bundle == bundle


def test_devices_of_each_revision() -> None:
    legacy = one(Device, {"device_id": "ABC", "platform": "ios", "version": 3})
    documented_device = one(Device, {"device_id": "abc", "version": {"id": 3, "name": "1.0.0"}})
    live = one(Device, {"device_id": "abc", "version": 3, "version_name": "1.0.0"})
    nameless = one(Device, {"device_id": "abc", "version_name": "1.0.0"})
    assert legacy.device_id == legacy.wire_id == "ABC"
    assert legacy.bundle == BundleRef(3, None)
    assert documented_device.bundle == live.bundle == BundleRef(3, "1.0.0")
    assert nameless.bundle == BundleRef(None, "1.0.0")


@pytest.mark.parametrize(
    "row",
    [
        {"version": None, "version_name": "builtin"},
        {"version": {"id": 1, "name": "builtin"}},
        {"version": 1, "version_name": "builtin"},
    ],
)
def test_builtin_is_no_bundle(row: dict[str, JSON]) -> None:
    device = one(Device, {"device_id": "a", **row})
    assert device.bundle is None
    assert device.runs_builtin


def test_both_spellings_of_the_least_version() -> None:
    assert one(Bundle, {"id": 1, "name": "1.0.0", "minUpdateVersion": "0.9.0"}).min_update_version
    assert one(Bundle, {"id": 1, "name": "1.0.0", "min_update_version": "0.9.0"}).min_update_version


def test_native_packages_and_session_key() -> None:
    packages: JSON = [{"name": "@capacitor/app", "version": "6.0.0"}, {"other": 1}, "x\n"]
    row: dict[str, JSON] = {"id": 1, "name": "1.0.0", "session_key": "s:k"}
    bundle = one(Bundle, {**row, "native_packages": packages})
    assert bundle.native_packages == ("@capacitor/app@6.0.0", '{"other": 1}', "x␠")
    assert bundle.has_session_key is True
    assert "s:k" not in repr(bundle)
    assert hash(bundle) == hash(dataclasses.replace(bundle))


@pytest.mark.parametrize(
    ("told", "has_key"),
    [({"session_key": None}, False), ({"session_key": ""}, False), ({}, None)],
    ids=["null", "empty", "not told"],
)
def test_a_bundle_without_a_session_key_is_not_encrypted_where_that_is_told(
    told: dict[str, JSON], has_key: bool | None
) -> None:
    assert one(Bundle, {"id": 1, "name": "1.0.0", **told}).has_session_key is has_key


def test_wrong_types_become_unknown_and_the_row_lives() -> None:
    row: dict[str, JSON] = {
        "id": 1,
        "name": "a",
        "public": "perhaps",
        "allow_dev": {},
        "created_at": "yesterday",
        "updated_at": [],
        "created_by": 5,
        "rolloutPercentageBps": "x",
        "disableAutoUpdate": 5,
        "autoPauseConfidence": "NaN",
    }
    channel = one(Channel, row)
    values = {
        field.name: getattr(channel, field.name)
        for field in dataclasses.fields(channel)
        if field.name not in ("id", "name")
    }
    assert set(values.values()) == {None}


@pytest.mark.parametrize("bad", [{}, {"id": True, "name": "x"}, {"id": 1, "name": ""}, 5, None])
def test_a_row_without_identity_does_not_take_the_page_along(bad: JSON) -> None:
    rows: JSON = [{"id": 1, "name": "a"}, bad, {"id": 2, "name": "b"}]
    listing = parse_list(Channel, json.dumps(rows).encode())
    first, odd, last = listing.rows
    assert isinstance(first, Channel)
    assert isinstance(last, Channel)
    assert isinstance(odd, Unreadable)
    assert odd.raw == bad
    assert odd.why
    assert last.parse_raw() == {"id": 2, "name": "b"}


@pytest.mark.parametrize("wrapper", ["data", "bundles", "versions"])
@pytest.mark.parametrize("extra", [[], ["bad row"]])
def test_wrapped_lists(wrapper: str, extra: list[JSON]) -> None:
    rows: list[JSON] = [{"id": 1, "name": "a", "strange": [1.5, {"deep": None}]}, *extra]
    listing = parse_list(Bundle, json.dumps({"x": 1, wrapper: rows}).encode())
    row = listing.rows[0]
    assert isinstance(row, Bundle)
    assert row.parse_raw() == rows[0]
    assert len(listing.rows) == len(rows)
    assert listing.by_cursor is (wrapper == "data")


def test_raw_loses_nothing() -> None:
    text = (
        '{"id": 12345678901234567890, "name": "a", "z": [1, 2.5, "\\u001b[2J\\u202e"], "é": null}'
    )
    row = parse_one(Bundle, text.encode())
    assert isinstance(row, Bundle)
    assert json.loads(row.format_raw_json()) == json.loads(text)
    assert list(json.loads(row.format_raw_json())) == ["id", "name", "z", "é"]
    assert one(AppInfo, {"app_id": "a.b", "flag": True}).app_id == "a.b"
    assert Channel(id=1, name="made by hand").parse_raw() is None


def test_texts_are_clean_and_the_exact_name_is_kept() -> None:
    name = "caf\u00e9\u200b\x1b[31m"
    channel = one(Channel, {"id": 1, "name": name, "created_by": "a\nb"})
    assert channel.name == "café\ufffd\ufffd[31m"
    assert channel.wire_id == name
    assert channel.created_by == "a b"
    device = one(Device, {"device_id": "x", "version": {"id": 1, "name": "1\x07"}})
    assert device.bundle is not None
    assert (device.bundle.name, device.bundle.wire_name) == ("1\ufffd", "1\x07")


def test_lone_surrogates_are_legal_json() -> None:
    body = b'[{"device_id": "a\\ud800b", "custom_id": "\\udfff"}, {"device_id": "c"}]'
    first, second = parse_list(Device, body).rows
    assert isinstance(first, Device)
    assert first.device_id == "a\ufffdb"
    assert isinstance(second, Device)


def test_equality_is_of_the_data() -> None:
    row: JSON = {"device_id": "a", "version": 1, "version_name": "1.0.0"}
    alone = one(Device, row)
    list_row = parse_list(Device, json.dumps([{"device_id": "z"}, row]).encode()).rows[1]
    assert alone == list_row
    assert hash(alone) == hash(list_row)
    assert alone == Device(device_id="a", bundle=BundleRef(1, "1.0.0"), version_name="1.0.0")
    assert alone != dataclasses.replace(alone, channel="beta")
    with pytest.raises(dataclasses.FrozenInstanceError):
        alone.channel = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"<html>", b"{}", b'{"data": 5}', b"5", b"null", b"[" * 100_000, b"\xff"]
)
def test_no_list_is_told_apart(body: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        parse_list(Channel, body)


def test_one_may_come_as_a_list() -> None:
    assert isinstance(parse_one(Channel, b'[{"id": 1, "name": "a"}]'), Listing)
    with pytest.raises(UnreadableReplyError):
        parse_one(Channel, b'{"name": "a"}')


@pytest.mark.parametrize(
    ("path", "body", "revision"),
    [
        ("/device", {"data": [], "hasMore": False}, Revision.LIVE),
        ("/device", [], None),
        ("/device", [{"device_id": "a", "version": 1}], Revision.LEGACY),
        ("/device", [{"device_id": "a", "version": 1, "is_prod": True}], None),
        ("/device", [{"device_id": "a", "version": {"id": 1, "name": "x"}}], Revision.DOCUMENTED),
        ("/device", {"device_id": "a", "version": {"id": 1, "name": "x"}}, None),
        ("/device", {"device_id": "a", "version_name": None}, Revision.LIVE),
        ("/versions", [], Revision.LEGACY),
        ("/bundle", [{"id": 1, "minUpdateVersion": None}], Revision.DOCUMENTED),
        ("/bundle", [{"id": 1, "min_update_version": None}], Revision.LIVE),
        ("/bundle", [{"id": 1, "name": "x"}], None),
        ("/channel", [], None),
        ("/ok", {"status": "ok"}, None),
        ("/channel", "text", None),
    ],
)
def test_recognise(path: str, body: JSON, revision: Revision | None) -> None:
    assert find_common(recognise(f"GET {path}", body)) is revision
