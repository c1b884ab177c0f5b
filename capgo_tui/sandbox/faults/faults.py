"""The faults at work in one sandbox, which may be changed while it runs."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.grammar import Fault, read_fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.sandbox.faults.wire import Asked

#: So many requests are remembered.
MEMORY = 10_000


@dataclass
class Active:
    """A fault, the requests it has counted, and dice of its own."""

    fault: Fault
    rng: random.Random
    count: int = 0

    def strikes(self, asked: Asked) -> bool:
        """Count a request, and tell whether this fault strikes it."""
        if not self.fault.concerns(asked):
            return False
        self.count += 1
        return self.fault.moment(self.count, self.rng)


@dataclass(frozen=True)
class Happening:
    """One request and the faults that struck it, as they were written."""

    operation: str
    method: str
    path: str
    faults: tuple[str, ...]


def _reset() -> Exception:
    return ConnectionResetError("the sandbox dropped the connection")


@dataclass
class Faults:
    """The faults now active, in the order in which they work, outermost first.

    ``dropped`` makes the exception that stands for a dropped connection where there is no
    connection to drop, as with an in-process transport.
    """

    seed: int = 0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    dropped: Callable[[], Exception] = _reset
    happened: deque[Happening] = field(default_factory=lambda: deque(maxlen=MEMORY))
    _active: tuple[Active, ...] = ()

    @classmethod
    def of(cls, *texts: str, seed: int = 0) -> Faults:
        """Start with these."""
        faults = cls(seed)
        faults.set(*texts)
        return faults

    @property
    def active(self) -> tuple[str, ...]:
        """The faults as they were written."""
        return tuple(active.fault.text for active in self._active)

    def set(self, *texts: str) -> None:
        """Have these and no others from now on; their counts start anew."""
        self._active = self._started(texts)

    def add(self, *texts: str) -> None:
        """Have these too."""
        self._active += self._started(texts)

    def clear(self) -> None:
        """Have none."""
        self._active = ()

    def choose(self, asked: Asked) -> list[Active]:
        """Count a request and give the faults that strike it."""
        chosen = [active for active in self._active if active.strikes(asked)]
        struck = tuple(active.fault.text for active in chosen)
        self.happened.append(Happening(asked.operation, asked.method, asked.path, struck))
        return chosen

    def _started(self, texts: tuple[str, ...]) -> tuple[Active, ...]:
        # Each has its own dice, so that one more fault does not change what the others do.
        return tuple(
            Active(read_fault(text), random.Random(f"{self.seed}/{text}"))  # noqa: S311
            for text in texts
        )
