"""``capgo-tui app``: the apps of a key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.commands.common_options import add_options_before_verb
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.list_options import list_options
from capgo_tui.commands.list_selection import ListSelection
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_pages
from capgo_tui.commands.running import run_without_app
from capgo_tui.commands.verbs import Noun
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.export.formats import choose_writer
from capgo_tui.workspace.resources.app import APPS
from capgo_tui.workspace.session import read_utc_clock

if TYPE_CHECKING:
    from capgo_tui.api.client import CapgoClient
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.commands.list_options import ListOptions


@click.group(cls=Noun)
@add_options_before_verb
def app(**_options: object) -> None:
    """List the apps of a key."""


@app.command("list")
@list_options
def list_apps(common: CommonOptions, options: ListOptions) -> None:
    """List the apps that a key may see; it needs only a key and a server.

    capgo-tui app list

    capgo-tui app list --columns app,name --json
    """

    async def run_command(client: CapgoClient) -> Exit:
        selection = ListSelection(APPS, options, _make_cell_context)
        make_writer = partial(
            choose_writer,
            common.format,
            selection.columns or APPS.columns,
            _make_cell_context,
            are_chosen=selection.columns is not None,
            width=selection.width,
        )
        try:
            return await write_pages(
                APPS, client.list_apps(), selection, make_writer=make_writer, join=_join_nothing
            )
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            say("this server has no list of apps")
            return Exit.FAILED

    run_without_app(common.target(of_app=False), run_command)


def _make_cell_context() -> CellContext:
    """Return the cell context of an app, which is only the time."""
    return CellContext(read_utc_clock())


async def _join_nothing() -> None:
    pass
