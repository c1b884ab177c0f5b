"""Faults between two pages of a list: rows are inserted or deleted at its front.

Pages counted by number then repeat a row, or skip one (§5).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from capgo_tui.sandbox.faults.wire import make_text_field
from capgo_tui.sandbox.tables.apps import find_owner_org
from capgo_tui.sandbox.tables.rows import Column, insert
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene, Wire


@dataclass(frozen=True)
class _List:
    """One list: how to insert a row at its front, and how to delete rows there."""

    newcomer: Callable[[sqlite3.Connection, Scene, str], None]
    removal: str


def _insert_channel(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    oldest = db.execute("SELECT min(created_at) FROM channels WHERE app_id = ?", [app_id])
    created_at = _precede(oldest.fetchone()[0], scene)
    values: dict[str, Column] = {
        "app_id": app_id,
        "name": _draw_unused(
            db,
            "SELECT 1 FROM channels WHERE app_id = ? AND name = ?",
            app_id,
            lambda: f"shift-{_draw_uuid(scene)}",
        ),
        "created_at": created_at,
        "updated_at": created_at,
        "created_by": _draw_uuid(scene),
        "rollout_id": _draw_uuid(scene),
    }
    insert(db, "channels", values)


def _insert_bundle(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    newest = db.execute("SELECT max(created_at) FROM bundles WHERE app_id = ?", [app_id])
    created_at = max(stamp(scene.now()), newest.fetchone()[0] or "")
    name = _draw_unused(
        db,
        "SELECT 1 FROM bundles WHERE app_id = ? AND name = ?",
        app_id,
        lambda: f"9.9.9-shift.{_draw_uuid(scene)}",
    )
    values: dict[str, Column] = {"app_id": app_id, "name": name, "created_at": created_at}
    insert(db, "bundles", {**values, "updated_at": created_at})


def _insert_device(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    values: dict[str, Column] = {
        "app_id": app_id,
        "device_id": _draw_unused(
            db,
            "SELECT 1 FROM devices WHERE app_id = ? AND device_id = ?",
            app_id,
            lambda: f"00000000-0000-4000-8000-{scene.rng.getrandbits(48):012x}",
        ),
        "updated_at": stamp(scene.now()),
        "platform": "android",
        "plugin_version": "7.34.3",
        "version_name": "builtin",
    }
    insert(db, "devices", values)


_LISTS: Mapping[str, _List] = {
    "channel.list": _List(
        _insert_channel,
        "DELETE FROM channels WHERE id IN (SELECT id FROM channels WHERE app_id = ?"
        " ORDER BY created_at, id LIMIT ?)",
    ),
    "bundle.list": _List(
        _insert_bundle,
        "UPDATE bundles SET deleted = 1 WHERE id IN (SELECT id FROM bundles WHERE app_id = ?"
        " AND deleted = 0 ORDER BY created_at DESC, id DESC LIMIT ?)",
    ),
    "device.list": _List(
        _insert_device,
        "DELETE FROM devices WHERE (app_id, device_id) IN (SELECT app_id, device_id FROM devices"
        " WHERE app_id = ? ORDER BY device_id LIMIT ?)",
    ),
}


def is_between_pages(request: Request) -> bool:
    """Return whether rows can shift here: the request asks for a later page of a list."""
    return request.operation in _LISTS and request.is_later_page


def insert_rows(count: int) -> Effect:
    """Insert rows at the front of the list, then return the requested page."""

    def change(db: sqlite3.Connection, scene: Scene, request: Request, app_id: str) -> None:
        for _ in range(count):
            _LISTS[request.operation].newcomer(db, scene, app_id)

    return _change_first(change)


def delete_rows(count: int) -> Effect:
    """Delete rows at the front of the list, then return the requested page."""

    def change(db: sqlite3.Connection, scene: Scene, request: Request, app_id: str) -> None:
        db.execute(_LISTS[request.operation].removal, [app_id, count])

    return _change_first(change)


def _change_first(change: Callable[[sqlite3.Connection, Scene, Request, str], None]) -> Effect:
    def shift(request: Request, scene: Scene) -> None:
        app_id = make_text_field(request, "app_id")
        with scene.store.open_for_writing() as db:
            if find_owner_org(db, app_id) is not None:
                change(db, scene, request, app_id)

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        await run_in_threadpool(shift, request, scene)
        return await forward(request)

    return apply_fault


def _precede(moment: str | None, scene: Scene) -> str:
    oldest = datetime.fromisoformat(moment) if moment else scene.now()
    return stamp(oldest - timedelta(milliseconds=1))


def _draw_unused(db: sqlite3.Connection, lookup: str, app_id: str, draw: Callable[[], str]) -> str:
    """Draw an unused name: a restarted fault draws the same names again."""
    name = draw()
    while db.execute(lookup, [app_id, name]).fetchone():
        name = draw()
    return name


def _draw_uuid(scene: Scene) -> str:
    return str(uuid.UUID(int=scene.rng.getrandbits(128), version=4))
