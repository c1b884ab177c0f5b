"""A whole program around a `RecordTable`: rows from a plain list, sorted by a click on a title.

`python -m tests.tui.table_example` runs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

from capgo_tui.tui.widgets.record_table import Column, RecordTable, Row, TableState

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Field:
    """A column: each attribute is one the table asks for."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int = 1
    cut_middle: bool = False
    align_right: bool = False
    grows_whole: bool = False


FIELDS = (
    Field("name", "NAME", 10, 20, priority=0),
    Field("height", "HEIGHT", 6, 8),
    Field("where", "WHERE", 10, 30, priority=2),
)
PEAKS = [
    ["Aconcagua", "6 961", "Argentina"],
    ["Denali", "6 190", "Alaska"],
    ["Elbrus", "5 642", "Россия"],
    ["Kilimanjaro", "5 895", "Tanzania"],
    ["富士山", "3 776", "日本"],
    ["सगरमाथा", "8 849", "Nepal, 中国"],
]


class ListRows:
    """Rows in a list; the name is the key."""

    def __init__(self, records: list[list[str]]) -> None:
        self._records = records
        self._index: dict[str, int] = {}
        self._note_places()

    def sort_by(self, column: int, *, descending: bool) -> None:
        """Sort the list by a column."""
        self._records.sort(key=lambda record: record[column], reverse=descending)
        self._note_places()

    def __len__(self) -> int:
        return len(self._records)

    def get_key_at(self, index: int) -> str:
        """Return the name at an index."""
        return self._records[index][0]

    def index_of(self, key: str) -> int | None:
        """Return the index of a name."""
        return self._index.get(key)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return the cells of one record in the given columns."""
        record = dict(zip((field.id for field in FIELDS), self._records[index], strict=True))
        high = record["height"] > "6"
        return Row(
            "▲" if high else "△",
            "accent" if high else "muted",
            [record[column.id] for column in columns],
            ["plain" if column.id == "name" else "muted" for column in columns],
        )

    def _note_places(self) -> None:
        self._index = {record[0]: index for index, record in enumerate(self._records)}


class PeaksApp(App[str]):
    """An app that returns the name chosen with Enter or a second click."""

    def compose(self) -> ComposeResult:
        """Yield the table."""
        yield RecordTable()

    def on_mount(self) -> None:
        """Give the table its rows."""
        self.rows, self.state = ListRows([*PEAKS]), TableState()
        self.query_one(RecordTable).attach(self.rows, FIELDS, self.state)

    def on_record_table_header_picked(self, event: RecordTable.HeaderPicked) -> None:
        """Sort by the column; the cursor stays on its record."""
        column = [field.id for field in FIELDS].index(event.column_id)
        descending = self.state.sort == (event.column_id, False)
        self.rows.sort_by(column, descending=descending)
        event.table.show_sort((event.column_id, descending))
        event.table.rows_replaced()

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        """Exit with the name."""
        self.exit(event.key)


if __name__ == "__main__":
    print(PeaksApp().run())
