"""Whether what is held stays level: memory between runs of the app, living parts within one."""

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
"""The last third of a long run may hold so much more than the first, after warming up."""
ENOUGH: Final = 9
"""Fewer samples than this say nothing about growth."""
SLACK: Final = 32
"""So many parts may come by themselves: a worker that has just ended, or the scroll bars that a
form gets when it first has more than it can show."""
HELD: Final = 64
"""So many closed widgets may still be held: an idle widget keeps the last message it had, and
that its sender, with the whole page it was on. What is kept at each opening soon is more."""
COUNTED: Final = {"widgets": SLACK, "timers": SLACK, "tasks": SLACK, "closed": HELD}


@dataclass
class Level:
    """What there was of memory after each episode."""

    objects: list[int] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    def sample(self) -> None:
        """Count what is left when all garbage is gone."""
        _forget_caches()
        gc.collect()
        self.objects.append(len(gc.get_objects()))
        self.resident.append(_resident())

    def growth(self) -> dict[str, float]:
        """The last third against the first one, without the first tenth; empty for too few."""
        if len(self.objects) < ENOUGH:
            return {}
        found = {}
        for name, values in (("objects", self.objects), ("resident", self.resident)):
            warm = values[1 + len(values) // 10 :]
            third = len(warm) // 3
            found[name] = median(warm[-third:]) / median(warm[:third])
        return found


@dataclass
class Parts:
    """What lives in one run of the app, counted whenever it is back at its list."""

    first: dict[int, Counter[str]] = field(default_factory=dict)

    def grown(self, modals: int) -> str:
        """What there is more of than at the first time; empty when nothing is.

        Args:
            modals: how many the screen has mounted by now; each stays, once there was need of it.

        """
        _forget_cancelled()
        gc.collect()
        now = Counter(tasks=len(asyncio.all_tasks()))
        for each in gc.get_objects():
            if isinstance(each, (MessagePump, Timer)):
                now[_sort_of(each)] += 1
                now[type(each).__name__] += 1
        grown = now - self.first.setdefault(modals, now)
        if all(grown[name] <= slack for name, slack in COUNTED.items()):
            return ""
        return f"more and more of {dict(grown.most_common())}"


def _sort_of(part: MessagePump | Timer) -> str:
    if isinstance(part, Timer):
        return "timers"
    return "widgets" if part.is_running else "closed"


def _forget_cancelled() -> None:
    """Make cancelled timers let go of who made them: asyncio keeps up to 100 in its queue."""
    for handle in getattr(asyncio.get_running_loop(), "_scheduled", ()):
        if handle.cancelled():
            handle._context = Context()


def _forget_caches() -> None:
    """Empty what libraries keep up to a limit: a run in another size would only fill it."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and each.cache_parameters()["maxsize"]:
            each.cache_clear()


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 1
