"""The two small reads that only next has (§18.8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer
from capgo_tui.sandbox.call import is_truthy, pick_fields, read_body_or_query
from capgo_tui.sandbox.live.access import authenticate, require_app_id
from capgo_tui.sandbox.live.errors import NO_ROW, make_refusal
from capgo_tui.sandbox.paging import Span
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.bundles import find_bundle_by_id, find_bundle_or_deleted, list_bundles
from capgo_tui.sandbox.tables.channels import find_channel
from capgo_tui.sandbox.values import as_text

if TYPE_CHECKING:
    from capgo_tui.sandbox.call import Backend, Call


def get_current_bundle(backend: Backend, call: Call) -> Answer:
    """Answer what a channel carries; everything is null where it carries nothing."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        name = body.get("channel")
        names = pick_fields(body, "app_id", "channel")
        if not is_truthy(name):
            raise make_refusal("missing_channel", "Missing channel", {"body": body})
        channel = find_channel(db, app_id, as_text(name))
        if channel is None or not (app_id in key.apps or key.can_see(channel)):
            more = {"supabaseError": NO_ROW, **names}
            raise make_refusal("cannot_find_channel", "Cannot find channel", more)
        if not key.can_see(channel):
            raise make_refusal("cannot_access_channel", "You can't access this channel", names)
        bundle = find_bundle_by_id(db, app_id, channel.version, deleted_too=True)
        if bundle is None and channel.version is not None:
            more = {"supabaseError": NO_ROW, **names}
            raise make_refusal("cannot_find_bundle", "Cannot load channel bundle", more)
        packages = bundle.native_packages if bundle else None
        return Answer(
            {
                "bundle_name": bundle.name if bundle else None,
                "bundle_id": bundle.id if bundle else None,
                "min_update_version": bundle.min_update_version if bundle else None,
                "native_packages": [] if packages is None else json.loads(packages),
                "disable_auto_update": channel.disable_auto_update,
            }
        )


def look_up_bundle(backend: Backend, call: Call) -> Answer:
    """Answer whether a bundle of this name exists, or the name of the newest one."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        rights = (Permission.READ_BUNDLES, Permission.UPLOAD)
        if not any(key.is_allowed(right, app_id) for right in rights):
            text = "You cannot read bundles for this app"
            raise make_refusal("cannot_lookup_bundle", text, {"app_id": app_id})
        if body.get("latest") in (True, "true", "1"):
            newest = list_bundles(db, app_id, Span(0, 1))
            return Answer({"name": newest[0].name if newest else None})
        if not is_truthy(body.get("name")):
            raise make_refusal("missing_version", "Missing bundle version name", {"body": body})
        bundle = find_bundle_or_deleted(db, app_id, as_text(body["name"]))
        return Answer(
            {
                "exists": bundle is not None,
                "id": bundle.id if bundle else None,
                "name": bundle.name if bundle else None,
                "deleted": bundle.deleted if bundle else None,
            }
        )
