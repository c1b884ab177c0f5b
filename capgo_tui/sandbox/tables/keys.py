"""API keys and their rights (§1, §10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.roles import OWN_CHANNEL, ROLES, Permission

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.tables.channels import Channel


@dataclass(frozen=True)
class Key:
    """One API key; a hashed one is stored without its value and cannot be a subkey.

    ``rights`` are those on single channels, by channel and permission: allowed, or denied though
    the role allows it.
    """

    id: int
    label: str
    key: str
    role: str
    apps: tuple[str, ...]
    is_expired: bool
    is_hashed: bool
    user_id: str
    rights: Mapping[tuple[int, str], bool]

    def is_allowed(
        self, permission: Permission, app_id: Json, channel: Channel | None = None
    ) -> bool:
        """Return whether the key may do this in the app, or on this channel of it."""
        is_allowed = self.rights.get((channel.id, permission)) if channel is not None else None
        if is_allowed is not None:
            return is_allowed
        if app_id not in self.apps:
            return False
        if permission in ROLES[self.role]:
            return True
        own = channel is not None and channel.created_by_key == self.id
        return own and permission in OWN_CHANNEL.get(self.role, frozenset())

    def can_see(self, channel: Channel) -> bool:
        """Return whether the key sees this channel; a hidden one answers like a missing one."""
        return (
            self.is_allowed(Permission.READ_CHANNELS, channel.app_id)
            or (channel.app_id in self.apps and channel.created_by_key == self.id)
            or any(on == channel.id and is_allowed for (on, _), is_allowed in self.rights.items())
        )


def _read_key(db: sqlite3.Connection, row: sqlite3.Row) -> Key:
    rights = db.execute(
        "SELECT channel_id, permission, allowed FROM channel_rights WHERE key_id = ?", [row["id"]]
    )
    return Key(
        id=row["id"],
        label=row["label"],
        key=row["key"],
        role=row["role"],
        apps=tuple(json.loads(row["apps"])),
        is_expired=bool(row["expired"]),
        is_hashed=bool(row["hashed"]),
        user_id=row["user_id"],
        rights={(r["channel_id"], r["permission"]): bool(r["allowed"]) for r in rights},
    )


def find_key(db: sqlite3.Connection, key: str) -> Key | None:
    """Return the key with this value, or None."""
    row = db.execute("SELECT * FROM keys WHERE key = ?", [key]).fetchone()
    return _read_key(db, row) if row else None


def find_key_by_id(db: sqlite3.Connection, key_id: int) -> Key | None:
    """Return the key with this id, or None."""
    row = db.execute("SELECT * FROM keys WHERE id = ?", [key_id]).fetchone()
    return _read_key(db, row) if row else None


def list_keys(db: sqlite3.Connection) -> list[Key]:
    """Return all keys in the order of creation."""
    return [_read_key(db, row) for row in db.execute("SELECT * FROM keys ORDER BY id")]
