"""One SQLite database, in a file or for this run only, behind a lock.

There is one connection behind one lock: a handler's checks and its write form one transaction, so
two writers at once can never both pass a check that only one of them should (§6.2, two defaults).
Callers run in worker threads, so waiting here never holds up an event loop.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.sandbox.schema import BY_TIME, DEVICE_INDEXES, LATER_COLUMNS, TABLES
from capgo_tui.sandbox.tables.audit import build_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


#: A database for this run only is a file without a name: SQLite holds this much of it in memory
#: and spills the rest, so that a million devices do not fill the machine.
_THIS_RUN = ""
_MEMORY = 64 * 1024


class NotEmpty(Exception):  # noqa: N818 - another process was faster, which is no error
    """A database to be filled already has data."""


def _make_private(path: str | Path) -> None:
    """Create a file that only its owner can read, as it contains keys.

    SQLite's other files get the same mode; an existing file keeps its own.
    """
    with suppress(OSError):  # SQLite raises its own error for this path
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class Store:
    """The sandbox's data, stored in the file ``path`` if there is one."""

    def __init__(self, path: str | Path | None = None) -> None:
        if path is not None:
            _make_private(path)
        self._lock = threading.RLock()
        self._actor: tuple[int, str] | None = None
        self._connection = sqlite3.connect(
            _THIS_RUN if path is None else path,
            check_same_thread=False,
            isolation_level=None,
            timeout=30,
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._connection.execute(f"PRAGMA cache_size = -{_MEMORY}")
            if path is not None:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(TABLES)
            self._add_later_columns()
            self._record_changes()
            if self._connection.execute("SELECT 1 FROM fleets LIMIT 1").fetchone() is None:
                self._build_device_indexes()
        except sqlite3.Error:
            self._connection.close()
            raise

    def close(self) -> None:
        """Release the database."""
        with self._lock:
            self._connection.close()

    def open_for_reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a transaction that only reads."""
        return self._begin_transaction("BEGIN")

    def open_for_writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a transaction that writes; it is rolled back when its block raises."""
        return self._begin_transaction("BEGIN IMMEDIATE")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever loaded."""
        with self.open_for_reading() as db:
            return _is_empty(db)

    @contextmanager
    def open_for_bulk_loading(self, *, by_time: bool = True) -> Iterator[sqlite3.Connection]:
        """Open one writing transaction whose device indexes are built when all rows are in.

        Only an empty store is loaded, so that of two processes on one file only one loads it.
        """
        with self.open_for_writing() as db:
            if not _is_empty(db):
                raise NotEmpty
            for name in DEVICE_INDEXES:
                db.execute(f"DROP INDEX IF EXISTS {name}")
            yield db
            self._build_device_indexes(by_time=by_time)

    def index_by_time(self) -> None:
        """Build the indexes by time, if they do not exist."""
        with self.open_for_writing():
            self._build_device_indexes()

    def act(self, key_id: int, moment: str) -> None:
        """Record further changes of this transaction as this key's, at this time."""
        self._actor = (key_id, moment)

    def _record_changes(self) -> None:
        """Create the triggers that record changes (see ``tables.audit``), for this connection."""
        acting = {"acting_key": 0, "acting_moment": 1}
        for name, part in acting.items():
            self._connection.create_function(name, 0, partial(self._get_actor, part))
        self._connection.executescript(build_triggers())

    def _get_actor(self, part: int) -> int | str | None:
        return self._actor[part] if self._actor else None

    def _add_later_columns(self) -> None:
        for table, name, definition in LATER_COLUMNS:
            columns = self._connection.execute(f"PRAGMA table_info({table})")
            if name not in {column["name"] for column in columns}:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {definition}")

    def _build_device_indexes(self, *, by_time: bool = True) -> None:
        for name, definition in DEVICE_INDEXES.items():
            if by_time or name not in BY_TIME:
                self._connection.execute(f"CREATE INDEX IF NOT EXISTS {name} {definition}")

    @contextmanager
    def _begin_transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute(begin)
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._actor = None


def _is_empty(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM apps LIMIT 1").fetchone() is None
