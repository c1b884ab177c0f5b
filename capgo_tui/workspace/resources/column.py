"""What can be shown of a record in one line, apart from any table that shows it.

The table, the filter, the export and the command line read the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.sorting import SortValue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: how it is called, what it says, and how much room it wants."""

    id: str
    title: str
    text: Callable[[T, CellContext], str]
    width: int
    """The narrowest it is worth showing at, in cells."""
    ideal: int
    """The width at which nothing usual is cut."""
    sort: Callable[[T, CellContext], SortValue | None]
    """What the list is sorted by; None where it is not known, and that comes last."""
    priority: int = 1
    """0 is never dropped; the highest number goes first on a narrow screen."""
    cut_middle: bool = False
    """Cut in the middle: for ids and names, whose both ends tell them apart."""
    is_searched: bool = True
    """Whether a filter looks here; ages do not count, «3d» says nothing of a record."""
    newest_first: bool = False
    """Whether the first thing wanted of it is the descending order."""
    file_text: Callable[[T, CellContext], str] | None = None
    """What a file says in place of `text`, which is an age or a sign; empty where unknown."""
    fields: tuple[str, ...] = ()
    """Fields of the record that it shows: where a server tells none of them it is left out."""

    def for_file(self, record: T, context: CellContext) -> str:
        """What a file for other programs says of a record."""
        return (self.file_text or self.text)(record, context)


def haystack(columns: Sequence[Column[T]], record: T, context: CellContext) -> str:
    """Everything the columns say of a record, case-folded, a line each, for a filter to search."""
    return "\n".join([c.text(record, context) for c in columns if c.is_searched]).casefold()
