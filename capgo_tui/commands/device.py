"""``capgo-tui device``: list devices, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.api.requests import MAX_LIMIT
from capgo_tui.commands.asking import app_argument, asked, limit_option
from capgo_tui.commands.channel import join_bundles
from capgo_tui.commands.reading import Noun, run, write_list, write_one
from capgo_tui.workspace.columns import DEVICE_COLUMNS
from capgo_tui.workspace.details import device_details

if TYPE_CHECKING:
    from capgo_tui.api.models import Device
    from capgo_tui.commands.asking import Asked
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.workspace.session import Workspace

DEVICES: Noun[Device] = Noun(
    "devices", DEVICE_COLUMNS, device_details, join_bundles, lambda traits: traits.device_tells
)


@click.group()
def device() -> None:
    """List devices, or show one."""


@device.command("list")
@app_argument
@limit_option
@asked
def list_devices(asked: Asked, limit: int | None) -> None:
    """List the devices of an app."""

    async def command(workspace: Workspace) -> Exit:
        most = min(limit or MAX_LIMIT, MAX_LIMIT)
        pager = workspace.client.devices(workspace.target.app_id, limit=most)
        return await write_list(workspace, asked, DEVICES, pager, limit)

    run(asked.target(), command)


@device.command("get")
@click.argument("device_id", metavar="ID")
@app_argument
@asked
def get_device(asked: Asked, device_id: str) -> None:
    """Show all of the device of an ID."""

    async def command(workspace: Workspace) -> Exit:
        found = await workspace.client.device(workspace.target.app_id, device_id)
        return await write_one(workspace, asked, DEVICES, found)

    run(asked.target(), command)
