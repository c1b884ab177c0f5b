"""``capgo-tui app``: the apps of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.asking import asked, limit_option
from capgo_tui.commands.reading import Noun, run, write_list
from capgo_tui.workspace.apps import APP_COLUMNS

if TYPE_CHECKING:
    from capgo_tui.api.models import AppInfo
    from capgo_tui.commands.asking import Asked
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.workspace.session import Workspace

APPS: Noun[AppInfo] = Noun("apps", APP_COLUMNS)


@click.group()
def app() -> None:
    """List the apps of a key."""


@app.command("list")
@limit_option
@asked
def list_apps(asked: Asked, limit: int | None) -> None:
    """List the apps that a key may see."""

    async def command(workspace: Workspace) -> Exit:
        return await write_list(workspace, asked, APPS, workspace.client.apps(), limit)

    run(asked.target(of_app=False), command)
