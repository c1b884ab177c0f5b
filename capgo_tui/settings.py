"""Where the key, the app and the server come from, and which source won.

The order is the official CLI's (contract §14), with a profile between what was said for this
run and what lies about: for the key ``-a``, ``CAPGO_TOKEN``, the profile, ``~/.capgo``,
``./.capgo``; for the app and the server the option, the environment, the profile, then the
Capacitor config of the current folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from capgo_tui.agreed_servers import AgreedServers
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.capacitor_config import BrokenConfigError, CapacitorConfig
from capgo_tui.config_file import ConfigFileError
from capgo_tui.plain_files import UnsuitableFileError, read_plain
from capgo_tui.profile_key import read_key
from capgo_tui.profiles import choose_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from capgo_tui.profiles import Profile, ProfileTable

T = TypeVar("T")

KEY_FILE = ".capgo"
APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)
"""What the server takes as an app id (contract §4)."""


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value and where it was found."""

    value: T
    source: str


def value_of(found: Found[T] | None) -> T | None:
    """The value alone; None where there is none."""
    return None if found is None else found.value


@dataclass(frozen=True, slots=True)
class Settings:
    """What was found for one run; None is still to be asked for."""

    key: Found[ApiKey] | None
    app_id: Found[str] | None
    server: Found[str]
    unconfirmed_server: str | None = None
    """The file of the current folder that named the server, if nobody else did.

    Anybody's repository can hold such a file: the key goes there only once somebody said yes. A
    server on this very machine is no exception: anybody may listen there.
    """
    revision: Found[Revision] | None = None
    """The API's revision where it was told; None finds it out."""
    profile: Found[Profile] | None = None
    """The profile in use, and what chose it. What it guards holds whatever replaced its values."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where settings are looked for; tests make their own."""

    environ: Mapping[str, str]
    home: Path
    folder: Path
    config_file: Path | None = None
    """Where the profiles are, if there are any."""
    agreed_servers: Path | None = None
    """Where it stands to which servers of which folders somebody agreed; None for nowhere."""

    def has_agreed(self, server: str) -> bool:
        """Whether somebody agreed before that this folder may name this server."""
        file = self.agreed_servers
        return file is not None and AgreedServers(file).has(self.folder, server)

    def agree(self, server: str) -> None:
        """Remember that this folder may name this server; where it cannot, it is asked again."""
        if self.agreed_servers is not None:
            with suppress(OSError):
                AgreedServers(self.agreed_servers).add(self.folder, server)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    key: str | None = field(default=None, repr=False)
    app_id: str | None = None
    server: str | None = None
    revision: str | None = None
    profile: str | None = None


def find(options: Options, around: Surroundings, *, needs_app: bool = True) -> Settings:
    """Find every setting.

    Where no app is needed none is looked for beside the options: a wrong one that lies about
    must not keep anybody from listing those there are.

    Raises:
        SettingsError: when the source that wins holds something unusable. The next source is
            not tried then: whoever set it there should know.

    """
    try:
        return _find(options, around, needs_app=needs_app)
    except ConfigFileError as error:
        raise SettingsError(str(error)) from None


def _find(options: Options, around: Surroundings, *, needs_app: bool) -> Settings:
    environment = around.environ.get("CAPGO_PROFILE", "").strip()
    table = choose_profile(around.config_file, options.profile, environment)
    config = _Config(around)
    server, from_config = _find_server(options, around, table, config)
    is_confirmed = not from_config or around.has_agreed(server.value)
    return Settings(
        _find_key(options, around, table),
        _find_app(options, around, table, config) if needs_app or options.app_id else None,
        server,
        None if is_confirmed else server.source,
        _find_revision(options, table),
        Found(table.profile, table.named_by) if table else None,
    )


def _in_profile(
    table: ProfileTable | None, key: str, checked: Callable[[str, str], T]
) -> Found[T] | None:
    """What the profile has of a setting; None when there is nothing of it."""
    if table is None or (text := table.text(key)) is None:
        return None
    try:
        return Found(checked(text, "it"), table.source)
    except SettingsError as error:
        raise SettingsError(f"{table.where(key)}: {error}") from None


