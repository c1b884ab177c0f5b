"""The environment, the journal and the log file of a command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from capgo_tui import locations
from capgo_tui.settings import KEY_FILE, Environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.workspace.log_file import LogFile


T = TypeVar("T")

NO_JOURNAL = Path(os.devnull, "journal.sqlite3")
"""A path that can never be a file."""


def find_environment() -> Environment:
    """Return the environment: variables, home, current folder, and paths of our files.

    What cannot be found is None there: it matters only to the settings that need it.
    """
    return Environment(
        os.environ,
        _try_to_find(Path.home),
        _try_to_find(Path.cwd),
        _try_to_find(locations.find_config_file),
        _try_to_find(locations.find_agreed_servers_file),
    )


def open_journal_file() -> Path:
    """Return the path of the journal; one that cannot be used when there is no folder for it.

    Nothing is changed without a journal, and the interface says so at its start.
    """
    return _try_to_find(locations.find_journal_file) or NO_JOURNAL


def find_key_file() -> Path | None:
    """Return the path of the user's key file; None when there is no home folder."""
    home = _try_to_find(Path.home)
    return None if home is None else home / KEY_FILE


def find_memory_file() -> Path | None:
    """Return the path of what the interface remembers; None when there is no folder for it."""
    return _try_to_find(locations.find_memory_file)


def _try_to_find(find: Callable[[], T]) -> T | None:
    try:
        return find()
    except (RuntimeError, OSError):
        return None


def log_file(path: str | None) -> LogFile | None:
    """Open the log file, before the start so that an error shows at once.

    It is closed with the click context of the command.
    """
    if path is None:
        return None
    from capgo_tui.workspace.log_file import LogFile  # noqa: PLC0415 - only with --log-file

    try:
        file = LogFile(Path(path))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise click.UsageError(f"--log-file {path!r} cannot be written: {why}") from None
    click.get_current_context().call_on_close(file.close)
    return file
