"""Run the interface, whose first list is read while it is imported."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.textual_environment import drop_size
from capgo_tui.tui.garbage import spare_the_loop
from capgo_tui.workspace.prefetch import Prefetch

if TYPE_CHECKING:
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.launch import Launch

NEXT_COMMAND: Final = """\
The demo is over and nothing of it was kept. To open an app of your own:

    capgo-tui --app com.example.app

It asks for the API key, unless CAPGO_TOKEN or ~/.capgo has one."""
"""What is printed after a demo."""


def run_interface(launch: Launch) -> int:
    """Run the interface and return the exit code, 0 unless a bug ended it."""
    spare_the_loop()
    drop_size(os.environ, sys.stdout.fileno())
    app = asyncio.run(_run(launch, _make_prefetch(launch)))
    for outcome in app.last_words:
        click.echo(outcome, err=True)
    if app.fault is not None:
        click.echo(f"capgo-tui: {app.fault}", err=True)
    if app.bug is not None:
        click.echo(f"capgo-tui met a bug; please report this:\n{app.bug}", err=True)
    if launch.is_demo and not app.return_code:
        click.echo(NEXT_COMMAND, err=True)
    return Exit.FAILED if app.return_code else Exit.OK


async def _run(launch: Launch, prefetch: Prefetch | None) -> CapgoApp:
    """Run the interface until its end; Textual is imported while the first reply is awaited."""
    if prefetch is not None:
        await prefetch.begin()
    app_class = await asyncio.to_thread(import_app)
    app = app_class(launch, prefetch=prefetch)
    await app.run_async(mouse=launch.mouse)
    return app


def _make_prefetch(launch: Launch) -> Prefetch | None:
    """Return the prefetch of the list that is shown first; None where a server is to be made."""
    target = launch.target
    if target is None or target.asgi_app is not None:
        return None
    return Prefetch(target, launch.first_tab)


def import_app() -> type[CapgoApp]:
    """Import the app."""
    from capgo_tui.tui.app import CapgoApp  # noqa: PLC0415 - 0.2 s, in a thread

    return CapgoApp