class _Config:
    """The Capacitor config, read when it is first needed: a broken one may never matter."""

    def __init__(self, around: Surroundings) -> None:
        self._folder = around.folder
        self._read: CapacitorConfig | None = None

    def __call__(self) -> CapacitorConfig:
        if self._read is None:
            try:
                self._read = CapacitorConfig.read(self._folder)
            except BrokenConfigError as error:
                raise SettingsError(f"{error}; mend it, or give both --app and --api-url") from None
        return self._read


def check_app_id(app_id: str, source: str) -> str:
    """The app id, trimmed.

    Raises:
        SettingsError: when the server would not take it as one.

    """
    app_id = app_id.strip()
    if not APP_ID.fullmatch(app_id):
        # Not repeated: it may be a key that was put in the wrong place.
        raise SettingsError(f"{source} holds no app id; one looks like com.example.app")
    return app_id


def _find_key(
    options: Options, around: Surroundings, table: ProfileTable | None
) -> Found[ApiKey] | None:
    if options.key is not None:
        return _key(options.key, "-a")
    token = around.environ.get("CAPGO_TOKEN", "").strip()
    if token:
        return _key(token, "CAPGO_TOKEN")
    key = read_key(table, around.environ, around.home) if table else None
    if table and key:
        return Found(key, table.source)
    for file, source in (
        (around.home / KEY_FILE, f"~/{KEY_FILE}"),
        (around.folder / KEY_FILE, f"./{KEY_FILE}"),
    ):
        text = _read(file, source)
        if text and text.strip():
            return _key(text, source)
    return None


def _key(raw: str, source: str) -> Found[ApiKey]:
    try:
        return Found(ApiKey(raw), source)
    except ValueError as error:
        raise SettingsError(f"{source}: {error}") from None


def _find_app(
    options: Options, around: Surroundings, table: ProfileTable | None, config: _Config
) -> Found[str] | None:
    if options.app_id is not None:
        return Found(check_app_id(options.app_id, "--app"), "--app")
    named = around.environ.get("CAPGO_APP_ID", "").strip()
    if named:
        return Found(check_app_id(named, "CAPGO_APP_ID"), "CAPGO_APP_ID")
    if (of_profile := _in_profile(table, "app", check_app_id)) is not None:
        return of_profile
    found = config().app_id
    return Found(check_app_id(found, config().file), config().file) if found else None


def _find_server(
    options: Options, around: Surroundings, table: ProfileTable | None, config: _Config
) -> tuple[Found[str], bool]:
    """The server, and whether it is the config that named it."""
    if options.server is not None:
        return Found(_server(options.server, "--api-url"), "--api-url"), False
    named = around.environ.get("CAPGO_API_URL", "").strip()
    if named:
        return Found(_server(named, "CAPGO_API_URL"), "CAPGO_API_URL"), False
    if (of_profile := _in_profile(table, "api_url", _server)) is not None:
        return of_profile, False
    found = config().server
    if found and found.strip():
        return Found(_server(found, config().file), config().file), True
    return Found(DEFAULT_SERVER, "default"), False


def _find_revision(options: Options, table: ProfileTable | None) -> Found[Revision] | None:
    said = options.revision
    found = (
        _in_profile(table, "revision", _revision)
        if said is None
        else Found(_revision(said, "--revision"), "--revision")
    )
    return None if found is None or found.value is None else Found(found.value, found.source)


def _revision(name: str, source: str) -> Revision | None:
    """The revision of a name; None for ``auto``."""
    if name == "auto":
        return None
    try:
        return Revision(name)
    except ValueError:
        known = ", ".join(revision.value for revision in Revision)
        raise SettingsError(f"{source} is no revision; there are auto, {known}") from None


def _server(url: str, source: str) -> str:
    url = url.strip().rstrip("/")
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    # What is not printable could steer the terminal that asks whether the key may go there.
    if not (host and url.isprintable() and url.startswith(("https://", "http://"))):
        raise SettingsError(f"{source} holds no server; one looks like {DEFAULT_SERVER}")
    return url


def _read(file: Path, source: str) -> str | None:
    """A small text file; None when it is absent or unreadable, as the official CLI has it.

    Raises:
        SettingsError: when a link, a device or a pipe has its name, or it is too large: the key
            that it led to would be anything of this machine.

    """
    try:
        return read_plain(file).decode("utf-8-sig")
    except UnsuitableFileError as error:
        raise SettingsError(
            f"{source}: {error.strerror}; put the key itself there, or give it by CAPGO_TOKEN"
        ) from None
    except (OSError, UnicodeDecodeError):
        return None
