"""Options that the app and the verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import click

from capgo_tui.api.revisions import Revision

if TYPE_CHECKING:
    from collections.abc import Callable

Decorator: TypeAlias = "Callable[[Callable[..., None]], Callable[..., None]]"

SERVER: Final[Decorator] = click.option(
    "--api-url", metavar="URL", help="The server, where it is not Capgo's own."
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
    "--profile", metavar="NAME", help="The profile of config.toml to go by."
)
LOG_FILE: Final[Decorator] = click.option(
    "--log-file", metavar="PATH", help="Write every request into this file, without the key."
)
READ_ONLY: Final[Decorator] = click.option(
    "--read-only", is_flag=True, help="Refuse every change, and send none."
)


def format_options(*, hidden: bool = False) -> tuple[Decorator, ...]:
    """Return the options that choose the format of the output."""
    return (
        click.option(
            "--json",
            "form",
            flag_value="json",
            hidden=hidden,
            help="Write JSON, of records as the server sent it.",
        ),
        click.option(
            "--ndjson", "form", flag_value="ndjson", hidden=hidden, help="Write JSON, one a line."
        ),
        click.option(
            "--csv", "form", flag_value="csv", hidden=hidden, help="Write comma-separated values."
        ),
        click.option(
            "--table",
            "form",
            flag_value="table",
            default="table",
            hidden=hidden,
            help="Write text, in aligned columns cut at 80 cells (the default).",
        ),
    )


def write_options(*, hidden: bool = False) -> tuple[Decorator, ...]:
    """Return the options of the verbs that change something."""
    return (
        click.option("-y", "--yes", is_flag=True, hidden=hidden, help="Do not ask: it is agreed."),
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
