"""``capgo-tui channel``: list channels, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.asking import app_argument, asked, limit_option
from capgo_tui.commands.reading import run, write_list, write_one
from capgo_tui.workspace.resources.channel import CHANNELS

if TYPE_CHECKING:
    from capgo_tui.commands.asking import Asked
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.workspace.session import Workspace


@click.group()
def channel() -> None:
    """List channels, or show one."""


@channel.command("list")
@app_argument
@limit_option
@asked
def list_channels(asked: Asked, limit: int | None) -> None:
    """List the channels of an app."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.channels(workspace.target.app_id)
        return await write_list(workspace, asked, CHANNELS, pager, limit)

    run(asked.target(), command)


@channel.command("get")
@click.argument("name")
@app_argument
@asked
def get_channel(asked: Asked, name: str) -> None:
    """Show all of the channel of a NAME."""

    async def command(workspace: Workspace) -> Exit:
        found = await workspace.client.channel(workspace.target.app_id, name)
        return await write_one(workspace, asked, CHANNELS, found)

    run(asked.target(), command)
