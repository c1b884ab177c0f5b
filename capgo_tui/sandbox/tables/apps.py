"""Apps (§9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.rows import read_record

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True)
class App:
    """One app."""

    app_id: str
    id: str
    name: str | None
    owner_org: str
    user_id: str
    created_at: str
    updated_at: str
    last_version: str | None
    rollout_channel_count: int


# Only uploads by the official command line set the last version, not bundles of the API.
_SELECT = """
SELECT a.*,
  (SELECT l.name FROM last_versions l WHERE l.app_id = a.app_id) AS last_version,
  (SELECT count(*) FROM channels c WHERE c.app_id = a.app_id
   AND c.rollout_version IS NOT NULL) AS rollout_channel_count
FROM apps a
"""


def find_app(db: sqlite3.Connection, app_id: str) -> App | None:
    """Find one app."""
    row = db.execute(_SELECT + "WHERE a.app_id = ?", [app_id]).fetchone()
    return read_record(App, row) if row else None


def list_apps(db: sqlite3.Connection, app_ids: tuple[str, ...]) -> list[App]:
    """Return these apps in the order of creation."""
    apps = (find_app(db, app_id) for app_id in app_ids)
    return sorted((a for a in apps if a), key=lambda a: (a.created_at, a.app_id))


@dataclass(frozen=True)
class Encryption:
    """An organisation's encryption policy; ``key_id`` is the one key it accepts."""

    key_id: str | None


def find_encryption(db: sqlite3.Connection, owner_org: str) -> Encryption | None:
    """Return an organisation's encryption policy, or None when it has none."""
    row = db.execute(
        "SELECT key_id FROM encrypted_orgs WHERE owner_org = ?", [owner_org]
    ).fetchone()
    return Encryption(row["key_id"]) if row else None


def note_last_version(db: sqlite3.Connection, app_id: str, name: str) -> None:
    """Store the name of the last upload."""
    db.execute("INSERT OR REPLACE INTO last_versions (app_id, name) VALUES (?, ?)", [app_id, name])


def find_owner_org(db: sqlite3.Connection, app_id: str) -> str | None:
    """Return an app's organisation, or None when there is no such app."""
    row = db.execute("SELECT owner_org FROM apps WHERE app_id = ?", [app_id]).fetchone()
    return str(row[0]) if row else None
