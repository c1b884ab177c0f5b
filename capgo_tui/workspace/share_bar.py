"""Bars for shares, such as ``▓░░░`` for a quarter."""

from __future__ import annotations

import math
from typing import Final

FULL: Final = "▓"
HELD: Final = "▒"
"""In place of `FULL` for a share that is set and not served, such as that of a paused rollout."""
EMPTY: Final = "░"


def share_bar(share: float, width: int, full: str = FULL) -> str:
    """Return a bar of some cells: full only for all, and empty only for nothing."""
    share = min(max(share, 0), 1)
    cells = math.ceil(round(share * width, 6))
    cells = min(cells, width - 1) if share < 1 else width
    return full * cells + EMPTY * (width - cells)
