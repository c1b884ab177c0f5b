"""``capgo-tui bundle``: list bundles, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.common_options import (
    app_argument,
    common_options,
    limit_option,
    options_before_verb,
)
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_list, write_one
from capgo_tui.commands.running import run
from capgo_tui.commands.verbs import Noun
from capgo_tui.workspace.resources.bundle import BUNDLES

if TYPE_CHECKING:
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.session import Workspace


@click.group(cls=Noun)
@options_before_verb
def bundle(**_options: object) -> None:
    """List, promote, delete, clean up, edit and register bundles."""


@bundle.command("list")
@app_argument
@limit_option
@common_options
def list_bundles(common: CommonOptions, limit: int | None) -> None:
    """List the bundles of an app, the newest first."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.bundles(workspace.target.app_id)
        return await write_list(workspace, common, BUNDLES, pager, limit)

    run(common.target(), command)


@bundle.command("get")
@click.argument("name")
@app_argument
@common_options
def get_bundle(common: CommonOptions, name: str) -> None:
    """Show all of the bundle of a NAME; the server only lists them, so that it is looked for."""

    async def command(workspace: Workspace) -> Exit:
        pager = workspace.client.bundles(workspace.target.app_id)
        while not pager.at_end:
            page = await pager.next_page()
            for record in page.rows:
                if record.wire_id == name:
                    return await write_one(workspace, common, BUNDLES, record)
        say(f"there is no bundle {name}")
        return Exit.NOT_FOUND

    run(common.target(), command)
