"""Earlier states of a channel are brought back, and what cannot be is told with the reason."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import SettingsChange
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.restoration import plan_restoration
from tests.support.world import open_world
from tests.workspace.channels import channel, defaults, load_workspace, names

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

REVISIONS = ("live", "next", "documented", "legacy")


def random_columns(chance: random.Random, bundle_ids: list[int]) -> dict[str, Any]:
    """Return columns of a channel that the server could hold."""
    has_target = chance.random() < 0.5
    is_on = has_target and chance.random() < 0.7
    return {
        "version": chance.choice(bundle_ids),
        "allow_emulator": chance.random() < 0.5,
        "allow_dev": chance.random() < 0.5,
        "disable_auto_update": chance.choice(["major", "minor", "none"]),
        "rollout_version": chance.choice(bundle_ids) if has_target else None,
        "rollout_enabled": is_on,
        "rollout_percentage_bps": chance.choice([0, 1000, 2500]) if has_target else 0,
    }


async def read_beta(workspace: Workspace) -> State:
    await workspace.channels.reread()
    return workspace.get_state(channel(workspace, "beta"))


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("seed", range(6))
async def test_a_random_state_is_brought_back_in_full(revision: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    async with open_world(revision, devices=3, bundles=8) as world:
        ids = [int(each) for each in world.column("SELECT id FROM bundles WHERE NOT deleted")]
        states = []
        workspace = await load_workspace(world)
        for _ in range(2):
            columns = random_columns(chance, ids)
            assignments = ", ".join(f"{name} = ?" for name in columns)
            world.run(f"UPDATE channels SET {assignments} WHERE name = 'beta'", *columns.values())  # noqa: S608
            states.append(await read_beta(workspace))
        earlier, now = states
        plan = plan_restoration(workspace, channel(workspace, "beta"), earlier)
        assert bool(plan.changes or plan.obstacles) is (earlier != now)
        for change in plan.changes:
            outcome = await carry_out(change, workspace)
            assert outcome.state == "verified", (change, outcome)
        restored = await read_beta(workspace)
        left = {field for field in earlier if restored.get(field, "untold") != earlier[field]}
        assert len(left) == len(plan.obstacles)
        assert not left or revision in ("documented", "legacy")
        assert not plan_restoration(workspace, channel(workspace, "beta"), earlier).changes


@pytest.mark.parametrize(
    ("revision", "earlier", "obstacle"),
    [
        ("live", {"bundle": "#99"}, "bundle: that bundle is not there any more"),
        ("live", {"disable_auto_update": "some"}, "this server does not take that policy"),
        ("live", {"allow_dev": "perhaps"}, "what it was cannot be sent"),
        ("live", {"rollout_percentage_bps": 20_000}, "what it was cannot be sent"),
        ("live", {"ios": False}, "iOS: this server does not report it now"),
        ("documented", {"allow_device": False}, "this server does not report it now"),
        ("legacy", {"bundle": None}, "this server has no way to take a bundle off a channel"),
        ("legacy", {"allow_dev": False}, "this server does not report it now"),
    ],
)
async def test_what_cannot_be_brought_back_is_told(
    revision: str, earlier: State, obstacle: str
) -> None:
    async with open_world(revision, devices=3, bundles=8) as world:
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        plan = plan_restoration(workspace, beta, earlier, earlier.keys())
        assert plan.changes == ()
        assert len(plan.obstacles) == 1
        assert obstacle in plan.obstacles[0]


async def test_fields_that_are_not_told_now_are_no_obstacle_to_others() -> None:
    async with open_world(devices=3, bundles=8) as world:
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        bundle = next(name for name in names(world) if beta.bundle and name != beta.bundle.name)
        plan = plan_restoration(workspace, beta, {"ios": False, "bundle": bundle}, {"bundle"})
        assert plan.obstacles == ()
        (change,) = plan.changes
        assert change.after == {"bundle": bundle}


async def test_obstacles_are_named_in_the_question() -> None:
    async with open_world(devices=3, bundles=8) as world:
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        earlier: State = {"allow_dev": not beta.allow_dev, "bundle": "#99"}
        plan = plan_restoration(workspace, beta, earlier, earlier.keys())
        batch = Batch(plan.changes, workspace)
        await batch.carry_out()
        assert (
            "stays as it is · bundle: that bundle is not there any more" in plan.changes[0].impact
        )
        assert channel(workspace, "beta").allow_dev is earlier["allow_dev"]


async def test_a_default_that_comes_back_names_the_one_it_demotes() -> None:
    async with open_world(devices=3, bundles=8) as world:
        workspace = await load_workspace(world)
        beta = channel(workspace, "beta")
        (default,) = defaults(world)
        earlier: State = {"public": True, "allow_dev": not beta.allow_dev}
        (change,) = plan_restoration(workspace, beta, earlier).changes
        assert isinstance(change, SettingsChange)
        assert change.demotes == (default,)
        assert change.level is ConfirmationLevel.LIST
        assert any(default in line for line in change.impact)
        outcome = await carry_out(change, workspace)
        assert outcome.state == "verified"
        assert defaults(world) == {"beta"}
