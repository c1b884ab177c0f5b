"""``capgo-tui device``: list devices, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.api.requests import MAX_LIMIT
from capgo_tui.commands.common_options import app_argument, common_options, limit_option
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_list, write_one, write_rows
from capgo_tui.commands.running import run
from capgo_tui.workspace.custom_ids import find_device
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.resources.device import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.session import Workspace

PROGRESS_STEP = 1_000
"""Devices between two progress messages of a long search."""


def _progress() -> Callable[[int], None]:
    """Return a callback that takes the number of devices read and prints it now and then."""
    last_count = 0

    def hear(count: int) -> None:
        nonlocal last_count
        if count - last_count >= PROGRESS_STEP:
            last_count = count
            say(f"{group_digits(count)} devices with a custom id read…")

    return hear


@click.group()
def device() -> None:
    """List devices, or show one."""


@device.command("list")
@app_argument
@limit_option
@common_options
def list_devices(common: CommonOptions, limit: int | None) -> None:
    """List the devices of an app."""

    async def command(workspace: Workspace) -> Exit:
        most = min(limit or MAX_LIMIT, MAX_LIMIT)
        pager = workspace.client.devices(workspace.target.app_id, limit=most)
        return await write_list(workspace, common, DEVICES, pager, limit)

    run(common.target(), command)


@device.command("get")
@click.argument("device_id", metavar="ID")
@app_argument
@common_options
def get_device(common: CommonOptions, device_id: str) -> None:
    """Show all of the device of an ID, or of a custom id.

    A server that cannot look a custom id up is asked for those that have one, page by page.
    Where several have the same one all of them are listed, and the exit code is 1.
    """
    if not device_id.strip():
        raise click.UsageError("the ID is empty")

    async def command(workspace: Workspace) -> Exit:
        search = await find_device(workspace, device_id, walks=_progress())
        if not search.devices:
            say(f"no device has {search.nothing}: {device_id}")
            return Exit.FAILED if search.more else Exit.NOT_FOUND
        if len(search.devices) > 1:
            await write_rows(workspace, common, DEVICES, search.devices)
            say(f"{device_id} is not unique: {search.doubt}")
            return Exit.FAILED
        if search.doubt:
            say(f"{device_id} was {search.doubt}")
        return await write_one(workspace, common, DEVICES, search.devices[0])

    run(common.target(), command)
