"""Options that the app and the reading commands share."""

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
