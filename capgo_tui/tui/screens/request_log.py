"""The request log on the screen, the latest request first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from capgo_tui.tui.keys import name_key
from capgo_tui.tui.overlays.value_screen import ValueScreen
from capgo_tui.tui.terminal.clipboard import copy
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.find_bar import FindBar, FindPage, matches_texts
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.outcome_signs import SIGN_TONES
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.tui.widgets.record_table import PlainColumn, RecordTable, Row, TableState
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.query import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.widgets.record_table import Column
    from capgo_tui.workspace.request_log import LogEntry, RequestLog

LOOK_SECONDS = 0.5
"""Seconds between two looks for new requests."""


COLUMNS = (
    PlainColumn("time", "TIME", 8, 8, 0),
    PlainColumn("method", "METHOD", 6, 6, 0),
    PlainColumn("path", "PATH", 14, 46, 0, cut_middle=True),
    PlainColumn("status", "ANSWER", 6, 6, 0),
    PlainColumn("tries", "TRY", 3, 3, 1, align_right=True),
    PlainColumn("ms", "MS", 6, 6, 1, align_right=True),
    PlainColumn("bytes", "BYTES", 9, 9, 3, align_right=True),
    PlainColumn("outcome", "OUTCOME", 12, 60, 2),
)


class LogRows:
    """The log as a `RowSource`, the entries that a query fits.

    The row key of an exchange is its number.
    """

    def __init__(self, log: RequestLog) -> None:
        self._log = log
        self._entries: Sequence[LogEntry] = ()

    def narrow(self, query: Query) -> None:
        """Show the entries that a query fits; there are never more than some hundred."""
        entries = [self._log.get_newest(index) for index in range(self._log.entry_count)]
        if query:
            entries = [
                each for each in entries if matches_texts(query, *_format_texts(each).values())
            ]
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def get_key_at(self, index: int) -> str:
        """Return the row key of an exchange: its number."""
        return str(self._entries[index].number)

    def index_of(self, key: str) -> int | None:
        """Return the current index of an exchange."""
        return next((at for at, each in enumerate(self._entries) if str(each.number) == key), None)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return the row of an exchange."""
        entry = self._entries[index]
        texts = _format_texts(entry)
        sign = "✗" if entry.exchange.error is not None else "!" if entry.unreadable else "✓"
        return Row(
            sign,
            SIGN_TONES[sign],
            [texts[column.id] for column in columns],
            ["plain" if column.id == "path" else "muted" for column in columns],
        )


def _format_texts(entry: LogEntry) -> dict[str, str]:
    exchange = entry.exchange
    return {
        "time": format_clock_time(entry.at),
        "method": exchange.method,
        "path": exchange.path,
        "status": "none" if exchange.status is None else str(exchange.status),
        "tries": str(exchange.attempt),
        "ms": f"{exchange.elapsed_ms:.0f}",
        "bytes": group_digits(exchange.reply_bytes),
        "outcome": entry.outcome,
    }


class RequestLogScreen(FindPage[None]):
    """The latest requests, with the one under the cursor in full below them."""

    DEFAULT_CSS = """
    RequestLogScreen {
        & > RecordTable { height: 1fr; }
        & > Detail { height: 6; }
        & > StatusLine { display: none; }
        &.-said > StatusLine { display: block; }
        &.-said > KeyLine { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "close", id="log.close"),
        Binding("at", "leave", "close", id="log.key"),
        Binding("slash", "find", "find", id="log.find"),
        Binding("y", "copy", "copy as curl", id="log.copy"),
        Binding("v", "show", "show as curl", id="log.show"),
    ]

    def __init__(self, log: RequestLog) -> None:
        super().__init__()
        self._log = log
        self._rows = LogRows(log)
        self._query = Query()
        self._drawn_count = -1

    def compose(self) -> ComposeResult:
        """Make the list, the one request in full, and the hints."""
        yield PageTitle(id="log-title")
        yield RecordTable()
        yield Detail()
        yield StatusLine()
        yield KeyLine(
            Hint(name_key("record.copy"), "copy as curl"),
            Hint("v", "show it"),
            Hint(name_key("list.filter"), "find"),
            Hint("↑↓", "move"),
            Hint("esc", "close"),
        )
        yield FindBar()

    def on_mount(self) -> None:
        """Fill the page, and look for new requests at intervals."""
        table = self.query_one(RecordTable)
        table.attach(self._rows, COLUMNS, TableState())
        self.query_one(Detail).can_focus = False
        table.focus()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self._drawn_count == self._log.changes:
            return
        self._drawn_count = self._log.changes
        count, total = self._log.entry_count, self._log.total
        latest = f"the latest {count} of " if count < total else ""
        trouble = self._log.file_trouble
        file_note = f" · the log file takes no more: {trouble}" if trouble else ""
        plural = "" if total == 1 else "s"
        title = f" Requests · {latest}{total} request{plural}{file_note}"
        self.query_one(PageTitle).show(title)
        self._show_rows()

    def _show_rows(self) -> None:
        self._rows.narrow(self._query)
        table = self.query_one(RecordTable)
        if self._query and self._log.entry_count:
            table.say("No request has these words.", "Esc shows all.")
        else:
            table.say("No request was made yet.", "")
        table.rows_replaced()
        self._tell()

    def on_find_bar_typed(self, event: FindBar.Typed) -> None:
        """Show the requests that have all words."""
        self._query = event.query
        self._show_rows()

    def on_find_bar_left(self) -> None:
        """Go back to the requests."""
        self.query_one(RecordTable).focus()

    def on_record_table_cursor_moved(self) -> None:
        """Show the request under the cursor in full."""
        self.remove_class("-said")
        self.query_one(StatusLine).dismiss()
        self._tell()

    def _get_cursor_entry(self) -> LogEntry | None:
        key = self.query_one(RecordTable).cursor_key
        place = None if key is None else self._log.place_of(int(key))
        return None if place is None else self._log.get_newest(place)

    def _tell(self) -> None:
        entry = self._get_cursor_entry()
        lines: list[Line] = []
        if entry is not None:
            exchange = entry.exchange
            lines = [
                Line("outcome", entry.outcome),
                Line(exchange.method, exchange.path),
            ]
        self.query_one(Detail).show_lines(lines)

    async def action_copy(self) -> None:
        """Copy the request under the cursor as a command for curl."""
        command = self._format_command()
        if command is not None:
            self._say(await copy(self.app, command, "the curl command (key: $CAPGO_TOKEN)"))

    def action_show(self) -> None:
        """Show the request under the cursor as a command for curl, to be selected by hand."""
        command = self._format_command()
        if command is not None:
            self.app.push_screen(ValueScreen(command))

    def _format_command(self) -> str | None:
        """Return the command for curl, or None after saying why there is none."""
        entry = self._get_cursor_entry()
        command = None if entry is None else self._log.format_curl(entry)
        if entry is not None and command is None:
            self._say("✗ Not copied: this request is too long.")
        return command

    def _say(self, message: str) -> None:
        self.query_one(StatusLine).say(message)
        self.add_class("-said")
