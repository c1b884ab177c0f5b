"""Where the key, the app and the server come from, and which source won.

The order is the official CLI's (contract §14): for the key ``-a``, ``CAPGO_TOKEN``,
``~/.capgo``, ``./.capgo``; for the app and the server the option, the environment, then the
Capacitor config of the current folder.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.api.key import ApiKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

T = TypeVar("T")

DEFAULT_SERVER = "https://api.capgo.app"
KEY_FILE = ".capgo"
CONFIG_FILES = ("capacitor.config.ts", "capacitor.config.js", "capacitor.config.json")
"""The first that exists is the config, as for Capacitor itself."""
APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)
"""What the server takes as an app id (contract §4)."""

_LITERAL = r"""\b{name}['"]?\s*:\s*(['"`])(?P<value>[^'"`$\n]+)\1"""


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value and where it was found."""

    value: T
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What was found for one run; None is still to be asked for."""

    key: Found[ApiKey] | None
    app_id: Found[str] | None
    server: Found[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where settings are looked for; tests make their own."""

    environ: Mapping[str, str]
    home: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    key: str | None = None
    app_id: str | None = None
    server: str | None = None


def find(options: Options, around: Surroundings) -> Settings:
    """Find every setting.

    Raises:
        SettingsError: when the source that wins holds something unusable. The next source is
            not tried then: whoever set it there should know.

    """
    config = (
        CapacitorConfig()
        if options.app_id and options.server
        else CapacitorConfig.read(around.folder)
    )
    return Settings(
        _find_key(options, around),
        _find_app(options, around, config),
        _find_server(options, around, config),
    )


def check_app_id(app_id: str, source: str) -> str:
    """The app id, trimmed.

    Raises:
        SettingsError: when the server would not take it as one.

    """
    app_id = app_id.strip()
    if not APP_ID.fullmatch(app_id):
        raise SettingsError(f"{source}: {app_id!r} is no app id; it looks like com.example.app")
    return app_id


def _find_key(options: Options, around: Surroundings) -> Found[ApiKey] | None:
    if options.key is not None:
        return _key(options.key, "-a")
    token = around.environ.get("CAPGO_TOKEN", "").strip()
    if token:
        return _key(token, "CAPGO_TOKEN")
    for file, source in (
        (around.home / KEY_FILE, f"~/{KEY_FILE}"),
        (around.folder / KEY_FILE, f"./{KEY_FILE}"),
    ):
        text = _read(file)
        if text and text.strip():
            return _key(text, source)
    return None


def _key(raw: str, source: str) -> Found[ApiKey]:
    try:
        return Found(ApiKey(raw), source)
    except ValueError as error:
        raise SettingsError(f"{source}: {error}") from None


def _find_app(options: Options, around: Surroundings, config: CapacitorConfig) -> Found[str] | None:
    for value, source in (
        (options.app_id, "--app"),
        (around.environ.get("CAPGO_APP_ID"), "CAPGO_APP_ID"),
        (config.app_id, config.file),
    ):
        if value and value.strip():
            return Found(check_app_id(value, source), source)
    return None


def _find_server(options: Options, around: Surroundings, config: CapacitorConfig) -> Found[str]:
    for value, source in (
        (options.server, "--api-url"),
        (around.environ.get("CAPGO_API_URL"), "CAPGO_API_URL"),
        (config.server, config.file),
    ):
        if value and value.strip():
            return Found(value.strip().rstrip("/"), source)
    return Found(DEFAULT_SERVER, "default")


def _read(file: Path) -> str | None:
    """A small text file; None when it is absent or unreadable, as the official CLI has it."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


@dataclass(frozen=True, slots=True)
class CapacitorConfig:
    """What a project's Capacitor config says of Capgo."""

    file: str = "capacitor.config"
    app_id: str | None = None
    server: str | None = field(default=None)

    @classmethod
    def read(cls, folder: Path) -> CapacitorConfig:
        """Read the config of a folder; an empty one where there is none.

        A ``.ts`` or ``.js`` config is a program: only literals are found in it, by text.

        Raises:
            SettingsError: when ``capacitor.config.json`` is not JSON.

        """
        for name in CONFIG_FILES:
            text = _read(folder / name)
            if text is not None:
                return (
                    cls._from_json(name, text)
                    if name.endswith(".json")
                    else cls._from_code(name, text)
                )
        return cls()

    @classmethod
    def _from_json(cls, name: str, text: str) -> CapacitorConfig:
        try:
            document: object = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            where = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise SettingsError(
                f"{name}{where}: not valid JSON; mend it, or give both --app and --api-url"
            ) from None
        updater = _inside(document, "plugins", "CapacitorUpdater")
        return cls(
            name,
            _text(_inside(updater, "appId")) or _text(_inside(document, "appId")),
            _text(_inside(updater, "localApi")),
        )

    @classmethod
    def _from_code(cls, name: str, text: str) -> CapacitorConfig:
        code = re.sub(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", "", text, flags=re.DOTALL)
        updater = re.search(r"CapacitorUpdater['\"]?\s*:\s*\{(?P<body>[^{}]*)", code)
        body = updater["body"] if updater else ""
        without = code.replace(body, "") if body else code
        return cls(
            name,
            _literal(body, "appId") or _literal(without, "appId"),
            _literal(body, "localApi"),
        )


def _literal(code: str, name: str) -> str | None:
    found = re.search(_LITERAL.format(name=name), code)
    return found["value"] if found else None


def _inside(document: object, *path: str) -> object:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
