"""When a request may go out, so that the server's limits are kept from this side (contract §3)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind

if TYPE_CHECKING:
    from capgo_tui.api.requests import Request

A_MINUTE = 100
"""Requests that the documentation allows; the server itself allows more as a rule."""
_SPACING = 60.0 / (A_MINUTE - 2)
SLOW_SECONDS = 300.0
"""So long the documented pace is kept after the server asked for it."""
PER_DEVICE = 5
_DEVICE_WINDOW = 1.25
"""The server's second, and what two requests may differ on their way to it."""
_MOST_DEVICES = 1_000
_DEVICE_OPERATIONS = {"get_device", "link_device", "unlink_device"}


class RateLimiter:
    """Gives every request of one client its moment.

    Requests go out at once, until the server answers one with 429. Then all wait as long as it
    asked for, because every request starts the time anew, and after that keep to 100 a minute
    for a while. Requests about one device are never more than five a second.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._slow_until = 0.0
        self._free_from = 0.0
        self._held_until = 0.0
        self._refusal: CapgoError | None = None
        self._devices: dict[tuple[str, str], deque[float]] = {}

    def moment(self, request: Request, now: float, wait: float = 0.0) -> float:
        """The moment for a request, `wait` seconds from now or later; it counts as used."""
        moment = max(now + wait, self._held_until)
        if moment < self._slow_until:
            moment = max(moment, self._free_from)
            self._free_from = moment + _SPACING
        if request.operation in _DEVICE_OPERATIONS:
            times = self._times(request, now)
            if len(times) == PER_DEVICE:
                moment = max(moment, times[0] + _DEVICE_WINDOW)
            times.append(moment)
        return moment

    def is_slow(self, now: float) -> bool:
        """Whether requests keep to `A_MINUTE` now."""
        return now < self._slow_until

    def holding_refusal(self, now: float) -> CapgoError | None:
        """The refusal for which everything waits now."""
        return self._refusal if now < self._held_until else None

    def note(self, request: Request, error: CapgoError, now: float) -> None:
        """Take a failure into account."""
        if error.kind is not ErrorKind.RATE_LIMITED or not _concerns_all(request, error):
            return
        self._slow_until = now + SLOW_SECONDS
        self._free_from = max(self._free_from, now + _SPACING)
        wait = error.retry_after or 0.0
        if wait <= self._longest and now + wait > self._held_until:
            self._held_until, self._refusal = now + wait, error

    def _times(self, request: Request, now: float) -> deque[float]:
        device_key = (request.operation, _device(request))
        if len(self._devices) >= _MOST_DEVICES and device_key not in self._devices:
            window_start = now - _DEVICE_WINDOW
            self._devices = {
                device_key: times
                for device_key, times in self._devices.items()
                if times[-1] > window_start
            }
        return self._devices.setdefault(device_key, deque(maxlen=PER_DEVICE))


def _device(request: Request) -> str:
    fields = {**dict(request.query), **(request.body or {})}
    return str(fields.get("device_id", "")).lower()


def _concerns_all(request: Request, error: CapgoError) -> bool:
    """Whether a 429 speaks of the key or the address, not of one device or of refused keys."""
    if error.locks_address:
        return False
    if isinstance(error.detail, dict):
        if error.detail.get("reason") is not None:
            return True
        if "device_id" in error.detail:
            return False
    return request.operation not in _DEVICE_OPERATIONS
