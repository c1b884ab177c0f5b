"""POST and PUT /bundle and POST /bundle/metadata, which only live has (§8.3-§8.5)."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer
from capgo_tui.sandbox.call import body_or_query, given, truthy
from capgo_tui.sandbox.live.access import authenticate, require, valid_app_id
from capgo_tui.sandbox.live.bundles import present
from capgo_tui.sandbox.live.errors import DUPLICATE, NO_ROW, no_access, refusal
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import encryption_of, org_of
from capgo_tui.sandbox.tables.bundles import bundle_by_id, find_bundle
from capgo_tui.sandbox.tables.channels import channel_by_id, save_channel
from capgo_tui.sandbox.tables.rows import insert, update
from capgo_tui.sandbox.values import as_text, row_id, stamp

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.apps import Encryption
    from capgo_tui.sandbox.tables.rows import Column

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*))*))?"
    r"(?:\+([0-9a-z-]+(?:\.[0-9a-z-]+)*))?",
    re.IGNORECASE | re.ASCII,
)


def create_bundle(backend: Backend, call: Call) -> Answer:
    """Register an external zip."""
    with backend.store.writing() as db:
        key = authenticate(db, backend, call)
        body = body_or_query(call)
        _require_field(body, "app_id")
        app_id = valid_app_id(body)
        for name in ("version", "external_url", "checksum"):
            _require_field(body, name)
        version, url = as_text(body["version"]), as_text(body["external_url"])
        if not _SEMVER.fullmatch(version):
            text = "Version must be valid semver"
            raise refusal("invalid_version_format", text, {"version": body["version"]})
        require(key, Permission.UPLOAD, app_id, "cannot_create_bundle")
        if not url.startswith("https://"):
            text = "External URL must use HTTPS protocol"
            raise refusal("invalid_protocol", text, {"external_url": url})
        owner_org = org_of(db, app_id)
        if owner_org is None:
            raise refusal("cannot_find_app", "Cannot find app", {"supabaseError": NO_ROW})
        _check_encryption(body, encryption_of(db, owner_org))
        if find_bundle(db, app_id, version) is not None:
            raise refusal("version_already_exists", "Version already exists", {"version": version})
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
            if truthy(body.get(name)):
                values[name] = as_text(body[name])
        try:
            bundle = bundle_by_id(db, app_id, insert(db, "bundles", values))
        except sqlite3.IntegrityError as error:
            # A deleted bundle keeps its name until it is purged (§8.2).
            more = {"supabaseError": DUPLICATE}
            raise refusal("cannot_create_bundle", "Cannot create bundle", more) from error
        if bundle is None:
            raise LookupError("the bundle just made is gone")
        return Answer({"status": "success", "bundle": present(bundle, owner_org)})


def _check_encryption(body: JsonObject, demanded: Encryption | None) -> None:
    """Refuse what the organisation's policy does not allow (§8.3)."""
    if demanded is None:
        return
    if not truthy(body.get("session_key")):
        raise refusal("encryption_required", "Bundles of this organization must be encrypted")
    if demanded.key_id is None:
        return
    if not truthy(body.get("key_id")):
        raise refusal("encryption_key_required", "Bundles must tell their encryption key")
    if as_text(body["key_id"]) != demanded.key_id:
        raise refusal("encryption_key_mismatch", "Bundles must use the organization's key")


def put_on_channel(backend: Backend, call: Call) -> Answer:
    """Put a bundle on a channel, which needs the right to promote only (§8.4)."""
    with backend.store.writing() as db:
        key = authenticate(db, backend, call)
        body = body_or_query(call)
        if not all(truthy(body.get(name)) for name in ("app_id", "version_id", "channel_id")):
            raise _missing_fields(given(body, "app_id", "version_id", "channel_id"))
        app_id = valid_app_id(body)
        channel = channel_by_id(db, app_id, row_id(body["channel_id"]))
        if not key.may(Permission.PROMOTE, app_id, channel):
            raise no_access({"app_id": app_id, "channel_id": body["channel_id"]})
        bundle = bundle_by_id(db, app_id, row_id(body["version_id"]))
        if bundle is None:
            raise refusal("cannot_find_version", "Cannot find version")
        if channel is None:
            raise refusal("cannot_find_channel", "Cannot find channel")
        save_channel(db, channel, {"version": bundle.id}, stamp(backend.now()))
        text = f"Bundle {bundle.name} set to channel {channel.name}"
        return Answer({"status": "success", "message": text})


def update_metadata(backend: Backend, call: Call) -> Answer:
    """Change a bundle's link and comment."""
    with backend.store.writing() as db:
        key = authenticate(db, backend, call)
        body = body_or_query(call)
        if not all(truthy(body.get(name)) for name in ("app_id", "version_id")):
            raise _missing_fields(given(body, "app_id", "version_id"))
        app_id = valid_app_id(body)
        if not key.may(Permission.UPLOAD, app_id):
            text = "You can't update metadata for this app"
            raise refusal("cannot_update_bundle_metadata", text, {"app_id": app_id})
        bundle = bundle_by_id(db, app_id, row_id(body["version_id"]), deleted_too=True)
        if bundle is None:
            raise refusal("cannot_find_version", "Cannot find version", {"supabaseError": NO_ROW})
        changes: dict[str, Column] = {
            name: None if value is None else as_text(value)
            for name, value in given(body, "link", "comment").items()
        }
        if not changes:
            raise refusal("no_fields_to_update", "No fields to update")
        changes["updated_at"] = stamp(backend.now())
        update(db, "bundles", bundle.id, changes)
    return OK


def _require_field(body: JsonObject, name: str) -> None:
    if not truthy(body.get(name)):
        text = f"Missing required fields: {name}"
        raise refusal(f"missing_{name}", text, given(body, name))


def _missing_fields(more: JsonObject) -> Exception:
    return refusal("missing_required_fields", "Missing required fields", more)
