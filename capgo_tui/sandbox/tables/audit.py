"""The organisation's record of changes to channels and bundles (§18.10).

Rows are written by triggers, as in the real database, so that every change of a row is recorded: a
demotion as well as a promotion. A trigger fires only while a key acts (see ``Store.act``), so that
loaded or generated data is not recorded.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.bundles import Bundle
from capgo_tui.sandbox.tables.channels import Channel
from capgo_tui.sandbox.tables.rows import list_boolean_fields

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed import DataclassInstance

    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.paging import Span
    from capgo_tui.sandbox.tables.rows import Column

#: Fields of a record that the real table has not, or that are too large to be recorded.
_LEFT_OUT = {"created_by_key", "version_name", "rollout_version_name", "native_packages"}


@dataclass(frozen=True)
class AuditedTable:
    """A table whose changes are recorded; ``public_name`` is the real one."""

    name: str
    public_name: str
    columns: tuple[str, ...]
    booleans: frozenset[str]

    def record(self, row: str) -> str:
        """Return the SQL expression of a row as JSON."""
        pairs = [f"'{name}', {self._format_value(row, name)}" for name in self.columns]
        org = f"(SELECT owner_org FROM apps WHERE app_id = {row}.app_id)"  # noqa: S608
        return f"json_object({', '.join(pairs)}, 'owner_org', {org})"

    def _format_value(self, row: str, column: str) -> str:
        value = f"{row}.{column}"
        return f"json(iif({value}, 'true', 'false'))" if column in self.booleans else value


def _describe_table(name: str, public_name: str, record: type[DataclassInstance]) -> AuditedTable:
    columns = tuple(f.name for f in fields(record) if f.name not in _LEFT_OUT)
    return AuditedTable(name, public_name, columns, list_boolean_fields(record))


CHANNELS = _describe_table("channels", "channels", Channel)
BUNDLES = _describe_table("bundles", "app_versions", Bundle)


def build_triggers() -> str:
    """Return the triggers of a connection that defines ``acting_key`` and ``acting_moment``."""
    return "\n".join(
        f"""
        CREATE TEMP TRIGGER audit_{table.name}_{operation}
        AFTER {operation} ON main.{table.name} WHEN acting_key() IS NOT NULL
        BEGIN
          INSERT INTO audit_logs
            (created_at, table_name, record_id, operation, org_id, old_record, new_record, key_id)
          SELECT acting_moment(), '{table.public_name}', CAST({row}.id AS TEXT), '{operation}',
            owner_org, {table.record("OLD") if old else "NULL"},
            {table.record("NEW") if new else "NULL"}, acting_key()
          FROM apps WHERE app_id = {row}.app_id;
        END;
        """  # noqa: S608 - names from code
        for table in (CHANNELS, BUNDLES)
        for operation, row, old, new in (
            ("INSERT", "NEW", False, True),
            ("UPDATE", "NEW", True, True),
            ("DELETE", "OLD", True, False),
        )
    )


@dataclass(frozen=True)
class AuditEntry:
    """One recorded change, made by a key, by a user of the console, or by neither."""

    id: int
    created_at: str
    table_name: str
    record_id: str
    operation: str
    org_id: str
    old_record: Mapping[str, Json] | None
    new_record: Mapping[str, Json] | None
    key_id: int | None
    key_label: str | None
    user_id: str | None
    user_email: str | None = None


@dataclass(frozen=True)
class AuditFilter:
    """The conditions on entries to list."""

    org_id: str
    start: str
    table_name: str | None = None
    operation: str | None = None

    @property
    def condition(self) -> tuple[str, dict[str, Column]]:
        """Return the SQL condition and its values."""
        text = "a.org_id = :org AND a.created_at >= :since"
        values: dict[str, Column] = {"org": self.org_id, "since": self.start}
        for column, value in (("table_name", self.table_name), ("operation", self.operation)):
            if value:
                text += f" AND a.{column} = :{column}"
                values[column] = value
        return text, values


def count_audit(db: sqlite3.Connection, audit_filter: AuditFilter) -> int:
    """Count the entries on all pages."""
    condition, values = audit_filter.condition
    row = db.execute(f"SELECT count(*) FROM audit_logs a WHERE {condition}", values)  # noqa: S608
    return int(row.fetchone()[0])


def list_audit(db: sqlite3.Connection, audit_filter: AuditFilter, span: Span) -> list[AuditEntry]:
    """List entries, the newest first."""
    condition, values = audit_filter.condition
    rows = db.execute(
        "SELECT a.*, k.label AS key_label, k.user_id FROM audit_logs a"  # noqa: S608
        f" LEFT JOIN keys k ON k.id = a.key_id WHERE {condition}"
        " ORDER BY a.created_at DESC, a.id DESC LIMIT :limit OFFSET :offset",
        {**values, "limit": span.limit, "offset": span.offset},
    )
    return [_read_entry(row) for row in rows]


def _read_entry(row: sqlite3.Row) -> AuditEntry:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row gives values
    for name in ("old_record", "new_record"):
        values[name] = None if values[name] is None else json.loads(values[name])
    if values["user_email"] is not None:
        values["user_id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{values['user_email']}"))
    return AuditEntry(**values)


def list_records(
    db: sqlite3.Connection, table: AuditedTable, app_id: str
) -> Iterator[dict[str, Json]]:
    """Yield all rows of an app as records."""
    rows = db.execute(
        f"SELECT {table.record('r')} FROM {table.name} r WHERE app_id = ?",  # noqa: S608
        [app_id],
    )
    for row in rows:
        yield json.loads(row[0])


def insert_entries(db: sqlite3.Connection, entries: Iterable[AuditEntry]) -> None:
    """Insert made-up entries; their ids are given here, in the order of time."""
    db.executemany(
        "INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id, old_record,"
        " new_record, key_id, user_email) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.created_at,
                entry.table_name,
                entry.record_id,
                entry.operation,
                entry.org_id,
                None if entry.old_record is None else json.dumps(entry.old_record),
                None if entry.new_record is None else json.dumps(entry.new_record),
                entry.key_id,
                entry.user_email,
            )
            for entry in sorted(entries, key=lambda entry: entry.created_at)
        ],
    )
