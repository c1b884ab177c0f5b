"""Bundles; a deleted one keeps its row and its name (§8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.rows import read_record, read_records

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.paging import Span


@dataclass(frozen=True)
class Bundle:
    """One bundle."""

    id: int
    app_id: str
    name: str
    created_at: str
    updated_at: str
    deleted: bool
    deleted_at: str | None
    external_url: str | None
    checksum: str | None
    session_key: str | None
    storage_provider: str
    min_update_version: str | None
    native_packages: str | None
    user_id: str | None
    r2_path: str | None
    link: str | None
    comment: str | None
    key_id: str | None
    cli_version: str | None
    created_by_key: int | None
    manifest_count: int

    @property
    def has_zip(self) -> bool:
        """Return whether the whole bundle can be downloaded as one file."""
        return bool(self.external_url if self.storage_provider == "external" else self.r2_path)

    @property
    def has_delta(self) -> bool:
        """Return whether the files can be downloaded one by one."""
        return self.manifest_count > 0


def list_bundles(db: sqlite3.Connection, app_id: str, span: Span) -> list[Bundle]:
    """List an app's bundles, the newest first.

    Ties have no order of their own (§5); the recorded ones show the younger id first.
    """
    rows = db.execute(
        "SELECT * FROM bundles WHERE app_id = ? AND deleted = 0"
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
        [app_id, span.limit, span.offset],
    )
    return read_records(Bundle, rows)


def find_bundle(db: sqlite3.Connection, app_id: str, name: str) -> Bundle | None:
    """Return the bundle with this name, or None; a deleted one does not count."""
    row = db.execute(
        "SELECT * FROM bundles WHERE app_id = ? AND name = ? AND deleted = 0", [app_id, name]
    ).fetchone()
    return read_record(Bundle, row) if row else None


def find_bundle_or_deleted(db: sqlite3.Connection, app_id: str, name: str) -> Bundle | None:
    """Return the bundle with this name, deleted or not, or None."""
    row = db.execute(
        "SELECT * FROM bundles WHERE app_id = ? AND name = ?", [app_id, name]
    ).fetchone()
    return read_record(Bundle, row) if row else None


def find_bundle_by_id(
    db: sqlite3.Connection, app_id: str, bundle_id: int | None, *, deleted_too: bool = False
) -> Bundle | None:
    """Return the bundle with this id, or None."""
    row = db.execute(
        "SELECT * FROM bundles WHERE app_id = ? AND id = ?", [app_id, bundle_id]
    ).fetchone()
    if row is None or (row["deleted"] and not deleted_too):
        return None
    return read_record(Bundle, row)


def is_linked(db: sqlite3.Connection, bundle_id: int, *, besides: int | None = None) -> bool:
    """Return whether a channel other than ``besides`` has this bundle or rollout target."""
    row = db.execute(
        "SELECT 1 FROM channels WHERE (version = :bundle OR rollout_version = :bundle)"
        " AND id IS NOT :besides",
        {"bundle": bundle_id, "besides": besides},
    ).fetchone()
    return row is not None


def delete_bundle(db: sqlite3.Connection, bundle_id: int, moment: str) -> None:
    """Mark a bundle as deleted."""
    db.execute(
        "UPDATE bundles SET deleted = 1, deleted_at = :moment, updated_at = :moment"
        " WHERE id = :bundle",
        {"bundle": bundle_id, "moment": moment},
    )


def delete_all_bundles(
    db: sqlite3.Connection, app_id: str, moment: str, *, keep_linked: bool
) -> None:
    """Mark an app's bundles as deleted; live keeps the ones a channel uses (§8.2)."""
    db.execute(
        "UPDATE bundles SET deleted = 1, deleted_at = :moment, updated_at = :moment"
        " WHERE app_id = :app AND deleted = 0 AND NOT (:keep_linked AND EXISTS ("
        "SELECT 1 FROM channels c WHERE c.version = bundles.id OR c.rollout_version = bundles.id))",
        {"app": app_id, "moment": moment, "keep_linked": keep_linked},
    )
