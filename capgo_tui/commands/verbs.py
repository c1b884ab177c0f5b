"""The verbs of ``capgo-tui``, each read from its own file once it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

VERBS = {
    "app": "List the apps of a key.",
    "bundle": "List bundles, or show one.",
    "channel": "List channels, or show one.",
    "device": "List devices, or show one.",
    "info": "Say where each setting comes from.",
    "sandbox": "Run an imitation of the Capgo backend.",
}
"""The file of a verb is called like it, and so is the command in it."""


class Verbs(click.Group):
    """A group that imports no verb but the one that is run: the app has to start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb; None when there is no such one."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"capgo_tui.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Tell what each verb does, without importing it."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))
