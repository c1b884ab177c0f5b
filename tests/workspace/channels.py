"""Opening channels of a sandbox, changing them, and reading what it then holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState

if TYPE_CHECKING:
    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace
    from tests.support.world import World


async def load_workspace(world: World, key: str = "org_super_admin") -> Workspace:
    """A workspace with everything loaded and the server's revision known."""
    workspace = world.open(key)
    for collection in (workspace.channels, workspace.bundles, workspace.devices):
        await collection.load_all()
        assert collection.error is None
    await workspace.client.learn_revision(world.app_id)
    world.door.requests.clear()
    return workspace


def channel(workspace: Workspace, name: str) -> Channel:
    return next(each for each in workspace.channels.records.values() if each.name == name)


def bundle(workspace: Workspace, name: str) -> Bundle:
    return next(each for each in workspace.bundles.records.values() if each.name == name)


def names(world: World) -> list[str]:
    """The app's bundles, newest first."""
    return world.column(
        "SELECT name FROM bundles WHERE app_id = ? ORDER BY created_at DESC, id DESC", world.app_id
    )


def bundle_name_of(world: World, name: str) -> str | None:
    """The bundle a channel carries, read past the API."""
    names = world.column(
        "SELECT b.name FROM channels c JOIN bundles b ON b.id = c.version WHERE c.name = ?", name
    )
    return names[0] if names else None


def setting(world: World, name: str, column: str) -> str:
    """A column of a channel, read past the API."""
    return world.column(f"SELECT {column} FROM channels WHERE name = ?", name)[0]  # noqa: S608


def defaults(world: World) -> set[str]:
    return set(world.column("SELECT name FROM channels WHERE public"))


def carry(world: World, name: str, bundle_name: str) -> None:
    """Put a bundle on a channel as somebody else would."""
    world.run(
        "UPDATE channels SET version = (SELECT id FROM bundles WHERE name = ?) WHERE name = ?",
        bundle_name,
        name,
    )


def list_writes(world: World) -> list[tuple[str, dict[str, object]]]:
    """Every write the server got: method and path, and its body, or its query where it has none."""
    writes = [each for each in world.door.requests if each.method != "GET"]
    return [
        (each.name, json.loads(each.body) if each.body else dict[str, object](each.query))
        for each in writes
    ]


async def carry_out_verified(workspace: Workspace, change: Change) -> Outcome:
    """Carry a change out that must be verified."""
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.VERIFIED, outcome
    assert not workspace.writing
    return outcome


async def undo(workspace: Workspace, change: Change, outcome: Outcome) -> list[Change]:
    """Take a change back, step by step, each verified."""
    steps = change.make_inverse(outcome.readback)
    assert not isinstance(steps, str), steps
    for step in steps:
        await carry_out_verified(workspace, step)
    return list(steps)
