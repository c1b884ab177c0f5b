"""The request log: the latest exchanges with the server and their outcomes.

It keeps the latest exchanges and writes each into a file where one was asked for. No answer's
body gets here; a request's own is kept only to be copied, and the key nowhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capgo_tui.api.requests import Request
    from capgo_tui.api.transport import Exchange
    from capgo_tui.workspace.target import Target

MOST_ENTRIES = 500
LONGEST = 4_000
"""Most characters of a path that are kept; an id can be a megabyte long."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An exchange, and whether its reply could be read."""

    number: int
    """Counts the exchanges of a workspace from 1."""
    at: datetime
    exchange: Exchange
    unreadable: str = ""
    """What of the reply could not be read, and why."""

    @property
    def outcome(self) -> str:
        """The outcome in a few words."""
        error = self.exchange.error
        if error is not None:
            return f"{error.value}: {self.exchange.message}"
        return self.unreadable or "ok"

    @property
    def line(self) -> str:
        """The entry as a line for a file."""
        one = self.exchange
        status = "-" if one.status is None else str(one.status)
        return (
            f"{self._stamp} {one.method} {one.path} {status} {one.elapsed_ms:.0f} ms"
            f" {one.reply_bytes} B try {one.attempt} {self.outcome}"
        )

    @property
    def later_line(self) -> str:
        """What could not be read, as a further line for a file."""
        one = self.exchange
        return f"{self._stamp} {one.method} {one.path} … {self.unreadable}"

    @property
    def _stamp(self) -> str:
        return self.at.isoformat(timespec="milliseconds")


class RequestLog:
    """The latest exchanges with one server, at most `MOST_ENTRIES`."""

    def __init__(self, target: Target, now: Callable[[], datetime]) -> None:
        self.total = 0
        """The number of all requests."""
        self.changes = 0
        """A counter of all additions and changes."""
        self._target = target
        self._now = now
        self._entries: deque[LogEntry] = deque(maxlen=MOST_ENTRIES)

    @property
    def entry_count(self) -> int:
        """The number of entries that are kept."""
        return len(self._entries)

    @property
    def file_trouble(self) -> str | None:
        """Why the log file takes no more lines; None when it does, or when there is none."""
        return None if self._target.log_file is None else self._target.log_file.trouble

    def get_newest(self, index: int) -> LogEntry:
        """Return an entry by its position, the latest first."""
        return self._entries[len(self._entries) - 1 - index]

    def place_of(self, number: int) -> int | None:
        """Return the position of an entry, from the latest; None when it is no longer kept."""
        place = self.total - number
        return place if 0 <= place < len(self._entries) else None

    def note(self, exchange: Exchange) -> None:
        """Add an exchange; never fails."""
        self.total += 1
        path, request = exchange.path, exchange.request
        if len(path) > LONGEST:
            path, request = f"{path[:LONGEST]}…", None
        entry = LogEntry(self.total, self._now(), replace(exchange, path=path, request=request))
        self._entries.append(entry)
        self._write_line(entry.line)

    def note_unreadable(self, request: Request, why: str) -> None:
        """Note why a reply, or rows of it, could not be read."""
        for index in reversed(range(len(self._entries))):
            if self._entries[index].exchange.request is request:
                entry = self._entries[index] = replace(self._entries[index], unreadable=why)
                self._write_line(entry.later_line)
                return

    def format_curl(self, entry: LogEntry) -> str | None:
        """Return the curl command of a request; None when it is too long for one."""
        request = entry.exchange.request
        if request is None:
            return None
        from capgo_tui.workspace.curl import (  # noqa: PLC0415 - seldom asked for
            find_address,
            format_curl,
        )

        return format_curl(request, find_address(self._target), self._target.api_key)

    def _write_line(self, line: str) -> None:
        self.changes += 1
        if self._target.log_file is not None:
            self._target.log_file.write(self._target.api_key.hide_in(line))
