"""The measurements by group."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.budgets import append, change_counts, request_counts, scale, screen_bytes, start

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.budgets.figures import Figures


def groups(folder: Path, *, thorough: bool = False) -> dict[str, Callable[[], Figures]]:
    """Return the measurements by group; thorough ones repeat more and include unjudged figures."""
    return {
        "bytes": partial(screen_bytes.measure, folder),
        "idle": partial(screen_bytes.measure_idle, folder),
        "requests": partial(request_counts.measure, folder),
        "changes": partial(change_counts.measure, folder),
        "scale": partial(scale.measure, folder),
        "append": partial(append.measure, 15 if thorough else 5),
        "start": partial(start.measure, folder, 15 if thorough else 5),
    }
