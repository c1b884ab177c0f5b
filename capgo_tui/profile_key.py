"""The key that a profile leads to: in a file, in the environment, or told by a command.

Nothing of what a profile names is repeated in an error, for somebody may have put the key itself
there; file, line and name of the setting lead to it. What a command says of its own failure is,
without what could be a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.key import ApiKey
from capgo_tui.config_file import ConfigFileError
from capgo_tui.plain_files import read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capgo_tui.profiles import ProfileTable

PATIENCE: Final = 60
"""Seconds that a command may take: somebody may have to unlock something first."""


def read_key(table: ProfileTable, environ: Mapping[str, str], home: Path) -> ApiKey | None:
    """Read the key of a profile; None when it names no source of one.

    Raises:
        ConfigFileError: when the source gives none.

    """
    if (name := table.text("key_file")) is not None:
        source, raw = "key_file", _in_file(table, name, home)
    elif (name := table.text("key_env")) is not None:
        source, raw = "key_env", _in_environment(table, name, environ)
    elif (words := table.words("key_command")) is not None:
        source, raw = "key_command", _told_by(table, words)
    else:
        return None
    try:
        return ApiKey(raw)
    except ValueError as error:
        raise ConfigFileError(f"{table.where(source)}: {error}") from None


def _in_file(table: ProfileTable, name: str, home: Path) -> str:
    """The text of a file; a relative one lies beside the ``config.toml``.

    Links are followed: keepers of secrets and of dotfiles lay them, and the user named this one.
    """
    file = home / name[2:] if name.startswith("~/") else table.folder / name
    try:
        return read_plain(file, follow_links=True).decode("utf-8-sig")
    except OSError as error:
        why = error.strerror
    except ValueError:  # no UTF-8, or a path with a zero in it
        why = "it is no text"
    raise ConfigFileError(f"{table.where('key_file')} cannot be read: {why}")


def _in_environment(table: ProfileTable, name: str, environ: Mapping[str, str]) -> str:
    raw = environ.get(name, "")
    if not raw.strip():
        where = table.where("key_env")
        raise ConfigFileError(f"{where} names a variable that is empty or not in the environment")
    return raw


def _told_by(table: ProfileTable, command: str | list[str]) -> str:
    """What a command writes, run without a shell and beside the ``config.toml``.

    The current folder may be anybody's: no program of that is run.
    """
    import shlex  # noqa: PLC0415 - for those who have such a command

    from capgo_tui.key_command import KeyCommandError, output_of  # noqa: PLC0415 - as above

    try:
        words = shlex.split(command) if isinstance(command, str) else command
    except ValueError as error:
        why = f"cannot be split into words: {error}"
        raise ConfigFileError(f"{table.where('key_command')} {why}") from None
    if not words:
        raise ConfigFileError(f"{table.where('key_command')} is empty")
    try:
        return output_of(words, table.folder, PATIENCE)
    except KeyCommandError as error:
        why = str(error)
    except OSError as error:
        why = f"cannot be run: {error.strerror}"
    except ValueError:
        why = "cannot be run: there is a zero in it"
    raise ConfigFileError(f"{table.where('key_command')} {why}")
