"""Authentication on live: the key's headers and the app of the request (§1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Refusal
from capgo_tui.sandbox.call import is_truthy
from capgo_tui.sandbox.live.errors import (
    WRONG_KEY,
    make_invalid_app_id,
    make_missing_app_id,
    make_no_access,
    make_refusal,
)
from capgo_tui.sandbox.tables.keys import find_key, find_key_by_id
from capgo_tui.sandbox.values import is_app_id, stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.roles import Permission
    from capgo_tui.sandbox.tables.keys import Key

_MAX_SAFE_INTEGER = 2**53 - 1


def authenticate(db: sqlite3.Connection, backend: Backend, call: Call) -> Key:
    """Return the key that acts; with ``x-limited-key-id`` that is the subkey.

    ``capgkey`` wins over ``authorization`` even when it is wrong. ``x-api-key`` is ignored, and
    no ``Bearer`` is stripped.
    """
    backend.limits.check_address(call.address)
    value = call.headers.get("capgkey", call.headers.get("authorization", "")).strip()
    if not value:
        backend.limits.count_failed_auth(call.address)
        raise make_refusal("no_key_provided", "No key provided", status=401)
    return act_as(db, backend, call, value)


def act_as(db: sqlite3.Connection, backend: Backend, call: Call, value: str) -> Key:
    """Return the key with this value, or the subkey that the call names with it."""
    subkey_id = call.headers.get("x-limited-key-id")
    if subkey_id is not None and not _is_positive(subkey_id):
        backend.limits.count_failed_auth(call.address)
        raise make_refusal("invalid_subkey", "Invalid x-limited-key-id", status=401)
    key = find_key(db, value)
    if key is None or key.is_expired:
        backend.limits.count_failed_auth(call.address)
        raise Refusal(WRONG_KEY)
    backend.limits.count_key(key.id)
    actor = key if subkey_id is None else _find_subkey(db, key, int(subkey_id))
    backend.store.act(actor.id, stamp(backend.now()))
    return actor


def _is_positive(text: str) -> bool:
    return re.fullmatch(r"\d{1,16}", text, re.ASCII) is not None and (
        0 < int(text) <= _MAX_SAFE_INTEGER
    )


def _find_subkey(db: sqlite3.Connection, key: Key, subkey_id: int) -> Key:
    subkey = find_key_by_id(db, subkey_id)
    if subkey is None or subkey.is_expired or subkey.is_hashed or subkey.user_id != key.user_id:
        raise make_refusal("invalid_subkey", "Invalid subkey", status=401)
    if not subkey.apps:
        raise make_refusal("invalid_subkey", "Invalid subkey, no limited apps or orgs", status=401)
    return subkey


def require_app_id(body: JsonObject) -> str:
    """Return the app id of a request."""
    app_id = body.get("app_id")
    if not is_truthy(app_id):
        raise make_missing_app_id(body)
    return check_app_id(body)


def check_app_id(body: JsonObject) -> str:
    """Return the app id if its form is valid."""
    app_id = body.get("app_id")
    if not isinstance(app_id, str) or not is_app_id(app_id):
        raise make_invalid_app_id(app_id)
    return app_id


def require(key: Key, permission: Permission, app_id: str, code: str = "cannot_access_app") -> None:
    """Refuse unless the key may do this in the app; an unknown app is refused likewise."""
    if not key.is_allowed(permission, app_id):
        raise make_no_access({"app_id": app_id}, code)
