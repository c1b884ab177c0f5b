"""The environment, the journal and the log file of a command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capgo_tui import locations
from capgo_tui.settings import Environment, SettingsError

if TYPE_CHECKING:
    from capgo_tui.workspace.log_file import LogFile


def find_environment() -> Environment:
    """Return the environment: variables, home, current folder, and paths of our files.

    Raises:
        SettingsError: when one of the folders is gone.

    """
    try:
        home, folder = Path.home(), Path.cwd()
        config_file = locations.config_file()
        agreed_servers = locations.agreed_servers_file()
    except (RuntimeError, OSError) as error:
        raise SettingsError(f"the home or the current folder cannot be found: {error}") from None
    return Environment(os.environ, home, folder, config_file, agreed_servers)


def journal() -> Path:
    """Return the path of the journal.

    Raises:
        SettingsError: when there is no folder for it.

    """
    try:
        return locations.journal_file()
    except (RuntimeError, OSError) as error:
        raise SettingsError(
            f"the folder of the journal cannot be found: {error}; set XDG_STATE_HOME"
        ) from None


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
