"""Read the API key of a profile: from a file, the environment, or a command.

An error never repeats a value of the profile, for it may be the key itself put in the wrong
place; it names file, line and setting. It does repeat the standard error of a command, without
anything that could be a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.key import ApiKey
from capgo_tui.config_file import ConfigFileError
from capgo_tui.plain_files import decode_text, read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capgo_tui.profiles import ProfileTable

TIMEOUT: Final = 60
"""Seconds that a command may take: the user may have to type a passphrase."""


def read_key(
    table: ProfileTable,
    environ: Mapping[str, str],
    home: Path | None,
    *,
    has_terminal: bool = True,
) -> ApiKey | None:
    """Read the API key of a profile; return None when the profile names no source.

    A command may ask for something on the terminal if `has_terminal`.

    Raises:
        ConfigFileError: when the source holds no key.

    """
    if (name := table.get_text("key_file")) is not None:
        source, raw = "key_file", _read_file(table, name, home)
    elif (name := table.get_text("key_env")) is not None:
        source, raw = "key_env", _read_variable(table, name, environ)
    elif (words := table.get_words("key_command")) is not None:
        source, raw = "key_command", _run_command(table, words, has_terminal=has_terminal)
    else:
        return None
    try:
        return ApiKey(raw)
    except ValueError as error:
        raise ConfigFileError(f"{table.describe_place(source)}: {error}") from None


def _read_file(table: ProfileTable, name: str, home: Path | None) -> str:
    """Return the text of a file; a relative path starts at the folder of ``config.toml``.

    Links are followed: secret and dotfile managers make them, and the user named this file.
    """
    if home is None and name.startswith("~/"):
        raise ConfigFileError(
            f"{table.describe_place('key_file')}: no home folder was found; set HOME"
        )
    file = home / name[2:] if home and name.startswith("~/") else table.folder / name
    try:
        return decode_text(read_plain(file, follow_links=True))
    except OSError as error:
        why = error.strerror
    except ValueError:  # not UTF-8, or a null character in the path
        why = "it is no text"
    raise ConfigFileError(f"{table.describe_place('key_file')} cannot be read: {why}")


def _read_variable(table: ProfileTable, name: str, environ: Mapping[str, str]) -> str:
    raw = environ.get(name, "")
    if not raw.strip():
        where = table.describe_place("key_env")
        raise ConfigFileError(f"{where} names a variable that is empty or not in the environment")
    return raw


def _run_command(table: ProfileTable, command: str | list[str], *, has_terminal: bool) -> str:
    """Return the output of a command, run without a shell in the folder of ``config.toml``.

    The current folder may be hostile: no program of it is run.
    """
    import shlex  # noqa: PLC0415 - only for a key command

    from capgo_tui.key_command import KeyCommandError, read_output  # noqa: PLC0415 - as above

    try:
        words = shlex.split(command) if isinstance(command, str) else command
    except ValueError as error:
        why = f"cannot be split into words: {error}"
        raise ConfigFileError(f"{table.describe_place('key_command')} {why}") from None
    if not words:
        raise ConfigFileError(f"{table.describe_place('key_command')} is empty")
    try:
        return read_output(words, table.folder, TIMEOUT, has_terminal=has_terminal)
    except KeyCommandError as error:
        why = str(error)
    except OSError as error:
        why = f"cannot be run: {error.strerror}"
    except ValueError:
        why = "cannot be run: there is a zero in it"
    raise ConfigFileError(f"{table.describe_place('key_command')} {why}")
