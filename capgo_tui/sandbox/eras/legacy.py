"""L, the revision of seed 000: ``/versions``, integer versions, everything at once (§0).

GET takes ``appid`` as documented and ``app_id`` as the code did; DELETE needs ``app_id`` in its
JSON body, as the code did, since without it the request names no app.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer, Crash
from capgo_tui.sandbox.call import as_object, is_truthy
from capgo_tui.sandbox.eras.access import PLACEHOLDER_ID, authenticate, read_json_object, require
from capgo_tui.sandbox.eras.channel_writes import ChannelWrite
from capgo_tui.sandbox.eras.errors import WRONG_KEY_LEGACY, make_refusal
from capgo_tui.sandbox.fleet import fill_device, fill_fleet
from capgo_tui.sandbox.paging import EVERYTHING
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.bundles import delete_all_bundles, find_bundle, list_bundles
from capgo_tui.sandbox.tables.channels import (
    delete_channel,
    find_channel,
    list_channels,
)
from capgo_tui.sandbox.tables.devices import find_device, link_device, list_devices, unlink_device
from capgo_tui.sandbox.values import as_bool, as_text, make_public_stamp, stamp

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.bundles import Bundle
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.devices import Device
    from capgo_tui.sandbox.tables.keys import Key
    from capgo_tui.sandbox.tables.rows import Column

_KEY_REFUSALS = (WRONG_KEY_LEGACY, WRONG_KEY_LEGACY)


def _authenticate(db: sqlite3.Connection, backend: Backend, call: Call) -> Key:
    return authenticate(db, backend, call, call.headers.get("authorization"), _KEY_REFUSALS)


def _read_app_id(call: Call) -> str | None:
    return call.query.get("appid", call.query.get("app_id"))


def get_channels(backend: Backend, call: Call) -> Answer:
    """Answer one channel or all of them (§6.1)."""
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        app_id = require(db, key, Permission.READ_CHANNELS, _read_app_id(call))
        if call.query.get("channel"):
            channel = find_channel(db, app_id, call.query["channel"])
            if channel is None:
                raise make_refusal("Cannot find channel", error="{}")
            return Answer(present_channel(channel))
        return Answer([present_channel(c) for c in list_channels(db, app_id, EVERYTHING)])


def post_channel(backend: Backend, call: Call) -> Answer:
    """Create or change a channel; settings that are not sent stay (§6.2)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot create channel")
        write = ChannelWrite(db, key, body)
        values: dict[str, Column] = {}
        if is_truthy(body.get("version")):
            bundle = find_bundle(db, write.app_id, as_text(body["version"]))
            if bundle is None:
                raise make_refusal(f"Cannot find version {as_text(body['version'])}", error="{}")
            values["version"] = bundle.id
        try:
            if body.get("public") is not None:
                values["public"] = as_bool(body["public"])
            write.save(backend, values)
        except (Crash, sqlite3.IntegrityError) as error:
            raise make_refusal("Cannot create channel", error="{}") from error
    return OK


