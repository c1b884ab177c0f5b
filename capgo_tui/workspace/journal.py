"""The journal: every write with before, after, time, API key fingerprint and outcome.

One SQLite file per user. An entry is there, on the disk, before its request is sent; what
became of it is added afterwards. An entry without an end belongs to a write under way in a
running instance of the program; or, when that one is gone, nobody knows its end, and so it is
shown until the server is read again. The key never gets here, only its fingerprint.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from capgo_tui.api.errors import Refusal
from capgo_tui.plain_files import (
    check_private_place,
    close_to_others,
    make_private_file,
    make_private_folder,
)
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.instance_lock import InstanceLock
from capgo_tui.workspace.journal_entry import LAST_ID, encode_text, read_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.journal_entry import Entry

MOST_ENTRIES: Final = 10_000
"""Most entries that are kept, of all apps together."""
MOST_LISTED: Final = 500
ENDED_EARLY: Final = "the program ended before the end was known; read again at a later start"
NOT_SENT: Final = "none was sent"
BUSY_SECONDS: Final = 15
"""How long an instance waits for its turn to write."""
_VERSION: Final = 1
_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    writer TEXT NOT NULL,
    server TEXT NOT NULL,
    app_id TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    change TEXT NOT NULL,
    request TEXT NOT NULL,
    run TEXT,
    undoes INTEGER,
    fate TEXT,
    settled_at TEXT,
    found TEXT,
    error TEXT
);
CREATE INDEX changes_of_app ON changes (server, app_id, id);
CREATE INDEX changes_without_end ON changes (server, app_id) WHERE fate IS NULL;
PRAGMA user_version = {_VERSION};
COMMIT;
"""


_OURS: Final = "server = ? AND app_id = ?"
_OURS_OR_NOBODYS: Final = (
    f"id IN (SELECT id FROM changes WHERE {_OURS} UNION SELECT id FROM changes"  # noqa: S608
    " WHERE typeof(server) <> 'text' OR typeof(app_id) <> 'text')"
)
"""Includes rows that are too damaged to belong to an app."""
_ONE_VALUE: Final = re.compile(r"(NULL|NUMERIC|TEXT) value in changes\.")
"""Findings of SQLite's own check about single rows of a sound file."""


class JournalUnusable(Refusal):
    """The journal cannot be used, and without it nothing is sent."""


class JournaledChange(Protocol):
    """What the journal records of a change."""

    @property
    def wire_id(self) -> str:
        """The exact identity of what is written to."""
        ...

    def model_dump(self, *, mode: Literal["json"]) -> dict[str, JSON]:
        """Return the change as JSON values, with its ``kind``."""
        ...


