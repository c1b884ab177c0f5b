"""The schedule of a fault: which requests of its aim it strikes, by count, rate or pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.sandbox.faults.problem import FaultError

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

#: Returns whether the n-th request, counted from 1, is struck.
Schedule: TypeAlias = "Callable[[int, random.Random], bool]"

FORMS = {
    "3": "the third only",
    "2-4": "the second to the fourth",
    "5+": "the fifth and all after it",
    "1,4,7-9": "these",
    "/3": "every third",
    "25%": "each by this chance",
    "..x": "a pattern that repeats: x is struck, . is not",
}


def read_schedule(text: str) -> Schedule:
    """Parse one of the forms above; "" means always."""
    if not text:
        return lambda number, rng: True
    if re.fullmatch(r"[.x]+", text):
        return lambda number, rng: text[(number - 1) % len(text)] == "x"
    if rate := re.fullmatch(r"(\d+(?:\.\d+)?)%", text):
        chance = float(rate[1]) / 100
        if chance <= 1:
            return lambda number, rng: rng.random() < chance
    if step := re.fullmatch(r"/([1-9]\d*)", text):
        return lambda number, rng: number % int(step[1]) == 0
    if re.fullmatch(r"\d+(-\d+|\+)?(,\d+(-\d+|\+)?)*", text):
        ranges = [_parse_range(part) for part in text.split(",")]
        # Requests are counted from 1, and a reversed range would strike none.
        if all(1 <= low <= high for low, high in ranges):
            return lambda number, rng: any(low <= number <= high for low, high in ranges)
    forms = ", ".join(f"{form} ({meaning})" for form, meaning in FORMS.items())
    raise FaultError(f"{text!r} does not say when; write one of {forms}")


def _parse_range(part: str) -> tuple[float, float]:
    if part.endswith("+"):
        return int(part[:-1]), float("inf")
    low, _, high = part.partition("-")
    return int(low), int(high or low)
