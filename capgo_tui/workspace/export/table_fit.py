"""Fit a table into the width of a terminal: drop columns, then cut cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.cells import measure_width, truncate
from capgo_tui.combining_marks import limit_marks
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class ColumnSize:
    """How much room a column of a table needs, and how much it matters."""

    title: str
    least: int
    """The width below which the column is rather dropped."""
    ideal: int
    """The width at which nothing usual is cut."""
    priority: int = 1
    """0 is never dropped, and has its room first; the highest number is dropped first."""
    align_right: bool = False
    """Whether its cells are numbers or ages, which stand at the right."""


def fit(
    sizes: Sequence[ColumnSize],
    lines: Sequence[Sequence[str]],
    width: int,
    *,
    can_drop: bool = True,
) -> list[list[str]]:
    """Return a table with its titles, in so many cells: without some columns, with cut cells.

    Without `can_drop` all columns stay, and the table may be wider.
    """
    table = [[size.title for size in sizes], *([*map(limit_marks, line)] for line in lines)]
    naturals = [max(map(measure_width, column)) for column in zip(*table, strict=True)]
    leasts = [_find_least(size, natural) for size, natural in zip(sizes, naturals, strict=True)]
    columns = [*range(len(sizes))]
    by_priority = sorted(columns, key=lambda at: (sizes[at].priority, at))
    while can_drop and _add_up(leasts, columns) > width and sizes[by_priority[-1]].priority:
        columns.remove(by_priority.pop())
    widths = dict(zip(columns, (leasts[at] for at in columns), strict=True))
    spare = width - _add_up(leasts, columns)
    for limits in ([min(n, s.ideal) for n, s in zip(naturals, sizes, strict=True)], naturals):
        for at in by_priority:
            more = max(0, min(spare, limits[at] - widths[at]))
            widths[at] += more
            spare -= more
    if spare < 0 and len(columns) == 1:
        widths[columns[0]] = max(1, width)
    return [
        [
            flush_right(cell, widths[at]) if sizes[at].align_right else cell
            for at, cell in ((at, truncate(line[at], widths[at])) for at in columns)
        ]
        for line in table
    ]


def flush_right(text: str, width: int) -> str:
    """Return a text that ends at the last of so many cells."""
    return " " * (width - measure_width(text)) + text


def _find_least(size: ColumnSize, natural: int) -> int:
    """Return the least width of a column: what names the record is cut only beyond its ideal."""
    least = size.ideal if size.priority == 0 else size.least
    return min(natural, max(least, measure_width(size.title)))


def _add_up(widths: Sequence[int], columns: Sequence[int]) -> int:
    return sum(widths[at] for at in columns) + GAP * (len(columns) - 1)
