"""``capgo-tui completion``: the script with which a shell completes the words of a command."""

from __future__ import annotations

from typing import Final

import click

from capgo_tui.commands.output import prepare, write

SHELLS: Final = ("bash", "zsh", "fish")
PROGRAM: Final = "capgo-tui"
VARIABLE: Final = "_CAPGO_TUI_COMPLETE"
"""The variable by which the script asks the program, as click names it."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Write the completion script of a SHELL: of verbs, options, names, apps and profiles.

    The names are those of the journal and of the lists that were read last; no request is sent.

    capgo-tui completion bash >> ~/.bash_completion

    capgo-tui completion zsh > ~/.zfunc/_capgo-tui

    capgo-tui completion fish > ~/.config/fish/completions/capgo-tui.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    prepare(is_data=True)
    script_class = get_completion_class(shell)
    if script_class is None:
        raise click.UsageError(f"no completion for {shell}")
    root = context.find_root().command
    write(f"{script_class(root, {}, PROGRAM, VARIABLE).source()}\n")
