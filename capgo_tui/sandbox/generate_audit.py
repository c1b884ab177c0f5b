"""Making up what was changed lately: which bundles the lasting channels carried before.

The history ends in the channels as they are, so that it can be followed back from them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.audit import (
    BUNDLES,
    CHANNELS,
    AuditedTable,
    AuditEntry,
    insert_entries,
    records,
)
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from capgo_tui.sandbox.answers import Json, JsonObject

_EARLIER = 3
_KEPT = timedelta(days=90)
_UNTIL_CARRIED = timedelta(hours=2)


def insert_audit(
    db: sqlite3.Connection, app_id: str, lines: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Insert the history; ``lines`` names each channel's bundles, the present one first."""
    key_ids = {row["role"]: row["id"] for row in db.execute("SELECT id, role FROM keys")}
    bundles = {str(bundle["name"]): bundle for bundle in records(db, BUNDLES, app_id)}
    entries = [
        _entry(BUNDLES, "INSERT", None, bundle, key_ids["app_uploader"])
        for bundle in bundles.values()
    ]
    for channel in records(db, CHANNELS, app_id):
        line = [bundles[name] for name in lines.get(str(channel["name"]), ())[: _EARLIER + 1]]
        for before, after in _moves(channel, line):
            key_id = key_ids["org_super_admin"]
            entries.append(_entry(CHANNELS, "UPDATE", before, after, key_id))
    oldest = stamp(now - _KEPT)
    insert_entries(db, (entry for entry in entries if entry.created_at >= oldest))


def _moves(
    channel: JsonObject, line: Sequence[JsonObject]
) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    """Give the channel's rows before and after each change of its bundle, the last one first."""
    if not line or channel["version"] != line[0]["id"]:
        return
    moved = max(_moment(channel["updated_at"]), _moment(line[0]["created_at"]))
    after = {**channel, "updated_at": stamp(moved)}
    for bundle in line[1:]:
        made = _moment(bundle["created_at"])
        moved = made + min(_UNTIL_CARRIED, (moved - made) / 2)
        if moved <= _moment(channel["created_at"]):
            return
        before = {**channel, "version": bundle["id"], "updated_at": stamp(moved)}
        yield before, after
        after = before


def _entry(
    table: AuditedTable, operation: str, old: JsonObject | None, new: JsonObject, key_id: int
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
    )


def _moment(text: Json) -> datetime:
    return datetime.fromisoformat(str(text))
