"""Numbers and durations as texts."""

from __future__ import annotations

import math
from typing import Final

MOST_OF_A_UNIT: Final = 100
"""From so many seconds on a duration is given in minutes, from so many minutes on in hours."""


def group_digits(number: int) -> str:
    """Return a number with its digits in groups of three, ``12 400``."""
    return f"{number:,}".replace(",", " ")


def format_duration(seconds: float) -> str:
    """Return a duration, rounded up: ``40 s``, ``7 min``, ``3 h``."""
    whole = max(1, math.ceil(seconds))
    if whole < MOST_OF_A_UNIT:
        return f"{whole} s"
    minutes = math.ceil(whole / 60)
    if minutes < MOST_OF_A_UNIT:
        return f"{minutes} min"
    return f"{math.ceil(minutes / 60)} h"
