"""Sees each request through: in its turn, a read more than once, none after a refused key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.patience import SHORTEST, Patience, Wait
from capgo_tui.api.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.api.requests import Request

ResultT = TypeVar("ResultT")


class Attempts:
    """What one client's requests share: the patience, the pace, and a refused key.

    Without a patience each request goes out once and at once. `on_wait` hears of a `Wait` when
    it begins and again when it is over.
    """

    def __init__(self, patience: Patience | None, on_wait: Callable[[Wait], None] | None) -> None:
        self.refusal: CapgoError | None = None
        """How the server refused the key; from then on nothing is sent with it."""
        self._patience = patience
        self._on_wait = on_wait
        self._rate_limiter = None if patience is None else RateLimiter(patience.longest)
        self._waits: set[Wait] = set()
        self._reads: set[asyncio.Timeout] = set()

    def cancel_waits(self) -> None:
        """Give up every wait, now and from now on: the program ends."""
        self._patience = self._rate_limiter = None
        for wait in tuple(self._waits):
            wait.cancel()

    @property
    def is_slowed(self) -> bool:
        """Whether the documented pace is kept, because the server asked to slow down."""
        if self._rate_limiter is None or self._patience is None:
            return False
        return self._rate_limiter.is_slow(self._patience.clock())

    async def make(self, request: Request, attempt: Callable[[int], Awaitable[ResultT]]) -> ResultT:
        """Make a request by one attempt, or of a read by several; each is told its number.

        Raises the first KEY_REFUSED again and again without an attempt, and at once in reads
        that are under way then: 20 failures lock the address (contract §1, §3). A write under
        way is left alone, for it may have landed.
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
            if self._patience is not None and not (request.writes or request.is_optional):
                next_wait = self._patience.wait_after(error, failures, wait_total)
            if next_wait is None:
                raise error
            seconds = next_wait

    def _note(self, request: Request, error: CapgoError) -> None:
        judges_key = request.needs_key and not request.takes_sessions
        if error.kind is ErrorKind.KEY_REFUSED and judges_key and self.refusal is None:
            self.refusal = error
            # Its own read is among them: it is past its last wait, and takes no notice.
            now = asyncio.get_running_loop().time()
            for scope in self._reads:
                scope.reschedule(now)
        if self._rate_limiter is not None and self._patience is not None:
            self._rate_limiter.note(request, error, self._patience.clock())

    async def _await_turn(
        self, request: Request, error: CapgoError | None, seconds: float, number: int
    ) -> float:
        """Wait until the request may go out; gives the seconds it took."""
        if self._patience is None or self._rate_limiter is None:
            if error is not None:
                raise error
            return 0.0
        now = self._patience.clock()
        cause = error or self._rate_limiter.holding_refusal(now)
        seconds = self._rate_limiter.moment(request, now, seconds) - now
        if seconds <= 0:
            return 0.0
        if cause is None or (error is None and seconds < SHORTEST):
            await self._patience.sleep(seconds)
            return seconds
        tries = 1 if request.writes else self._patience.tries
        if error is None:
            cause = _copy_refusal(request, cause, seconds)
        wait = Wait(
            request.name,
            request.operation,
            error=cause,
            seconds=seconds,
            number=number,
            tries=tries,
        )
        self._waits.add(wait)
        try:
            self._notify(wait)
            await wait.run(self._patience.sleep)
        finally:
            wait.is_over = True
            self._waits.discard(wait)
            self._notify(wait)
        return seconds

    def _notify(self, wait: Wait) -> None:
        if self._on_wait is not None:
            self._on_wait(wait)


def _copy_refusal(request: Request, refusal: CapgoError, seconds: float) -> CapgoError:
    """The same refusal for a request that was held back because of it, and so never sent."""
    return CapgoError(
        refusal.message,
        kind=refusal.kind,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.detail,
        retry_after=seconds,
        request=request.name,
    )
