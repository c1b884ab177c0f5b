"""Reading a list again by itself after an outage, with a pause that grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

FIRST_SECONDS: Final = 10
"""Seconds before the list is read again the first time."""
LONGEST_SECONDS: Final = 120
"""Most seconds between two reads."""


def is_outage(error: CapgoError | None) -> bool:
    """Return whether an error is likely to pass by itself, and asking again does no harm."""
    if error is None or error.locks_address:
        return False
    is_fault = error.kind is ErrorKind.SERVER_FAULT and (error.status or 0) >= 500
    return is_fault or error.kind is ErrorKind.UNREACHABLE


@dataclass(slots=True)
class Reconnection:
    """The schedule for one list; it makes no request itself."""

    _failed_at: datetime | None = None
    _failures: int = 0

    def count_seconds_left(
        self, error: CapgoError | None, failed_at: datetime | None, now: datetime
    ) -> int | None:
        """Return the seconds until the list is read again, 0 when that is due; None for never.

        Args:
            error: the error of the list; None ends the outage.
            failed_at: when it came, which tells a new failure from the last one.
            now: the time.

        """
        if failed_at is None or not is_outage(error):
            self._failed_at, self._failures = None, 0
            return None
        if failed_at != self._failed_at:
            self._failed_at = failed_at
            self._failures += 1
        pause = min(FIRST_SECONDS << min(self._failures - 1, 10), LONGEST_SECONDS)
        return max(0, round(pause - (now - failed_at).total_seconds()))
