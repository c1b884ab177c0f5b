"""Channels and the rule of one default for each platform (§6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.rows import Column, insert, read_record, read_records, update

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.paging import Span


@dataclass(frozen=True)
class Channel:
    """One channel, with the names of its bundle and rollout target."""

    id: int
    app_id: str
    name: str
    created_at: str
    updated_at: str
    created_by: str
    created_by_key: int | None
    public: bool
    version: int | None
    disable_auto_update_under_native: bool
    disable_auto_update: str
    ios: bool
    android: bool
    electron: bool
    allow_device_self_set: bool
    allow_emulator: bool
    allow_device: bool
    allow_dev: bool
    allow_prod: bool
    rollout_id: str
    rollout_version: int | None
    rollout_percentage_bps: int
    rollout_enabled: bool
    rollout_cache_ttl_seconds: int
    rollout_paused_at: str | None
    rollout_pause_reason: str | None
    auto_pause_enabled: bool
    auto_pause_window_minutes: int
    auto_pause_failure_rate_bps: int | None
    auto_pause_confidence: float
    auto_pause_min_attempts: int | None
    auto_pause_min_failures: int | None
    auto_pause_action: str
    auto_pause_cooldown_minutes: int
    auto_pause_last_triggered_at: str | None
    auto_pause_last_checked_at: str | None
    update_package: str
    version_name: str | None
    rollout_version_name: str | None


_SELECT = """
SELECT c.*, b.name AS version_name, r.name AS rollout_version_name
FROM channels c
LEFT JOIN bundles b ON b.id = c.version
LEFT JOIN bundles r ON r.id = c.rollout_version
"""


def list_channels(db: sqlite3.Connection, app_id: str, span: Span) -> list[Channel]:
    """List an app's channels, the oldest first."""
    rows = db.execute(
        _SELECT + "WHERE c.app_id = ? ORDER BY c.created_at, c.id LIMIT ? OFFSET ?",
        [app_id, span.limit, span.offset],
    )
    return read_records(Channel, rows)


def find_channel(db: sqlite3.Connection, app_id: str, name: str) -> Channel | None:
    """Return the channel with this exact name, or None."""
    row = db.execute(_SELECT + "WHERE c.app_id = ? AND c.name = ?", [app_id, name]).fetchone()
    return read_record(Channel, row) if row else None


def find_channel_by_id(
    db: sqlite3.Connection, app_id: str, channel_id: int | None
) -> Channel | None:
    """Return the channel with this id, or None."""
    row = db.execute(_SELECT + "WHERE c.app_id = ? AND c.id = ?", [app_id, channel_id]).fetchone()
    return read_record(Channel, row) if row else None


def save_channel(
    db: sqlite3.Connection, existing: Channel | None, values: dict[str, Column], moment: str
) -> int:
    """Create or change a channel; a new default makes the platform's other one private."""
    if existing is None:
        channel_id = insert(db, "channels", {**values, "created_at": moment, "updated_at": moment})
    else:
        channel_id = existing.id
        update(db, "channels", channel_id, {**values, "updated_at": moment})
    db.execute(
        "UPDATE channels SET public = 0, updated_at = :moment WHERE id IN ("
        "SELECT other.id FROM channels other JOIN channels this ON this.app_id = other.app_id"
        " WHERE this.id = :saved AND other.id <> :saved AND this.public AND other.public AND ("
        "(this.ios AND other.ios) OR (this.android AND other.android)"
        " OR (this.electron AND other.electron)))",
        {"saved": channel_id, "moment": moment},
    )
    return channel_id


def delete_channel(db: sqlite3.Connection, channel_id: int) -> None:
    """Delete a channel; its overrides go with it, its bundle stays (§6.3)."""
    db.execute("DELETE FROM channels WHERE id = ?", [channel_id])
