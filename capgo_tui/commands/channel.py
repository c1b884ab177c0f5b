"""``capgo-tui channel``: list channels, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.common_options import (
    app_argument,
    common_options,
    limit_option,
    options_before_verb,
)
from capgo_tui.commands.reading import write_list, write_one
from capgo_tui.commands.running import run
from capgo_tui.commands.verbs import Noun
from capgo_tui.workspace.resources.channel import CHANNELS

if TYPE_CHECKING:
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.workspace.session import Workspace


@click.group(cls=Noun)
@options_before_verb
def channel(**_options: object) -> None:
    """List, set, add and delete channels."""


@channel.command("list")
@app_argument
@limit_option
@common_options
def list_channels(common: CommonOptions, limit: int | None) -> None:
    """List the channels of an app."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.channels(workspace.target.app_id)
        return await write_list(workspace, common, CHANNELS, pager, limit)

    run(common.target(), command)


@channel.command("get")
@click.argument("name")
@app_argument
@common_options
def get_channel(common: CommonOptions, name: str) -> None:
    """Show all of the channel of a NAME."""

    async def command(workspace: Workspace) -> Exit:
        record = await workspace.client.channel(workspace.target.app_id, name)
        return await write_one(workspace, common, CHANNELS, record)

    run(common.target(), command)
