"""The entries of the journal, and how they are read from rows of its file.

Anybody may have damaged the file: a row is believed only where every value in it is what this
program writes there.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.outcome import OutcomeState

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.workspace.changes.states import State

_YEARS: Final = range(2000, 3000)
"""The years of a valid time, in any zone."""
LAST_ID: Final = 2**53
"""An entry number that is never reached; after the greatest, SQLite has none."""
_GREATEST: Final = 2**63
"""The greatest absolute value of a number in a change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One write: an entry of the journal."""

    id: int
    server: str
    app_id: str
    at: datetime
    key_fingerprint: str
    kind: str
    target: str
    """The exact identity of what was written to."""
    change_json: str
    request: str
    """Method and target, such as ``POST /device``."""
    batch: str | None
    """The name of the batch it belongs to."""
    undoes: int | None
    state: OutcomeState | None
    """None while it is under way, or when the program ended before it was."""
    settled_at: datetime | None
    readback: State | None
    error: str | None
    is_under_way: bool = False
    """Whether it has no end because a running instance is still at it."""
    is_undone: bool = False
    """Whether a later change took it back, and was not itself taken back."""
    is_damaged: bool = False
    """Whether its row could not be read: then nothing of it is known but what is text."""

    @property
    def is_cut_off(self) -> bool:
        """Whether the program ended before the end of this was known."""
        return self.state is None and not self.is_under_way and not self.is_damaged


def encode_text(raw: bytes) -> str | bytes:
    """Decode a text of the file; return the bytes of one that is not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def load_json(text: str) -> object:
    """Parse a JSON text; raises `ValueError` or `RecursionError` for an invalid one."""
    return json.loads(text, parse_int=_parse_integer)


def _parse_integer(digits: str) -> int:
    number = int(digits)
    if abs(number) > _GREATEST:
        raise ValueError("no number of ours")
    return number


def read_entry(row: sqlite3.Row, *, is_under_way: bool) -> Entry:
    """Return the entry of a row; a damaged one where the row cannot be parsed."""
    try:
        return _parse(row, is_under_way=is_under_way)
    except (ValueError, RecursionError):
        return _make_damaged_entry(row)


def _parse(row: sqlite3.Row, *, is_under_way: bool) -> Entry:
    """Parse a row; raises `ValueError` or `RecursionError` for a damaged one."""
    if not 0 < row["id"] < LAST_ID:
        raise ValueError("no number of ours")
    undoes = row["undoes"]
    if not (undoes is None or isinstance(undoes, int)):
        raise ValueError("no number of an entry")
    if not isinstance(load_json(_read_text(row, "change")), dict):
        raise ValueError("no change")
    _read_text(row, "writer")
    state, settled_at, readback = (
        _read_optional_text(row, each) for each in ("fate", "settled_at", "found")
    )
    return Entry(
        id=row["id"],
        server=_read_text(row, "server"),
        app_id=_read_text(row, "app_id"),
        at=_parse_time(_read_text(row, "at")),
        key_fingerprint=_read_text(row, "key_fingerprint"),
        kind=_read_text(row, "kind"),
        target=_read_text(row, "target"),
        change_json=_read_text(row, "change"),
        request=_read_text(row, "request"),
        batch=_read_optional_text(row, "run"),
        undoes=undoes,
        state=None if state is None else OutcomeState(state),
        settled_at=None if settled_at is None else _parse_time(settled_at),
        readback=None if readback is None else _parse_state(readback),
        error=_read_optional_text(row, "error"),
        is_under_way=is_under_way,
    )


def _make_damaged_entry(row: sqlite3.Row) -> Entry:
    """Return the entry of a damaged row: its texts."""

    def read_text(column: str) -> str:
        return row[column] if isinstance(row[column], str) else ""

    return Entry(
        id=row["id"],
        server=read_text("server"),
        app_id=read_text("app_id"),
        at=datetime(_YEARS.start, 1, 1, tzinfo=UTC),
        key_fingerprint=read_text("key_fingerprint"),
        kind=read_text("kind"),
        target=read_text("target"),
        change_json="",
        request=read_text("request"),
        batch=read_text("run") or None,
        undoes=None,
        state=None,
        settled_at=None,
        readback=None,
        error=None,
        is_damaged=True,
    )


def _read_text(row: sqlite3.Row, column: str) -> str:
    value = row[column]
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def _read_optional_text(row: sqlite3.Row, column: str) -> str | None:
    return None if row[column] is None else _read_text(row, column)


def _parse_time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None or time.year not in _YEARS:
        raise ValueError("no time of ours")
    return time


def _parse_state(text: str) -> State:
    state = load_json(text)
    if not isinstance(state, dict):
        raise ValueError("no state")
    if not all(value is None or isinstance(value, (str, int, float)) for value in state.values()):
        raise ValueError("no state")
    return state
