"""The options of the verbs: API key, app, server, format, consent and more."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Final, TypeVar

import click
from click.core import ParameterSource

from capgo_tui.commands import options
from capgo_tui.commands.completions import complete_apps
from capgo_tui.commands.machine import find_environment, log_file, open_journal_file
from capgo_tui.commands.output import prepare
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.settings import Options, SettingsError, find, get_value
from capgo_tui.text import clean
from capgo_tui.workspace.export.formats import Format
from capgo_tui.workspace.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """The values of the options that all verbs share."""

    settings: Options
    app: str | None
    """The app as last positional argument, as in the official CLI."""
    log_file: str | None
    form: str
    read_only: bool = False

    def with_app(self, app: str) -> CommonOptions:
        """Return the same options with an app as the last word."""
        return replace(self, app=app)

    @property
    def format(self) -> Format:
        """The output format."""
        return Format(self.form)

    def target(self, *, of_app: bool = True, writes: bool = False) -> Target:
        """Return the target: app, API key, server and revision.

        One for reading alone refuses every write.

        Raises:
            UsageError: when a setting is missing or cannot be used.

        """
        named = self.settings.app_id
        if self.app and named and self.app != named:
            raise click.UsageError("two apps were given: --app, and the last word")
        given_options = replace(self.settings, app_id=named or self.app)
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
        profile = get_value(settings.profile)
        is_guarded = self.read_only or (profile is not None and profile.read_only)
        return Target(
            settings.key.value,
            get_value(settings.app_id) or "",
            server,
            get_value(settings.revision),
            journal=open_journal_file() if of_app else None,
            read_only=is_guarded or not writes,
            log_file=log_file(self.log_file),
            profile=profile,
        )


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """The values of the options of the verbs that change something."""

    yes: bool
    """Whether it is agreed without a question."""
    confirm: str | None
    """The name or number that would have to be typed."""
    dry_run: bool
    """Whether the request is shown and not sent."""
    wait: bool
    """Whether to read again until the server shows the change."""


_APP: Final = click.option(
    "--app",
    "app_id",
    metavar="ID",
    help="The app, which can be the last word too.",
    shell_complete=complete_apps,
)
_TARGET: Final[tuple[options.Decorator, ...]] = (
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
    help="Stop after N records; without it all are read, page by page.",
)


def add_common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command with these options, passed to it as one `CommonOptions`.

    An option that is not given after the verb counts as given before it.
    """

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
        **more: object,
    ) -> None:
        for name in options.FORMATS:
            del more[name]
        common = CommonOptions(
            Options(
                get_earlier_option("apikey", apikey),
                get_earlier_option("app_id", app_id),
                get_earlier_option("api_url", api_url),
                get_earlier_option("revision", revision),
                get_earlier_option("profile", profile),
            ),
            app,
            get_earlier_option("log_file", log_file),
            options.find_format(),
            read_only=get_earlier_option("read_only", bool(more.pop("read_only", False))),
        )
        prepare(is_data=common.format is not Format.TABLE)
        command(common, **more)

    return decorate(run, (*options.format_options(), _APP, *_TARGET))


def write_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that changes something; it gets `CommonOptions` and `WriteOptions`."""

    @wraps(command)
    def run(
        common: CommonOptions,
        *,
        yes: bool,
        confirm: str | None,
        dry_run: bool,
        wait: bool,
        **more: object,
    ) -> None:
        write = WriteOptions(
            get_earlier_option("yes", yes),
            get_earlier_option("confirm", confirm),
            get_earlier_option("dry_run", dry_run),
            get_earlier_option("wait", wait),
        )
        command(common, write, **more)

    return decorate(add_common_options(run), (*options.write_options(), options.READ_ONLY))


def add_options_before_verb(group: Callable[..., None]) -> Callable[..., None]:
    """Let a group take the options of its verbs in front of them, without listing them."""
    return decorate(
        group,
        (
            *options.format_options(hidden=True),
            _APP,
            *_TARGET,
            *options.write_options(hidden=True),
            options.READ_ONLY,
        ),
    )


def decorate(
    command: Callable[..., None], decorators: Sequence[options.Decorator]
) -> Callable[..., None]:
    """Apply decorators to a command, the first one outermost."""
    result = command
    for decorator in reversed(decorators):
        result = decorator(result)
    return result


def get_earlier_option(name: str, value: T) -> T:
    """Return the value of an option, which may have been given before the verb instead."""
    context: click.Context | None = click.get_current_context()
    while context is not None:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            given: T = context.params[name]
            return given
        context = context.parent
    return value


app_argument = click.argument("app", required=False, metavar="[APP]", shell_complete=complete_apps)
