"""Rate limits of writes, known before the server refuses one (§3).

The limiters count every attempt, also one that is refused with 400 or 404, but none that they
refuse themselves. Older servers may have none; to wait a little too long does no harm there.

The client has rate limits too (`capgo_tui.api.rate_limits`), another job: it spreads requests of
one client, reads as well, which nobody sees. What is known here is told beforehand, counted down
and can be stopped; it outlives the program and takes other running instances into account.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import ErrorKind, Scope
from capgo_tui.api.rate_limits import PER_DEVICE
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from capgo_tui.api.errors import CapgoError

SAME_LINK_SECONDS: Final = 60.0
"""The same device is linked to the same channel once in so many seconds, on the servers that
limit it the longest; `Traits.same_link_seconds` tells each."""
_BACK_OFF: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait where a server refuses and does not tell how long."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: the most calls of one name in so many seconds."""

    name: tuple[str, ...]
    most: int
    seconds: float
    same_link: bool = False
    """Whether the seconds depend on the revision; some have no such limit (contract §3, §18.9)."""


def link_limits(device_id: str, channel: str) -> tuple[Limit, ...]:
    """Return the limits of linking a device to a channel."""
    device = device_id.lower()
    return (
        Limit(("set", device, channel), 1, SAME_LINK_SECONDS, same_link=True),
        Limit(("set", device), PER_DEVICE, 1.0),
    )


def unlink_limits(device_id: str) -> tuple[Limit, ...]:
    """Return the limits of clearing a device's override."""
    return (Limit(("delete", device_id.lower()), PER_DEVICE, 1.0),)


@dataclass(frozen=True, slots=True)
class _Hold:
    """A time span in which the server wants no calls."""

    begin: datetime
    until: datetime


class WriteLimits:
    """The recent writes of one app, and the waits that the server asked for."""

    def __init__(
        self,
        now: Callable[[], datetime],
        same_link_seconds: Callable[[], float] = lambda: SAME_LINK_SECONDS,
    ) -> None:
        self._now = now
        self._same_link_seconds = same_link_seconds
        self._calls: dict[Limit, deque[datetime]] = {}
        self._holds: dict[tuple[str, ...], _Hold] = {}
        self._refusals = 0
        self.entry_ids: set[int] = set()
        """The numbers of the journal entries that are counted already."""

    def note(
        self, limits: Sequence[Limit], error: CapgoError | None = None, entry: int | None = None
    ) -> None:
        """Note an attempt that has just ended, with or without an error.

        Args:
            limits: what it is limited by.
            error: what the server or the network did instead.
            entry: its number in the journal.

        """
        if entry is not None:
            self.entry_ids.add(entry)
        if error is not None and error.kind is ErrorKind.RATE_LIMITED:
            self.hold(error, limits)
            return
        if error is not None and error.status is None and not error.maybe_sent:
            return
        self._refusals = 0
        for limit in limits:
            self.count(limit, self._now())

    def count(self, limit: Limit, at: datetime) -> None:
        """Count a call; it may be another program's, and older than the last one."""
        calls = self._calls.setdefault(limit, deque())
        calls.append(at)
        self._calls[limit] = deque(sorted(calls)[-limit.most :])

    def hold(self, error: CapgoError, limits: Sequence[Limit] = ()) -> None:
        """Note that the server asks to wait: for this device, or for all where it names none."""
        seconds = error.retry_after
        if seconds is None:
            seconds = _BACK_OFF[min(self._refusals, len(_BACK_OFF) - 1)]
        self._refusals += 1
        name = limits[0].name if limits and error.scope is Scope.DEVICE else ()
        now = self._now()
        self._holds[name] = _Hold(now, now + timedelta(seconds=seconds))

    def wait(self, limits: Sequence[Limit]) -> float:
        """Return the seconds until a call with these limits may be made; 0 for now."""
        now = self._now()
        left = self._hold_seconds((), now)
        for limit in limits:
            left = max(left, self._hold_seconds(limit.name, now))
            calls = self._calls.get(limit)
            if calls and len(calls) >= limit.most:
                seconds = self._same_link_seconds() if limit.same_link else limit.seconds
                rest = seconds - (now - calls[0]).total_seconds()
                # More than the limit itself can only be a clock that was set back.
                left = max(left, rest if rest <= seconds else 0)
        return left

    def _hold_seconds(self, name: tuple[str, ...], now: datetime) -> float:
        hold = self._holds.get(name)
        if hold is None or not hold.begin <= now < hold.until:
            return 0
        return (hold.until - now).total_seconds()
