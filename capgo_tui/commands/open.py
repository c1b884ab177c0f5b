"""``capgo-tui open``: start the app on a channel, a bundle or a device."""

from __future__ import annotations

from typing import Any

import click

from capgo_tui.commands.common_options import app_argument, get_earlier_option
from capgo_tui.commands.completions import complete_records
from capgo_tui.commands.root import add_app_options, start_app


@click.command()
@click.argument("name", metavar="CHANNEL|BUNDLE|ID", shell_complete=complete_records)
@app_argument
@add_app_options
@click.pass_context
def open(  # noqa: A001 - the name of the verb
    context: click.Context, /, *, name: str, app: str | None, **values: Any
) -> None:
    """Start the app on the channel, the bundle or the device of that name.

    A custom id counts as an id. Where several have that name, the channel comes first.

    capgo-tui open production

    capgo-tui open qa-08 --profile shop
    """
    if not name.strip():
        raise click.UsageError("the name is empty")
    values = {option: get_earlier_option(option, value) for option, value in values.items()}
    if app is not None:
        if values["app_id"] not in (None, app):
            raise click.UsageError("two apps were given: --app, and the last word")
        values["app_id"] = app
    given_options = [option for option in values if values[option] is not None]
    start_app(context, given_options, {"": name}, **values)
