"""Confirmation levels."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.workspace.target import Target


class ConfirmationLevel(IntEnum):
    """What it takes to confirm a change; higher, the harder it is to undo."""

    LINE = 1
    """Reversible: one line, ``y``."""
    LIST = 2
    """Wide: its impact is listed, ``y``."""
    TYPED = 3
    """Not reversible, or in production: a name or a number is typed, then ``y``."""


MANY: Final = 50
"""The most records that a ``y`` alone confirms; of more their number is typed."""


def combine_levels(levels: Iterable[ConfirmationLevel], target: Target) -> ConfirmationLevel:
    """Return the confirmation level of a batch: that of its strictest change, more if many."""
    each = list(levels)
    return ConfirmationLevel.TYPED if target.production or len(each) > MANY else max(each)
