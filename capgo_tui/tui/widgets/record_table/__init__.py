"""A table widget for lists that are long, live, or far away.

`RecordTable` holds no rows. It asks a `RowSource` for the few that are on screen, so that a
key, a page, an append, a filter or a refresh costs the same with a hundred rows and with a
hundred thousand. Its cursor is a record's key and not a row number: whatever is inserted,
filtered away or sorted, it stays on its record, and on the same line of the screen.

What goes in:

- `Column`: what the table must know of a column. Any object with these attributes is one.
- `RowSource`: where the rows come from, in four methods that never cost O(rows).
- `Row`: one row as it is drawn, plain text and tones.
- `TableState`: where the operator is; keep one for each list to come back to the same record.

What comes out are messages: `RecordTable.CursorMoved`, `RecordTable.Opened`,
`RecordTable.HeaderPicked` and `RecordTable.NearEnd`.

The table trusts its texts to be printable: a control character in one reaches the terminal.
They may hold any markup, for they are never read as such, and wide or combining characters,
which are measured in cells.

Where there is no colour the cursor needs another mark, which is the app's to choose:
``App:nocolor .record-table--cursor { text-style: reverse; }``.

Nothing here knows what the records are. To use the table elsewhere take this folder,
``short_ids.py``, ``combining_marks.py``, ``cells.py`` and ``lines.py``, and change the imports of
the last; all else is Textual and Rich.
`tests/tui/table_example.py` is a whole program around it.
"""

from capgo_tui.tui.widgets.record_table.columns import (
    Column,
    Layout,
    PlainColumn,
    fit_columns,
    slide_columns,
)
from capgo_tui.tui.widgets.record_table.place import TableState
from capgo_tui.tui.widgets.record_table.rows import TONES, Row, RowSource
from capgo_tui.tui.widgets.record_table.table import RecordTable

__all__ = [
    "TONES",
    "Column",
    "Layout",
    "PlainColumn",
    "RecordTable",
    "Row",
    "RowSource",
    "TableState",
    "fit_columns",
    "slide_columns",
]
