"""Which failed reads are worth another try, and how long to wait before it (contract §3)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_PASSING = {ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.RATE_LIMITED}
SHORTEST = 1.0
"""Seconds to wait at least: a server that says 0 has rounded down."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a read is tried, and what to wait; a write is sent once whatever this says."""

    tries: int = 4
    longest: float = 60.0
    """Seconds; a server that asks for more is believed, and the read fails at once."""
    total: float = 120.0
    """Seconds that all waits of one read may take together."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def wait_after(self, error: CapgoError, failures: int, wait_total: float) -> float | None:
        """Seconds to wait before the next try; None when there is to be none.

        Args:
            error: why the last try failed.
            failures: how many tries have failed.
            wait_total: seconds waited between them so far.

        """
        if failures >= self.tries or error.lasting or error.kind not in _PASSING:
            return None
        retry_after = error.retry_after
        seconds = 2.0 ** (failures - 1) if retry_after is None else max(retry_after, SHORTEST)
        return None if seconds > self.longest or wait_total + seconds > self.total else seconds


class Wait:
    """One wait before a request goes out, told when it begins and when it is ``is_over``."""

    def __init__(
        self,
        request: str,
        operation: str,
        *,
        error: CapgoError,
        seconds: float,
        number: int,
        tries: int,
    ) -> None:
        self.request = request
        """Method and path, such as ``GET /device``."""
        self.operation = operation
        """Such as ``list_devices``."""
        self.error = error
        """Why: what this request failed with before, or another one that the server held back."""
        self.seconds = seconds
        self.number = number
        """Which try comes next, counted from 1."""
        self.tries = tries
        """How many tries there are at most."""
        self.is_over = False
        self._scope = asyncio.timeout(None)
        self._began = False

    def cancel(self) -> None:
        """Wait no longer and try no more: the request then fails with ``error``."""
        if not self.is_over:
            self.is_over = True
            if self._began:
                self._scope.reschedule(asyncio.get_running_loop().time())

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Wait; raises ``error`` when it was given up."""
        if self.is_over:
            raise self.error.with_traceback(None)
        try:
            async with self._scope:
                self._began = True
                await sleep(self.seconds)
        except TimeoutError:
            if not self._scope.expired():
                raise
            raise self.error.with_traceback(None) from None
        finally:
            self.is_over = True
