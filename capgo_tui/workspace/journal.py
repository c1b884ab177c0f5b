"""The journal: every write of ours, with before, after, when, by which key, and its end.

One SQLite file per user. An entry is there, on the disk, before its request is sent; what
became of it is added afterwards. An entry without an end belongs to a write under way in a
running copy of the program; or, when that copy is gone, nobody knows its end, and so it is
told until the server is read again. The key never gets here, only its fingerprint.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from capgo_tui.api.errors import Refused
from capgo_tui.plain_files import close_to_others, make_private_file, make_private_folder
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.copies import Copies
from capgo_tui.workspace.journal_entry import LAST_ID, read_entry, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.journal_entry import Entry

KEPT: Final = 10_000
"""So many entries are kept, of all apps together."""
LISTED: Final = 500
ENDED_EARLY: Final = "the program ended before the end was known; read again at a later start"
NOT_SENT: Final = "none was sent"
BUSY_SECONDS: Final = 15
"""How long a copy waits for its turn to write."""
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
"""With those that are so damaged that they are of no app."""
_ONE_VALUE: Final = re.compile(r"(NULL|NUMERIC|TEXT) value in changes\.")
"""What SQLite's own check says of a row that is not as it should be, in a sound file."""


class JournalUnusable(Refused):
    """The journal cannot be used, and without it nothing is sent."""


