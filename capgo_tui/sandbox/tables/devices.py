"""Devices and their overrides (§7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from capgo_tui.sandbox.tables.rows import Column, read_record, read_records

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.paging import Span

Order: TypeAlias = Literal["asc", "desc"]


@dataclass(frozen=True)
class Device:
    """One device; ``version`` is the id of its bundle's name, ``channel`` the override."""

    app_id: str
    device_id: str
    updated_at: str
    custom_id: str
    platform: str
    plugin_version: str
    os_version: str | None
    version_build: str | None
    version_name: str | None
    version: int | None
    is_prod: bool | None
    is_emulator: bool | None
    install_source: str | None
    key_id: str | None
    country_code: str | None
    channel: str | None


@dataclass(frozen=True)
class Cursor:
    """The last row of the previous page."""

    updated_at: str
    device_id: str


# A device stores its bundle's name; reading looks up the id, among deleted bundles too.
_SELECT = """
SELECT d.app_id, d.device_id, d.updated_at, d.custom_id, d.platform, d.plugin_version,
  d.os_version, d.version_build, d.version_name, coalesce(b.id, d.version) AS version, d.is_prod,
  d.is_emulator, d.install_source, d.key_id, d.country_code, c.name AS channel
FROM devices d
LEFT JOIN bundles b ON b.app_id = d.app_id AND b.name = d.version_name
LEFT JOIN overrides o ON o.app_id = d.app_id AND o.device_id = d.device_id
LEFT JOIN channels c ON c.id = o.channel_id
"""

_ORDERS: dict[Order | None, str] = {
    None: " ORDER BY d.device_id",
    "asc": " ORDER BY d.updated_at, d.device_id",
    "desc": " ORDER BY d.updated_at DESC, d.device_id",
}
# The first half lets SQLite start at the cursor; the second breaks ties by id.
_AFTER: dict[Order | None, str] = {
    None: " AND d.device_id > :id",
    "asc": " AND d.updated_at >= :at AND (d.updated_at > :at OR d.device_id > :id)",
    "desc": " AND d.updated_at <= :at AND (d.updated_at < :at OR d.device_id > :id)",
}


def list_device_page(
    db: sqlite3.Connection,
    app_id: str,
    *,
    limit: int,
    order: Order | None,
    after: Cursor | None,
    newer_than: str | None,
    only_custom: bool,
    custom_id: str | None = None,
) -> list[Device]:
    """Return one page of the live list in O(page), at any cursor (§5)."""
    query = _SELECT + "WHERE d.app_id = :app"
    values: dict[str, Column] = {"app": app_id, "limit": limit}
    if only_custom:
        query += " AND d.custom_id <> ''"
    if custom_id is not None:
        # With ``<> ''`` the index of devices with a custom id serves this too.
        query += " AND d.custom_id <> '' AND d.custom_id = :custom"
        values["custom"] = custom_id
    if newer_than is not None:
        query += " AND d.updated_at > :newer"
        values["newer"] = newer_than
    if after is not None:
        query += _AFTER[order]
        values |= {"at": after.updated_at, "id": after.device_id}
    rows = db.execute(query + _ORDERS[order] + " LIMIT :limit", values)
    return read_records(Device, rows)


def has_devices(db: sqlite3.Connection, app_id: str) -> bool:
    """Return whether an app has any device."""
    row = db.execute("SELECT 1 FROM devices WHERE app_id = ? LIMIT 1", [app_id]).fetchone()
    return row is not None


def list_devices(db: sqlite3.Connection, app_id: str, span: Span) -> list[Device]:
    """List devices as the older revisions did, by page or all at once."""
    rows = db.execute(
        _SELECT + "WHERE d.app_id = ? ORDER BY d.device_id LIMIT ? OFFSET ?",
        [app_id, span.limit, span.offset],
    )
    return read_records(Device, rows)


def find_device(db: sqlite3.Connection, app_id: str, device_id: str) -> Device | None:
    """Return the device with this exact id, or None."""
    row = db.execute(
        _SELECT + "WHERE d.app_id = ? AND d.device_id = ?", [app_id, device_id]
    ).fetchone()
    return read_record(Device, row) if row else None


def link_device(db: sqlite3.Connection, app_id: str, device_id: str, channel_id: int) -> None:
    """Set the device's one override; the device need not exist (§7.2)."""
    db.execute(
        "INSERT OR REPLACE INTO overrides (app_id, device_id, channel_id) VALUES (?, ?, ?)",
        [app_id, device_id, channel_id],
    )


def unlink_device(db: sqlite3.Connection, app_id: str, device_id: str) -> None:
    """Remove the device's overrides, if it has any."""
    for table in ("overrides", "version_overrides"):
        db.execute(
            f"DELETE FROM {table} WHERE app_id = ? AND device_id = ?",  # noqa: S608
            [app_id, device_id],
        )
