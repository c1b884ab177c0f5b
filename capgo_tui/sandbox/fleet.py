"""A large fleet, whose devices are written down only when a request first gets to them.

Ids rise with a device's number, so every part of the list by id has its block of numbers, and a
block is the same whenever it is made up. That lets a million devices start at once and cost no
more memory than the few that are looked at. Only an order by time needs them all.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from capgo_tui.sandbox.generate_devices import (
    Fleet,
    Recipe,
    index_near,
    insert_block,
    looks_of,
)

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.store import Store
    from capgo_tui.sandbox.tables.rows import Column

BLOCK = 2048


def start_fleet(db: sqlite3.Connection, recipe: Recipe) -> None:
    """Note a fleet of which no device is written down yet."""
    text = json.dumps({**asdict(recipe), "now": recipe.now.isoformat()})
    db.execute("INSERT INTO fleets (app_id, recipe) VALUES (?, ?)", [recipe.app_id, text])


def fill_block(db: sqlite3.Connection, recipe: Recipe, block: int) -> None:
    """Write down one block, unless it is."""
    marked = db.execute(
        "INSERT OR IGNORE INTO fleet_blocks (app_id, block) VALUES (?, ?)", [recipe.app_id, block]
    )
    if marked.rowcount:
        indexes = range(block * BLOCK, min((block + 1) * BLOCK, recipe.count))
        insert_block(db, recipe, indexes, _looks(recipe))


def need_device(store: Store, app_id: Json, device_id: str) -> None:
    """Have one device written down, if there is such a one."""
    _need(store, app_id, device_id, 1)


def need_rows(store: Store, app_id: Json, rows: int, after: str = "") -> None:
    """Have so many devices written down, from the first or from the one after this id."""
    _need(store, app_id, after, rows)


def need_all(store: Store, app_id: Json, *, by_time: bool = False) -> None:
    """Have every device written down, and found by time where that is asked."""
    if _need(store, app_id, "", None) and by_time:
        store.index_by_time()


def _need(store: Store, app_id: Json, start: str, rows: int | None) -> bool:
    """Fill what is missing, block by block so that others get their turn; False for no fleet."""
    with store.reading() as db:
        recipe = _recipe(db, app_id)
        if recipe is None:
            return False
        first = max(0, index_near(start, recipe.count) - 1) if start else 0
        last = recipe.count - 1 if rows is None else min(first + rows + 2, recipe.count - 1)
        blocks = range(first // BLOCK, last // BLOCK + 1)
        found = db.execute(
            "SELECT block FROM fleet_blocks WHERE app_id = ? AND block BETWEEN ? AND ?",
            [recipe.app_id, blocks.start, blocks.stop],
        )
        filled = {row["block"] for row in found}
    for block in blocks:
        if block not in filled:
            with store.writing() as db:
                fill_block(db, recipe, block)
    return True


def _recipe(db: sqlite3.Connection, app_id: Json) -> Recipe | None:
    if not isinstance(app_id, str):
        return None
    row = db.execute("SELECT recipe FROM fleets WHERE app_id = ?", [app_id]).fetchone()
    return _read(row["recipe"]) if row else None


@lru_cache(maxsize=8)
def _read(text: str) -> Recipe:
    kept = json.loads(text)
    fleet = Fleet(tuple(kept["fleet"]["names"]), tuple(kept["fleet"]["shares"]))
    moment = datetime.fromisoformat(kept["now"])
    return Recipe(kept["app_id"], kept["count"], kept["seed"], moment, fleet)


@lru_cache(maxsize=2)
def _looks(recipe: Recipe) -> list[tuple[Column, ...]]:
    return looks_of(recipe)
