"""The words in which a list speaks to a `RecordTable`, for those who need no table."""

from capgo_tui.tui.widgets.record_table import (
    TONES,
    Column,
    Layout,
    Row,
    RowSource,
    TableState,
    fit_columns,
    slide_columns,
)

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
