"""Where this program keeps its files: every path of it stands here."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "capgo-tui"


def journal_file() -> Path:
    """The journal of all writes; the folder is made when the first is written down.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _state_folder() / "journal.sqlite3"


def agreed_servers_file() -> Path:
    """Which folders may name which server; the folder is made when the first is agreed to.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _state_folder() / "agreed-servers.json"


def config_file() -> Path:
    """The user's settings, which this program only reads; there need be none.

    Raises:
        RuntimeError: when the user has no home folder.

    """
    return _config_folder() / "config.toml"


def _state_folder() -> Path:
    """The user's state folder: ``$XDG_STATE_HOME`` wherever it is set, else the system's own."""
    named = _named_by("XDG_STATE_HOME")
    if named is not None:
        return named
    from platformdirs import user_state_path  # noqa: PLC0415 - not for those who named a folder

    return user_state_path(NAME, appauthor=False)


def _config_folder() -> Path:
    """The user's folder of settings: as above, with ``$XDG_CONFIG_HOME``."""
    named = _named_by("XDG_CONFIG_HOME")
    if named is not None:
        return named
    from platformdirs import user_config_path  # noqa: PLC0415 - as above

    return user_config_path(NAME, appauthor=False)


def _named_by(variable: str) -> Path | None:
    """Our folder in the one that the environment names; None when it names none."""
    named = os.environ.get(variable, "").strip()
    # The standard has a relative one ignored.
    return Path(named) / NAME if os.path.isabs(named) else None
