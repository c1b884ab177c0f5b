"""Find the API key, the app and the server, each with its source.

The order is the official CLI's (contract §14), with the profile after the option and the
environment variable. API key: ``-a``, ``CAPGO_TOKEN``, the profile, ``~/.capgo``, ``./.capgo``.
App and server: the option, the variable, the profile, then the Capacitor config of the current
folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import field, replace
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit, urlunsplit

from capgo_tui.agreed_servers import AgreedServers
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.api.servers import DEFAULT_SERVER, bracket
from capgo_tui.capacitor_config import BrokenConfigError, CapacitorConfig
from capgo_tui.config_file import ConfigFileError
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import UnsuitableFileError, decode_text, read_plain
from capgo_tui.profile_key import read_key
from capgo_tui.profiles import choose_profile, read_start, read_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from capgo_tui.profiles import Profile, ProfileTable

T = TypeVar("T")

KEY_FILE = ".capgo"
THEME_VARIABLE = "TEXTUAL_THEME"
"""It is for every Textual program, and may name a theme that only another one has."""
APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)
"""A valid app id (contract §4)."""

_EXPLICIT_SERVERS = ("--api-url", "CAPGO_API_URL")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A value and its source."""

    value: T
    source: str


def get_value(setting: Setting[T] | None) -> T | None:
    """Return the value of a setting; None when there is none."""
    return None if setting is None else setting.value


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run; the user is asked for those that are None."""

    key: Setting[ApiKey] | None
    app_id: Setting[str] | None
    server: Setting[str]
    unconfirmed_server: str | None = None
    """The file and line of the current folder that name the server, if nothing else does.

    Anybody's repository can hold such a file: the API key is sent there only after the user has
    agreed. A server on this machine is no exception: any local user may listen there.
    """
    revision: Setting[Revision] | None = None
    """The revision of the API; None means: learn it from replies."""
    profile: Setting[Profile] | None = None
    """The profile in use, and what chose it; it protects even when its values are overridden."""
    app_doubt: str | None = None
    """Why the Capacitor config does not say which app it is."""
    server_doubt: str | None = None
    """Why the Capacitor config does not say which server it is; the server is unconfirmed then."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where settings are read from."""

    environ: Mapping[str, str]
    home: Path | None
    """None when it cannot be found, which matters only to settings that are in it."""
    folder: Path | None
    """The current folder; None when it is gone."""
    config_file: Path | None = None
    """The ``config.toml``, which need not exist; None when there is no place for it."""
    agreed_servers: Path | None = None
    """The file of `AgreedServers`; None to store no consent."""
    has_terminal: bool = True
    """Whether a key command may ask on the terminal: not while the interface reads it."""

    def has_agreed(self, server: str) -> bool:
        """Return whether the user agreed before that this folder may name this server."""
        file, folder = self.agreed_servers, self.folder
        return file is not None and folder is not None and AgreedServers(file).has(folder, server)

    def agree(self, server: str) -> None:
        """Store that this folder may name this server; if that fails, the user is asked again."""
        if self.agreed_servers is not None and self.folder is not None:
            with suppress(OSError):
                AgreedServers(self.agreed_servers).add(self.folder, server)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line."""

    key: str | None = field(default=None, repr=False)
    app_id: str | None = None
    server: str | None = None
    revision: str | None = None
    profile: str | None = None


def find(options: Options, environment: Environment, *, needs_app: bool = True) -> Settings:
    """Find all settings.

    Without `needs_app` the app comes from the options only: a wrong app id in a config file must
    not prevent a list of apps.

    Raises:
        SettingsError: when the first source that has a value has an unusable one. The next
            source is not tried, so that the mistake is noticed.

    """
    try:
        return _find(options, environment, needs_app=needs_app)
    except ConfigFileError as error:
        raise SettingsError(str(error)) from None


def find_named_themes(option: str | None, environment: Environment) -> Iterator[Setting[str]]:
    """Yield each theme that is named, the one that counts most first.

    Raises:
        SettingsError: when there is a mistake in ``config.toml``.

    """
    if option is not None:
        yield Setting(option, "--theme")
    if variable := environment.environ.get(THEME_VARIABLE, "").strip():
        yield Setting(variable, THEME_VARIABLE)
    try:
        theme = read_theme(environment.config_file)
    except ConfigFileError as error:
        raise SettingsError(str(error)) from None
    if theme is not None:
        yield Setting(*theme)


def find_start(environment: Environment) -> Setting[str] | None:
    """Return the tab to begin with; None where none is named.

    Raises:
        SettingsError: when there is a mistake in ``config.toml``.

    """
    try:
        start = read_start(environment.config_file)
    except ConfigFileError as error:
        raise SettingsError(str(error)) from None
    return None if start is None else Setting(*start)


def _find(options: Options, environment: Environment, *, needs_app: bool) -> Settings:
    variable = environment.environ.get("CAPGO_PROFILE", "").strip()
    if environment.config_file is None and (options.profile or variable):
        raise SettingsError(
            "a profile is in config.toml, which has no place: set HOME or XDG_CONFIG_HOME"
        )
    table = choose_profile(environment.config_file, options.profile, variable)
    config = _Config(environment)
    server, place, server_doubt = _find_server(options, environment, table, config)
    is_confirmed = place is None or environment.has_agreed(server.value)
    key = _find_key(options, environment, table)
    app, app_doubt = (
        _find_app(options, environment, table, config)
        if needs_app or options.app_id is not None
        else (None, None)
    )
    profile: Setting[Profile] | None = None
    if table is not None:
        is_changed = _is_changed(table, key, app, server)
        profile = Setting(replace(table.profile, is_changed=is_changed), table.selector)
    return Settings(
        key,
        app,
        server,
        None if is_confirmed else place,
        _find_revision(options, table),
        profile,
        app_doubt,
        server_doubt,
    )


def _is_changed(
    table: ProfileTable,
    key: Setting[ApiKey] | None,
    app: Setting[str] | None,
    server: Setting[str],
) -> bool:
    """Return whether an option or a variable replaces a value of a profile by another."""
    app_of_profile = None if app is None else _read_profile_setting(table, "app", check_app_id)
    server_of_profile = _read_profile_setting(table, "api_url", _check_server)
    if server_of_profile is None and server.source in _EXPLICIT_SERVERS:
        server_of_profile = Setting(DEFAULT_SERVER, "default")
    return (
        (table.has_key and key is not None and key.source != table.source)
        or (app_of_profile is not None and app is not None and app.value != app_of_profile.value)
        or (server_of_profile is not None and server.value != server_of_profile.value)
    )


def _read_profile_setting(
    table: ProfileTable | None, key: str, check: Callable[[str, str], T]
) -> Setting[T] | None:
    """Return a setting of the profile; None when it has no such key."""
    if table is None or (text := table.get_text(key)) is None:
        return None
    try:
        return Setting(check(text, "it"), table.source)
    except SettingsError as error:
        raise SettingsError(f"{table.describe_place(key)}: {error}") from None


class _Config:
    """The Capacitor config, read on first use: a broken one may never be needed."""

    def __init__(self, environment: Environment) -> None:
        self._folder = environment.folder
        self._read: CapacitorConfig | None = None

    def __call__(self) -> CapacitorConfig:
        if self._folder is None:
            raise SettingsError("the current folder is gone; give both --app and --api-url")
        if self._read is None:
            try:
                self._read = CapacitorConfig.read(self._folder)
            except BrokenConfigError as error:
                raise SettingsError(f"{error}; mend it, or give both --app and --api-url") from None
        return self._read


def check_app_id(app_id: str, source: str) -> str:
    """Return an app id without surrounding blanks.

    Raises:
        SettingsError: when it is not a valid app id.

    """
    app_id = app_id.strip()
    if not APP_ID.fullmatch(app_id):
        # Not repeated: it may be a key that was put in the wrong place.
        raise SettingsError(f"{source} holds no app id; one looks like com.example.app")
    return app_id


def _find_key(
    options: Options, environment: Environment, table: ProfileTable | None
) -> Setting[ApiKey] | None:
    if options.key is not None:
        return _read_key(options.key, "-a")
    token = environment.environ.get("CAPGO_TOKEN", "").strip()
    if token:
        return _read_key(token, "CAPGO_TOKEN")
    key = None
    if table:
        key = read_key(
            table, environment.environ, environment.home, has_terminal=environment.has_terminal
        )
    if table and key:
        return Setting(key, table.source)
    if environment.home is None:
        raise SettingsError(
            "the home folder cannot be found, where ~/.capgo may hold the key:"
            " set HOME, or give the key by CAPGO_TOKEN"
        )
    for file, source in (
        (environment.home / KEY_FILE, f"~/{KEY_FILE}"),
        *([(environment.folder / KEY_FILE, f"./{KEY_FILE}")] if environment.folder else []),
    ):
        text = _read(file, source)
        if text and text.strip():
            return _read_key(text, source)
    return None


def _read_key(raw: str, source: str) -> Setting[ApiKey]:
    try:
        return Setting(ApiKey(raw), source)
    except ValueError as error:
        raise SettingsError(f"{source}: {error}") from None


def _find_app(
    options: Options, environment: Environment, table: ProfileTable | None, config: _Config
) -> tuple[Setting[str] | None, str | None]:
    """Return the app, or why the Capacitor config does not say which one it is."""
    if options.app_id is not None:
        return Setting(check_app_id(options.app_id, "--app"), "--app"), None
    variable = environment.environ.get("CAPGO_APP_ID", "").strip()
    if variable:
        return Setting(check_app_id(variable, "CAPGO_APP_ID"), "CAPGO_APP_ID"), None
    if (of_profile := _read_profile_setting(table, "app", check_app_id)) is not None:
        return of_profile, None
    value = config().app_id
    if value.doubt is not None:
        return None, f"{value.source}: {value.doubt}"
    if value.text is None:
        return None, None
    try:
        return Setting(check_app_id(value.text, value.source), value.source), None
    except SettingsError as error:
        return None, str(error)


def _find_server(
    options: Options, environment: Environment, table: ProfileTable | None, config: _Config
) -> tuple[Setting[str], str | None, str | None]:
    """Return the server, the place in the Capacitor config to confirm it for, and a doubt."""
    if options.server is not None:
        return Setting(_check_server(options.server, "--api-url"), "--api-url"), None, None
    variable = environment.environ.get("CAPGO_API_URL", "").strip()
    if variable:
        return Setting(_check_server(variable, "CAPGO_API_URL"), "CAPGO_API_URL"), None, None
    if (of_profile := _read_profile_setting(table, "api_url", _check_server)) is not None:
        return of_profile, None, None
    value = config().server
    if value.doubt is not None:
        doubt = f"{value.source}: {value.doubt}"
        if value.text is None:
            return Setting(DEFAULT_SERVER, "default"), value.source, doubt
        return Setting(_check_server(value.text, value.source), "proposal"), value.source, doubt
    if value.text is None:
        return Setting(DEFAULT_SERVER, "default"), None, None
    return Setting(_check_server(value.text, value.source), value.source), value.source, None


def _find_revision(options: Options, table: ProfileTable | None) -> Setting[Revision] | None:
    option = options.revision
    setting = (
        _read_profile_setting(table, "revision", _parse_revision)
        if option is None
        else Setting(_parse_revision(option, "--revision"), "--revision")
    )
    return (
        None if setting is None or setting.value is None else Setting(setting.value, setting.source)
    )


def _parse_revision(name: str, source: str) -> Revision | None:
    """Return the revision of a name; None for ``auto``."""
    if name == "auto":
        return None
    try:
        return Revision(name)
    except ValueError:
        names = ", ".join(revision.value for revision in Revision)
        raise SettingsError(f"{source} is no revision; there are auto, {names}") from None


def _check_server(url: str, source: str) -> str:
    """Return a server's address with scheme and host in lower case, without a default port."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    # Control characters could manipulate the terminal that asks whether to send the key there.
    if not (host and url.isprintable() and parts.scheme in _DEFAULT_PORTS):
        raise SettingsError(f"{source} holds no server; one looks like {DEFAULT_SERVER}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise SettingsError(f"{source} has no usable port: it is a number from 1 to 65535")
    netloc = parts.netloc
    if "@" not in netloc:  # an address with a user is refused later
        number = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
        netloc = f"{bracket(host)}{number}"
    return urlunsplit(parts._replace(netloc=netloc))


def _read(file: Path, source: str) -> str | None:
    """Return the text of a small file; None when there is none.

    Raises:
        SettingsError: when it is a link, a device or a pipe, or too large: any secret of this
            machine could be sent as the key. Also when it cannot be read, or is no text: the
            key of the next file may be that of another account.

    """
    try:
        return decode_text(read_plain(file))
    except UnsuitableFileError as error:
        raise SettingsError(
            f"{source}: {error.strerror}; put the key itself there, or give it by CAPGO_TOKEN"
        ) from None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(
            f"{source} cannot be read: {error.strerror}; mend it, or give the key by CAPGO_TOKEN"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(
            f"{source} is not UTF-8; write the key again, or give it by CAPGO_TOKEN"
        ) from None
