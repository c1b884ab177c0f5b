"""The command ``capgo-tui``, which opens the app when no verb follows."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from capgo_tui import __version__
from capgo_tui.api.errors import InvalidEnvironment
from capgo_tui.api.revisions import Revision
from capgo_tui.commands import machine, options
from capgo_tui.commands.completions import complete_apps, complete_bundles, complete_channels
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say
from capgo_tui.commands.textual_environment import (
    drop_debugging,
    is_in_browser,
    list_terminal_variables,
)
from capgo_tui.commands.verbs import Verbs
from capgo_tui.config_file import ConfigFile, ConfigFileError
from capgo_tui.memory import Memory
from capgo_tui.profiles import list_profile_names, read_keys
from capgo_tui.settings import (
    THEME_VARIABLE,
    Options,
    SettingsError,
    find,
    find_named_themes,
    find_start,
    get_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from capgo_tui.settings import Environment
    from capgo_tui.tui.launch import Launch
    from capgo_tui.tui.theme_choice import ThemeChoice

SIMPLE_TERMINALS: Final = ("dumb", "unknown")
"""Values of TERM for which no interface can be drawn, such as in a shell inside Emacs."""
OF_RECORDS: Final = ("device", "channel", "bundle")
"""Options that name the record to open on."""
OF_THE_APP: Final = ("refresh", "theme", "mouse", "demo", "debug")
"""Options that no verb takes but that which opens the app."""
OPEN: Final = "open"
GARBAGE_AFTER: Final = 20_000
"""New objects after which a verb looks for garbage."""
OWN_OPTIONS: Final = ("sandbox",)
"""Verbs that take none of the options before them."""


_APP_OPTIONS: Final[tuple[options.Decorator, ...]] = (
    click.option(
        "--app",
        "app_id",
        metavar="ID",
        help="The app, such as com.example.app.",
        shell_complete=complete_apps,
    ),
    options.SERVER,
    options.KEY,
    options.REVISION,
    options.PROFILE,
    click.option(
        "--refresh",
        type=click.FloatRange(min=1),
        metavar="SECONDS",
        help="Read the list in view again this often.",
    ),
    options.READ_ONLY,
    options.LOG_FILE,
    click.option(
        "--theme", metavar="NAME", help="The theme; without it the terminal's own colours."
    ),
    click.option(
        "--mouse/--no-mouse",
        default=None,
        help="Use the mouse; the default is yes, but not over SSH or in GNU screen.",
    ),
    click.option("--demo", is_flag=True, help="Try everything on made-up data, with no account."),
    click.option(
        "--debug",
        is_flag=True,
        help="Enable TEXTUAL_LOG, TEXTUAL_DEBUG and the like; their output may hold the API key.",
    ),
)
"""The options of the app, on whichever record it starts."""


def add_app_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that starts the app with the options for it."""
    for option in reversed(_APP_OPTIONS):
        command = option(command)
    return command


def _declare_for_verbs(command: Callable[..., None]) -> Callable[..., None]:
    """Let the options of the verbs stand before the verb, without listing them here."""
    for option in (*options.format_options(hidden=True), *options.write_options(hidden=True)):
        command = option(command)
    return command


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="capgo-tui")
@add_app_options
@click.option("--device", metavar="ID", help="Open on this device, by its id or its custom id.")
@click.option(
    "--channel",
    metavar="NAME",
    help="Open on this channel.",
    shell_complete=complete_channels,
)
@click.option(
    "--bundle",
    metavar="NAME",
    help="Open on this bundle.",
    shell_complete=complete_bundles,
)
@_declare_for_verbs
@click.pass_context
def capgo_tui(
    context: click.Context,
    /,
    *,
    device: str | None,
    channel: str | None,
    bundle: str | None,
    **values: Any,
) -> None:
    """Browse and edit a Capgo app's channels, devices and bundles.

    The key comes from -a, CAPGO_TOKEN, the profile, ~/.capgo or ./.capgo; the app from --app,
    CAPGO_APP_ID, the profile or the Capacitor config of this folder. CAPGO_PROFILE names a
    profile as --profile does; capgo-tui info says where each setting comes from.
    """
    given_options = [name for name in context.params if _is_given(context, name)]
    if (verb := context.invoked_subcommand) is not None:
        if given_options and verb in OWN_OPTIONS:
            raise click.UsageError(f"options go after the verb {verb!r}")
        if clash := [name for name in given_options if name in OF_RECORDS]:
            name = _find_option_name(context, clash[0])
            raise click.UsageError(f"{name} is for the app, not for {verb}")
        if clash := [name for name in given_options if name in OF_THE_APP and verb != OPEN]:
            name = _find_option_name(context, clash[0])
            raise click.UsageError(f"{name} is for the app, not for {verb}")
        # What a verb imports makes 100 000 objects and no garbage.
        gc.set_threshold(GARBAGE_AFTER)
        gc.enable()
        return
    own_names = {
        each.name
        for each in context.command.params
        if isinstance(each, click.Option) and not each.hidden
    }
    if clash := [name for name in given_options if name not in own_names]:
        raise click.UsageError(f"{_find_option_name(context, clash[0])} goes with a verb")
    names = {"devices": device, "channels": channel, "bundles": bundle}
    given_names = {kind: name for kind, name in names.items() if name is not None}
    for kind, name in given_names.items():
        if not name.strip():
            raise click.UsageError(f"--{kind.removesuffix('s')} is empty")
    if len(given_names) > 1:
        raise click.UsageError("give one of --device, --channel and --bundle")
    app_values = {name: value for name, value in values.items() if name in own_names}
    start_app(context, given_options, given_names, **app_values)


