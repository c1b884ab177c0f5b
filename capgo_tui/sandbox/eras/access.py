"""Request bodies and access rights of both older revisions (§1).

Their keys had modes instead of roles; the roles stand in for them, which differs only in finer
distinctions those modes did not make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer, Json, JsonObject, Refusal
from capgo_tui.sandbox.call import as_object
from capgo_tui.sandbox.eras.errors import make_no_access, make_refusal
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.keys import find_key
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.roles import Permission
    from capgo_tui.sandbox.tables.keys import Key

#: A channel or device without a bundle pointed at a hidden placeholder bundle. Its id was
#: that of a row; here it is 0, which no row has.
PLACEHOLDER_ID = 0
NO_BUNDLE = "unknown"


def authenticate(
    db: sqlite3.Connection, backend: Backend, call: Call, value: str | None, refusals: KeyRefusals
) -> Key:
    """Return the key that acts, or raise the revision's refusal."""
    backend.limits.check_address(call.address)
    if not value:
        backend.limits.count_failed_auth(call.address)
        raise Refusal(refusals[0])
    key = find_key(db, value.strip())
    if key is None or key.is_expired:
        backend.limits.count_failed_auth(call.address)
        raise Refusal(refusals[1])
    backend.limits.count_key(key.id)
    backend.store.act(key.id, stamp(backend.now()))
    return key


#: The answers to no key and to a wrong key.
KeyRefusals = tuple[Answer, Answer]


def read_json_object(call: Call, failure: str) -> JsonObject:
    """Read a JSON body; what cannot be read made these handlers answer 500."""
    try:
        return as_object(call.parse_json())
    except ValueError as error:
        raise make_refusal(failure, 500, error="{}") from error


def require(db: sqlite3.Connection, key: Key, permission: Permission, app_id: Json) -> str:
    """Return the app id if the key has the right; an unknown app is refused likewise."""
    if not isinstance(app_id, str) or not key.is_allowed(permission, app_id):
        raise make_no_access(app_id)
    if find_owner_org(db, app_id) is None:
        raise make_refusal("Cannot find app")
    return app_id
