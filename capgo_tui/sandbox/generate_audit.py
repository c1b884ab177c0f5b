"""Generated audit entries: the former bundles of the permanent channels.

The last entry of each channel has its present state.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.audit import (
    BUNDLES,
    CHANNELS,
    AuditedTable,
    AuditEntry,
    insert_entries,
    list_records,
)
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from capgo_tui.sandbox.answers import Json, JsonObject

_EARLIER_BUNDLES = 3
_RETENTION = timedelta(days=90)
_PROMOTION_DELAY = timedelta(hours=2)
_PEOPLE = ("mara@acme.example", "tomas@acme.example", "joy@acme.example")
"""The users who promote bundles in the console; a key uploads them."""


def insert_audit(
    db: sqlite3.Connection, app_id: str, lines: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Insert the history; ``lines`` names each channel's bundles, the present one first."""
    key_ids = {row["role"]: row["id"] for row in db.execute("SELECT id, role FROM keys")}
    bundles = {str(bundle["name"]): bundle for bundle in list_records(db, BUNDLES, app_id)}
    entries = [
        _make_entry(BUNDLES, "INSERT", None, bundle, key_id=key_ids["app_uploader"])
        for bundle in bundles.values()
    ]
    for at, channel in enumerate(list_records(db, CHANNELS, app_id)):
        people = islice(cycle(_PEOPLE), at, None)
        line = [
            bundles[name] for name in lines.get(str(channel["name"]), ())[: _EARLIER_BUNDLES + 1]
        ]
        for before, after in _list_moves(channel, line):
            entries.append(_make_entry(CHANNELS, "UPDATE", before, after, user_email=next(people)))
    oldest = stamp(now - _RETENTION)
    insert_entries(db, (entry for entry in entries if entry.created_at >= oldest))


def _list_moves(
    channel: JsonObject, line: Sequence[JsonObject]
) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    """Yield the channel's rows before and after each change of its bundle, the last first."""
    if not line or channel["version"] != line[0]["id"]:
        return
    moved_at = max(_parse_moment(channel["updated_at"]), _parse_moment(line[0]["created_at"]))
    after = {**channel, "updated_at": stamp(moved_at)}
    for bundle in line[1:]:
        created_at = _parse_moment(bundle["created_at"])
        moved_at = created_at + min(_PROMOTION_DELAY, (moved_at - created_at) / 2)
        if moved_at <= _parse_moment(channel["created_at"]):
            return
        before = {**channel, "version": bundle["id"], "updated_at": stamp(moved_at)}
        yield before, after
        after = before


def _make_entry(
    table: AuditedTable,
    operation: str,
    old: JsonObject | None,
    new: JsonObject,
    *,
    key_id: int | None = None,
    user_email: str | None = None,
) -> AuditEntry:
    return AuditEntry(
        id=0,
        created_at=str(new["updated_at"]),
        table_name=table.public_name,
        record_id=str(new["id"]),
        operation=operation,
        org_id=str(new["owner_org"]),
        old_record=old,
        new_record=new,
        key_id=key_id,
        key_label=None,
        user_id=None,
        user_email=user_email,
    )


def _parse_moment(text: Json) -> datetime:
    return datetime.fromisoformat(str(text))
