"""Patience that takes no time, or as much as a test says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.api.patience import Patience

if TYPE_CHECKING:
    from tests.support.clock import Clock


@dataclass
class Hourglass:
    """Time that passes by being slept through, and so at once."""

    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def patient(hourglass: Hourglass | None = None, *, tries: int = 4) -> Patience:
    """The app's own patience, on an hourglass."""
    time = hourglass or Hourglass()
    return Patience(tries=tries, sleep=time.sleep, clock=time)


def one_try() -> Patience:
    """For what is to fail at once, because the test is about something else."""
    return patient(tries=1)


@dataclass
class Naps:
    """Waits that last until they are ended by a test, on a clock that a test moves."""

    clock: Clock
    _ends: list[asyncio.Event] = field(default_factory=list)

    @property
    def began(self) -> int:
        """How many waits have begun."""
        return len(self._ends)

    async def sleep(self, seconds: float) -> None:
        end = asyncio.Event()
        self._ends.append(end)
        await end.wait()

    @property
    def patience(self) -> Patience:
        return Patience(sleep=self.sleep, clock=lambda: self.clock().timestamp())

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and every wait end with it."""
        self.clock.advance(seconds)
        for end in self._ends:
            end.set()
