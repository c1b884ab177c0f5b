"""Read the app id and the server from a project's Capacitor config (contract §14).

A ``.json`` config is parsed. A ``.ts`` or ``.js`` config is a program, which is not run: only
values that are certain are read, and for the others there is the reason why they are not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import UnsuitableFileError, decode_text, read_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG_FILES = ("capacitor.config.ts", "capacitor.config.js", "capacitor.config.json")
"""File names in order; the first that exists is used, as in Capacitor itself."""

UPDATER = "plugins", "CapacitorUpdater"
FUNCTIONS = "/functions/v1"
"""Path of Capgo's API on a Supabase server."""


class BrokenConfigError(ValueError):
    """A config cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class ConfigValue:
    """A value of a config, or why it is not known."""

    source: str
    """File and line, as far as they are known."""
    text: str | None = None
    """The value; with a doubt it is only a proposal."""
    doubt: str | None = None
    """Why the value cannot be known; None when it is known, or certainly absent."""


@dataclass(frozen=True, slots=True)
class CapacitorConfig:
    """The app id and the server of a Capacitor config."""

    file: str
    app_id: ConfigValue
    server: ConfigValue

    @classmethod
    def read(cls, folder: Path) -> CapacitorConfig:
        """Read the config of a folder; return an empty one when there is none.

        Raises:
            BrokenConfigError: when ``capacitor.config.json`` is not JSON, or a config is a link,
                a device or a pipe, or too large, or no text.

        """
        for name in CONFIG_FILES:
            try:
                text = decode_text(read_plain(folder / name))
            except UnsuitableFileError as error:
                raise BrokenConfigError(f"{name}: {error.strerror}") from None
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                continue
            except OSError as error:
                raise BrokenConfigError(f"{name} cannot be read: {error.strerror}") from None
            except UnicodeDecodeError:
                raise BrokenConfigError(f"{name} is not UTF-8") from None
            look_up = (
                _find_json_values(name, text) if name.endswith(".json") else _find_code_values(text)
            )
            return _make_config(name, look_up)
        nothing = ConfigValue("capacitor.config")
        return cls("capacitor.config", nothing, nothing)


class _DoubtError(ValueError):
    """A value cannot be known."""

    def __init__(self, line: int | None, why: str, proposal: str | None = None) -> None:
        super().__init__(why)
        self.line = line
        self.proposal = proposal


if TYPE_CHECKING:
    LookUp = Callable[[tuple[str, ...]], tuple[str, int | None] | None]
    """Returns the text at a path and its line; None when there is none, or it is empty."""


def _make_config(file: str, look_up: LookUp) -> CapacitorConfig:
    def find_app_id() -> tuple[str, int | None] | None:
        return look_up((*UPDATER, "appId")) or look_up(("appId",))

    def find_server() -> tuple[str, int | None] | None:
        value = look_up((*UPDATER, "localApi"))
        if value is None:
            _check_not_self_hosted(look_up)
        return value

    return CapacitorConfig(file, _evaluate(file, find_app_id), _evaluate(file, find_server))


def _evaluate(file: str, find: Callable[[], tuple[str, int | None] | None]) -> ConfigValue:
    try:
        value = find()
    except _DoubtError as doubt:
        return ConfigValue(_place(file, doubt.line), doubt.proposal, str(doubt))
    if value is None:
        return ConfigValue(file)
    text, line = value
    return ConfigValue(_place(file, line), text)


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def _check_not_self_hosted(look_up: LookUp) -> None:
    """Raise a doubt when addresses other than ``localApi`` show that Capgo is self-hosted."""
    if (supabase := look_up((*UPDATER, "localSupa"))) is not None:
        address, line = supabase
        proposal = address.strip().rstrip("/") + FUNCTIONS
        raise _DoubtError(line, "there is localSupa, but no localApi", proposal)
    if (updates := look_up((*UPDATER, "updateUrl"))) is None:
        return
    address, line = updates
    if not _is_of_capgo(address):
        base, functions, _ = address.strip().partition(FUNCTIONS + "/")
        guess = base + FUNCTIONS if functions else None
        raise _DoubtError(line, "there is updateUrl, but no localApi", guess)


def _is_of_capgo(address: str) -> bool:
    try:
        host = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return False
    return host == "capgo.app" or host.endswith(".capgo.app")


def _find_json_values(name: str, text: str) -> LookUp:
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenConfigError(f"{name}:{_find_line(error)}: not valid JSON") from None
    except (ValueError, RecursionError):
        # A number of thousands of digits is a ValueError of another kind.
        raise BrokenConfigError(f"{name}: nested too deeply, or a number is too long") from None

    def look_up(path: tuple[str, ...]) -> tuple[str, None] | None:
        value = document
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return (value, None) if isinstance(value, str) and value.strip() else None

    return look_up


def _find_line(error: json.JSONDecodeError) -> int:
    """Return the line of an error; that of a trailing comma is its own, as in Python 3.13."""
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("}", "]"):
        return before.count("\n") + 1
    return error.lineno


def _find_code_values(code: str) -> LookUp:
    from capgo_tui.config_program import Program  # noqa: PLC0415 - a JSON config needs no parser
    from capgo_tui.program_tokens import UncertainProgramError  # noqa: PLC0415 - as above

    program: Program | UncertainProgramError
    try:
        program = Program(code)
    except UncertainProgramError as doubt:
        program = doubt

    def look_up(path: tuple[str, ...]) -> tuple[str, int | None] | None:
        if isinstance(program, UncertainProgramError):
            raise _DoubtError(program.line, str(program))
        try:
            value = program.read_text(*path)
        except UncertainProgramError as doubt:
            raise _DoubtError(doubt.line, str(doubt)) from None
        return value if value is not None and value[0].strip() else None

    return look_up
