"""How much it takes to confirm a change."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.workspace.target import Target


class Guard(IntEnum):
    """How much it takes to confirm a change: more, the harder it is to take back."""

    LINE = 1
    """Reversible: one line, ``y``."""
    LIST = 2
    """Wide: what is touched is listed, ``y``."""
    TYPED = 3
    """It cannot be taken back, or is production: a name or a number is typed, then ``y``."""


MANY: Final = 50
"""More records than this are never changed by a ``y`` alone: their number is typed."""


def guard_of(levels: Iterable[Guard], target: Target) -> Guard:
    """What it takes to confirm changes together: what the strictest does, more if many."""
    each = list(levels)
    return Guard.TYPED if target.production or len(each) > MANY else max(each)
