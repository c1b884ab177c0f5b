"""Bars for shares, such as ``▓░░░`` for a quarter."""

from __future__ import annotations

from typing import Final

FULL: Final = "▓"
HELD: Final = "▒"
"""In place of `FULL` for a share that is set and not served, such as that of a paused rollout."""
EMPTY: Final = "░"


def share_bar(share: float, width: int, full: str = FULL) -> str:
    """Return a bar of some cells: full only for all, and empty only for nothing."""
    cells = round(min(max(share, 0), 1) * width)
    if share > 0:
        cells = max(1, cells)
    if share < 1:
        cells = min(width - 1, cells)
    return full * cells + EMPTY * (width - cells)