def start_app(
    context: click.Context,
    given_options: Sequence[str],
    names: Mapping[str, str],
    *,
    app_id: str | None,
    api_url: str | None,
    apikey: str | None,
    revision: str | None,
    profile: str | None,
    refresh: float | None,
    read_only: bool,
    log_file: str | None,
    theme: str | None,
    mouse: bool | None,
    demo: bool,
    debug: bool,
) -> None:
    """Run the app, and exit with its code.

    `names` has the name of the record to open on, by the name of its list; an empty one is any.
    """
    if not debug:
        drop_debugging(os.environ)
    own_values = {"app_id", "api_url", "apikey", "profile"}.intersection(given_options)
    if demo and own_values:
        raise click.UsageError(f"--demo brings its own {', '.join(sorted(own_values))}")
    if not is_in_browser(os.environ):
        _check_terminal()
    from capgo_tui.tui.launch import StartRecord  # noqa: PLC0415 - a verb needs no interface

    device = names.get("devices")
    others = [StartRecord(kind, name) for kind, name in names.items() if kind != "devices"]
    record = others[0] if others else None
    try:
        if demo:
            demo_revision = None if revision in (None, "auto") else Revision(revision)
            launch = context.with_resource(_open_demo(device, demo_revision))
        else:
            launch = _make_launch(Options(apikey, app_id, api_url, revision, profile), device)
            launch = replace(
                launch, journal=machine.open_journal_file(), memory=machine.find_memory_file()
            )
            launch = replace(
                launch,
                profile_names=list_profile_names(machine.find_environment().config_file),
                launch_profile=_launch_profile,
                key_file=machine.find_key_file(),
            )
        variables = list_terminal_variables(os.environ)
        has_mouse = _can_use_mouse(variables) if mouse is None else mouse
        launch = replace(
            launch,
            theme=_choose_theme(theme, variables),
            mouse=has_mouse,
            start=_choose_start() if record is None else record.list_name,
            record=record,
            keys=_choose_keys(),
        )
    except (SettingsError, InvalidEnvironment) as error:
        raise click.UsageError(str(error)) from None
    from capgo_tui.commands.interface import run_interface  # noqa: PLC0415 - as above

    sys.exit(
        run_interface(
            replace(
                launch,
                refresh_seconds=refresh,
                read_only=read_only,
                log_file=machine.log_file(log_file),
            ),
        )
    )


def _check_terminal() -> None:
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("capgo-tui without a verb needs a terminal")
    if os.environ.get("TERM") in SIMPLE_TERMINALS:
        say(
            f"TERM={os.environ['TERM']} cannot place the cursor: set TERM to what this terminal is,"
            " such as xterm-256color, or use a verb, such as capgo-tui device list"
        )
        sys.exit(Exit.USAGE)


def _find_option_name(context: click.Context, name: str) -> str:
    option = next(each for each in context.command.params if each.name == name)
    return str(option.opts[-1])


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _make_launch(options: Options, device: str | None) -> Launch:
    from capgo_tui.api.environment import check_environment  # noqa: PLC0415 - imports ssl
    from capgo_tui.tui.launch import Launch  # noqa: PLC0415 - a verb needs no interface

    launch = _with_settings(Launch(device=device), options, machine.find_environment())
    check_environment(launch.server)
    return launch


