"""How much it takes to confirm a change."""

from __future__ import annotations

from enum import IntEnum


class Guard(IntEnum):
    """How much it takes to confirm a change (DESIGN §4)."""

    LINE = 1
    """Reversible: one line, ``y``."""
    LIST = 2
    """Wide: what is touched is listed, ``y``."""
    TYPED = 3
    """It cannot be taken back: a name or a number is typed, then ``y``."""
