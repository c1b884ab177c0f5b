"""Overrides as the tests have them carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.overrides import OverrideChange, make_override

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace
    from tests.support.world import World

SET, CLEAR, READ = "POST /device", "DELETE /device", "GET /device"


async def change_for(
    world: World, workspace: Workspace, channel: str | None, device_id: str | None = None
) -> OverrideChange:
    """The change as the interface makes it: from a loaded device and a loaded channel."""
    await workspace.devices.load_all()
    await workspace.channels.load_all()
    device = workspace.devices.records[device_id or world.free_devices()[0]]
    channels = [c for c in workspace.channels.records.values() if c.name == channel]
    change = make_override(workspace, device, channels[0] if channel else None)
    world.door.requests.clear()
    return change


async def run(world: World, workspace: Workspace, change: OverrideChange) -> Outcome:
    """Run a change; whatever becomes of it, it is sent once and nothing is left marked."""
    outcome = await carry_out(change, workspace)
    assert world.door.writes == 1
    assert not workspace.writing
    return outcome


def check_line(world: World, change: OverrideChange, outcome: Outcome) -> str:
    """What the operator reads, without any key."""
    line = describe_outcome_line(change, outcome)
    assert "\n" not in line
    assert line.isprintable()
    assert not any(key in line for key in world.keys.values())
    return line
