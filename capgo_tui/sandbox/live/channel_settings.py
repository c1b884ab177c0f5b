"""POST /channel on live: create or change a channel (§6.2)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer, Crash
from capgo_tui.sandbox.call import as_object, is_truthy, read_json_body
from capgo_tui.sandbox.live import rollout
from capgo_tui.sandbox.live.access import authenticate, require, require_app_id
from capgo_tui.sandbox.live.errors import make_no_access, make_refusal
from capgo_tui.sandbox.live.update_package import check_bundles_have_package, read_update_package
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.bundles import find_bundle
from capgo_tui.sandbox.tables.channels import find_channel, save_channel
from capgo_tui.sandbox.values import as_bool, as_text, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.keys import Key
    from capgo_tui.sandbox.tables.rows import Column

#: Names that mean "no bundle" (§4).
NO_BUNDLE = frozenset({"builtin", "unknown"})

_FLAGS: Mapping[str, str] = {
    "public": "public",
    "disableAutoUpdateUnderNative": "disable_auto_update_under_native",
    "allow_device_self_set": "allow_device_self_set",
    "allow_emulator": "allow_emulator",
    "allow_device": "allow_device",
    "allow_dev": "allow_dev",
    "allow_prod": "allow_prod",
    "ios": "ios",
    "android": "android",
    "electron": "electron",
}


def post_channel(backend: Backend, call: Call) -> Answer:
    """Create or change a channel; the checks are in the order of the real handler."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        payload = read_json_body(call)
        if payload is None:
            raise Crash("fields of null")
        body = rollout.resolve_aliases(as_object(payload))
        app_id = require_app_id(body)
        existing = _find_existing(db, app_id, body)
        if existing is None:
            require(key, Permission.CREATE_CHANNEL, app_id)
        elif not key.is_allowed(Permission.UPDATE_SETTINGS, app_id, existing):
            raise make_no_access({"app_id": app_id, "channel": body["channel"]})
        becomes_public = body.get("public") is True and not (existing and existing.public)
        if becomes_public and backend.rules.default_needs_app_settings:
            require(key, Permission.UPDATE_APP, app_id)
        if find_owner_org(db, app_id) is None:
            raise make_no_access({"app_id": app_id}, "invalid_app_id")

        moment = stamp(backend.now())
        values: dict[str, Column] = {}
        if "version" in body:
            values["version"] = _resolve_bundle(db, key, app_id, existing, body)
        stable = values.get("version", existing.version if existing else None)
        plan = rollout.Plan(db, key, app_id, existing, stable, moment, backend.rules)
        values |= plan.read(body)
        values |= _read_settings(body)
        if backend.rules.has_update_packages:
            values |= read_update_package(body)
        values = rollout.apply_database_rules(existing, values, backend.rules)
        if existing is None:
            values = {**_make_origin(key, app_id, body), **values}
        if backend.rules.has_update_packages:
            check_bundles_have_package(db, app_id, as_text(body["channel"]), existing, values)
        try:
            channel_id = save_channel(db, existing, values, moment)
        except sqlite3.IntegrityError as error:
            raise Crash("a constraint of the table") from error
        if existing is None and values.get("version") is not None:
            return Answer({"status": "ok", "id": channel_id, "public": bool(values.get("public"))})
    return OK


def _find_existing(db: sqlite3.Connection, app_id: str, body: JsonObject) -> Channel | None:
    if "channel" not in body:
        return None
    return find_channel(db, app_id, as_text(body["channel"]))


def _resolve_bundle(
    db: sqlite3.Connection, key: Key, app_id: str, existing: Channel | None, body: JsonObject
) -> int | None:
    """Resolve ``version``: null, "" and the internal names clear it, a name sets it."""
    version = body["version"]
    clears = not is_truthy(version) or as_text(version) in NO_BUNDLE
    # A new channel's first bundle needs only the right to create it.
    if existing is not None and not key.is_allowed(Permission.PROMOTE, app_id, existing):
        raise make_no_access({"app_id": app_id, "channel": body["channel"]})
    if clears:
        return None
    # A number is looked up as a name: 5 finds no bundle called "5" (recorded).
    bundle = find_bundle(db, app_id, as_text(version))
    if bundle is not None:
        return bundle.id
    if existing is not None:
        raise Crash("an unknown bundle is not caught on an existing channel")
    raise make_refusal("cannot_find_version", "Cannot find version")


def _read_settings(body: JsonObject) -> dict[str, Column]:
    """Read the plain settings; null means not sent, a wrong type breaks the write."""
    values: dict[str, Column] = {
        column: as_bool(body[name]) for name, column in _FLAGS.items() if body.get(name) is not None
    }
    if body.get("disableAutoUpdate") is not None:
        values["disable_auto_update"] = as_text(body["disableAutoUpdate"])
    # An omitted flag differs from a sent one, as ``undefined !== true`` does.
    one_platform = _read_field(body, "ios") != _read_field(body, "android")
    if body.get("electron") is None and is_truthy(body.get("public")) and one_platform:
        values["electron"] = False
    return values


def _read_field(body: JsonObject, name: str) -> tuple[bool, Json]:
    return name in body, body.get(name)


def _make_origin(key: Key, app_id: str, body: JsonObject) -> dict[str, Column]:
    """Return the columns of a new channel that never change; the others have defaults."""
    if body.get("channel") is None:
        raise Crash("a channel has a name")
    return {
        "app_id": app_id,
        "name": as_text(body["channel"]),
        "created_by": key.user_id,
        "created_by_key": key.id,
        "rollout_id": str(uuid.uuid4()),
    }
