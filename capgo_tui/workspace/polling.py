"""When a list may be read again by itself.

The server counts every request of a key and forgets the count only after a minute without any
(contract §3): steady polling adds up until the key is shut out. So after a good part of what is
allowed, polling rests for longer than that minute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LEAST_SECONDS = 5
"""Nobody sees more of a list that is read again sooner."""
REST_SECONDS = 65
"""Longer than the server remembers."""
REQUESTS_BEFORE_REST = 1_000
"""Half of what the server allows: somebody else may use the key as well."""


@dataclass(slots=True)
class Polling:
    """Tells when it is time; it makes no request itself."""

    seconds: float
    """How often the operator wants the list read again."""
    _last: datetime | None = None
    _resting: bool = False
    _requests_then: int = field(default=0)
    """How many requests there had been when the count last began anew."""

    @property
    def resting(self) -> bool:
        """Whether it is keeping quiet so that the server forgets its count."""
        return self._resting

    def due(self, now: datetime, requests: int) -> bool:
        """Whether to read again now; a yes counts as done.

        Args:
            now: the time.
            requests: how many requests were made with the key so far, by anybody here.

        """
        if self._last is None:
            self._last, self._requests_then = now, requests
            return False
        passed = (now - self._last).total_seconds()
        if self._resting:
            if passed < REST_SECONDS:
                return False
            self._resting, self._requests_then = False, requests
        elif requests - self._requests_then >= REQUESTS_BEFORE_REST:
            self._resting, self._last = True, now
            return False
        if passed < max(self.seconds, LEAST_SECONDS):
            return False
        self._last = now
        return True
