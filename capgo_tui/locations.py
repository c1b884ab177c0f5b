"""Paths of the files that this program keeps."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "capgo-tui"


def find_journal_file() -> Path:
    """Return the path of the journal; its folder is made by the first write.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _find_state_folder() / "journal.sqlite3"


def find_agreed_servers_file() -> Path:
    """Return the path of the agreed servers; its folder is made by the first consent.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _find_state_folder() / "agreed-servers.json"


def find_memory_file() -> Path:
    """Return the path of what the interface remembers; its folder is made by the first write.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _find_state_folder() / "memory.json"


def find_names_file() -> Path:
    """Return the path of the names that a shell completes, beside the journal.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _find_state_folder() / "names.json"


def find_config_file() -> Path:
    """Return the path of the user's ``config.toml``, which is only read and need not exist.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _find_config_folder() / "config.toml"


def _find_state_folder() -> Path:
    """Return our state folder: in ``$XDG_STATE_HOME`` if set, else in the system's own place."""
    folder = _find_folder("XDG_STATE_HOME")
    if folder is not None:
        return folder
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed when the variable is set

    return _make_absolute(user_state_path(NAME, appauthor=False))


def _find_config_folder() -> Path:
    """Return our config folder, as above with ``$XDG_CONFIG_HOME``."""
    folder = _find_folder("XDG_CONFIG_HOME")
    if folder is not None:
        return folder
    from platformdirs import user_config_path  # noqa: PLC0415 - as above

    return _make_absolute(user_config_path(NAME, appauthor=False))


def _make_absolute(folder: Path) -> Path:
    """Return a folder; `platformdirs` leaves the ``~`` of a user without a home as it is."""
    if not folder.is_absolute():
        raise RuntimeError("there is no home folder")
    return folder


def _find_folder(variable: str) -> Path | None:
    """Return our folder in the one that a variable names; None when it names none."""
    value = os.environ.get(variable, "").strip()
    # The XDG specification ignores relative paths.
    return Path(value) / NAME if os.path.isabs(value) else None
