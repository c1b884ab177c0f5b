"""D, the revision of seed 001: pages, ``version`` as an object, link by ``version_id`` (§0).

Where the documentation and the code of its time differ, this follows the documentation:
``disableAutoUpdate`` comes back as a boolean, and every channel carries ``allow_dev``.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer, Crash
from capgo_tui.sandbox.call import is_truthy
from capgo_tui.sandbox.eras.access import (
    NO_BUNDLE,
    PLACEHOLDER_ID,
    authenticate,
    read_json_object,
    require,
)
from capgo_tui.sandbox.eras.channel_writes import ChannelWrite
from capgo_tui.sandbox.eras.errors import WRONG_KEY_DOCUMENTED, make_refusal
from capgo_tui.sandbox.fleet import fill_device, fill_rows
from capgo_tui.sandbox.paging import BadRange, make_page_span
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.bundles import (
    delete_all_bundles,
    delete_bundle,
    find_bundle,
    list_bundles,
)
from capgo_tui.sandbox.tables.channels import (
    delete_channel,
    find_channel,
    list_channels,
)
from capgo_tui.sandbox.tables.devices import find_device, link_device, list_devices, unlink_device
from capgo_tui.sandbox.values import as_bool, as_text, make_public_stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.paging import Span
    from capgo_tui.sandbox.tables.bundles import Bundle
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.devices import Device
    from capgo_tui.sandbox.tables.keys import Key
    from capgo_tui.sandbox.tables.rows import Column

_KEY_REFUSALS = (
    Answer(None, 401, text="No key provided"),
    WRONG_KEY_DOCUMENTED,
)
_FLAGS: Mapping[str, str] = {
    "public": "public",
    "disableAutoUpdateUnderNative": "disable_auto_update_under_native",
    "ios": "ios",
    "android": "android",
    "allow_device_self_set": "allow_device_self_set",
    "allow_emulator": "allow_emulator",
    "allow_dev": "allow_dev",
}
_POLICIES = frozenset({"major", "minor", "version_number", "none"})


def _authenticate(db: sqlite3.Connection, backend: Backend, call: Call) -> Key:
    value = call.headers.get("capgkey", call.headers.get("authorization"))
    return authenticate(db, backend, call, value, _KEY_REFUSALS)


def _read_span(call: Call, failure: str) -> Span:
    try:
        return make_page_span(call.query.get("page"))
    except BadRange as error:
        raise make_refusal(failure, error="{}") from error


def get_channels(backend: Backend, call: Call) -> Answer:
    """Answer one channel or a page of them (§6.1)."""
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        app_id = require(db, key, Permission.READ_CHANNELS, call.query.get("app_id"))
        if call.query.get("channel"):
            channel = find_channel(db, app_id, call.query["channel"])
            if channel is None:
                raise make_refusal("Cannot find version", error="{}")
            return Answer(present_channel(channel))
        channels = list_channels(db, app_id, _read_span(call, "Cannot find channels"))
        return Answer([present_channel(channel) for channel in channels])


def post_channel(backend: Backend, call: Call) -> Answer:
    """Create or change a channel; one sent without ``version`` loses its bundle (§6.2)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot create channel")
        write = ChannelWrite(db, key, body)
        values: dict[str, Column] = {"version": None}
        version = body.get("version")
        if is_truthy(version) and as_text(version) not in {NO_BUNDLE, "builtin"}:
            bundle = find_bundle(db, write.app_id, as_text(version))
            if bundle is None:
                raise make_refusal("Cannot find version", error="{}")
            values["version"] = bundle.id
        try:
            values |= _read_settings(body)
            write.save(backend, values)
        except (Crash, sqlite3.IntegrityError) as error:
            raise make_refusal("Cannot create channel", error="{}") from error
    return OK


