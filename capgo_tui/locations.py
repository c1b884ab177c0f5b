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


def _state_folder() -> Path:
    """The user's state folder: ``$XDG_STATE_HOME`` wherever it is set, else the system's own."""
    named = os.environ.get("XDG_STATE_HOME", "").strip()
    if os.path.isabs(named):  # the standard has a relative one ignored
        return Path(named) / NAME
    from platformdirs import user_state_path  # noqa: PLC0415 - not for those who named a folder

    return user_state_path(NAME, appauthor=False)
