"""Send requests: rate-limited, reads retried, none after a refused API key (contract §3)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.rate_limits import RateLimiter
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.api.requests import Request

ResultT = TypeVar("ResultT")

_PASSING = {ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.RATE_LIMITED}
_SHORTEST = 1.0
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
        seconds = 2.0 ** (failures - 1) if retry_after is None else max(retry_after, _SHORTEST)
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


class Attempts:
    """Attempts of one client's requests, which share retries, rate limits and a refused API key.

    Without `retry_policy` each request is sent once and at once. `on_retry` is called
    with a `PendingRetry` when it begins and when it is over.
    """

    def __init__(
        self, retry_policy: RetryPolicy | None, on_retry: Callable[[PendingRetry], None] | None
    ) -> None:
        self.refusal: CapgoError | None = None
        """The error that refused the API key; afterwards nothing is sent."""
        self._retry_policy = retry_policy
        self._on_retry = on_retry
        self._rate_limiter = None if retry_policy is None else RateLimiter(retry_policy.longest)
        self._pending_retries: set[PendingRetry] = set()
        self._reads: set[asyncio.Timeout] = set()

    def cancel_waits(self) -> None:
        """Cancel all pending retries, present and future, because the program ends."""
        self._retry_policy = self._rate_limiter = None
        for retry in tuple(self._pending_retries):
            retry.cancel()

    @property
    def is_slowed(self) -> bool:
        """Whether requests keep the documented rate, because the server asked to slow down."""
        if self._rate_limiter is None or self._retry_policy is None:
            return False
        return self._rate_limiter.is_slow(self._retry_policy.clock())

    async def make(self, request: Request, attempt: Callable[[int], Awaitable[ResultT]]) -> ResultT:
        """Make a request by one attempt, or a read by several; `attempt` takes its number.

        After the first KEY_REFUSED every call raises that error without an attempt, and reads
        in flight are cancelled: 20 failures lock the address (contract §1, §3). A write in
        flight is not cancelled, for it may have taken effect.
        """
        if self.refusal is not None:
            raise self.refusal.with_traceback(None)
        if request.writes:
            return await self._retry(request, attempt)
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._reads.add(scope)
                try:
                    return await self._retry(request, attempt)
                finally:
                    self._reads.discard(scope)
        except TimeoutError:
            if self.refusal is None or not scope.expired():
                raise
            raise self.refusal.with_traceback(None) from None

    async def _retry(
        self, request: Request, attempt: Callable[[int], Awaitable[ResultT]]
    ) -> ResultT:
        failures, wait_total, seconds = 0, 0.0, 0.0
        error: CapgoError | None = None
        while True:
            wait_total += await self._await_turn(request, error, seconds, failures + 1)
            if self.refusal is not None:
                raise self.refusal.with_traceback(None)
            try:
                return await attempt(failures + 1)
            except CapgoError as failure:
                error = failure
            self._note(request, error)
            failures += 1
            next_wait = None
            if self._retry_policy is not None and not (request.writes or request.is_optional):
                next_wait = self._retry_policy.wait_after(error, failures, wait_total)
            if next_wait is None:
                raise error
            seconds = next_wait

    def _note(self, request: Request, error: CapgoError) -> None:
        judges_key = request.needs_key and not request.takes_sessions
        if error.kind is ErrorKind.KEY_REFUSED and judges_key and self.refusal is None:
            self.refusal = error
            # The failing read is among them, but it has no await left.
            now = asyncio.get_running_loop().time()
            for scope in self._reads:
                scope.reschedule(now)
        if self._rate_limiter is not None and self._retry_policy is not None:
            self._rate_limiter.note(request, error, self._retry_policy.clock())

    async def _await_turn(
        self, request: Request, error: CapgoError | None, seconds: float, number: int
    ) -> float:
        """Wait until the request may be sent, and return the seconds waited."""
        if self._retry_policy is None or self._rate_limiter is None:
            if error is not None:
                raise error
            return 0.0
        now = self._retry_policy.clock()
        cause = error or self._rate_limiter.find_holding_refusal(now)
        seconds = self._rate_limiter.reserve_time(request, now, seconds) - now
        if seconds <= 0:
            return 0.0
        if cause is None or (error is None and seconds < _SHORTEST):
            await self._retry_policy.sleep(seconds)
            return seconds
        tries = 1 if request.writes else self._retry_policy.tries
        if error is None:
            cause = _copy_refusal(request, cause, seconds)
        retry = PendingRetry(
            request.name,
            request.operation,
            error=cause,
            seconds=seconds,
            number=number,
            tries=tries,
        )
        self._pending_retries.add(retry)
        try:
            self._notify(retry)
            await retry.run(self._retry_policy.sleep)
        finally:
            retry.is_over = True
            self._pending_retries.discard(retry)
            self._notify(retry)
        return seconds

    def _notify(self, retry: PendingRetry) -> None:
        if self._on_retry is not None:
            self._on_retry(retry)


def _copy_refusal(request: Request, refusal: CapgoError, seconds: float) -> CapgoError:
    """Return a refusal for another request, which was not sent because of it."""
    return CapgoError(
        refusal.message,
        kind=refusal.kind,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.detail,
        retry_after=seconds,
        request=request.name,
    )