class Journal:
    """The journal of one app on one server; may be used from any thread."""

    def __init__(
        self,
        path: Path | None,
        *,
        server: str,
        app_id: str,
        key_fingerprint: str,
        now: Callable[[], datetime],
        most_entries: int = MOST_ENTRIES,
    ) -> None:
        """Use a journal in a file, or with None one in memory.

        The file is made when the first change is written into it.
        """
        self.path = path
        self._server, self._app_id = server, app_id
        self._key_fingerprint = key_fingerprint
        self._now = now
        self._most_entries = most_entries
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._instance_lock = None if path is None else InstanceLock(path.with_name("running"))
        self._instance_id = "" if self._instance_lock is None else self._instance_lock.instance_id
        self._has_lock = False
        self._under_way: set[int] = set()

    def intend(
        self,
        change: JournaledChange,
        request: Request | None,
        *,
        undoes: int | None = None,
        batch: str | None = None,
    ) -> int:
        """Record a change before it is sent; return the entry's number once it is on the disk.

        Without a request nothing is: it was refused beforehand, and is settled so.

        Raises:
            JournalUnusable: nothing may be sent then.

        """
        # Not pydantic's own JSON: it refuses the lone surrogates that a server's names can have.
        data = change.model_dump(mode="json")
        with self._open_for_writing() as db:
            cursor = db.execute(
                "INSERT INTO changes (id, at, writer, server, app_id, key_fingerprint, kind,"
                " target, change, request, run, undoes) VALUES ((SELECT coalesce(max(id), 0) + 1"
                " FROM changes WHERE id BETWEEN 0 AND ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    LAST_ID - 2,
                    self._now().isoformat(),
                    self._instance_id,
                    self._server,
                    self._app_id,
                    self._key_fingerprint,
                    data["kind"],
                    change.wire_id.encode(errors="backslashreplace").decode(),
                    json.dumps(data),
                    NOT_SENT if request is None else request.name,
                    batch,
                    undoes,
                ),
            )
            entry = cursor.lastrowid or 0
            # Counted, not reckoned from the number, which a damaged row can have put far off.
            db.execute(
                "DELETE FROM changes WHERE fate IS NOT NULL AND id <="
                " (SELECT id FROM changes WHERE id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (entry, self._most_entries),
            )
            self._under_way.add(entry)
        return entry

    def settle(self, entry: int, outcome: Outcome, *, late: bool = False) -> None:
        """Record the outcome of an entry.

        Args:
            entry: its number.
            outcome: its end.
            late: whether it was only found out after its program had ended.

        Raises:
            JournalUnusable: then it stays without an end.

        """
        # Whatever comes of this, the write itself is over.
        self._under_way.discard(entry)
        readback = None if outcome.readback is None else json.dumps(outcome.readback)
        trouble = outcome.error_text
        error = (ENDED_EARLY if late else None) if trouble is None else trouble
        with self._open_for_writing() as db:
            db.execute(
                "UPDATE changes SET fate = ?, settled_at = ?, found = ?, error = ?"
                " WHERE id = ? AND (fate IS NULL OR NOT ?)",
                (outcome.state.value, self._now().isoformat(), readback, error, entry, late),
            )

    def list_entries(self, limit: int = MOST_LISTED) -> Sequence[Entry]:
        """Return the latest entries of this app on this server, newest first.

        Raises:
            JournalUnusable: when they cannot be read.

        """
        entries = self._select(f"{_OURS_OR_NOBODYS} ORDER BY id DESC LIMIT ?", limit)
        return _with_undone(entries)

    def cut_off_entries(self) -> Sequence[Entry]:
        """Return the entries whose program ended before their outcome was known, oldest first."""
        entries = self._select(f"{_OURS} AND fate IS NULL ORDER BY id")
        return [entry for entry in entries if entry.is_cut_off]

    def close(self) -> None:
        """Close the file; changes still under way then count as cut off."""
        with self._turn:
            if self._db is not None:
                self._db.close()
                self._db = None
            if self._instance_lock is not None:
                self._instance_lock.release()
                self._has_lock = False

    def _select(self, condition: str, *values: int) -> list[Entry]:
        with self._turn, self._explain_failures():
            if self._db is None and (self.path is None or not self.path.exists()):
                if self.path is not None:
                    check_private_place(self.path.parent)
                return []
            rows = (
                self._open()
                .execute(
                    f"SELECT * FROM changes WHERE {condition}",  # noqa: S608
                    (self._server, self._app_id, *values),
                )
                .fetchall()
            )
            open_writers = {row["writer"] for row in rows if row["fate"] is None}
            running = {writer for writer in open_writers if self._is_running(writer)}
            return [read_entry(row, is_under_way=self._is_under_way(row, running)) for row in rows]

    def _is_running(self, writer: object) -> bool:
        return (
            self._instance_lock is not None
            and isinstance(writer, str)
            and self._instance_lock.is_running(writer)
        )

    def _is_under_way(self, row: sqlite3.Row, running: set[object]) -> bool:
        if row["fate"] is not None:
            return False
        if row["writer"] == self._instance_id:
            return row["id"] in self._under_way
        return row["writer"] in running

    @contextmanager
    def _open_for_writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._explain_failures():
            db = self._open()
            if self._instance_lock is not None and not self._has_lock:
                self._instance_lock.acquire()
                self._has_lock = True
            with db:
                db.execute("BEGIN IMMEDIATE")
                yield db

    @contextmanager
    def _explain_failures(self) -> Iterator[None]:
        """Raise every failure as `JournalUnusable`, with the file and what can be done."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            if isinstance(error, JournalUnusable):
                raise
            reason = getattr(error, "strerror", None) or str(error)
            raise JournalUnusable(
                f"no journal ({reason}): mend {self.path}, or set XDG_STATE_HOME to a folder that"
                " can be written; nothing is sent without it"
            ) from error

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            if self.path is not None:
                _make_private(self.path)
            db = sqlite3.connect(
                self.path or ":memory:",
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                # Two instances that make the same file at once would find it locked.
                with self._instance_lock.wait_for_turn() if self._instance_lock else nullcontext():
                    _prepare(db, self.path)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db


def _make_private(path: Path) -> None:
    """Create the file if needed, readable by its owner alone; SQLite does so with -wal and -shm.

    In a folder that others may write, or through a link, it could be made to be any file.
    """
    make_private_folder(path.parent)
    make_private_file(path)
    for end in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            close_to_others(path.with_name(path.name + end))


def _prepare(db: sqlite3.Connection, path: Path | None) -> None:
    """Check that this program can read the journal, and create the tables in an empty file."""
    db.row_factory = sqlite3.Row
    db.text_factory = encode_text
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version > _VERSION:
            raise JournalUnusable(
                f"the journal {path} was written by a newer capgo-tui: use that one"
            )
        if version < _VERSION and tables:
            raise JournalUnusable(f"{path} is no journal of capgo-tui: move it elsewhere")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if not tables:
            db.executescript(_SCHEMA)
        messages = [str(row[0]) for row in db.execute("PRAGMA quick_check")]
    except sqlite3.OperationalError:
        raise  # locked, full, not permitted: no fault of the file itself
    except sqlite3.DatabaseError as error:
        raise _make_damage_error(path, str(error)) from error
    faults = [each for each in messages if each != "ok" and not _ONE_VALUE.match(each)]
    if faults:
        raise _make_damage_error(path, faults[0].partition("\n")[0])


def _make_damage_error(path: Path | None, reason: str) -> JournalUnusable:
    return JournalUnusable(
        f"the journal is damaged ({reason}): move {path} elsewhere, with its -wal and -shm, and"
        " a new one is begun; nothing is sent without it"
    )


def _with_undone(entries: Sequence[Entry]) -> list[Entry]:
    """Mark the entries that were undone: by all changes of one undo, none of them undone since.

    Whatever takes an entry back is newer, so that going from the newest it is known by then.
    """
    attempts: dict[int, dict[str, bool]] = {}
    result = []
    for entry in entries:
        is_undone = any(attempts.get(entry.id, {}).values())
        result.append(replace(entry, is_undone=is_undone))
        if entry.undoes is not None:
            took = entry.state in (OutcomeState.VERIFIED, OutcomeState.UNVERIFIED) and not is_undone
            attempt = attempts.setdefault(entry.undoes, {})
            name = entry.batch or str(entry.id)
            attempt[name] = attempt.get(name, True) and took
    return result
