"""The bottom row for choosing the sort column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.overlays.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.widgets.record_table import Column


class SortBar(ChoiceBar):
    """The names of the columns in a row; Enter sorts by the one under the cursor.

    It posts the column even if the rows are sorted by it already; the handler reverses the order.
    """

    VERB = "sort"

    @dataclass
    class Chosen(Message):
        """A column was chosen by its id; None is the order in which the server sends the rows."""

        column_id: str | None

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[Column] = ()

    def open(self, columns: Sequence[Column], sort: tuple[str, bool] | None) -> None:
        """Take the keyboard and begin at the column the rows are sorted by."""
        self._columns = columns
        ids = [column.id for column in columns]
        names = ["as sent", *(_make_title(column, sort) for column in columns)]
        self.offer(names, ids.index(sort[0]) + 1 if sort and sort[0] in ids else 0)

    def choose(self, at: int) -> None:
        """Post the chosen column."""
        self.post_message(self.Chosen(self._columns[at - 1].id if at else None))


def _make_title(column: Column, sort: tuple[str, bool] | None) -> str:
    if sort is None or sort[0] != column.id:
        return column.title
    return f"{column.title} {'↓' if sort[1] else '↑'}"
