"""The journal: every write of ours, with before, after, when, by which key, and its end.

One SQLite file per user. An entry is there, on the disk, before its request is sent; what
became of it is added afterwards. An entry without an end belongs to a write under way, or to a
program that died: then nobody knows, and so it is told. The key never gets here, only its
fingerprint.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import Refused
from capgo_tui.workspace.changes.outcome import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.changes.change import Change, State
    from capgo_tui.workspace.changes.outcome import Outcome

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    server TEXT NOT NULL,
    app_id TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    change TEXT NOT NULL,
    request TEXT NOT NULL,
    run TEXT,
    undoes INTEGER REFERENCES changes (id),
    fate TEXT,
    settled_at TEXT,
    found TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS changes_of_app ON changes (server, app_id, id);
"""


class JournalUnusable(Refused):
    """The journal cannot be written, and without it nothing is sent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One write: a row of the journal."""

    id: int
    at: datetime
    key_fingerprint: str
    kind: str
    change_json: str
    request: str
    """Method and target, such as ``POST /device``."""
    run: str | None
    undoes: int | None
    fate: Fate | None
    """None while it is under way, or when the program ended before it was."""
    settled_at: datetime | None
    found: State | None
    error: str | None
    undone: bool
    """Whether a later change took it back, verified."""


class Journal:
    """The journal as one app on one server sees it; may be used from any thread."""

    def __init__(
        self,
        path: Path | None,
        *,
        server: str,
        app_id: str,
        key_fingerprint: str,
        now: Callable[[], datetime],
    ) -> None:
        """Make a journal in a file, or with None one that is forgotten at the end.

        The file is made when the first change is written into it.
        """
        self.path = path
        self._server, self._app_id = server, app_id
        self._key_fingerprint = key_fingerprint
        self._now = now
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def intend(
        self, change: Change, request: Request, *, undoes: int | None = None, run: str | None = None
    ) -> int:
        """Write down what is about to be sent; gives the entry's number once it is on the disk.

        Raises:
            JournalUnusable: nothing may be sent then.

        """
        with self._writing() as db:
            cursor = db.execute(
                "INSERT INTO changes (at, server, app_id, key_fingerprint, kind, target, change,"
                " request, run, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._now().isoformat(),
                    self._server,
                    self._app_id,
                    self._key_fingerprint,
                    change.model_dump()["kind"],
                    change.key,
                    change.model_dump_json(),
                    request.name,
                    run,
                    undoes,
                ),
            )
            return cursor.lastrowid or 0

    def settle(self, entry: int, outcome: Outcome) -> None:
        """Write down what became of an entry; raises JournalUnusable."""
        found = None if outcome.found is None else json.dumps(outcome.found)
        trouble = outcome.error or outcome.refused
        error = None if trouble is None else str(trouble)
        with self._writing() as db:
            db.execute(
                "UPDATE changes SET fate = ?, settled_at = ?, found = ?, error = ? WHERE id = ?",
                (outcome.fate.value, self._now().isoformat(), found, error, entry),
            )

    def entries(self, limit: int = 500) -> Sequence[Entry]:
        """The latest changes of this app on this server, newest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT c.*, EXISTS (SELECT 1 FROM changes u WHERE u.undoes = c.id"
                " AND u.fate = 'verified') AS undone FROM changes c"
                " WHERE server = ? AND app_id = ? ORDER BY id DESC LIMIT ?",
                (self._server, self._app_id, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            if self._db is not None:
                self._db.close()
                self._db = None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                yield self._open()
            except (sqlite3.Error, OSError) as error:
                raise self._unusable(error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                db = self._open()
                with db:
                    db.execute("BEGIN IMMEDIATE")
                    yield db
            except (sqlite3.Error, OSError) as error:
                raise self._unusable(error) from error

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self.path.touch(mode=0o600)
            db = sqlite3.connect(
                self.path or ":memory:", timeout=10, isolation_level=None, check_same_thread=False
            )
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA)
            self._db = db
        return self._db

    def _unusable(self, error: Exception) -> JournalUnusable:
        return JournalUnusable(f"the journal {self.path} cannot be used ({error})")


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        key_fingerprint=row["key_fingerprint"],
        kind=row["kind"],
        change_json=row["change"],
        request=row["request"],
        run=row["run"],
        undoes=row["undoes"],
        fate=None if row["fate"] is None else Fate(row["fate"]),
        settled_at=None if row["settled_at"] is None else datetime.fromisoformat(row["settled_at"]),
        found=None if row["found"] is None else json.loads(row["found"]),
        error=row["error"],
        undone=bool(row["undone"]),
    )
