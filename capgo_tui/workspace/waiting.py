"""The waits of requests for their next try, as somebody watches them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from capgo_tui.api.retry_policy import Wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait and when it began."""

    wait: Wait
    since: datetime

    def seconds(self, now: datetime) -> int:
        """Whole seconds that are left, never rounded down."""
        return max(0, math.ceil(self.wait.seconds - (now - self.since).total_seconds()))


class Waits:
    """Tells each wait to the list it is for, and keeps those that are for no list.

    These are of one record that is looked up or read back, or of a write that is held back.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lists: Mapping[str, Callable[[Wait], None]] = {}
        self._others: dict[Wait, Waiting] = {}
        self._listeners: list[Callable[[], None]] = []

    def of_lists(self, lists: Mapping[str, Callable[[Wait], None]]) -> None:
        """Say who is told of the waits of an operation that reads a list."""
        self._lists = lists

    def listen(self, listener: Callable[[], None]) -> None:
        """Tell `listener` whenever `latest` is another."""
        self._listeners.append(listener)

    @property
    def latest(self) -> Waiting | None:
        """The wait for no list that began last."""
        return next(reversed(self._others.values()), None)

    def note(self, wait: Wait) -> None:
        """Take note of a wait that has begun or is over."""
        if wait.operation in self._lists:
            self._lists[wait.operation](wait)
            return
        if wait.is_over:
            self._others.pop(wait, None)
        else:
            self._others[wait] = Waiting(wait, self._now())
        for listener in self._listeners:
            listener()
