"""API keys: who asks, and what they may do (§1, §10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.roles import OWN_CHANNEL, ROLES, Permission

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.tables.channels import Channel


@dataclass(frozen=True)
class Key:
    """One key; ``hashed`` ones are stored without their value and cannot be a subkey."""

    id: int
    label: str
    key: str
    role: str
    apps: tuple[str, ...]
    expired: bool
    hashed: bool
    user_id: str

    def may(self, permission: Permission, app_id: Json, channel: Channel | None = None) -> bool:
        """Tell whether the key may do this in the app, or on this channel of it."""
        if app_id not in self.apps:
            return False
        if permission in ROLES[self.role]:
            return True
        own = channel is not None and channel.created_by_key == self.id
        return own and permission in OWN_CHANNEL.get(self.role, frozenset())

    def sees(self, channel: Channel) -> bool:
        """Tell whether the key sees this channel at all; a hidden one looks like none."""
        return self.may(Permission.READ_CHANNELS, channel.app_id) or (
            channel.app_id in self.apps and channel.created_by_key == self.id
        )


def _key(row: sqlite3.Row) -> Key:
    return Key(
        id=row["id"],
        label=row["label"],
        key=row["key"],
        role=row["role"],
        apps=tuple(json.loads(row["apps"])),
        expired=bool(row["expired"]),
        hashed=bool(row["hashed"]),
        user_id=row["user_id"],
    )


def find_key(db: sqlite3.Connection, key: str) -> Key | None:
    """Find a key by its value."""
    row = db.execute("SELECT * FROM keys WHERE key = ?", [key]).fetchone()
    return _key(row) if row else None


def key_by_id(db: sqlite3.Connection, key_id: int) -> Key | None:
    """Find a key by its id."""
    row = db.execute("SELECT * FROM keys WHERE id = ?", [key_id]).fetchone()
    return _key(row) if row else None


def list_keys(db: sqlite3.Connection) -> list[Key]:
    """List all keys in the order they were made."""
    return [_key(row) for row in db.execute("SELECT * FROM keys ORDER BY id")]
