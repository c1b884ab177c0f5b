"""``capgo-tui undo``: undo a change made with this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.commands.common_options import write_options
from capgo_tui.commands.writing import run_writing

if TYPE_CHECKING:
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.commands.operation import Operation


@click.command()
@click.argument("words", nargs=-1, metavar="[N] [APP]")
@write_options
def undo(common: CommonOptions, options: WriteOptions, words: tuple[str, ...]) -> None:
    """Undo the last change, or the change N, and all that was confirmed together with it.

    The numbers are those of capgo-tui log. A record that was changed since is left as it is.

    capgo-tui undo

    capgo-tui undo 1 --dry-run
    """
    number = int(words[0]) if words and words[0].isascii() and words[0].isdigit() else None
    rest = words if number is None else words[1:]
    if len(rest) > 1:
        raise click.UsageError("undo takes the number of a change, and the app")

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.journal_undo import undo_change  # noqa: PLC0415 - models of changes

        return await undo_change(operation, number)

    run_writing(common.with_app(rest[0]) if rest else common, options, run_command)
