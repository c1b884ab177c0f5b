"""``capgo-tui info``: each setting and its source. No request is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from capgo_tui import __version__
from capgo_tui.api.errors import InvalidEnvironment
from capgo_tui.api.proxies import find_proxy_of
from capgo_tui.cells import measure_width
from capgo_tui.commands.common_options import get_earlier_option
from capgo_tui.commands.machine import NO_JOURNAL, find_environment, open_journal_file
from capgo_tui.commands.options import find_format
from capgo_tui.commands.output import prepare, write
from capgo_tui.settings import Options, Setting, Settings, SettingsError, find
from capgo_tui.text import clean
from capgo_tui.workspace.export.json_text import format_json

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.revisions import Revision
    from capgo_tui.profiles import Profile

MISSING = "not found"
_NEXT_STEPS = {"key": "set CAPGO_TOKEN, or write it to ~/.capgo", "app": "give --app ID"}
"""What to do about a setting that was found nowhere."""
NAME_WIDTH = 8
VALUE_WIDTH = 32
"""Cells of the values; a longer one, such as a path, moves the source of its own line only."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--app", "app_id", metavar="ID", help="As if this app were given.")
@click.option("--api-url", metavar="URL", help="As if this server were given.")
@click.option(
    "-a",
    "--apikey",
    metavar="KEY",
    help="As if this key were given, which others can see in the process list.",
)
@click.option("--profile", metavar="NAME", help="As if this profile were chosen.")
def info(
    *,
    as_json: bool,
    app_id: str | None,
    api_url: str | None,
    apikey: str | None,
    profile: str | None,
) -> None:
    """Show each setting and where it comes from; of the key only its fingerprint.

    capgo-tui info

    capgo-tui info --profile shop --json
    """
    del as_json  # `find_format` finds it, here or before the verb
    is_data = find_format() == "json"
    given_options = Options(
        get_earlier_option("apikey", apikey),
        get_earlier_option("app_id", app_id),
        get_earlier_option("api_url", api_url),
        profile=get_earlier_option("profile", profile),
    )
    try:
        environment = find_environment()
        settings = find(given_options, environment)
        file = open_journal_file()
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    key, profile_setting = settings.key, settings.profile
    lines = [
        _describe_line(
            "key", None if key is None else Setting(f"#{key.value.fingerprint}", key.source)
        ),
        _describe_line("app", settings.app_id, settings.app_doubt),
        _describe_line("server", Setting(settings.server.value, _describe_server(settings))),
        _describe_line("proxy", _find_proxy_setting(settings.server.value)),
        _describe_line("revision", _make_revision_setting(settings.revision)),
        _describe_line(
            "profile",
            None
            if profile_setting is None
            else Setting(_describe_profile(profile_setting.value), profile_setting.source),
        ),
        _describe_line(
            "config",
            None
            if environment.config_file is None
            else Setting(
                str(environment.config_file), "XDG_CONFIG_HOME, or the system's own folder"
            ),
            "no home folder: set HOME or XDG_CONFIG_HOME",
        ),
        _describe_line(
            "journal",
            None
            if file == NO_JOURNAL
            else Setting(str(file), "XDG_STATE_HOME, or the system's own folder"),
            "no home folder: set HOME or XDG_STATE_HOME",
        ),
        _describe_line("version", Setting(__version__, "this program")),
    ]
    prepare(is_data=is_data)
    if is_data:
        document = {n: {"value": v, "source": s} if v or s else None for n, v, s in lines}
        write(format_json(cast("JSON", document), indent=2) + "\n")
    else:
        write("".join(_format_line(name, value, source) for name, value, source in lines))


def _format_line(name: str, value: str | None, source: str) -> str:
    text = clean(value or MISSING)
    source = source or _NEXT_STEPS.get(name, "")
    rest = " " * max(0, VALUE_WIDTH - measure_width(text))
    return f"{name:<{NAME_WIDTH}}  {text}{rest}  {source}".rstrip() + "\n"


def _find_proxy_setting(server: str) -> Setting[str]:
    try:
        proxy = find_proxy_of(server)
    except InvalidEnvironment as error:
        return Setting("not usable", str(error))
    if proxy is None:
        return Setting("none", "the environment")
    return Setting(proxy.url, proxy.variable)


def _make_revision_setting(revision: Setting[Revision] | None) -> Setting[str]:
    return Setting(revision.value, revision.source) if revision else Setting("auto", "default")


def _describe_profile(profile: Profile) -> str:
    """Return the name of a profile, its protection, and whether a value of it is replaced."""
    guards = [
        ("production", profile.production),
        ("read-only", profile.read_only),
        ("changed", profile.is_changed),
    ]
    return ", ".join([profile.name, *(word for word, on in guards if on)])


def _describe_server(settings: Settings) -> str:
    """Return the source of the server, and whether the user is asked before a key goes there."""
    source = settings.server.source
    if settings.unconfirmed_server is None:
        return source
    note = f"{source} (asked about before a key goes there)"
    return note if settings.server_doubt is None else f"{note}; {settings.server_doubt}"


def _describe_line(
    name: str, setting: Setting[str] | None, reason: str | None = None
) -> tuple[str, str | None, str]:
    """Return a line of the table, with the reason where there is no value."""
    if setting is None:
        return name, None, clean(reason or "")
    return name, setting.value, clean(setting.source)
