"""The options of every command that reads: API key, app, server, format and more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING

import click

from capgo_tui.commands import options
from capgo_tui.commands.machine import find_environment, log_file
from capgo_tui.commands.output import prepare
from capgo_tui.settings import Options, SettingsError, find, value_of
from capgo_tui.text import clean
from capgo_tui.workspace.export.formats import Format
from capgo_tui.workspace.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """The values of the options that all reading commands share."""

    app_id: str | None
    app: str | None
    """The app as last positional argument, as in the official CLI."""
    api_url: str | None
    apikey: str | None = field(repr=False)
    revision: str | None
    profile: str | None
    log_file: str | None
    form: str

    @property
    def format(self) -> Format:
        """The output format."""
        return Format(self.form)

    def target(self, *, of_app: bool = True) -> Target:
        """Return the target: app, API key, server and revision.

        Raises:
            UsageError: when a setting is missing or cannot be used.

        """
        if self.app and self.app_id and self.app != self.app_id:
            raise click.UsageError("two apps were given: --app, and the last word")
        app = self.app_id or self.app
        given_options = Options(self.apikey, app, self.api_url, self.revision, self.profile)
        try:
            settings = find(given_options, find_environment(), needs_app=of_app)
        except SettingsError as error:
            raise click.UsageError(str(error)) from None
        server = settings.server.value
        if settings.key is None:
            raise click.UsageError("no API key was found: set CAPGO_TOKEN, or write it to ~/.capgo")
        if of_app and settings.app_id is None:
            why = f" ({clean(settings.app_doubt)})" if settings.app_doubt else ""
            raise click.UsageError(
                f"no app was given: name it as the last word, such as com.acme.a{why}"
            )
        if (file := settings.unconfirmed_server) is not None:
            doubt = settings.server_doubt
            reason = (
                f"{file} of this folder names the server {server}"
                if doubt is None
                else f"which server this folder is for is not certain ({clean(doubt)})"
            )
            raise click.UsageError(
                f"{reason}; if your key may go there, say so: --api-url {server}"
            )
        return Target(
            settings.key.value,
            value_of(settings.app_id) or "",
            server,
            value_of(settings.revision),
            read_only=True,
            log_file=log_file(self.log_file),
            profile=value_of(settings.profile),
        )


_OPTIONS: tuple[options.Decorator, ...] = (
    click.option("--json", "form", flag_value="json", help="Write JSON, as the server sent it."),
    click.option("--ndjson", "form", flag_value="ndjson", help="Write JSON, a record a line."),
    click.option("--csv", "form", flag_value="csv", help="Write comma-separated values."),
    click.option(
        "--table",
        "form",
        flag_value="table",
        default="table",
        help="Write aligned columns, cut at 80 cells (the default).",
    ),
    click.option("--app", "app_id", metavar="ID", help="The app, which can be the last word too."),
    options.SERVER,
    options.KEY,
    options.REVISION,
    options.PROFILE,
    options.LOG_FILE,
)

limit_option = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop after so many; without it everything is read, page by page.",
)


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command with these options, passed to it as one `CommonOptions`."""

    @wraps(command)
    def run(
        *,
        app: str | None = None,
        app_id: str | None,
        api_url: str | None,
        apikey: str | None,
        revision: str | None,
        profile: str | None,
        log_file: str | None,
        form: str,
        **more: object,
    ) -> None:
        prepare(is_data=form != Format.TABLE)
        common = CommonOptions(app_id, app, api_url, apikey, revision, profile, log_file, form)
        command(common, **more)

    result: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        result = option(result)
    return result


app_argument = click.argument("app", required=False, metavar="[APP]")
