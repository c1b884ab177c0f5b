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


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column of a list that nobody sorts or filters."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int
    cut_middle: bool = False


class Row(NamedTuple):
    """One row as it is drawn: all of it plain text."""

    glyph: str
    """One cell that says how the record is, before the first column."""
    glyph_tone: str
    texts: Sequence[str]
    """A text for each column that was asked for."""
    tones: Sequence[str]
    """A tone for each text: one of `TONES`."""
    marked: bool = False
    """Whether it is among the records the next action is for."""


TONES = ("plain", "muted", "accent", "good", "warn", "bad", "changed")
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
    wide: bool = False
    """Whether every column is shown at its full width, to be slid through sideways."""
    skipped: int = 0
    """Columns out of sight to the left, behind the first one."""
    sort: tuple[str, bool] | None = None
    """The column the rows are sorted by, and whether descending: for the arrow in the header."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are drawn how wide, and whether there are more to either side."""

    columns: Sequence[tuple[Column, int]]
    more_left: bool = False
    more_right: bool = False


def fit_columns(columns: Sequence[Column], width: int) -> Layout:
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
    return Layout([(column, widths[column.id]) for column in kept])


def slide_columns(columns: Sequence[Column], width: int, skipped: int) -> Layout:
    """Lay all columns out at the width they would like, and show as many as fit.

    The first stays where it is; of the others the first `skipped` are out of sight to the left.
    """
    if not columns:
        return Layout(())
    first, *others = columns
    # Half the room at the most, or on a narrow screen nothing could slide past it.
    frozen = min(first.ideal, max(first.width, width // 2))
    shown = [(first, frozen)]
    room = width - frozen
    for column in others[skipped:]:
        if room < column.width + 1:
            return Layout(shown, skipped > 0, more_right=True)
        shown.append((column, min(column.ideal, room - 1)))
        room -= shown[-1][1] + 1
    return Layout(shown, skipped > 0, more_right=False)
