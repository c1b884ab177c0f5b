"""Names that have to share one line: shortened in the middle, never cut away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.short_ids import SHORT, is_device_id, short_id
from capgo_tui.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_WIDTH: Final = 24
"""Cells a name takes in a sentence."""
LEAST = 6
"""Cells a name is never shortened below."""


def shorten(name: str, most: int, mark: int = 0) -> str:
    """A name of at most `most` cells that keeps both its ends, and what stands at `mark`.

    Of an id it is the short form that is used everywhere, where that fits.
    """
    if cell_width(name) <= most:
        return name
    if is_device_id(name) and most >= SHORT:
        return short_id(name)
    head, tail = len(name) // 2, len(name) // 2 + len(name) % 2
    # Where there is no room at all, or less than none, the sign that it was cut is left.
    while head + tail and cell_width(name[:head]) + 1 + cell_width(name[len(name) - tail :]) > most:
        if head > tail:
            head -= 1
        else:
            tail -= 1
    end = len(name) - tail
    if not head <= mark < end:
        return f"{name[:head]}…{name[end:]}"
    head, end, stop = head // 2, len(name) - tail // 2, mark + 1
    while stop < end and cell_width(name[:head] + name[mark : stop + 1] + name[end:]) + 2 <= most:
        stop += 1
    return f"{name[:head]}…{name[mark:stop]}{'…' if stop < end else ''}{name[end:]}"


def difference(one: str, other: str) -> int:
    """Where two names begin to differ, for what of them may be left out in between."""
    return next(
        (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its),
        min(len(one), len(other)),
    )


def fit(names: Sequence[str], room: int) -> list[int]:
    """How many cells each name may take so that all fit `room`: the longest give way first."""
    limits = [cell_width(name) for name in names]
    while sum(limits) > room and max(limits) > LEAST:
        # The device's name comes first, and so gives way before the channels.
        limits[limits.index(max(limits))] -= 1
    return limits
