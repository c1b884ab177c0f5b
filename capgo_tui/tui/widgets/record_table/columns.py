"""The layout of columns: which are drawn, and how wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence


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


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A `Column` and nothing more."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int
    cut_middle: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are drawn with their widths, and whether there are more to either side."""

    columns: Sequence[tuple[Column, int]]
    skip_count: int = 0
    """Columns out of sight to the left, behind the first one."""
    more_right: bool = False

    @property
    def more_left(self) -> bool:
        """Whether there are columns out of sight to the left."""
        return self.skip_count > 0

    def column_at(self, x: int) -> Column | None:
        """Return the column drawn at a cell of the row, the blank behind it included."""
        start = 0
        for column, cells in self.columns:
            if start <= x <= start + cells:
                return column
            start += cells + 1
        return None


def fit_columns(columns: Sequence[Column], width: int, kept_id: str | None = None) -> Layout:
    """Choose the columns that fit, and how wide each is.

    The most important come first, each at its narrowest. One that is too wide for what is
    left gives way to one a step less important, and no further ones are tried. The remaining
    room goes to the most important, up to their ideal width.

    Args:
        columns: all there are, in the order in which they are drawn.
        width: the cells there are for them and a blank between each two.
        kept_id: the id of one that is kept for now if there is any room for it.

    """
    ranks = [0 if column.id == kept_id else column.priority for column in columns]
    by_importance = sorted(range(len(columns)), key=ranks.__getitem__)
    places: set[int] = set()
    room = width + 1
    least: int | None = None
    for at in by_importance:
        column = columns[at]
        if least is not None and ranks[at] > least:
            break
        if column.priority == 0 or not places or column.width + 1 <= room:
            places.add(at)
            room -= column.width + 1
        elif least is None and column.id != kept_id:
            least = ranks[at] + 1
    widths = {at: columns[at].width for at in places}
    for at in sorted(places, key=lambda at: (columns[at].priority, at)):
        extra = max(0, min(room, columns[at].ideal - columns[at].width))
        widths[at] += extra
        room -= extra
    return Layout([(columns[at], widths[at]) for at in sorted(places)])


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
