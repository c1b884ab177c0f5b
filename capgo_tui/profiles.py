"""Profiles of ``config.toml``: an app, a server and an API key under one name.

The file is never written. All of it is checked, whichever profile is in use; the API key of a
profile is read when it is needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from capgo_tui.config_file import ConfigFile, ConfigFileError, Table
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = re.compile(r"[\w.-]{1,32}", re.ASCII)
"""Valid profile names; they appear in the title bar and in commands."""
KEY_SOURCES: Final = ("key_file", "key_env", "key_command")
_TEXT: Final = (str,), "a text in quotes"
_FLAG: Final = (bool,), "true or false"
_KEYS: Final = {
    "app": _TEXT,
    "api_url": _TEXT,
    "key_file": _TEXT,
    "key_env": _TEXT,
    "key_command": ((str, list), "a text in quotes or a list of them"),
    "revision": _TEXT,
    "read_only": _FLAG,
    "production": _FLAG,
}
_TOP: Final = {
    "default_profile": _TEXT,
    "theme": _TEXT,
    "start": _TEXT,
    "keys": ((dict,), "a table: [keys]"),
    "profiles": ((dict,), "a table: [profiles.NAME]"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The protection of a profile, which holds even when its other values are overridden."""

    name: str
    read_only: bool = False
    """Whether every write is refused."""
    production: bool = False
    """Whether every change is confirmed like an irreversible one."""
    is_changed: bool = False
    """Whether an option or a variable replaces its key, its app or its server."""

    @property
    def badge(self) -> str:
        """The name as shown on the screen, such as ``staging≠`` for a changed profile."""
        name = f"{self.name}≠" if self.is_changed else self.name
        return f"{name} 🔒" if self.production else name


class ProfileTable:
    """The TOML table of one profile."""

    def __init__(self, config: ConfigFile, name: str, values: Table, selector: str) -> None:
        self.profile = Profile(
            name, values.get("read_only") is True, values.get("production") is True
        )
        self.selector = selector
        """What chose the profile, such as ``--profile``."""
        self.source = f'profile "{name}" in {config.path}'
        self.folder = config.path.parent
        self._config = config
        self._values = values

    @property
    def has_key(self) -> bool:
        """Whether the profile names a source of the API key."""
        return any(key in self._values for key in KEY_SOURCES)

    def get_text(self, key: str) -> str | None:
        """Return the text of a config key; None when it has none."""
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def get_words(self, key: str) -> str | list[str] | None:
        """Return the text or the list of texts of a config key; None when it has none."""
        value = self._values.get(key)
        if isinstance(value, list):
            return [word for word in value if isinstance(word, str)]
        return self.get_text(key)

    def describe_place(self, key: str) -> str:
        """Return file, line and name of a config key, for an error message."""
        return self._config.describe_place("profiles", self.profile.name, key)


def read_theme(file: Path | None) -> tuple[str, str] | None:
    """Return the theme that ``config.toml`` names, and its place in the file; None for none.

    Raises:
        ConfigFileError: when there is a mistake in the file.

    """
    return _read_text(file, "theme")


def read_start(file: Path | None) -> tuple[str, str] | None:
    """Return the tab that ``config.toml`` begins with, and its place in the file; None for none.

    Raises:
        ConfigFileError: when there is a mistake in the file.

    """
    return _read_text(file, "start")


def _read_text(file: Path | None, key: str) -> tuple[str, str] | None:
    """Return a text of ``config.toml`` outside all tables, and its place in the file.

    Raises:
        ConfigFileError: when there is a mistake in the file.

    """
    config = _read_config(file)
    if config is None:
        return None
    text = config.tables.get(key)
    return (text, config.describe_place(key)) if isinstance(text, str) else None


def _read_config(file: Path | None) -> ConfigFile | None:
    """Read ``config.toml``, whose profiles are checked; None where there is none."""
    config = None if file is None else ConfigFile.read(file)
    if config is not None:
        _check_profiles(config)
    return config


def list_profile_names(file: Path | None) -> list[str]:
    """Return the names of the profiles of ``config.toml``.

    Raises:
        ConfigFileError: when there is a mistake in the file.

    """
    config = None if file is None else ConfigFile.read(file)
    return [] if config is None else list(_check_profiles(config)[0])


def read_keys(file: Path | None) -> tuple[ConfigFile, dict[str, str]] | None:
    """Return the keys that ``config.toml`` names for actions, by the action's id; None for none.

    An id may be quoted or not: ``device.override`` is then a table in a table for TOML.

    Raises:
        ConfigFileError: when there is a mistake in the file.

    """
    config = _read_config(file)
    if config is None:
        return None
    table = config.tables.get("keys")
    if not isinstance(table, dict) or not table:
        return None
    keys: dict[str, str] = {}
    for place, value in _iterate_leaves(table):
        if not isinstance(value, str):
            raise config.make_mistake(
                ("keys", *place), 'has to be a text in quotes, such as "o,f2"'
            )
        keys[".".join(place)] = value
    return config, keys


def _iterate_leaves(
    table: Table, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value of a table and of the tables in it, with its place."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _iterate_leaves(value, (*place, name))
        else:
            yield (*place, name), value


def choose_profile(
    file: Path | None, option: str | None, environment: str | None
) -> ProfileTable | None:
    """Return the profile to use; None when none is chosen.

    Args:
        file: the ``config.toml``, which need not exist.
        option: the value of ``--profile``.
        environment: the value of ``CAPGO_PROFILE``.

    Raises:
        ConfigFileError: when there is a mistake in the file, or no such profile in it.

    """
    name, selector = option, "--profile"
    if name is None and environment:
        name, selector = environment, "CAPGO_PROFILE"
    config = None if file is None else ConfigFile.read(file)
    if config is None:
        if name is not None:
            raise ConfigFileError(f"{selector} names a profile, but there is no {file}")
        return None
    profiles, default = _check_profiles(config)
    if name is None:
        if default is None:
            return None
        name, selector = default, f"default_profile in {config.path}"
    if name not in profiles:
        # Not repeated: it may be a key that was put in the wrong place.
        hint = config.find_nearest(name, profiles)
        raise ConfigFileError(f"{selector} names no profile of {config.path}; {hint}")
    return ProfileTable(config, name, profiles[name], selector)


def _check_profiles(config: ConfigFile) -> tuple[dict[str, Table], str | None]:
    """Check a file and return its profiles, and the name of the default one."""
    config.check((), config.tables, _TOP)
    tables = config.tables.get("profiles")
    profiles: dict[str, Table] = {}
    for name, values in (tables if isinstance(tables, dict) else {}).items():
        place = "profiles", name
        if not NAME.fullmatch(name):
            raise config.make_mistake(
                place, "a name has up to 32 of a to z, A to Z, 0 to 9, dot, - and _"
            )
        if not isinstance(values, dict):
            raise config.make_mistake(place, f"has to be a table: [profiles.{name}]")
        config.check(place, values, _KEYS)
        sources = [key for key in values if key in KEY_SOURCES]
        if len(sources) > 1:
            raise config.make_mistake(
                (*place, sources[1]), f"there is {sources[0]} already; give only one"
            )
        command = values.get("key_command")
        if isinstance(command, list) and not all(isinstance(word, str) for word in command):
            raise config.make_mistake(
                (*place, "key_command"), "has to be a list of texts in quotes"
            )
        profiles[name] = values
    default = config.tables.get("default_profile")
    if default is not None and default not in profiles:
        hint = config.find_nearest(str(default), profiles)
        raise config.make_mistake(("default_profile",), f"there is no such profile; {hint}")
    return profiles, None if default is None else str(default)
