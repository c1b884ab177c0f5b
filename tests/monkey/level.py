"""Growth checks: memory between runs of the app, widgets, timers and tasks within one run."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
from collections import Counter
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from textual.message_pump import MessagePump
from textual.timer import Timer

PAGE: Final = os.sysconf("SC_PAGE_SIZE")
GROWTH: Final = 1.10
"""The largest ratio of the last third of the samples to the first third, after warming up."""
MIN_SAMPLES: Final = 9
"""The number of samples below which growth is not judged."""
SLACK: Final = 32
"""The number of parts that may appear without a leak: a worker that has just ended, or the scroll
bars that a form gets when it first has more than it can show."""
CLOSED_LIMIT: Final = 64
"""The number of closed widgets that may still be referenced: an idle widget keeps its last
message, and that its sender, with the whole page it was on. A leak at each opening soon exceeds
this."""
LIMITS: Final = {"widgets": SLACK, "timers": SLACK, "tasks": SLACK, "closed": CLOSED_LIMIT}


@dataclass
class MemorySamples:
    """The memory in use after each episode."""

    objects: list[int] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    def add(self) -> None:
        """Add a sample, after a garbage collection."""
        _forget_caches()
        gc.collect()
        self.objects.append(len(gc.get_objects()))
        self.resident.append(_read_resident())

    def compute_growth(self) -> dict[str, float]:
        """Return the ratio of the last third to the first, without the first tenth.

        Empty with fewer than `MIN_SAMPLES` samples.
        """
        if len(self.objects) < MIN_SAMPLES:
            return {}
        ratios = {}
        for name, values in (("objects", self.objects), ("resident", self.resident)):
            warm = values[1 + len(values) // 10 :]
            third = len(warm) // 3
            ratios[name] = median(warm[-third:]) / median(warm[:third])
        return ratios


@dataclass
class PartCounts:
    """Counts of the living parts of one run of the app, taken when it is back at its list."""

    first: dict[int, Counter[str]] = field(default_factory=dict)

    def describe_growth(self, modals: int) -> str:
        """Return what there is more of than at the first count, or an empty text.

        Args:
            modals: how many overlays the screen has mounted; each stays once it was needed.

        """
        _forget_cancelled()
        gc.collect()
        now = Counter(tasks=len(asyncio.all_tasks()))
        for part in gc.get_objects():
            if isinstance(part, (MessagePump, Timer)):
                now[_kind_of(part)] += 1
                now[type(part).__name__] += 1
        excess = now - self.first.setdefault(modals, now)
        if all(excess[name] <= slack for name, slack in LIMITS.items()):
            return ""
        return f"more and more of {dict(excess.most_common())}"


def _kind_of(part: MessagePump | Timer) -> str:
    if isinstance(part, Timer):
        return "timers"
    return "widgets" if part.is_running else "closed"


def _forget_cancelled() -> None:
    """Clear the context of cancelled timers: asyncio keeps up to 100 of them in its queue."""
    for handle in getattr(asyncio.get_running_loop(), "_scheduled", ()):
        if handle.cancelled():
            handle._context = Context()


def _forget_caches() -> None:
    """Clear bounded caches of libraries: a run in another size would only fill them."""
    for part in gc.get_objects():
        if isinstance(part, functools._lru_cache_wrapper) and part.cache_parameters()["maxsize"]:
            part.cache_clear()


def _read_resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 1
