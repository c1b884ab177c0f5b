"""Retry policy of reads: which errors to retry and how long to wait (contract §3)."""

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
"""Shortest wait in seconds: a server that says 0 has rounded down."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retry policy of reads; a write is never retried."""

    tries: int = 4
    longest: float = 60.0
    """Longest wait in seconds; if the server asks for more, the read fails at once."""
    total: float = 120.0
    """Most seconds that all waits of one read take together."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def wait_after(self, error: CapgoError, failures: int, wait_total: float) -> float | None:
        """Return the seconds to wait before the next try; None for no further try.

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


class PendingRetry:
    """A request that waits before it is sent; reported when the wait begins and is over."""

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
        """The cause: the last error of this request, or a rate limit hit by another one."""
        self.seconds = seconds
        self.number = number
        """Number of the next try, from 1."""
        self.tries = tries
        """Most tries."""
        self.is_over = False
        self._scope = asyncio.timeout(None)
        self._began = False

    def cancel(self) -> None:
        """End the wait and all retries: the request then fails with ``error``."""
        if not self.is_over:
            self.is_over = True
            if self._began:
                self._scope.reschedule(asyncio.get_running_loop().time())

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Wait; raises ``error`` when the wait is cancelled."""
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
