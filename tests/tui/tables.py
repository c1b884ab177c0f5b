"""A `RecordTable` alone in an app, over rows that count their reads."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

from capgo_tui.tui.widgets.record_table import Column, RecordTable, Row, TableState
from tests.tui.driving import post_keys, strips

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from textual.pilot import Pilot


@dataclass(frozen=True)
class Cells:
    """One column of a test."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int = 1
    cut_middle: bool = False
    align_right: bool = False
    grows_whole: bool = False


COLUMNS = (Cells("name", "NAME", 12, 20, 0), Cells("note", "NOTE", 10, 30, 1))


@dataclass
class Rows:
    """Rows in a list that count their reads."""

    keys: list[str]
    notes: dict[str, str] = field(default_factory=dict)
    tone: str = "plain"
    """The tone of each text."""
    read_indexes: list[int] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    """Calls of each of the four methods."""

    def __post_init__(self) -> None:
        self.index_keys()

    def index_keys(self) -> None:
        """Rebuild the index after a change of the list."""
        self._index = {key: index for index, key in enumerate(self.keys)}

    def __len__(self) -> int:
        self.calls["len"] += 1
        return len(self.keys)

    def get_key_at(self, index: int) -> str:
        self.calls["get_key_at"] += 1
        return self.keys[index]

    def index_of(self, key: str) -> int | None:
        self.calls["index_of"] += 1
        return self._index.get(key)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        self.read_indexes.append(index)
        self.calls["row"] += 1
        key = self.keys[index]
        texts = {"name": key, "note": self.notes.get(key, "")}
        return Row("●", "good", [texts[c.id] for c in columns], [self.tone for _ in columns])


class TableApp(App[None]):
    """An app of one table that collects the messages of the table."""

    def __init__(self, rows: Rows, state: TableState) -> None:
        super().__init__()
        self._rows, self._state = rows, state
        self.table = RecordTable()
        self.moves: list[str | None] = []
        self.opened_keys: list[str] = []
        self.near_ends: list[bool] = []
        self.headers: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.attach(self._rows, COLUMNS, self._state)
        self.table.focus()

    def on_record_table_cursor_moved(self, event: RecordTable.CursorMoved) -> None:
        assert event.control is self.table
        self.moves.append(event.key)

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        assert event.control is self.table
        self.opened_keys.append(event.key)

    def on_record_table_header_picked(self, event: RecordTable.HeaderPicked) -> None:
        assert event.control is self.table
        self.headers.append(event.column_id)

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        assert event.control is self.table
        self.near_ends.append(event.is_requested)


class Table:
    """A running `TableApp` and its table."""

    def __init__(self, app: TableApp, pilot: Pilot[None], rows: Rows) -> None:
        self.app, self.pilot, self.rows = app, pilot, rows
        self.table = app.table

    @property
    def lines(self) -> list[str]:
        """The text of the screen, one a row."""
        return [strip.text for strip in strips(self.app)]

    @property
    def cursor_line(self) -> int | None:
        """The screen's row in the cursor's colour."""
        ground = self.table.get_component_rich_style("record-table--cursor").bgcolor
        matches = [
            y
            for y, strip in enumerate(strips(self.app))
            if all(segment.style and segment.style.bgcolor == ground for segment in strip)
        ]
        assert len(matches) <= 1
        return matches[0] if matches else None

    @property
    def key_drawn(self) -> str | None:
        """The name drawn on the cursor's row."""
        line = self.cursor_line
        return None if line is None else self.lines[line][3:].split(" ")[0]

    @property
    def top(self) -> int:
        """The first row in view."""
        return self.table.state.top

    async def press(self, *keys: str) -> None:
        post_keys(self.app, keys)
        await self.pilot.pause()

    async def put(self, keys: Sequence[str]) -> None:
        """Replace the list."""
        self.rows.keys[:] = keys
        self.rows.index_keys()
        self.table.rows_replaced()
        await self.pilot.pause()


def names(count: int, start: int = 0) -> list[str]:
    """Return numbered keys, which are also the names."""
    return [f"row-{number:06d}" for number in range(start, start + count)]


@asynccontextmanager
async def table_of(
    keys: Sequence[str], *, size: tuple[int, int] = (40, 11), state: TableState | None = None
) -> AsyncIterator[Table]:
    """Run an app with a table, by default ten rows and a header high."""
    rows = Rows(list(keys))
    app = TableApp(rows, state or TableState())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Table(app, pilot, rows)
