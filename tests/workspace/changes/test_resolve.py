"""A write without an end is settled by what is there, and only when that could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.workspace.changes.bundles import BundleDeletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.resolve import Resolution, resolve
from capgo_tui.workspace.journal import Journal
from tests.support.clock import NOON
from tests.support.world import open_world
from tests.workspace.test_journal import REQUEST

if TYPE_CHECKING:
    from pathlib import Path

    from capgo_tui.workspace.changes.change import Change
    from tests.support.world import World


def leave_open(file: Path, world: World, *changes: Change) -> None:
    """Write changes down as a program does that ends right after."""
    journal = Journal(
        file,
        server="https://api.capgo.app",
        app_id=world.app_id,
        key_fingerprint=ApiKey("k").fingerprint,
        now=lambda: NOON,
    )
    for change in changes:
        journal.intend(change, REQUEST)
    journal.close()


def deletion(world: World, name: str) -> BundleDeletion:
    return BundleDeletion(
        app_id=world.app_id, wire_id=name, label=name, before={"link": None, "comment": None},
        after=None,
    )  # fmt: skip


async def test_a_bundle_on_a_later_page_is_not_taken_for_deleted(tmp_path: Path) -> None:
    async with open_world(devices=5, bundles=130) as world:
        names = world.column("SELECT name FROM bundles WHERE app_id = ? ORDER BY id", world.app_id)
        changes = [deletion(world, name) for name in (names[0], "never-there", names[-1])]
        leave_open(tmp_path / "journal.sqlite3", world, *changes)
        workspace = world.open(journal=tmp_path / "journal.sqlite3")
        assert await resolve(workspace) == Resolution(verified_count=1, unknown_count=2)
        assert {e.target: e.state for e in workspace.journal.list_entries()} == {
            names[0]: OutcomeState.UNKNOWN,
            "never-there": OutcomeState.VERIFIED,
            names[-1]: OutcomeState.UNKNOWN,
        }
        assert all("ended before" in str(e.error) for e in workspace.journal.list_entries())
        assert world.door.writes == 0
        assert await resolve(workspace) == Resolution(), "each is looked at once"


async def test_a_list_that_breaks_off_settles_nothing(tmp_path: Path) -> None:
    async with open_world(devices=5, bundles=130) as world:
        leave_open(tmp_path / "journal.sqlite3", world, deletion(world, "never-there"))
        workspace = world.open(journal=tmp_path / "journal.sqlite3")
        world.door.fail("GET /bundle", skip=1)
        assert await resolve(workspace) == Resolution(unread_count=1)
        (entry,) = workspace.journal.list_entries()
        assert entry.is_cut_off


@pytest.mark.parametrize("revision", ["documented", "legacy"])
async def test_what_a_server_does_not_tell_stays_unknown(revision: str, tmp_path: Path) -> None:
    async with open_world(revision, devices=5) as world:
        device = world.free_devices()[0]
        change = OverrideChange(
            app_id=world.app_id, wire_id=device, label=device, before={}, after={"channel": "beta"}
        )
        world.set_override(device, "beta")
        leave_open(tmp_path / "journal.sqlite3", world, change)
        workspace = world.open(journal=tmp_path / "journal.sqlite3")
        assert await resolve(workspace) == Resolution(unknown_count=1)


async def test_a_change_of_a_kind_of_tomorrow_is_left_as_it_is(tmp_path: Path) -> None:
    class Tomorrow(OverrideChange):
        colour: str = "green"

    async with open_world(devices=5) as world:
        change = Tomorrow(
            app_id=world.app_id, wire_id="d", label="d", before={}, after={"channel": "beta"}
        )
        leave_open(tmp_path / "journal.sqlite3", world, change)
        workspace = world.open(journal=tmp_path / "journal.sqlite3")
        assert await resolve(workspace) == Resolution(unread_count=1)
        (entry,) = workspace.journal.list_entries()
        assert entry.is_cut_off
