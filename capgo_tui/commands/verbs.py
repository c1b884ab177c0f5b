"""The verbs of ``capgo-tui``, each imported on first use."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import forget_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = {
    "app": "List the apps of a key.",
    "bundle": "List, promote, delete, clean up, edit and register bundles.",
    "channel": "List, set, add and delete channels.",
    "completion": "Write the completion script of a shell.",
    "device": "List devices, and link them to channels.",
    "help": "Show a page of the help, or the help of a verb.",
    "info": "Say where each setting comes from.",
    "log": "List the changes made with this program.",
    "open": "Start the app on a channel, a bundle or a device.",
    "rollback": "Put the previous bundle back on a channel.",
    "rollout": "Start, share, pause, resume, finish and stop rollouts.",
    "sandbox": "Run an imitation of the Capgo backend.",
    "undo": "Undo a change made with this program.",
}
"""Help text of each verb; its module and its command have the same name."""


ALIASES: Final = {"a": "add", "c": "cleanup", "d": "delete", "l": "list", "s": "set"}
"""The one-letter names of the official command line, under each noun that has such a verb."""


class NamedGroup(click.Group):
    """A click group that names the nearest of its commands when there is no such one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of the first word, its name and the words after it."""
        if args and args[0][:1].isalnum() and self.get_command(ctx, args[0]) is None:
            from capgo_tui.commands.selection import describe_missing  # noqa: PLC0415 - a mistake

            missing = describe_missing("verb", args[0], self.list_commands(ctx))
            ctx.fail(f"{missing}; there are {', '.join(self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


class Noun(NamedGroup):
    """A click group of verbs, which takes their options before them too."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb by its name or its alias."""
        command = super().get_command(ctx, cmd_name)
        return command or super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs; the options are in the help of each."""
        self.format_commands(ctx, formatter)


class Verbs(NamedGroup):
    """A click group that imports only the verb it runs, for a quick start."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Parse the options, of which some write the help or the version."""
        with _end_quietly():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb."""
        with _end_quietly():
            return super().invoke(ctx)

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


@contextmanager
def _end_quietly() -> Iterator[None]:
    """Let ctrl+c and a closed pipe end the program without a word."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        forget_reader()
        sys.exit(Exit.OK)
