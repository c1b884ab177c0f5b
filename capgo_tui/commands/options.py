"""Options that the app and the verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import click
from click.core import ParameterSource

from capgo_tui.api.revisions import Revision
from capgo_tui.commands.completions import complete_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

Decorator: TypeAlias = "Callable[[Callable[..., None]], Callable[..., None]]"

SERVER: Final[Decorator] = click.option(
    "--api-url", metavar="URL", help="The server, if it is not Capgo's own."
)
KEY: Final[Decorator] = click.option(
    "-a",
    "--apikey",
    metavar="KEY",
    help="The API key, which others can see in the process list; CAPGO_TOKEN hides it.",
)
REVISION: Final[Decorator] = click.option(
    "--revision",
    type=click.Choice(["auto", *(revision.value for revision in Revision)]),
    show_default="auto",
    help="The revision of the API the server speaks.",
)
PROFILE: Final[Decorator] = click.option(
    "--profile",
    metavar="NAME",
    help="The profile of config.toml to use.",
    shell_complete=complete_profiles,
)
LOG_FILE: Final[Decorator] = click.option(
    "--log-file", metavar="PATH", help="Write every request into this file, without the key."
)
READ_ONLY: Final[Decorator] = click.option(
    "--read-only", is_flag=True, help="Refuse every change, and send none."
)


FORMATS: Final = {"as_json": "json", "as_ndjson": "ndjson", "as_csv": "csv", "as_table": "table"}
"""The parameters that choose the format of the output, with its name."""


def format_options(*, hidden: bool = False) -> tuple[Decorator, ...]:
    """Return the options that choose the format of the output."""
    helps = {
        "json": "Write JSON, of records as the server sent it.",
        "ndjson": "Write JSON, one a line.",
        "csv": "Write comma-separated values.",
        "table": "Write text, in aligned columns that fit the terminal (the default).",
    }
    return tuple(
        click.option(f"--{name}", parameter, is_flag=True, hidden=hidden, help=helps[name])
        for parameter, name in FORMATS.items()
    )


def find_format() -> str:
    """Return the format that was asked for, before the verb or after it.

    Raises:
        UsageError: for more than one.

    """
    names: set[str] = set()
    context = click.get_current_context(silent=True)
    while context is not None:
        names.update(
            name
            for parameter, name in FORMATS.items()
            if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE
        )
        context = context.parent
    if len(names) > 1:
        given = " and ".join(f"--{name}" for name in FORMATS.values() if name in names)
        raise click.UsageError(f"{given} are two formats: give one")
    return names.pop() if names else "table"


def write_options(*, hidden: bool = False) -> tuple[Decorator, ...]:
    """Return the options of the verbs that change something."""
    return (
        click.option("-y", "--yes", is_flag=True, hidden=hidden, help="Agree without being asked."),
        click.option(
            "--confirm",
            metavar="NAME_OR_NUMBER",
            hidden=hidden,
            help="What would have to be typed: for a deletion, a production profile, or more"
            " than 50 records.",
        ),
        click.option(
            "--dry-run",
            is_flag=True,
            hidden=hidden,
            help="Show the change and its request; send nothing.",
        ),
        click.option(
            "--wait",
            is_flag=True,
            hidden=hidden,
            help="Read again until the server shows the change, for up to 3 minutes.",
        ),
    )
