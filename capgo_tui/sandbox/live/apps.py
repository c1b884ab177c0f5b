"""GET /app and GET /ok on live (§9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer
from capgo_tui.sandbox.live.access import authenticate
from capgo_tui.sandbox.live.errors import NO_ROW, make_invalid_app_id, make_no_access, make_refusal
from capgo_tui.sandbox.paging import PAGE_SIZE
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_app, list_apps
from capgo_tui.sandbox.values import is_app_id

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.apps import App


def get_apps(backend: Backend, call: Call) -> Answer:
    """Answer a page of the key's apps; here the page is a number (§5)."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        apps = list_apps(db, key.apps)
        org = call.query.get("org_id")
        if org:
            if org not in {app.owner_org for app in apps}:
                text = "You do not have access to this organization"
                code = "user_does_not_have_access_to_this_organization"
                raise make_refusal(code, text, {"org_id": org})
            apps = [app for app in apps if app.owner_org == org]
        page, limit = _read_whole(call, "page", 0), _read_whole(call, "limit", PAGE_SIZE)
        if page < 0 or limit < 1:
            raise make_refusal("cannot_get_apps", "Cannot get apps", {"supabaseError": None})
        return Answer([present(app) for app in apps[page * limit :][:limit]])


def get_app(backend: Backend, call: Call) -> Answer:
    """Answer one app; one the key may not read gives 401 here (§1)."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        app_id = call.path["app_id"]
        if not is_app_id(app_id):
            raise make_invalid_app_id(app_id)
        if not key.is_allowed(Permission.READ_APP, app_id):
            raise make_no_access({"app_id": app_id}, status=401)
        app = find_app(db, app_id)
        if app is None:
            more = {"supabaseError": NO_ROW}
            raise make_refusal("cannot_find_app", "Cannot find app", more, 404)
        return Answer(present(app))


def get_ok(backend: Backend, call: Call) -> Answer:
    """Answer the ping; only a malformed ``capgo_api`` version is refused."""
    version = call.headers.get("capgo_api")
    if version is not None and not re.fullmatch(r"[vV]?\d+([._-]\d+){0,2}", version.strip()):
        text = "Invalid capgo_api version header"
        raise make_refusal("invalid_capgo_api_version", text, {"header": version})
    return OK


def post_ok(backend: Backend, call: Call) -> Answer:
    """Answer the ping by POST, with any body."""
    return OK


def _read_whole(call: Call, name: str, default: int) -> int:
    """Read a number as ``parseInt`` does: its leading digits; none means the default."""
    match = re.match(r"\s*[+-]?\d{1,9}", call.query.get(name, ""))
    return int(match.group()) if match else default


def present(app: App) -> JsonObject:
    """Return the JSON of an app; fields the sandbox does not model have their defaults."""
    return {
        "created_at": app.created_at,
        "app_id": app.app_id,
        "icon_url": "",
        "user_id": app.user_id,
        "name": app.name,
        "last_version": app.last_version,
        "updated_at": app.updated_at,
        "id": app.id,
        "retention": 2_592_000,
        "owner_org": app.owner_org,
        "default_upload_channel": "production",
        "transfer_history": [],
        "channel_device_count": 0,
        "manifest_bundle_count": 0,
        "expose_metadata": False,
        "allow_preview": False,
        "allow_device_custom_id": True,
        "need_onboarding": False,
        "existing_app": False,
        "ios_store_url": None,
        "android_store_url": None,
        "stats_updated_at": None,
        "stats_refresh_requested_at": None,
        "build_timeout_seconds": 900,
        "build_timeout_updated_at": app.created_at,
        "block_provider_infra_requests": True,
        "rollout_channel_count": app.rollout_channel_count,
        "rollout_paused_version_names": [],
        "created_from_onboarding": False,
        "onboarding_completed_at": None,
    }
