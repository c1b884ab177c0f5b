"""What a page that loses overrides does not tell is said to be unknown, never to be none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capgo_tui.workspace.cells import override_mark
from capgo_tui.workspace.changes.new_channels import make_channel_deletion
from capgo_tui.workspace.changes.states import read_device_state
from capgo_tui.workspace.collection import Update
from capgo_tui.workspace.resources.device import list_device_details
from tests.support.world import open_world
from tests.workspace.collection.lists import record_events

if TYPE_CHECKING:
    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace
    from tests.support.world import World

DEVICES = 40


def oversize(document: Any) -> object:
    """The page of a server that ignores `limit`: many rows more, and no override in any."""
    rows = document["data"]
    for row in rows:
        row.pop("channel", None)
    more = [{**rows[0], "device_id": f"ffffffff-0000-4000-8000-{n:012}"} for n in range(200)]
    return {**document, "data": [*rows, *more]}


async def open_with_lost_override(world: World) -> tuple[Workspace, Device]:
    """A workspace with one such page loaded, and a device of it that has an override."""
    forced_id = world.free_devices()[0]
    world.set_override(forced_id, "beta")
    workspace = world.open()
    world.door.rewrite("GET /device", oversize)
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    return workspace, workspace.devices.records[forced_id]


def override_in_detail(workspace: Workspace, device: Device) -> str:
    sections = list_device_details(device, workspace.make_cell_context())
    return dict(sections[0].fields)["override"]


async def test_cell_detail_and_state_know_nothing_of_it() -> None:
    async with open_world(devices=DEVICES) as world:
        workspace, device = await open_with_lost_override(world)
        assert len(workspace.devices) == DEVICES + 200
        assert workspace.tells_overrides
        assert not workspace.has_known_override(device)
        assert override_mark(device, workspace.make_cell_context()) == "?"
        assert "not reported for this device" in override_in_detail(workspace, device)
        assert read_device_state(device, tells_overrides=True) == {}


async def test_the_deletion_of_a_channel_says_of_how_many_it_is_not_known() -> None:
    async with open_world(devices=DEVICES) as world:
        workspace, _ = await open_with_lost_override(world)
        beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
        touches = make_channel_deletion(workspace, beta).impact
        assert (
            f"of {DEVICES + 200} loaded devices the server did not report the override" in touches
        )


async def test_a_page_that_tells_them_makes_them_known_again() -> None:
    async with open_world(devices=DEVICES) as world:
        workspace, device = await open_with_lost_override(world)
        plain = next(
            key for key in world.free_devices() if not workspace.has_known_override(
                workspace.devices.records[key]
            )
        )  # fmt: skip
        events = record_events(workspace.devices)
        await workspace.devices.refresh()
        updated_keys = {key for event in events if isinstance(event, Update) for key in event.keys}
        records = workspace.devices.records
        assert records[device.wire_id].channel == "beta"
        assert override_mark(records[plain], workspace.make_cell_context()) == ""
        assert {device.wire_id, plain} <= updated_keys, (
            "a ? that became nothing is drawn anew as well"
        )
