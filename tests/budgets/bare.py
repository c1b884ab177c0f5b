"""A minimal Textual app with three tables, for comparison of the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import DataTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

FIRST_ROW = "first-row"
ROWS = 20


class Bare(App[None]):
    """An app with three tables of one screen each."""

    def compose(self) -> ComposeResult:
        for _ in range(3):
            yield DataTable[str]()

    def on_mount(self) -> None:
        for table in self.query(DataTable):
            table.add_columns("ONE", "TWO", "THREE", "FOUR", "FIVE")
            table.add_rows([(FIRST_ROW, "beta", "2.4.1", "ios", "3d")] * ROWS)


if __name__ == "__main__":
    Bare().run()
