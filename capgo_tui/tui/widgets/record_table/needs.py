"""The widths that the texts of a table need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.cells import measure_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.tui.widgets.record_table.columns import Column
    from capgo_tui.tui.widgets.record_table.rows import RowSource

SAMPLE: Final = 30
"""Rows that are measured of a list besides those in view."""


class Needs:
    """The cells of the widest text of each column, among the rows that were measured.

    They only grow, so that columns do not move to and fro as rows pass.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self.widths: dict[str, int] = {}
        """The cells by the column's id; empty until a row was measured."""

    def measure_sample(self, source: RowSource) -> None:
        """Measure some rows, evenly spread over all."""
        self.measure(source, range(0, len(source), max(1, len(source) // SAMPLE)))

    def measure(self, source: RowSource, indexes: Iterable[int]) -> bool:
        """Measure the rows at some indexes; return whether a column needs more than before."""
        before = dict(self.widths)
        for index in indexes:
            for column, text in zip(
                self._columns, source.make_row(index, self._columns).texts, strict=True
            ):
                cells = measure_width(text)
                if cells > self.widths.get(column.id, -1):
                    self.widths[column.id] = cells
        return self.widths != before
