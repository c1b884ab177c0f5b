"""GET /organization/audit (§18.10)."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer
from capgo_tui.sandbox.call import read_body_or_query
from capgo_tui.sandbox.live.access import authenticate
from capgo_tui.sandbox.live.errors import BAD_RANGE, make_refusal
from capgo_tui.sandbox.paging import PAGE_SIZE, Span
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.audit import AuditFilter, count_audit, list_audit
from capgo_tui.sandbox.values import parse_js_number, stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.rules import Rules
    from capgo_tui.sandbox.tables.audit import AuditEntry
    from capgo_tui.sandbox.tables.keys import Key

_MAX_ROWS = 100
_RETENTION = timedelta(days=90)


def get_audit(backend: Backend, call: Call) -> Answer:
    """Answer a page of an organisation's changes, the newest first."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        org_id = _read_text(body, "orgId")
        if org_id is None:
            raise _make_invalid_body()
        audit_filter = AuditFilter(
            org_id,
            start=stamp(backend.now() - _RETENTION),
            table_name=_read_text(body, "tableName"),
            operation=_read_text(body, "operation"),
        )
        page = _read_number(body, "page", 0)
        limit = min(_read_number(body, "limit", PAGE_SIZE), _MAX_ROWS)
        if not _can_read(db, key, org_id):
            text = "You can't access this organization"
            raise make_refusal("invalid_org_id", text, {"org_id": org_id})
        if page < 0 or limit < 1:
            raise make_refusal(
                "cannot_get_audit_logs", "Cannot get audit logs", {"error": BAD_RANGE}
            )
        entries = list_audit(db, audit_filter, Span(page * limit, limit))
        return Answer(
            {
                "data": [present(entry, backend.rules) for entry in entries],
                "total": count_audit(db, audit_filter),
                "page": page,
                "limit": limit,
            }
        )


def _can_read(db: sqlite3.Connection, key: Key, org_id: str) -> bool:
    """Return whether the key has the right in any app of the organisation."""
    own = [app_id for app_id in key.apps if find_owner_org(db, app_id) == org_id]
    return any(key.is_allowed(Permission.READ_AUDIT, app_id) for app_id in own)


def _read_text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise _make_invalid_body()
    return value


def _read_number(body: JsonObject, name: str, default: int) -> int:
    value = body.get(name)
    number = float(default) if value is None else parse_js_number(value)
    if not math.isfinite(number) or not number.is_integer():
        raise _make_invalid_body()
    return int(min(number, 2**31))


def _make_invalid_body() -> Exception:
    return make_refusal("invalid_body", "Invalid body", {"error": {}})


def present(entry: AuditEntry, rules: Rules) -> JsonObject:
    """Return the JSON of an entry; its records are rows with the database's names."""
    old, new = _present_record(entry.old_record, rules), _present_record(entry.new_record, rules)
    changed_fields: Json = None
    if old is not None and new is not None:
        changed_fields = [name for name, value in new.items() if old.get(name) != value]
    actor = "unknown" if entry.key_id is None else "apikey"
    return {
        "id": entry.id,
        "created_at": entry.created_at,
        "table_name": entry.table_name,
        "record_id": entry.record_id,
        "operation": entry.operation,
        "user_id": entry.user_id,
        "org_id": entry.org_id,
        "old_record": old,
        "new_record": new,
        "changed_fields": changed_fields,
        "actor_type": actor if entry.user_email is None else "user",
        "actor_user_id": entry.user_id,
        # Only those of generated history have an address.
        "actor_user_email": entry.user_email,
        "actor_apikey_id": entry.key_id,
        "actor_apikey_name": entry.key_label,
    }


def _present_record(record: JsonObject | None, rules: Rules) -> JsonObject | None:
    if record is None or rules.has_update_packages:
        return record
    return {name: value for name, value in record.items() if name != "update_package"}