def _read_settings(body: JsonObject) -> dict[str, Column]:
    values: dict[str, Column] = {
        column: as_bool(body[name]) for name, column in _FLAGS.items() if body.get(name) is not None
    }
    policy = body.get("disableAutoUpdate")
    if policy is not None:
        values["disable_auto_update"] = as_text(policy)
        if values["disable_auto_update"] not in _POLICIES:
            raise Crash("no such policy")
    return values


def remove_channel(backend: Backend, call: Call) -> Answer:
    """Delete a channel named in the query (§6.3)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        app_id = require(db, key, Permission.DELETE_CHANNEL, call.query.get("app_id"))
        if not call.query.get("channel"):
            raise make_refusal("You must provide a channel name")
        channel = find_channel(db, app_id, call.query["channel"])
        if channel is None:
            raise make_refusal("Cannot find channel", error="{}")
        delete_channel(db, channel.id)
    return OK


def get_devices(backend: Backend, call: Call) -> Answer:
    """Answer one device or a page of them, as an array (§7.1)."""
    _fill_fleet(backend, call)
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        device_id = call.query.get("device_id", "").lower()
        backend.limits.count_device("get", call.address, call.query.get("app_id"), device_id)
        app_id = require(db, key, Permission.READ_DEVICES, call.query.get("app_id"))
        if device_id:
            device = find_device(db, app_id, device_id)
            if device is None:
                raise make_refusal("Cannot find device")
            return Answer(present_device(device))
        devices = list_devices(db, app_id, _read_span(call, "Cannot get devices"))
        return Answer([present_device(device) for device in devices])


def _fill_fleet(backend: Backend, call: Call) -> None:
    """Write the devices of a large fleet that this request may return."""
    app_id, device_id = call.query.get("app_id"), call.query.get("device_id", "").lower()
    if device_id:
        fill_device(backend.store, app_id, device_id)
        return
    with suppress(BadRange):
        span = make_page_span(call.query.get("page"))
        fill_rows(backend.store, app_id, span.offset + span.limit)


def post_device(backend: Backend, call: Call) -> Answer:
    """Link a device to a channel, and besides to a bundle (§7.2)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot post devices")
        device_id = as_text(body["device_id"]).lower() if is_truthy(body.get("device_id")) else ""
        backend.limits.count_device(
            "set", call.address, body.get("app_id"), device_id, body.get("channel")
        )
        if not device_id or not is_truthy(body.get("app_id")):
            raise make_refusal("Missing device_id or app_id")
        app_id = require(db, key, Permission.MANAGE_DEVICES, body["app_id"])
        wants_version, wants_channel = (
            is_truthy(body.get("version_id")),
            is_truthy(body.get("channel")),
        )
        if wants_version and not wants_channel:
            raise make_refusal("Cannot set version without channel")
        if wants_version:
            _link_version(db, app_id, device_id, as_text(body["version_id"]))
        if wants_channel:
            channel = find_channel(db, app_id, as_text(body["channel"]))
            if channel is None:
                raise make_refusal("Cannot find channel", error="{}")
            if channel.public:
                raise make_refusal("Cannot set channel override for public channel")
            link_device(db, app_id, device_id, channel.id)
    return OK


def _link_version(db: sqlite3.Connection, app_id: str, device_id: str, name: str) -> None:
    """Store a bundle override; nothing reads it back, DELETE /device removes it."""
    bundle = find_bundle(db, app_id, name)
    if bundle is None:
        raise make_refusal("Cannot find version", error="{}")
    in_default = db.execute(
        "SELECT 1 FROM channels WHERE app_id = ? AND public AND version = ?", [app_id, bundle.id]
    ).fetchone()
    if in_default:
        raise make_refusal("Cannot set version already in a public channel")
    db.execute(
        "INSERT OR REPLACE INTO version_overrides (app_id, device_id, bundle_id) VALUES (?, ?, ?)",
        [app_id, device_id, bundle.id],
    )


