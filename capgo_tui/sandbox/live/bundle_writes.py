"""POST and PUT /bundle and POST /bundle/metadata, which only live has (§8.3-§8.5)."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer
from capgo_tui.sandbox.call import as_object, is_truthy, pick_fields, read_body_or_query
from capgo_tui.sandbox.live.access import authenticate, check_app_id, require
from capgo_tui.sandbox.live.bundles import present
from capgo_tui.sandbox.live.errors import DUPLICATE, NO_ROW, TOO_LONG, make_no_access, make_refusal
from capgo_tui.sandbox.live.rollout import apply_database_rules
from capgo_tui.sandbox.live.update_package import check_bundles_have_package
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_encryption, find_owner_org
from capgo_tui.sandbox.tables.bundles import find_bundle, find_bundle_by_id
from capgo_tui.sandbox.tables.channels import find_channel_by_id, save_channel
from capgo_tui.sandbox.tables.rows import insert, update
from capgo_tui.sandbox.values import as_text, parse_row_id, stamp

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.apps import Encryption
    from capgo_tui.sandbox.tables.rows import Column

_MAX_KEY_ID_LENGTH = 20
_TARGETS = ("auto", "stable", "rollout")
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*))*))?"
    r"(?:\+([0-9a-z-]+(?:\.[0-9a-z-]+)*))?",
    re.IGNORECASE | re.ASCII,
)


def create_bundle(backend: Backend, call: Call) -> Answer:
    """Register an external zip."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        _require_field(body, "app_id")
        app_id = check_app_id(body)
        for name in ("version", "external_url", "checksum"):
            _require_field(body, name)
        version, url = as_text(body["version"]), as_text(body["external_url"])
        if not _SEMVER.fullmatch(version):
            text = "Version must be valid semver"
            raise make_refusal("invalid_version_format", text, {"version": body["version"]})
        require(key, Permission.UPLOAD, app_id, "cannot_create_bundle")
        if not url.startswith("https://"):
            text = "External URL must use HTTPS protocol"
            raise make_refusal("invalid_protocol", text, {"external_url": url})
        owner_org = find_owner_org(db, app_id)
        if owner_org is None:
            raise make_refusal("cannot_find_app", "Cannot find app", {"supabaseError": NO_ROW})
        encryption = find_encryption(db, owner_org)
        if encryption is not None and backend.rules.enforcing_refuses_external:
            raise _make_encryption_required()
        _check_encryption(body, encryption)
        if find_bundle(db, app_id, version) is not None:
            raise make_refusal(
                "version_already_exists", "Version already exists", {"version": version}
            )
        moment = stamp(backend.now())
        values: dict[str, Column] = {
            "app_id": app_id,
            "name": version,
            "created_at": moment,
            "updated_at": moment,
            "external_url": url,
            "checksum": as_text(body["checksum"]),
            "storage_provider": "external",
            "user_id": key.user_id,
            "created_by_key": key.id,
        }
        for name in ("session_key", "key_id"):
            if is_truthy(body.get(name)):
                values[name] = as_text(body[name])
        if len(str(values.get("key_id", ""))) > _MAX_KEY_ID_LENGTH:
            more: JsonObject = {"supabaseError": TOO_LONG}
            raise make_refusal("cannot_create_bundle", "Cannot create bundle", more)
        try:
            bundle = find_bundle_by_id(db, app_id, insert(db, "bundles", values))
        except sqlite3.IntegrityError as error:
            # A deleted bundle keeps its name until it is purged (§8.2).
            more = {"supabaseError": DUPLICATE}
            raise make_refusal("cannot_create_bundle", "Cannot create bundle", more) from error
        if bundle is None:
            raise LookupError("the bundle just made is gone")
        return Answer({"status": "success", "bundle": present(bundle, owner_org)})


def _check_encryption(body: JsonObject, encryption: Encryption | None) -> None:
    """Refuse what the organisation's policy does not allow (§8.3)."""
    if encryption is None:
        return
    if not is_truthy(body.get("session_key")):
        raise _make_encryption_required()
    if encryption.key_id is None:
        return
    if not is_truthy(body.get("key_id")):
        raise make_refusal("encryption_key_required", "Bundles must tell their encryption key")
    if as_text(body["key_id"]) != encryption.key_id:
        raise make_refusal("encryption_key_mismatch", "Bundles must use the organization's key")


def _make_encryption_required() -> Exception:
    return make_refusal("encryption_required", "Bundles of this organization must be encrypted")


