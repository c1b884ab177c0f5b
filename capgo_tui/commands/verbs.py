"""The verbs of ``capgo-tui``, each imported on first use."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import forget_reader

VERBS = {
    "app": "List the apps of a key.",
    "bundle": "List, promote, delete, clean up, edit and register bundles.",
    "channel": "List, set, add and delete channels.",
    "device": "List devices, and link them to channels.",
    "info": "Say where each setting comes from.",
    "log": "List the changes made with this program.",
    "rollback": "Put the previous bundle back on a channel.",
    "rollout": "Start, share, pause, resume, finish and stop rollouts.",
    "sandbox": "Run an imitation of the Capgo backend.",
    "undo": "Undo a change made with this program.",
}
"""Help text of each verb; its module and its command have the same name."""


ALIASES: Final = {"a": "add", "c": "cleanup", "d": "delete", "l": "list", "s": "set"}
"""The one-letter names of the official command line, under each noun that has such a verb."""


class Noun(click.Group):
    """A click group of verbs, which takes their options before them too."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb by its name or its alias."""
        command = super().get_command(ctx, cmd_name)
        return command or super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs; the options are in the help of each."""
        self.format_commands(ctx, formatter)


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
