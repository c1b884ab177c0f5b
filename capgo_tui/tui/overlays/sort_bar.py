"""The bottom row for choosing the sort column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.overlays.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.tui.widgets.record_table import Column


class SortBar(ChoiceBar):
    """The names of the columns in a row; Enter sorts by the one under the cursor.

    It is chosen even if the rows are sorted by it already, for the other order.
    """

    VERB = "sort"

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[Column] = ()
        self._sort_by: Callable[[str | None], None] | None = None

    def open(
        self,
        columns: Sequence[Column],
        sort: tuple[str, bool] | None,
        sort_by: Callable[[str | None], None],
    ) -> None:
        """Take the keyboard and begin at the column the rows are sorted by.

        Args:
            columns: the columns to choose from.
            sort: the column in force, and whether it is descending.
            sort_by: takes the id of the chosen column; None for the order of the server.

        """
        self._columns, self._sort_by = columns, sort_by
        ids = [column.id for column in columns]
        names = ["as sent", *(_make_title(column, sort) for column in columns)]
        self.offer(names, ids.index(sort[0]) + 1 if sort and sort[0] in ids else 0)

    def choose(self, at: int) -> None:
        """Sort by the chosen column."""
        if self._sort_by is not None:
            self._sort_by(self._columns[at - 1].id if at else None)


def _make_title(column: Column, sort: tuple[str, bool] | None) -> str:
    if sort is None or sort[0] != column.id:
        return column.title
    return f"{column.title} {'↓' if sort[1] else '↑'}"
