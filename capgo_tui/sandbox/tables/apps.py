"""Apps (§9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.rows import record_of

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


# The two last columns are counters the real backend keeps by triggers.
_SELECT = """
SELECT a.*,
  (SELECT b.name FROM bundles b WHERE b.app_id = a.app_id AND b.deleted = 0
   ORDER BY b.created_at DESC, b.id DESC LIMIT 1) AS last_version,
  (SELECT count(*) FROM channels c WHERE c.app_id = a.app_id
   AND c.rollout_version IS NOT NULL) AS rollout_channel_count
FROM apps a
"""


def find_app(db: sqlite3.Connection, app_id: str) -> App | None:
    """Find one app."""
    row = db.execute(_SELECT + "WHERE a.app_id = ?", [app_id]).fetchone()
    return record_of(App, row) if row else None


def list_apps(db: sqlite3.Connection, app_ids: tuple[str, ...]) -> list[App]:
    """List these apps in the order they were made."""
    found = (find_app(db, app_id) for app_id in app_ids)
    return sorted((a for a in found if a), key=lambda a: (a.created_at, a.app_id))


def org_of(db: sqlite3.Connection, app_id: str) -> str | None:
    """Give an app's organisation, or None when there is no such app."""
    row = db.execute("SELECT owner_org FROM apps WHERE app_id = ?", [app_id]).fetchone()
    return str(row[0]) if row else None
