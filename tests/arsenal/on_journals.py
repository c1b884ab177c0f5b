"""Attacks by damaged or unsafe journals; the real client writes over a socket beside them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.history import describe_entry
from tests.arsenal.attack import Attack, Result
from tests.arsenal.leaks import find_leaky_files
from tests.support.front_door import on_a_socket
from tests.support.world import open_world
from tests.workspace.changes.overriding import change_for
from tests.workspace.test_damaged_journal import DAMAGE, damage
from tests.workspace.test_journal import CHANGE, REQUEST, SUCCESS, open_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


async def write_beside(lay: Callable[[Path], None], folder: Path) -> Result:
    """Override a device with a journal that `lay` has prepared."""
    file = folder / "state" / "journal.sqlite3"
    async with open_world(devices=6) as world, on_a_socket(world.door) as url:
        fill(file, world.app_id, url)
        lay(file)
        workspace = world.open(server=url, journal=file)
        change = await change_for(world, workspace, "beta")
        outcome = await carry_out(change, workspace)
        outcomes = (
            [describe_entry(entry).outcome for entry in workspace.journal.list_entries()]
            if world.door.writes
            else []
        )
        await workspace.aclose()
        override = world.override_of(change.wire_id)
        assert override == ("beta" if world.door.writes else None)
        assert outcome.is_journalled
        unreadable = outcomes.count("unreadable")
        fate = f"{unreadable} unreadable, {outcomes[0]}" if outcomes else "nothing"
        leaks = ", ".join(find_leaky_files(folder, workspace.target.api_key.reveal()))
        return Result(f"{world.door.writes} writes", fate, "", leaks)


def fill(file: Path, app_id: str, server: str) -> None:
    """Make a journal with a change of the app for each way to damage one."""
    journal = open_journal(file)
    for _ in DAMAGE:
        journal.settle(journal.intend(CHANGE, REQUEST), SUCCESS)
    journal.close()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE changes SET app_id = ?, server = ?", (app_id, server))


def damage_all(file: Path) -> None:
    for entry, (column, value) in enumerate(DAMAGE.values(), 1):
        damage(file, entry, column, value)


def overwrite(file: Path) -> None:
    file.write_text("not a database\n" * 100)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def link(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to(path.with_name("other"))


def make_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    all_damaged = Result("1 writes", f"{len(DAMAGE)} unreadable, verified")
    name = f"a journal with {len(DAMAGE)} rows damaged, each otherwise"
    yield Attack(7, name, partial(write_beside, damage_all), all_damaged)
    refusal = Result("0 writes", "nothing")
    lays: dict[str, Callable[[Path], None]] = {
        "the journal is no database": overwrite,
        "the journal is cut in half": truncate,
        "the journal leads elsewhere": link,
        "the journal's folder leads elsewhere": lambda file: link(file.parent),
        "others may write to the journal": lambda file: file.chmod(0o666),
        "others may write to the journal's folder": lambda file: file.parent.chmod(0o777),
        "the journal is a pipe": make_pipe,
    }
    for name, lay in lays.items():
        yield Attack(7, name, partial(write_beside, lay), refusal)
