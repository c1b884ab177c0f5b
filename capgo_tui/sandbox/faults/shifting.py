"""Faults between two pages of a list: rows come or go at its front while it is being read.

The front is where it hurts: pages counted by number then repeat a row, or skip one (§5).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from capgo_tui.sandbox.faults.wire import text_field
from capgo_tui.sandbox.tables.apps import org_of
from capgo_tui.sandbox.tables.rows import Column, insert
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from capgo_tui.sandbox.faults.wire import Asked, Effect, Forward, Scene, Wire


@dataclass(frozen=True)
class _List:
    """One list: how a row gets in front of all others, and how the front ones go."""

    newcomer: Callable[[sqlite3.Connection, Scene, str], None]
    removal: str


def _new_channel(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    oldest = db.execute("SELECT min(created_at) FROM channels WHERE app_id = ?", [app_id])
    made = _earlier(oldest.fetchone()[0], scene)
    values: dict[str, Column] = {
        "app_id": app_id,
        "name": _unused(
            db,
            "SELECT 1 FROM channels WHERE app_id = ? AND name = ?",
            app_id,
            lambda: f"shift-{_digits(scene)}",
        ),
        "created_at": made,
        "updated_at": made,
        "created_by": _digits(scene),
        "rollout_id": _digits(scene),
    }
    insert(db, "channels", values)


def _new_bundle(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    newest = db.execute("SELECT max(created_at) FROM bundles WHERE app_id = ?", [app_id])
    made = max(stamp(scene.now()), newest.fetchone()[0] or "")
    name = _unused(
        db,
        "SELECT 1 FROM bundles WHERE app_id = ? AND name = ?",
        app_id,
        lambda: f"9.9.9-shift.{_digits(scene)}",
    )
    values: dict[str, Column] = {"app_id": app_id, "name": name, "created_at": made}
    insert(db, "bundles", {**values, "updated_at": made})


def _new_device(db: sqlite3.Connection, scene: Scene, app_id: str) -> None:
    values: dict[str, Column] = {
        "app_id": app_id,
        "device_id": _unused(
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
        _new_channel,
        "DELETE FROM channels WHERE id IN (SELECT id FROM channels WHERE app_id = ?"
        " ORDER BY created_at, id LIMIT ?)",
    ),
    "bundle.list": _List(
        _new_bundle,
        "UPDATE bundles SET deleted = 1 WHERE id IN (SELECT id FROM bundles WHERE app_id = ?"
        " AND deleted = 0 ORDER BY created_at DESC, id DESC LIMIT ?)",
    ),
    "device.list": _List(
        _new_device,
        "DELETE FROM devices WHERE (app_id, device_id) IN (SELECT app_id, device_id FROM devices"
        " WHERE app_id = ? ORDER BY device_id LIMIT ?)",
    ),
}


def is_between_pages(asked: Asked) -> bool:
    """Tell whether rows can shift here: the request asks for a later page of a list."""
    return asked.operation in _LISTS and asked.asks_on


def insert_rows(count: int) -> Effect:
    """Put rows in front of the list, then give the page that was asked for."""

    def change(db: sqlite3.Connection, scene: Scene, asked: Asked, app_id: str) -> None:
        for _ in range(count):
            _LISTS[asked.operation].newcomer(db, scene, app_id)

    return _after(change)


def delete_rows(count: int) -> Effect:
    """Take rows from the front of the list, then give the page that was asked for."""

    def change(db: sqlite3.Connection, scene: Scene, asked: Asked, app_id: str) -> None:
        db.execute(_LISTS[asked.operation].removal, [app_id, count])

    return _after(change)


def _after(change: Callable[[sqlite3.Connection, Scene, Asked, str], None]) -> Effect:
    def shift(asked: Asked, scene: Scene) -> None:
        app_id = text_field(asked, "app_id")
        with scene.store.writing() as db:
            if org_of(db, app_id) is not None:
                change(db, scene, asked, app_id)

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        await run_in_threadpool(shift, asked, scene)
        return await forward(asked)

    return effect


def _earlier(moment: str | None, scene: Scene) -> str:
    oldest = datetime.fromisoformat(moment) if moment else scene.now()
    return stamp(oldest - timedelta(milliseconds=1))


def _unused(db: sqlite3.Connection, taken: str, app_id: str, draw: Callable[[], str]) -> str:
    """Draw a name that is free: a fault that starts anew draws those of its last time again."""
    name = draw()
    while db.execute(taken, [app_id, name]).fetchone():
        name = draw()
    return name


def _digits(scene: Scene) -> str:
    return str(uuid.UUID(int=scene.rng.getrandbits(128), version=4))
