"""A large fleet, whose devices are written when a request first needs them.

Ids rise with a device's number, so every part of the list by id has its block of numbers, and the
rows of a block do not depend on when it is written. A million devices therefore start at once and
cost no more memory than the ones that are read. Only an order by time needs them all.
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
    draw_traits,
    find_index,
    insert_block,
)

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.store import Store
    from capgo_tui.sandbox.tables.rows import Column

BLOCK = 2048


def start_fleet(db: sqlite3.Connection, recipe: Recipe) -> None:
    """Store the recipe of a fleet without any device."""
    text = json.dumps({**asdict(recipe), "now": recipe.now.isoformat()})
    db.execute("INSERT INTO fleets (app_id, recipe) VALUES (?, ?)", [recipe.app_id, text])


def fill_block(db: sqlite3.Connection, recipe: Recipe, block: int) -> None:
    """Write one block, if it is not written yet."""
    insertion = db.execute(
        "INSERT OR IGNORE INTO fleet_blocks (app_id, block) VALUES (?, ?)", [recipe.app_id, block]
    )
    if insertion.rowcount:
        indexes = range(block * BLOCK, min((block + 1) * BLOCK, recipe.count))
        insert_block(db, recipe, indexes, _list_fleet_traits(recipe))


def fill_device(store: Store, app_id: Json, device_id: str) -> None:
    """Write one device, if the fleet has it."""
    _fill(store, app_id, device_id, 1)


def fill_rows(store: Store, app_id: Json, rows: int, after: str = "") -> None:
    """Write this many devices, from the first or from the one after this id."""
    _fill(store, app_id, after, rows)


def fill_fleet(store: Store, app_id: Json, *, by_time: bool = False) -> None:
    """Write every device, and the index by time if requested."""
    if _fill(store, app_id, "", None) and by_time:
        store.index_by_time()


def _fill(store: Store, app_id: Json, start: str, rows: int | None) -> bool:
    """Write the missing blocks, one transaction each; return False without a fleet."""
    with store.open_for_reading() as db:
        recipe = _find_recipe(db, app_id)
        if recipe is None:
            return False
        first = max(0, find_index(start, recipe.count) - 1) if start else 0
        last = recipe.count - 1 if rows is None else min(first + rows + 2, recipe.count - 1)
        blocks = range(first // BLOCK, last // BLOCK + 1)
        block_rows = db.execute(
            "SELECT block FROM fleet_blocks WHERE app_id = ? AND block BETWEEN ? AND ?",
            [recipe.app_id, blocks.start, blocks.stop],
        )
        filled_blocks = {row["block"] for row in block_rows}
    for block in blocks:
        if block not in filled_blocks:
            with store.open_for_writing() as db:
                fill_block(db, recipe, block)
    return True


def _find_recipe(db: sqlite3.Connection, app_id: Json) -> Recipe | None:
    if not isinstance(app_id, str):
        return None
    row = db.execute("SELECT recipe FROM fleets WHERE app_id = ?", [app_id]).fetchone()
    return _parse_recipe(row["recipe"]) if row else None


@lru_cache(maxsize=8)
def _parse_recipe(text: str) -> Recipe:
    values = json.loads(text)
    fleet = Fleet(tuple(values["fleet"]["names"]), tuple(values["fleet"]["shares"]))
    moment = datetime.fromisoformat(values["now"])
    return Recipe(values["app_id"], values["count"], values["seed"], moment, fleet)


@lru_cache(maxsize=2)
def _list_fleet_traits(recipe: Recipe) -> list[tuple[Column, ...]]:
    return draw_traits(recipe)
