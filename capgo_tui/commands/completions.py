"""Complete the words of a command in a shell, from files of this machine: no request is sent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from capgo_tui import locations
from capgo_tui.commands.machine import find_environment, open_journal_file
from capgo_tui.config_file import ConfigFileError
from capgo_tui.profiles import list_profile_names
from capgo_tui.settings import Options, SettingsError, find, get_value
from capgo_tui.workspace.known_names import KnownNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import click

_NO_KEY = "completion"
"""Stands for the API key, so that no file is read and no command is run for it."""


def complete_channels(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the channels that begin so."""
    return _choose(_list_names(context, "channels"), incomplete)


def complete_bundles(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the bundles that begin so."""
    return _choose(_list_names(context, "bundles"), incomplete)


def complete_records(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the channels and bundles that begin so."""
    return _choose(
        [*_list_names(context, "channels"), *_list_names(context, "bundles")], incomplete
    )


def complete_promotion(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return bundles for the first word, and channels for those after it."""
    words = context.params.get(parameter.name or "")
    complete = complete_channels if words else complete_bundles
    return complete(context, parameter, incomplete)


def complete_profiles(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the profiles that begin so."""
    with suppress(ConfigFileError):
        return _choose(list_profile_names(find_environment().config_file), incomplete)
    return []


def complete_apps(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the apps that begin so, of those whose lists were read."""
    server, _ = _find_place(context)
    with suppress(RuntimeError):
        return _choose(KnownNames(locations.find_names_file()).list_apps(server), incomplete)
    return []


def _choose(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def _find_place(context: click.Context) -> tuple[str, str | None]:
    """Return the server and the app that a command would be about; empty where not known."""
    options = Options(
        _NO_KEY,
        _find_option(context, "app_id"),
        _find_option(context, "api_url"),
        profile=_find_option(context, "profile"),
    )
    try:
        settings = find(options, find_environment())
    except SettingsError:
        return "", None
    return settings.server.value, get_value(settings.app_id)


def _find_option(context: click.Context, name: str) -> str | None:
    """Return what was given for an option, after the verb or before it."""
    place: click.Context | None = context
    while place is not None:
        if (value := place.params.get(name)) is not None:
            return str(value)
        place = place.parent
    return None


def _list_names(context: click.Context, kind: str) -> Sequence[str]:
    server, app_id = _find_place(context)
    if app_id is None:
        return []
    names: list[str] = []
    with suppress(RuntimeError):
        names += KnownNames(locations.find_names_file()).find(server, app_id, kind)
    return [*names, *_list_journal_names(server, app_id, kind)]


def _list_journal_names(server: str, app_id: str, kind: str) -> Sequence[str]:
    """Return the names in the changes of the journal, the newest first."""
    path = open_journal_file()
    if not path.is_file():
        return []
    from capgo_tui.workspace.changes.recorded import revive  # noqa: PLC0415 - brings pydantic
    from capgo_tui.workspace.journal import Journal, JournalUnusable  # noqa: PLC0415 - as above
    from capgo_tui.workspace.session import read_utc_clock  # noqa: PLC0415 - as above

    names: list[str] = []
    book = Journal(path, server=server, app_id=app_id, key_fingerprint="", now=read_utc_clock)
    try:
        for change in map(revive, book.list_entries()):
            if change is None:
                continue
            if f"{change.noun}s" == kind:
                names.append(change.wire_id)
            field = {"channels": "channel", "bundles": "bundle"}[kind]
            states = (change.after or {}, change.before or {})
            names += [name for each in states if isinstance(name := each.get(field), str)]
    except JournalUnusable:
        pass
    finally:
        book.close()
    return [name for name in names if name.isprintable()]
