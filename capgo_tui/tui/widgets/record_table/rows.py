"""The rows of a table and their source."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.widgets.record_table.columns import Column


class Row(NamedTuple):
    """One row as it is drawn: all of it plain text."""

    glyph: str
    """One cell before the first column that says the state of the record."""
    glyph_tone: str
    texts: Sequence[str]
    """A text for each column that was asked for."""
    tones: Sequence[str]
    """A tone for each text: one of `TONES`."""
    is_marked: bool = False
    """Whether the record is marked."""


TONES = ("plain", "muted", "accent", "good", "warn", "bad", "changed")
"""The component classes ``record-table--<tone>`` that a glyph or a cell may be drawn in."""


class RowSource(Protocol):
    """Where the rows come from. Every call must cost the same however many there are.

    A key says which record a row is. It must be unique among the rows and outlive any change
    to them; the table comes back to its record by it.
    """

    def __len__(self) -> int:
        """Return how many rows there are."""

    def get_key_at(self, index: int) -> str:
        """Return the row key at an index; raises IndexError outside the rows."""

    def index_of(self, key: str) -> int | None:
        """Return the index of a row key, or None when there is none."""

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return the row at an index, with a text and a tone for each of these columns.

        Args:
            index: which row; always one that there is.
            columns: the columns in view, the very objects the table was given.

        """
