"""Pending retries, for those who show how long they still take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from capgo_tui.api.retry_policy import PendingRetry


@dataclass(frozen=True, slots=True)
class RetryCountdown:
    """A pending retry and when its wait began."""

    retry: PendingRetry
    began_at: datetime

    def count_seconds(self, now: datetime) -> int:
        """Return the whole seconds that are left, never rounded down."""
        return max(0, math.ceil(self.retry.seconds - (now - self.began_at).total_seconds()))


class PendingRetries:
    """Report each pending retry to the list it is for, and keep those that are for no list.

    The latter read a single record, or are a write that is held back.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lists: Mapping[str, Callable[[PendingRetry], None]] = {}
        self._others: dict[PendingRetry, RetryCountdown] = {}
        self._listeners: list[Callable[[], None]] = []

    def set_lists(self, lists: Mapping[str, Callable[[PendingRetry], None]]) -> None:
        """Set who is told of the retries of each operation that reads a list."""
        self._lists = lists

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever `latest` may have changed."""
        self._listeners.append(listener)

    @property
    def latest(self) -> RetryCountdown | None:
        """The pending retry for no list that began last."""
        return next(reversed(self._others.values()), None)

    def note(self, retry: PendingRetry) -> None:
        """Take note of a retry whose wait has begun or is over."""
        if retry.operation in self._lists:
            self._lists[retry.operation](retry)
            return
        if retry.is_over:
            self._others.pop(retry, None)
        else:
            self._others[retry] = RetryCountdown(retry, self._now())
        for listener in self._listeners:
            listener()