def remove_override(backend: Backend, call: Call) -> Answer:
    """Remove both overrides of a device named in the query (§7.3)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        device_id = call.query.get("device_id", "").lower()
        backend.limits.count_device("delete", call.address, call.query.get("app_id"), device_id)
        app_id = require(db, key, Permission.MANAGE_DEVICES, call.query.get("app_id"))
        if not device_id:
            raise make_refusal("Missing device_id")
        unlink_device(db, app_id, device_id)
    return OK


def get_bundles(backend: Backend, call: Call) -> Answer:
    """Answer a page of bundles; an empty page is an error (§8.1)."""
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        if not call.query.get("app_id"):
            raise make_refusal("Missing app_id")
        app_id = require(db, key, Permission.READ_BUNDLES, call.query["app_id"])
        bundles = list_bundles(db, app_id, _read_span(call, "Cannot get bundle"))
        if not bundles:
            raise make_refusal("Cannot get bundle", error=None)
        owner_org = find_owner_org(db, app_id)
        return Answer([present_bundle(bundle, owner_org) for bundle in bundles])


def remove_bundles(backend: Backend, call: Call) -> Answer:
    """Delete one bundle or, without a name, all of them, linked ones too (§8.2)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        if not call.query.get("app_id"):
            raise make_refusal("Missing app_id")
        app_id = require(db, key, Permission.DELETE_BUNDLE, call.query["app_id"])
        moment = stamp(backend.now())
        if not call.query.get("version"):
            delete_all_bundles(db, app_id, moment, keep_linked=False)
            return OK
        bundle = find_bundle(db, app_id, call.query["version"])
        if bundle is None:
            raise make_refusal("Cannot delete version", error="{}")
        delete_bundle(db, bundle.id, moment)
    return OK


def _present_version(bundle_id: int | None, name: str | None) -> JsonObject:
    return {
        "id": PLACEHOLDER_ID if bundle_id is None else bundle_id,
        "name": NO_BUNDLE if name is None else name,
    }


def present_channel(channel: Channel) -> JsonObject:
    """Return the JSON of a channel as documented."""
    return {
        "id": channel.id,
        "created_at": channel.created_at,
        "name": channel.name,
        "app_id": channel.app_id,
        "version": _present_version(channel.version, channel.version_name),
        "created_by": channel.created_by,
        "updated_at": channel.updated_at,
        "public": channel.public,
        "disableAutoUpdateUnderNative": channel.disable_auto_update_under_native,
        "disableAutoUpdate": channel.disable_auto_update != "none",
        "allow_emulator": channel.allow_emulator,
        "allow_dev": channel.allow_dev,
    }


def present_device(device: Device) -> JsonObject:
    """Return the JSON of a device; a bundle without a name is only an id."""
    has_name = device.version is None or device.version_name is not None
    return {
        "updated_at": make_public_stamp(device.updated_at),
        "device_id": device.device_id,
        "custom_id": device.custom_id,
        "is_prod": device.is_prod,
        "is_emulator": device.is_emulator,
        "version": _present_version(device.version, device.version_name)
        if has_name
        else device.version,
        "app_id": device.app_id,
        "platform": device.platform,
        "plugin_version": device.plugin_version,
        "os_version": device.os_version,
        "version_build": device.version_build,
    }


def present_bundle(bundle: Bundle, owner_org: str | None) -> JsonObject:
    """Return the JSON of a bundle as documented."""
    packages = bundle.native_packages
    return {
        "id": bundle.id,
        "app_id": bundle.app_id,
        "name": bundle.name,
        "created_at": bundle.created_at,
        "updated_at": bundle.updated_at,
        "deleted": bundle.deleted,
        "owner_org": owner_org,
        "user_id": bundle.user_id,
        "bucket_id": None,
        "checksum": bundle.checksum,
        "external_url": bundle.external_url,
        "minUpdateVersion": bundle.min_update_version,
        "native_packages": None if packages is None else json.loads(packages),
        "r2_path": bundle.r2_path,
        "session_key": bundle.session_key,
        "storage_provider": bundle.storage_provider,
    }
