"""The active faults of one sandbox, which may be changed while it runs."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.grammar import Fault, read_fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.sandbox.faults.wire import Request

#: The number of requests in the log.
MEMORY = 10_000


@dataclass
class Active:
    """An active fault, its count of requests, and its own random numbers."""

    fault: Fault
    rng: random.Random
    count: int = 0

    def register(self, request: Request) -> bool:
        """Count a request, and return whether this fault strikes it."""
        if not self.fault.concerns(request):
            return False
        self.count += 1
        return self.fault.schedule(self.count, self.rng)


@dataclass(frozen=True)
class RequestRecord:
    """One request and the texts of the faults that struck it."""

    operation: str
    method: str
    path: str
    faults: tuple[str, ...]


def _make_reset() -> Exception:
    return ConnectionResetError("the sandbox dropped the connection")


@dataclass
class Faults:
    """The active faults, the outermost first.

    ``drop_error`` makes the exception for a dropped connection where there is no connection, as
    with an in-process transport.
    """

    seed: int = 0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    drop_error: Callable[[], Exception] = _make_reset
    request_log: deque[RequestRecord] = field(default_factory=lambda: deque(maxlen=MEMORY))
    _active: tuple[Active, ...] = ()

    @classmethod
    def of(cls, *texts: str, seed: int = 0) -> Faults:
        """Return a sandbox's faults that start with these."""
        faults = cls(seed)
        faults.set(*texts)
        return faults

    @property
    def active(self) -> tuple[str, ...]:
        """The texts of the active faults."""
        return tuple(active.fault.text for active in self._active)

    def set(self, *texts: str) -> None:
        """Replace the faults; the counts start at zero."""
        self._active = self._activate(texts)

    def add(self, *texts: str) -> None:
        """Add faults."""
        self._active += self._activate(texts)

    def clear(self) -> None:
        """Remove all faults."""
        self._active = ()

    def choose(self, request: Request) -> list[Active]:
        """Count a request and return the faults that strike it."""
        active_faults = [active for active in self._active if active.register(request)]
        texts = tuple(active.fault.text for active in active_faults)
        self.request_log.append(
            RequestRecord(request.operation, request.method, request.path, texts)
        )
        return active_faults

    def _activate(self, texts: tuple[str, ...]) -> tuple[Active, ...]:
        # Each has its own random numbers, so that one more fault does not change the others.
        return tuple(
            Active(read_fault(text), random.Random(f"{self.seed}/{text}"))  # noqa: S311
            for text in texts
        )
