"""Retry policies without real time, or on a clock that a test moves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.api.retry_policy import RetryPolicy

if TYPE_CHECKING:
    from tests.support.clock import Clock


@dataclass
class Hourglass:
    """A clock that only sleeping moves, without waiting."""

    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def instant_retry_policy(hourglass: Hourglass | None = None, *, tries: int = 4) -> RetryPolicy:
    """Return the app's own retry policy on an ``Hourglass``."""
    time = hourglass or Hourglass()
    return RetryPolicy(tries=tries, sleep=time.sleep, clock=time)


def one_try() -> RetryPolicy:
    """Return a retry policy without retries, for tests of something else."""
    return instant_retry_policy(tries=1)


@dataclass
class Naps:
    """Waits that a test ends, on a clock that a test moves."""

    clock: Clock
    _ends: list[asyncio.Event] = field(default_factory=list)

    @property
    def began(self) -> int:
        """The number of waits so far."""
        return len(self._ends)

    async def sleep(self, seconds: float) -> None:
        end = asyncio.Event()
        self._ends.append(end)
        await end.wait()

    @property
    def retry_policy(self) -> RetryPolicy:
        return RetryPolicy(sleep=self.sleep, clock=lambda: self.clock().timestamp())

    def pass_seconds(self, seconds: float) -> None:
        """Advance the clock and end every wait."""
        self.clock.advance(seconds)
        for end in self._ends:
            end.set()
