"""Rate limits: the pace at which the server takes requests (contract §3)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind, Scope

if TYPE_CHECKING:
    from capgo_tui.api.requests import Request

REQUESTS_A_MINUTE: Final = 100
"""Requests a minute that the service documents; it often allows more."""
_SPACING = 60.0 / (REQUESTS_A_MINUTE - 2)
SLOW_SECONDS = 300.0
"""Seconds that the documented rate is kept after a 429."""
PER_DEVICE = 5
"""Requests of one kind about one device that the server takes in a second."""
_DEVICE_WINDOW = 1.25
"""Seconds: the server's window of one second, and a margin for network jitter."""
_MOST_DEVICES = 1_000
_DEVICE_OPERATIONS = {"get_device", "link_device", "unlink_device"}


class RateLimiter:
    """Schedules every request of one client.

    Requests are sent at once until the server answers one with 429. Then all wait as long as it
    asked for, because every request restarts its window, and after that keep to 100 a minute for
    a while. Requests about one device are limited to five a second.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._slow_until = 0.0
        self._free_from = 0.0
        self._held_until = 0.0
        self._refusal: CapgoError | None = None
        self.devices: dict[tuple[str, str], deque[float]] = {}
        """The times of the latest requests about each device, by the kind of request and its id."""

    def reserve_time(self, request: Request, now: float, wait: float = 0.0) -> float:
        """Reserve and return the time for a request, at least `wait` seconds from `now`."""
        moment = max(now + wait, self._held_until)
        if moment < self._slow_until:
            moment = max(moment, self._free_from)
            self._free_from = moment + _SPACING
        if request.operation in _DEVICE_OPERATIONS:
            times = self._get_times(request, now)
            if len(times) == PER_DEVICE:
                moment = max(moment, times[0] + _DEVICE_WINDOW)
            times.append(moment)
        return moment

    def is_slow(self, now: float) -> bool:
        """Return whether requests keep to `REQUESTS_A_MINUTE` now."""
        return now < self._slow_until

    def find_holding_refusal(self, now: float) -> CapgoError | None:
        """Return the refusal that all requests wait for now."""
        return self._refusal if now < self._held_until else None

    def note(self, request: Request, error: CapgoError, now: float) -> None:
        """Update the limits after an error."""
        if error.kind is not ErrorKind.RATE_LIMITED or not _concerns_all(request, error):
            return
        self._slow_until = now + SLOW_SECONDS
        self._free_from = max(self._free_from, now + _SPACING)
        wait = error.retry_after or 0.0
        if wait <= self._longest and now + wait > self._held_until:
            self._held_until, self._refusal = now + wait, error

    def _get_times(self, request: Request, now: float) -> deque[float]:
        device_key = (request.operation, _find_device(request))
        if len(self.devices) >= _MOST_DEVICES and device_key not in self.devices:
            window_start = now - _DEVICE_WINDOW
            self.devices = {
                device_key: times
                for device_key, times in self.devices.items()
                if times[-1] > window_start
            }
        return self.devices.setdefault(device_key, deque(maxlen=PER_DEVICE))


def _find_device(request: Request) -> str:
    fields = {**dict(request.query), **(request.body or {})}
    return str(fields.get("device_id", "")).lower()


def _concerns_all(request: Request, error: CapgoError) -> bool:
    """Return whether a 429 concerns all requests, not one device or refused API keys."""
    if error.locks_address:
        return False
    if error.scope is None:
        return request.operation not in _DEVICE_OPERATIONS
    return error.scope is not Scope.DEVICE
