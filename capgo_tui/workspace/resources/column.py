"""Columns: the texts of a record, apart from any table.

The table, the filter, the export and the command line read the same columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.query import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.sorting import SortValue

T = TypeVar("T")
Fact: TypeAlias = "Callable[[T, CellContext], bool | None]"
"""Returns whether something is true of a record; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its title, its texts and its widths."""

    id: str
    title: str
    text: Callable[[T, CellContext], str]
    width: int
    """The least width, in cells."""
    ideal: int
    """The width at which nothing usual is cut."""
    sort: Callable[[T, CellContext], SortValue | None]
    """The sort value; None where it is unknown, which comes last."""
    priority: int = 1
    """0 is never dropped; the highest number goes first on a narrow screen."""
    cut_middle: bool = False
    """Cut in the middle, for ids and names, which differ at both ends."""
    align_right: bool = False
    """Whether its texts are numbers or ages, which stand at the right."""
    grows_whole: bool = False
    """Whether more cells than `width` show more only where they show the whole text."""
    is_searched: bool = True
    """Whether a filter searches it; not in ages."""
    newest_first: bool = False
    """Whether it is first sorted in descending order."""
    file_text: Callable[[T, CellContext], str] | None = None
    """The text in a file, where `text` is an age or a sign; empty where unknown."""
    measure: Measure = Measure.TEXT
    """How a filter compares its values."""
    aliases: tuple[str, ...] = ()
    """Other names of it in a filter."""
    fields: tuple[str, ...] = ()
    """The fields it shows; it is left out where a server tells none of them."""
    is_known: Callable[[CellContext], bool] | None = None
    """Whether there is anything to show in it yet; None for always.

    One that depends on what happens to be known is in no file.
    """

    def format_for_file(self, record: T, context: CellContext) -> str:
        """Return the text for a file."""
        return (self.file_text or self.text)(record, context)


def join_haystack(columns: Sequence[Column[T]], record: T, context: CellContext) -> str:
    """Return the case-folded texts of a record for a filter, one line a column."""
    return "\n".join([c.text(record, context) for c in columns if c.is_searched]).casefold()


def make_vocabulary(columns: Sequence[Column[T]], facts: Iterable[str] = ()) -> Vocabulary:
    """Return the words of a filter for a list with these columns and facts."""
    return Vocabulary(
        [column.id for column in columns],
        {alias: column.id for column in columns for alias in column.aliases},
        {column.id: column.measure for column in columns},
        tuple(facts),
    )
