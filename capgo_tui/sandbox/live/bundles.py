"""GET and DELETE /bundle on live (§8.1, §8.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer
from capgo_tui.sandbox.call import is_truthy, read_body_or_query
from capgo_tui.sandbox.live.access import authenticate, require, require_app_id
from capgo_tui.sandbox.live.errors import BAD_RANGE, NO_ROW, make_refusal
from capgo_tui.sandbox.paging import BadRange, make_page_span
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.bundles import (
    delete_all_bundles,
    delete_bundle,
    find_bundle,
    is_linked,
    list_bundles,
)
from capgo_tui.sandbox.values import as_text, stamp

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.bundles import Bundle


def get_bundles(backend: Backend, call: Call) -> Answer:
    """Answer a page of bundles; on live an empty page is an error (§8.1, §18.6)."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        require(key, Permission.READ_BUNDLES, app_id, "cannot_get_bundle")
        try:
            span = make_page_span(body.get("page"))
        except BadRange as error:
            more = {"supabaseError": BAD_RANGE}
            raise make_refusal("cannot_get_bundle", "Cannot get bundle", more) from error
        bundles = list_bundles(db, app_id, span)
        if not bundles and backend.rules.refuses_empty_bundle_page:
            raise make_refusal("cannot_get_bundle", "Cannot get bundle", {"supabaseError": None})
        owner_org = find_owner_org(db, app_id)
        return Answer([present(bundle, owner_org) for bundle in bundles])


def remove_bundles(backend: Backend, call: Call) -> Answer:
    """Delete one bundle, or all unlinked ones when no name was sent (§8.2)."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        require(key, Permission.DELETE_BUNDLE, app_id, "cannot_delete_bundle")
        moment = stamp(backend.now())
        name = body.get("version")
        if not is_truthy(name):
            delete_all_bundles(db, app_id, moment, keep_linked=True)
            return OK
        bundle = find_bundle(db, app_id, as_text(name))
        if bundle is None:
            more: JsonObject = {"supabaseError": NO_ROW}
            raise make_refusal("cannot_delete_version", "Cannot delete version", more)
        if is_linked(db, bundle.id):
            text = "Cannot delete a bundle linked to a channel"
            more = {"app_id": app_id, "version": name}
            raise make_refusal("cannot_delete_linked_version", text, more)
        delete_bundle(db, bundle.id, moment)
    return OK


def present(bundle: Bundle, owner_org: str | None) -> JsonObject:
    """Return the JSON of a bundle with all its fields."""
    packages = bundle.native_packages
    return {
        "id": bundle.id,
        "created_at": bundle.created_at,
        "app_id": bundle.app_id,
        "name": bundle.name,
        "updated_at": bundle.updated_at,
        "deleted": bundle.deleted,
        "external_url": bundle.external_url,
        "checksum": bundle.checksum,
        "session_key": bundle.session_key,
        "storage_provider": bundle.storage_provider,
        "min_update_version": bundle.min_update_version,
        "native_packages": None if packages is None else json.loads(packages),
        "owner_org": owner_org,
        "user_id": bundle.user_id,
        "r2_path": bundle.r2_path,
        "manifest": None,
        "link": bundle.link,
        "comment": bundle.comment,
        "manifest_count": bundle.manifest_count,
        "key_id": bundle.key_id,
        "cli_version": bundle.cli_version,
        "deleted_at": bundle.deleted_at,
        "created_by_apikey_rbac_id": None,
    }