def _launch_profile(launch: Launch, name: str) -> Launch:
    """Return settings with another profile; raises `SettingsError` as the start does.

    The options and variables that named the first app, key and server do not count.
    """
    environment = machine.find_environment()
    named = ("CAPGO_TOKEN", "CAPGO_APP_ID", "CAPGO_API_URL", "CAPGO_PROFILE")
    environ = {key: value for key, value in environment.environ.items() if key not in named}
    environment = replace(environment, environ=environ, has_terminal=False)
    made = _with_settings(launch, Options(profile=name), environment)
    return replace(made, device=None, record=None)


def _with_settings(launch: Launch, options: Options, environment: Environment) -> Launch:
    """Return a launch with the key, app, server and profile that options and environment name."""
    settings = find(options, environment)
    return replace(
        launch,
        api_key=get_value(settings.key),
        app_id=get_value(settings.app_id),
        app_doubt=settings.app_doubt,
        server=settings.server.value,
        server_named_by=settings.unconfirmed_server,
        server_doubt=settings.server_doubt,
        remember_server=partial(environment.agree, settings.server.value),
        revision=get_value(settings.revision),
        profile=get_value(settings.profile),
    )


def _open_demo(device: str | None, revision: Revision | None) -> AbstractContextManager[Launch]:
    from capgo_tui.commands.demo import open_demo  # noqa: PLC0415 - brings the sandbox

    return open_demo(device, revision)


def _choose_theme(option: str | None, variables: Mapping[str, str]) -> ThemeChoice:
    """Return the theme that is named, or else one for this terminal."""
    from capgo_tui.tui.theme_choice import ThemeChoice, choose_theme  # noqa: PLC0415 - as above

    for setting in find_named_themes(option, machine.find_environment()):
        from capgo_tui.tui.theme import THEME_NAMES  # noqa: PLC0415 - brings Textual

        if setting.value in THEME_NAMES:
            return ThemeChoice(setting.value, place=setting.source)
        if setting.source != THEME_VARIABLE:
            hint = ConfigFile.find_nearest(setting.value, THEME_NAMES)
            raise SettingsError(f"{setting.source}: there is no such theme; {hint}")
    if remembered := Memory(machine.find_memory_file()).theme:
        from capgo_tui.tui.theme import THEME_NAMES  # noqa: PLC0415 - as above

        if remembered in THEME_NAMES:
            return ThemeChoice(remembered)
    return choose_theme(variables)


def _choose_start() -> str:
    """Return the name of the tab to begin with; empty for the usual one."""
    setting = find_start(machine.find_environment())
    if setting is None:
        return ""
    from capgo_tui.tui.tabs import TAB_BY_NAME  # noqa: PLC0415 - for the interface alone

    if setting.value not in TAB_BY_NAME:
        hint = ConfigFile.find_nearest(setting.value, TAB_BY_NAME)
        raise SettingsError(f"{setting.source}: there is no such tab; {hint}")
    return setting.value


def _choose_keys() -> Mapping[str, str]:
    """Return the keys that ``config.toml`` names for actions, by the action's id.

    Raises:
        SettingsError: when one cannot be used.

    """
    try:
        named = read_keys(machine.find_environment().config_file)
    except ConfigFileError as error:
        raise SettingsError(str(error)) from None
    if named is None:
        return {}
    from capgo_tui.tui.rebinding import RebindingError, rebind  # noqa: PLC0415 - brings Textual
    from capgo_tui.tui.screens.controllers import ACTIONS  # noqa: PLC0415 - as above

    config, keys = named
    try:
        rebind(ACTIONS, keys)
    except RebindingError as error:
        # As it was written: with quotes it is one name, without them several.
        whole = ("keys", error.action_id)
        parts = ("keys", *error.action_id.split("."))
        place = whole if error.action_id in config.get_table("keys") else parts
        raise SettingsError(str(config.make_mistake(place, str(error)))) from None
    return keys


def _can_use_mouse(environ: Mapping[str, str]) -> bool:
    """Return whether the mouse does no harm.

    A dropped SSH connection would leave the terminal reporting it, and with it GNU screen keeps
    Esc back until the next key.
    """
    return not any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "STY"))
