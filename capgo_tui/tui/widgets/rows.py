"""What a `RecordTable` shows: its columns, its rows, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Column(Protocol):
    """What the table needs to know of a column."""

    @property
    def id(self) -> str:
        """Identifies the column to the `RowSource`."""

    @property
    def title(self) -> str:
        """What stands in the header."""

    @property
    def width(self) -> int:
        """The narrowest it is shown at, in cells."""

    @property
    def ideal(self) -> int:
        """The widest it is shown at, in cells."""

    @property
    def priority(self) -> int:
        """0 never drops; the highest goes first when the screen is narrow."""

    @property
    def cut_middle(self) -> bool:
        """Whether long texts lose their middle instead of their end."""


class Row(NamedTuple):
    """One row as it is drawn: all of it plain text."""

    glyph: str
    """One cell that says how the record is, before the first column."""
    glyph_tone: str
    texts: Sequence[str]
    """A text for each column that was asked for."""
    tones: Sequence[str]
    """A tone for each text: one of `TONES`."""


TONES = ("plain", "muted", "accent", "good", "warn", "bad")
"""The component classes ``record-table--<tone>`` that a glyph or a cell may be drawn in."""


class RowSource(Protocol):
    """Where the rows come from. Every call must cost the same however many there are."""

    def __len__(self) -> int:
        """How many rows there are."""

    def key_at(self, index: int) -> str:
        """The key of the row at an index; raises IndexError outside the rows."""

    def index_of(self, key: str) -> int | None:
        """Where the row with a key is, or None when there is none."""

    def row(self, index: int, columns: Sequence[Column]) -> Row:
        """The row at an index, with a text and a tone for each column."""


@dataclass(slots=True)
class TableState:
    """Where the operator is in one list; keep it to come back to the same record."""

    key: str | None = None
    index: int = 0
    top: int = 0


def fit_columns(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """Choose the columns that fit `width` cells, and how wide each is.

    The least important are dropped until the rest fit at their narrowest; what room is left
    goes to the most important first, up to what they would like.
    """
    kept = list(columns)
    while len(kept) > 1 and sum(column.width + 1 for column in kept) - 1 > width:
        worst = max(range(len(kept)), key=lambda at: (kept[at].priority, at))
        if kept[worst].priority == 0:
            break
        del kept[worst]
    spare = width - (sum(column.width + 1 for column in kept) - 1)
    widths = {column.id: column.width for column in kept}
    for column in sorted(kept, key=lambda column: column.priority):
        extra = max(0, min(spare, column.ideal - column.width))
        widths[column.id] += extra
        spare -= extra
    return [(column, widths[column.id]) for column in kept]