def put_on_channel(backend: Backend, call: Call) -> Answer:
    """Put a bundle on a channel, which needs the right to promote only (§8.4)."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        if not all(is_truthy(body.get(name)) for name in ("app_id", "version_id", "channel_id")):
            raise _make_missing_fields(pick_fields(body, "app_id", "version_id", "channel_id"))
        app_id = check_app_id(body)
        assignment = _read_assignment(body) if backend.rules.reads_assignment_target else "stable"
        if _sends_ids_as_text(call):
            text = "Cannot set bundle to channel"
            raise make_refusal("cannot_set_bundle_to_channel", text, {"error": "invalid id"})
        channel = find_channel_by_id(db, app_id, parse_row_id(body["channel_id"]))
        if not key.is_allowed(Permission.PROMOTE, app_id, channel):
            raise make_no_access({"app_id": app_id, "channel_id": body["channel_id"]})
        bundle = find_bundle_by_id(db, app_id, parse_row_id(body["version_id"]))
        if bundle is None:
            raise make_refusal("cannot_find_version", "Cannot find version")
        if channel is None:
            raise make_refusal("cannot_find_channel", "Cannot find channel")
        has_rollout = channel.rollout_enabled or channel.rollout_version is not None
        on_target = assignment == "rollout" or (assignment == "auto" and has_rollout)
        if on_target and channel.version is None:
            text = "Cannot set rollout target because this channel has no stable bundle yet"
            raise make_refusal(
                "cannot_set_rollout_without_stable", text, pick_fields(body, "channel_id")
            )
        columns: dict[str, Column] = {"version": bundle.id}
        text = f"Bundle {bundle.name} set to channel {channel.name}"
        if on_target:
            columns = {"rollout_version": bundle.id, "rollout_enabled": True}
            text = f"Bundle {bundle.name} set as rollout target on channel {channel.name}"
        values = apply_database_rules(channel, columns, backend.rules)
        if backend.rules.has_update_packages:
            check_bundles_have_package(db, app_id, channel.name, channel, values)
        save_channel(db, channel, values, stamp(backend.now()))
        answer: dict[str, Json] = {"status": "success", "message": text}
        if backend.rules.reads_assignment_target:
            answer["assignmentTarget"] = "rollout" if on_target else "stable"
        return Answer(answer)


def _read_assignment(body: JsonObject) -> str:
    """Read which of the channel's two bundles is meant (§18.5)."""
    target = "auto" if body.get("target") is None else body["target"]
    if not isinstance(target, str) or target not in _TARGETS:
        text = f"target must be one of {', '.join(_TARGETS)}"
        raise make_refusal("invalid_target", text, {"target": target})
    return target


def _sends_ids_as_text(call: Call) -> bool:
    """Return whether the JSON body has an id as text, which breaks the write (§18.2)."""
    try:
        body = as_object(call.parse_json())
    except ValueError:
        return False
    return any(isinstance(body.get(name), str) for name in ("version_id", "channel_id"))


def update_metadata(backend: Backend, call: Call) -> Answer:
    """Change a bundle's link and comment."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        if not all(is_truthy(body.get(name)) for name in ("app_id", "version_id")):
            raise _make_missing_fields(pick_fields(body, "app_id", "version_id"))
        app_id = check_app_id(body)
        if not key.is_allowed(Permission.UPLOAD, app_id):
            text = "You can't update metadata for this app"
            raise make_refusal("cannot_update_bundle_metadata", text, {"app_id": app_id})
        bundle = find_bundle_by_id(db, app_id, parse_row_id(body["version_id"]), deleted_too=True)
        if bundle is None:
            raise make_refusal(
                "cannot_find_version", "Cannot find version", {"supabaseError": NO_ROW}
            )
        changes: dict[str, Column] = {
            name: None if value is None else as_text(value)
            for name, value in pick_fields(body, "link", "comment").items()
        }
        if not changes:
            raise make_refusal("no_fields_to_update", "No fields to update")
        if key.role == "app_preview" and bundle.created_by_key != key.id:
            text = "Cannot update version metadata"
            raise make_refusal("cannot_update_version_metadata", text, {"supabaseError": NO_ROW})
        changes["updated_at"] = stamp(backend.now())
        update(db, "bundles", bundle.id, changes)
    return OK


def _require_field(body: JsonObject, name: str) -> None:
    if not is_truthy(body.get(name)):
        text = f"Missing required fields: {name}"
        raise make_refusal(f"missing_{name}", text, pick_fields(body, name))


def _make_missing_fields(more: JsonObject) -> Exception:
    return make_refusal("missing_required_fields", "Missing required fields", more)
