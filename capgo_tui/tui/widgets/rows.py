"""The words in which a list speaks to a `RecordTable`, for those who need no table."""

from capgo_tui.tui.widgets.record_table.columns import (
    Column,
    Layout,
    fit_columns,
    slide_columns,
)
from capgo_tui.tui.widgets.record_table.place import TableState
from capgo_tui.tui.widgets.record_table.rows import TONES, Row, RowSource

__all__ = [
    "TONES",
    "Column",
    "Layout",
    "Row",
    "RowSource",
    "TableState",
    "fit_columns",
    "slide_columns",
]
