"""Polling: when a list is read again automatically.

The server counts every request of a key and forgets the count only after a minute without any,
refused ones included (contract §3): steady polling adds up until the key is shut out, and
polling on keeps it shut out. So after a good part of what is allowed, and after every refusal,
polling rests until there was such a minute, whoever disturbs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

LEAST_SECONDS = 5
"""Fewest seconds between two polls."""
REST_SECONDS = 65
"""Seconds of a rest, longer than the server counts requests."""
REQUESTS_BEFORE_REST = 1_000
"""Half of what the server allows: others may use the API key as well."""


@dataclass(slots=True)
class Polling:
    """The schedule of polls; it makes no request itself."""

    seconds: float
    """The interval that the operator wants."""
    last_poll: datetime | None = None
    """The time of the last poll; None before the first look."""
    _requests_then: int = 0
    _count_start: int = 0
    """The number of requests when the server last reset its count."""
    _requests: int = 0
    _quiet_since: datetime | None = None
    _resting: bool = False

    @property
    def resting(self) -> bool:
        """Whether polling rests so that the server resets its count."""
        return self._resting

    def is_due(self, now: datetime, requests: int, asked_to_wait: float | None = None) -> bool:
        """Return whether to read the list now; True counts as a poll.

        Args:
            now: the time.
            requests: how many requests were made with the key so far, by anybody here.
            asked_to_wait: the seconds that the server asked for when it refused the last
                request as one too many; None when it did not.

        """
        if self.last_poll is None or self._quiet_since is None:
            self.last_poll = self._quiet_since = now
            self._requests_then = self._count_start = self._requests = requests
            return False
        if requests != self._requests:
            self._requests, self._quiet_since = requests, now
        quiet = (now - self._quiet_since).total_seconds()
        is_forgotten = quiet >= max(REST_SECONDS, asked_to_wait or 0)
        if is_forgotten:
            self._count_start = requests
        count = requests - self._count_start
        needs_rest = count >= REQUESTS_BEFORE_REST or asked_to_wait is not None
        self._resting = needs_rest and not is_forgotten
        since_last = (now - self.last_poll).total_seconds()
        # A long list costs many requests each time: one a second at the most, over all.
        dear = not is_forgotten and since_last < requests - self._requests_then
        if self._resting or dear or since_last < max(self.seconds, LEAST_SECONDS):
            return False
        self.last_poll, self._requests_then = now, requests
        return True
