"""The verbs of ``capgo-tui``, each imported on first use."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import forget_reader

VERBS = {
    "app": "List the apps of a key.",
    "bundle": "List bundles, or show one.",
    "channel": "List channels, or show one.",
    "device": "List devices, or show one.",
    "info": "Say where each setting comes from.",
    "sandbox": "Run an imitation of the Capgo backend.",
}
"""Help text of each verb; its module and its command have the same name."""


class Verbs(click.Group):
    """A click group that imports only the verb it runs, for a quick start."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; ctrl+c and a closed pipe end it without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(Exit.INTERRUPTED)
        except BrokenPipeError:
            forget_reader()
            sys.exit(Exit.OK)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb; return None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"capgo_tui.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text of each verb without importing it."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))