def remove_channel(backend: Backend, call: Call) -> Answer:
    """Delete a channel; a missing one was no error (§6.3)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot delete channels")
        app_id = require(db, key, Permission.DELETE_CHANNEL, body.get("app_id"))
        channel = find_channel(db, app_id, as_text(body.get("channel")))
        if channel is not None:
            delete_channel(db, channel.id)
    return OK


def get_devices(backend: Backend, call: Call) -> Answer:
    """Answer one device or all of them; the documentation calls a device ``channel`` (§7.1)."""
    device_id = call.query.get("device_id") or call.query.get("channel")
    if device_id:
        fill_device(backend.store, _read_app_id(call), device_id)
    else:
        fill_fleet(backend.store, _read_app_id(call))
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        backend.limits.count_device("get", call.address, _read_app_id(call), device_id)
        app_id = require(db, key, Permission.READ_DEVICES, _read_app_id(call))
        if device_id:
            device = find_device(db, app_id, device_id)
            if device is None:
                raise make_refusal("Cannot find device")
            return Answer(present_device(device))
        return Answer([present_device(d) for d in list_devices(db, app_id, EVERYTHING)])


def post_device(backend: Backend, call: Call) -> Answer:
    """Link a known device to a channel, and besides to a bundle; not to a bundle alone (§7.2)."""
    with suppress(ValueError):
        fields = as_object(call.parse_json())
        fill_device(backend.store, fields.get("app_id"), as_text(fields.get("device_id")))
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot post devices")
        channel_name = body.get("channel_id") or body.get("channel")
        device_id = body.get("device_id")
        backend.limits.count_device(
            "set", call.address, body.get("app_id"), device_id, channel_name
        )
        if not is_truthy(device_id) or not is_truthy(body.get("app_id")):
            raise make_refusal("Missing device_id or app_id")
        app_id = require(db, key, Permission.MANAGE_DEVICES, body["app_id"])
        device = find_device(db, app_id, as_text(device_id))
        if device is None:
            raise make_refusal("Cannot find device")
        if not is_truthy(channel_name):
            raise make_refusal("Nothing to update")
        if is_truthy(body.get("version_id")):
            bundle = find_bundle(db, app_id, as_text(body["version_id"]))
            if bundle is None:
                raise make_refusal("Cannot find version", error="{}")
            # Here the device's own row is changed, so a GET shows it.
            db.execute(
                "UPDATE devices SET version_name = ?, version = ?"
                " WHERE app_id = ? AND device_id = ?",
                [bundle.name, bundle.id, app_id, device.device_id],
            )
        channel = find_channel(db, app_id, as_text(channel_name))
        if channel is None:
            raise make_refusal("Cannot find channel", error="{}")
        link_device(db, app_id, device.device_id, channel.id)
    return OK


def remove_override(backend: Backend, call: Call) -> Answer:
    """Unlink a device named in the JSON body (§7.3)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot delete override")
        device_id = body.get("device_id")
        backend.limits.count_device("delete", call.address, body.get("app_id"), device_id)
        app_id = require(db, key, Permission.MANAGE_DEVICES, body.get("app_id"))
        if not is_truthy(device_id):
            raise make_refusal("Missing device_id")
        unlink_device(db, app_id, as_text(device_id))
    return OK


def get_versions(backend: Backend, call: Call) -> Answer:
    """Answer all bundles, as the documented array (§8.1)."""
    with backend.store.open_for_reading() as db:
        key = _authenticate(db, backend, call)
        app_id = require(db, key, Permission.READ_BUNDLES, _read_app_id(call))
        bundles = list_bundles(db, app_id, EVERYTHING)
        if not bundles:
            raise make_refusal("Cannot get version", error=None)
        owner_org = find_owner_org(db, app_id)
        return Answer([present_bundle(bundle, owner_org) for bundle in bundles])


def remove_versions(backend: Backend, call: Call) -> Answer:
    """Delete every bundle of an app, also the ones channels use (§8.2)."""
    with backend.store.open_for_writing() as db:
        key = _authenticate(db, backend, call)
        body = read_json_object(call, "Cannot delete version")
        app_id = require(db, key, Permission.DELETE_BUNDLE, body.get("app_id"))
        delete_all_bundles(db, app_id, stamp(backend.now()), keep_linked=False)
    return OK


def present_channel(channel: Channel) -> JsonObject:
    """Return the JSON of a channel."""
    return {
        "id": channel.id,
        "created_at": channel.created_at,
        "name": channel.name,
        "app_id": channel.app_id,
        "version": PLACEHOLDER_ID if channel.version is None else channel.version,
        "created_by": channel.created_by,
        "updated_at": channel.updated_at,
        "public": channel.public,
        "disableAutoUpdateUnderNative": channel.disable_auto_update_under_native,
        "disableAutoUpdateToMajor": channel.disable_auto_update == "major",
    }


def present_device(device: Device) -> JsonObject:
    """Return the JSON of a device."""
    return {
        "device_id": device.device_id,
        "app_id": device.app_id,
        "updated_at": make_public_stamp(device.updated_at),
        "platform": device.platform,
        "version": PLACEHOLDER_ID if device.version is None else device.version,
        "plugin_version": device.plugin_version,
        "os_version": device.os_version,
    }


def present_bundle(bundle: Bundle, owner_org: str | None) -> JsonObject:
    """Return the JSON of a bundle, not the channel's fields that the documentation copied."""
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
        "session_key": bundle.session_key,
        "storage_provider": bundle.storage_provider,
    }