class Intended(Protocol):
    """What the journal writes down of a change."""

    @property
    def key(self) -> str:
        """The exact identity of what is written to."""
        ...

    def model_dump(self, *, mode: Literal["json"]) -> dict[str, JSON]:
        """All of it as JSON values, its ``kind`` among them."""
        ...


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
        kept: int = KEPT,
    ) -> None:
        """Make a journal in a file, or with None one that is forgotten at the end.

        The file is made when the first change is written into it.
        """
        self.path = path
        self._server, self._app_id = server, app_id
        self._key_fingerprint = key_fingerprint
        self._now = now
        self._kept = kept
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._copies = None if path is None else Copies(path.with_name("running"))
        self._me = "" if self._copies is None else self._copies.me
        self._joined = False
        self._under_way: set[int] = set()

    def intend(
        self,
        change: Intended,
        request: Request | None,
        *,
        undoes: int | None = None,
        run: str | None = None,
    ) -> int:
        """Write down what is about to be sent; gives the entry's number once it is on the disk.

        Without a request nothing is: it was refused beforehand, and is settled so.

        Raises:
            JournalUnusable: nothing may be sent then.

        """
        # Not pydantic's own JSON: it refuses the lone surrogates that a server's names can have.
        dumped = change.model_dump(mode="json")
        with self._writing() as db:
            cursor = db.execute(
                "INSERT INTO changes (id, at, writer, server, app_id, key_fingerprint, kind,"
                " target, change, request, run, undoes) VALUES ((SELECT coalesce(max(id), 0) + 1"
                " FROM changes WHERE id BETWEEN 0 AND ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    LAST_ID - 2,
                    self._now().isoformat(),
                    self._me,
                    self._server,
                    self._app_id,
                    self._key_fingerprint,
                    dumped["kind"],
                    change.key.encode(errors="backslashreplace").decode(),
                    json.dumps(dumped),
                    NOT_SENT if request is None else request.name,
                    run,
                    undoes,
                ),
            )
            entry = cursor.lastrowid or 0
            # Counted, not reckoned from the number, which a damaged row can have put far off.
            db.execute(
                "DELETE FROM changes WHERE fate IS NOT NULL AND id <="
                " (SELECT id FROM changes WHERE id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (entry, self._kept),
            )
            self._under_way.add(entry)
        return entry

    def settle(self, entry: int, outcome: Outcome, *, late: bool = False) -> None:
        """Write down what became of an entry.

        Args:
            entry: its number.
            outcome: its end.
            late: whether it was only found out after its program had ended.

        Raises:
            JournalUnusable: then it stays without an end.

        """
        # Whatever comes of this, the write itself is over.
        self._under_way.discard(entry)
        found = None if outcome.readback is None else json.dumps(outcome.readback)
        trouble = outcome.error_text
        error = (ENDED_EARLY if late else None) if trouble is None else trouble
        with self._writing() as db:
            db.execute(
                "UPDATE changes SET fate = ?, settled_at = ?, found = ?, error = ?"
                " WHERE id = ? AND (fate IS NULL OR NOT ?)",
                (outcome.state.value, self._now().isoformat(), found, error, entry, late),
            )

    def entries(self, limit: int = LISTED) -> Sequence[Entry]:
        """The latest changes of this app on this server, newest first.

        Raises:
            JournalUnusable: when they cannot be read.

        """
        found = self._select(f"{_OURS_OR_NOBODYS} ORDER BY id DESC LIMIT ?", limit)
        return _with_undone(found)

    def cut_off(self) -> Sequence[Entry]:
        """Those whose program ended before their end was known, oldest first."""
        found = self._select(f"{_OURS} AND fate IS NULL ORDER BY id")
        return [entry for entry in found if entry.cut_off]

    def close(self) -> None:
        """Close the file; what is under way by then counts as cut off."""
        with self._turn:
            if self._db is not None:
                self._db.close()
                self._db = None
            if self._copies is not None:
                self._copies.leave()
                self._joined = False

    def _select(self, condition: str, *values: int) -> list[Entry]:
        with self._turn, self._telling():
            if self._db is None and (self.path is None or not self.path.exists()):
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
            return [read_entry(row, under_way=self._is_under_way(row, running)) for row in rows]

    def _is_running(self, writer: object) -> bool:
        return (
            self._copies is not None and isinstance(writer, str) and self._copies.is_running(writer)
        )

    def _is_under_way(self, row: sqlite3.Row, running: set[object]) -> bool:
        if row["fate"] is not None:
            return False
        if row["writer"] == self._me:
            return row["id"] in self._under_way
        return row["writer"] in running

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._telling():
            db = self._open()
            if self._copies is not None and not self._joined:
                self._copies.join()
                self._joined = True
            with db:
                db.execute("BEGIN IMMEDIATE")
                yield db

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say of every failure which file it is about, and what can be done."""
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
                # Two copies that make the same file at once would find it locked.
                with self._copies.one_at_a_time() if self._copies else nullcontext():
                    _prepare(db, self.path)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db


def _make_private(path: Path) -> None:
    """See to it that the file is there and its owner's alone; SQLite gives -wal and -shm the same.

    In a folder that others may write, or through a link, it could be made to be any file.
    """
    make_private_folder(path.parent)
    make_private_file(path)
    for end in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            close_to_others(path.with_name(path.name + end))


def _prepare(db: sqlite3.Connection, path: Path | None) -> None:
    """Check that it is a journal this program can read, and make one of an empty file."""
    db.row_factory = sqlite3.Row
    db.text_factory = text_of
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
        told = [str(row[0]) for row in db.execute("PRAGMA quick_check")]
    except sqlite3.OperationalError:
        raise  # locked, full, not permitted: no fault of the file itself
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    faults = [each for each in told if each != "ok" and not _ONE_VALUE.match(each)]
    if faults:
        raise _damaged(path, faults[0].partition("\n")[0])


def _damaged(path: Path | None, reason: str) -> JournalUnusable:
    return JournalUnusable(
        f"the journal is damaged ({reason}): move {path} elsewhere, with its -wal and -shm, and"
        " a new one is begun; nothing is sent without it"
    )


def _with_undone(entries: Sequence[Entry]) -> list[Entry]:
    """Mark what was taken back: by all changes of one undo, none of them taken back since.

    Whatever takes an entry back is newer, so that going from the newest it is known by then.
    """
    attempts: dict[int, dict[str, bool]] = {}
    marked = []
    for entry in entries:
        undone = any(attempts.get(entry.id, {}).values())
        marked.append(replace(entry, undone=undone))
        if entry.undoes is not None:
            took = entry.state in (OutcomeState.VERIFIED, OutcomeState.UNVERIFIED) and not undone
            attempt = attempts.setdefault(entry.undoes, {})
            name = entry.run or str(entry.id)
            attempt[name] = attempt.get(name, True) and took
    return marked
