"""Profiles: an app, a server and a key under one name, in the user's ``config.toml``.

The file is only ever read. All of it is checked, whichever profile is in use; what a profile
leads to, its key above all, is looked at once it is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.config_file import ConfigFile, ConfigFileError, Table

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = re.compile(r"[\w.-]{1,32}", re.ASCII)
"""What TOML takes without quotes, and dots: it stands in the title bar and in commands."""
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
_TOP: Final = {"default_profile": _TEXT, "profiles": ((dict,), "a table: [profiles.NAME]")}


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a profile holds for the whole run, whatever was put in place of its values."""

    name: str
    read_only: bool = False
    """Whether every write is refused."""
    production: bool = False
    """Whether every change takes what one takes that cannot be taken back."""

    @property
    def badge(self) -> str:
        """Its name as it stands on the screen."""
        return f"{self.name} 🔒" if self.production else self.name


class ProfileTable:
    """The table of one profile, as it stands in the file."""

    def __init__(self, config: ConfigFile, name: str, values: Table, named_by: str) -> None:
        self.profile = Profile(
            name, values.get("read_only") is True, values.get("production") is True
        )
        self.named_by = named_by
        """What chose it."""
        self.source = f'profile "{name}" in {config.path}'
        self.folder = config.path.parent
        self._config = config
        self._values = values

    def text(self, key: str) -> str | None:
        """The text of a key; None where it has none."""
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def words(self, key: str) -> str | list[str] | None:
        """The text or the list of texts of a key; None where it has none."""
        value = self._values.get(key)
        if isinstance(value, list):
            return [word for word in value if isinstance(word, str)]
        return self.text(key)

    def where(self, key: str) -> str:
        """File, line and name of a key, as a mistake in it is told."""
        return self._config.where("profiles", self.profile.name, key)


def choose_profile(
    file: Path | None, option: str | None, environment: str | None
) -> ProfileTable | None:
    """The profile to use; None when none is named anywhere.

    Args:
        file: the ``config.toml``, which need not exist.
        option: what ``--profile`` said.
        environment: what ``CAPGO_PROFILE`` said.

    Raises:
        ConfigFileError: when there is a mistake in the file, or no such profile in it.

    """
    named, named_by = option, "--profile"
    if named is None and environment:
        named, named_by = environment, "CAPGO_PROFILE"
    config = None if file is None else ConfigFile.read(file)
    if config is None:
        if named is not None:
            raise ConfigFileError(f"{named_by} names a profile, but there is no {file}")
        return None
    profiles, default = _checked(config)
    if named is None:
        if default is None:
            return None
        named, named_by = default, f"default_profile in {config.path}"
    if named not in profiles:
        # Not repeated: it may be a key that was put in the wrong place.
        hint = config.nearest(named, profiles)
        raise ConfigFileError(f"{named_by} names no profile of {config.path}; {hint}")
    return ProfileTable(config, named, profiles[named], named_by)


def _checked(config: ConfigFile) -> tuple[dict[str, Table], str | None]:
    """The profiles of a file in which everything is as it has to be, and the default one."""
    config.check((), config.tables, _TOP)
    tables = config.tables.get("profiles")
    profiles: dict[str, Table] = {}
    for name, values in (tables if isinstance(tables, dict) else {}).items():
        place = "profiles", name
        if not NAME.fullmatch(name):
            raise config.mistake(
                place, "a name has up to 32 of a to z, A to Z, 0 to 9, dot, - and _"
            )
        if not isinstance(values, dict):
            raise config.mistake(place, f"has to be a table: [profiles.{name}]")
        config.check(place, values, _KEYS)
        given = [key for key in values if key in KEY_SOURCES]
        if len(given) > 1:
            raise config.mistake((*place, given[1]), f"there is {given[0]} already; give only one")
        command = values.get("key_command")
        if isinstance(command, list) and not all(isinstance(word, str) for word in command):
            raise config.mistake((*place, "key_command"), "has to be a list of texts in quotes")
        profiles[name] = values
    default = config.tables.get("default_profile")
    if default is not None and default not in profiles:
        hint = config.nearest(str(default), profiles)
        raise config.mistake(("default_profile",), f"there is no such profile; {hint}")
    return profiles, None if default is None else str(default)
