"""The layout of columns: which are drawn, and how wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from capgo_tui.cells import measure_width
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDEST_GAP: Final = 3
"""The most cells between two columns."""
EXTRA: Final = 5
"""The priority from which on columns are drawn only where all others have what they need."""


class Column(Protocol):
    """A column as the table knows it."""

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

    @property
    def align_right(self) -> bool:
        """Whether its texts end at its last cell, as numbers do."""

    @property
    def grows_whole(self) -> bool:
        """Whether more cells than `width` show more only where they show the whole text."""


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A `Column` and nothing more."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int
    cut_middle: bool = False
    align_right: bool = False
    grows_whole: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are drawn with their widths, and whether there are more to either side."""

    columns: Sequence[tuple[Column, int]]
    skip_count: int = 0
    """Columns out of sight to the left, behind the first one."""
    more_right: bool = False
    gap: int = 1
    """Blank cells between two columns."""

    @property
    def more_left(self) -> bool:
        """Whether there are columns out of sight to the left."""
        return self.skip_count > 0

    def column_at(self, x: int) -> Column | None:
        """Return the column drawn at a cell of the row, the blank behind it included."""
        start = 0
        for column, cells in self.columns:
            if start <= x < start + cells + self.gap:
                return column
            start += cells + self.gap
        return None


def fit_columns(
    columns: Sequence[Column],
    width: int,
    kept_id: str | None = None,
    needs: Mapping[str, int] | None = None,
) -> Layout:
    """Choose the columns that fit, and how wide each is.

    The most important come first, each at its narrowest. One that is too wide for what is
    left gives way to one a step less important, and no further ones are tried. One without a
    text in any row is a step less important than it would be. The remaining
    room goes to the most important, up to what their texts need, or where that is not known
    to their ideal width; then some cells to each, so that it is easier to tell them apart.

    Args:
        columns: all there are, in the order in which they are drawn.
        width: the cells there are for them and a blank between each two.
        kept_id: the id of one that is kept for now if there is any room for it.
        needs: the cells of the widest text of each column, by its id.

    """
    ranks = [0 if column.id == kept_id else _rank(column, needs) for column in columns]
    by_importance = sorted(range(len(columns)), key=ranks.__getitem__)
    extents = [_measure_extent(column, needs, has_arrow=column.id == kept_id) for column in columns]
    places: set[int] = set()
    room = width + 1
    reserve = 0
    """Cells for what the columns so far need, and for wider gaps, before there are extra ones."""
    least: int | None = None
    for at in by_importance:
        column, extent = columns[at], extents[at]
        if least is not None and ranks[at] > least:
            break
        free = room - reserve if needs and ranks[at] >= EXTRA else room
        if column.priority == 0 or not places or extent.least + 1 <= free:
            places.add(at)
            room -= extent.least + 1
            reserve += 1 if column.grows_whole else 1 + extent.ideal - extent.least
        elif least is None and column.id != kept_id:
            least = ranks[at] + 1
    widths = {at: extents[at].least for at in places}
    growing = sorted(places, key=lambda at: (columns[at].grows_whole, columns[at].priority, at))
    aims = [(at, extents[at].ideal) for at in growing] + [(at, extents[at].whole) for at in growing]
    for at, aim in aims:
        missing = aim - widths[at]
        if columns[at].grows_whole and missing > room:
            continue
        extra = max(0, min(room, missing))
        widths[at] += extra
        room -= extra
    spare = max(0, room // max(1, len(places) - 1)) if needs else 0
    return Layout(
        [(columns[at], widths[at]) for at in sorted(places)], gap=min(1 + spare, WIDEST_GAP)
    )


def _rank(column: Column, needs: Mapping[str, int] | None) -> int:
    is_empty = needs is not None and needs.get(column.id) == 0
    return column.priority + 1 if column.priority and is_empty else column.priority


class _Extent(NamedTuple):
    """What a column takes: at the least, where there is room, and where there is plenty."""

    least: int
    ideal: int
    whole: int


def _measure_extent(column: Column, needs: Mapping[str, int] | None, *, has_arrow: bool) -> _Extent:
    if needs is None or column.id not in needs:
        return _Extent(column.width, column.ideal, column.ideal)
    need = max(needs[column.id], measure_width(column.title) + has_arrow)
    return _Extent(min(column.width, need), min(column.ideal, need), need)


def slide_columns(columns: Sequence[Column], width: int, skip_count: int) -> Layout:
    """Lay all columns out at their ideal width, and show as many as fit.

    The first stays where it is; the others slide past behind it. Where there is more room
    than the rest needs, fewer are skipped than requested.

    Args:
        columns: all there are, in the order in which they are drawn.
        width: the cells there are for them and a blank behind each.
        skip_count: how many of the others are to be out of sight to the left.

    """
    if not columns:
        return Layout(())
    first, *others = columns
    # Half the room at the most, or on a narrow screen nothing could slide past it.
    frozen = min(first.ideal, max(first.width, width // 2))
    room = width - frozen
    skip_count = max(0, min(skip_count, len(others) - 1))
    while skip_count and sum(column.ideal + 1 for column in others[skip_count - 1 :]) <= room:
        skip_count -= 1
    visible_columns = [(first, frozen)]
    for at, column in enumerate(others[skip_count:]):
        if room < column.width + 1:
            return Layout(visible_columns, skip_count, more_right=True)
        cells = min(column.ideal, room - 1)
        visible_columns.append((column, cells))
        room -= cells + 1
        if cells < column.ideal:
            # Cut short: sliding on shows it whole, unless it is the first one already.
            rest = len(others) - skip_count - at - 1
            return Layout(visible_columns, skip_count, more_right=rest > 0 or at > 0)
    return Layout(visible_columns, skip_count)
