"""Whether what is held stays level: memory between runs of the app, living parts within one."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
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
"""So many parts may come by themselves: a worker that has just ended, or the form for ids, which
is made when it is first asked for."""


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

    first: dict[str, int] | None = None

    def grown(self) -> str:
        """What there is more of than at the first time; empty when nothing is."""
        gc.collect()
        everything = gc.get_objects()
        now = {
            "widgets": sum(isinstance(each, MessagePump) for each in everything),
            "timers": sum(isinstance(each, Timer) for each in everything),
            "tasks": len(asyncio.all_tasks()),
        }
        if self.first is None:
            self.first = now
        more = {
            name: (before, now[name])
            for name, before in self.first.items()
            if now[name] > before + SLACK
        }
        return f"more and more of {more}" if more else ""


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
