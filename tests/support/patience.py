"""Patience that takes no time."""

from __future__ import annotations

from dataclasses import dataclass, field

from capgo_tui.api.patience import Patience


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
