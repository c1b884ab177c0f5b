"""Shorten names that share one line, in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.cells import measure_width
from capgo_tui.short_ids import SHORT, is_device_id, shorten_id

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_WIDTH: Final = 24
"""The most cells of a name in a sentence."""
LEAST = 6
"""The fewest cells to which a name is shortened."""


def shorten(name: str, most: int, mark: int = 0) -> str:
    """Return a name in at most `most` cells, with both its ends and what is at `mark`.

    A device id gets its usual short form where that fits.
    """
    if measure_width(name) <= most:
        return name
    if is_device_id(name) and most >= SHORT:
        return shorten_id(name)
    head, tail = len(name) // 2, len(name) // 2 + len(name) % 2
    # Without any room the ellipsis alone is left.
    while (
        head + tail
        and measure_width(name[:head]) + 1 + measure_width(name[len(name) - tail :]) > most
    ):
        if head > tail:
            head -= 1
        else:
            tail -= 1
    end = len(name) - tail
    if not head <= mark < end:
        return f"{name[:head]}…{name[end:]}"
    head, end, stop = head // 2, len(name) - tail // 2, mark + 1
    while (
        stop < end and measure_width(name[:head] + name[mark : stop + 1] + name[end:]) + 2 <= most
    ):
        stop += 1
    return f"{name[:head]}…{name[mark:stop]}{'…' if stop < end else ''}{name[end:]}"


def find_difference(one: str, other: str) -> int:
    """Return the index at which two names begin to differ."""
    return next(
        (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its),
        min(len(one), len(other)),
    )


def fit(names: Sequence[str], room: int) -> list[int]:
    """Return the cells of each name so that all fit in `room`; the longest are cut first."""
    limits = [measure_width(name) for name in names]
    while sum(limits) > room and max(limits) > LEAST:
        # Of equal names the first is cut: the device before its channels.
        limits[limits.index(max(limits))] -= 1
    return limits
