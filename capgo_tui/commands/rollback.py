"""``capgo-tui rollback``: put the previous bundle back on a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.common_options import app_argument, write_options
from capgo_tui.commands.completions import complete_bundles, complete_channels
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.selection import find_bundle, find_channel, load_bundles
from capgo_tui.commands.writing import run_writing

if TYPE_CHECKING:
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.operation import Operation


@click.command()
@click.argument("name", metavar="CHANNEL", shell_complete=complete_channels)
@app_argument
@click.option(
    "--to",
    metavar="BUNDLE",
    help="This older bundle, in place of the previous one.",
    shell_complete=complete_bundles,
)
@write_options
def rollback(common: CommonOptions, options: WriteOptions, name: str, to: str | None) -> None:
    """Put the previous bundle back on a CHANNEL, never a newer one.

    The previous bundle is known from the journal of this program, else from the server's audit
    history; else it is the next older one.

    capgo-tui rollback production

    capgo-tui rollback production --to 2.4.0 --yes
    """

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import (  # noqa: PLC0415 - models of changes
            put_on_channel,
        )
        from capgo_tui.workspace.changes.promotions import Rollback  # noqa: PLC0415 - as above
        from capgo_tui.workspace.rollback import (  # noqa: PLC0415 - as above
            choose,
            describe_forward,
            find_rollback_candidate,
        )

        workspace = operation.workspace
        channel = await find_channel(workspace, name)
        if to is None:
            previous = await find_rollback_candidate(workspace, channel)
            if isinstance(previous, str):
                raise CommandError(Exit.NOT_FOUND, previous)
        else:
            bundle = await find_bundle(workspace, to)
            await load_bundles(workspace)  # the present one tells what is older
            if why_not := describe_forward(workspace, channel, bundle):
                raise CommandError(Exit.REFUSED, f"{why_not}: bundle promote puts it there")
            previous = choose(channel, bundle, "")
        return await put_on_channel(
            operation,
            channel,
            previous.bundle,
            kind=Rollback,
            note=previous.why,
            warnings=previous.warnings,
        )

    run_writing(common, options, run_command)
