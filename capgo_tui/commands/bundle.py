"""``capgo-tui bundle``: list bundles, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.asking import app_argument, asked, limit_option
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import run, write_list, write_one
from capgo_tui.workspace.resources.bundle import BUNDLES

if TYPE_CHECKING:
    from capgo_tui.commands.asking import Asked
    from capgo_tui.workspace.session import Workspace


@click.group()
def bundle() -> None:
    """List bundles, or show one."""


@bundle.command("list")
@app_argument
@limit_option
@asked
def list_bundles(asked: Asked, limit: int | None) -> None:
    """List the bundles of an app, the newest first."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.bundles(workspace.target.app_id)
        return await write_list(workspace, asked, BUNDLES, pager, limit)

    run(asked.target(), command)


@bundle.command("get")
@click.argument("name")
@app_argument
@asked
def get_bundle(asked: Asked, name: str) -> None:
    """Show all of the bundle of a NAME; the server only lists them, so that it is looked for."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.bundles(workspace.target.app_id)
        while not pager.ended:
            page = await pager.next_page()
            for found in page.rows:
                if found.wire_key == name:
                    return await write_one(workspace, asked, BUNDLES, found)
        say(f"there is no bundle {name}")
        return Exit.NOT_FOUND

    run(asked.target(), command)
