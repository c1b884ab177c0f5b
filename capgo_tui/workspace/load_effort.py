"""The requests and the time it takes to load a list of unknown length."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from capgo_tui.api.rate_limits import REQUESTS_A_MINUTE
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.numbers import format_duration, group_digits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_PACE: Final = f"{REQUESTS_A_MINUTE} a minute"
ASK_FROM: Final = 100
"""More requests than this need a confirmation."""
ACTIVE_DAYS: Final = 30
"""The devices active in so many days are taken for all there are."""


@dataclass
class LoadEffort:
    """The effort of loading all devices: what is known before, and how far it is."""

    expected_count: int | None
    """About how many devices there are: the active ones; None when unknown."""
    loaded_count: int
    """Records that are loaded."""
    page_size: Callable[[], int]
    """Most records of the next page."""
    is_slowed: Callable[[], bool]
    """Whether the server asked to slow down, so that the documented pace is kept."""
    began: datetime
    requests: int = 0
    """Requests that were answered."""

    @property
    def requests_left(self) -> int | None:
        """About how many requests are left; None when unknown, or when fewer were expected."""
        if self.expected_count is None or self.expected_count <= self.loaded_count:
            return None
        return math.ceil((self.expected_count - self.loaded_count) / self.page_size())

    @property
    def is_long(self) -> bool:
        """Whether it takes so many requests that it needs a confirmation."""
        left = self.requests_left
        return left is not None and left > ASK_FROM

    def note(self, requests: int, loaded_count: int) -> None:
        """Note the requests of a page and the number of loaded records."""
        self.requests += requests
        self.loaded_count = loaded_count

    def count_seconds_left(self, now: datetime) -> float | None:
        """Return the seconds left at the pace so far, or at the documented one after a refusal."""
        left = self.requests_left
        if left is None:
            return None
        documented_seconds = 60 / REQUESTS_A_MINUTE
        if not self.requests:
            return left * documented_seconds
        a_request = (now - self.began).total_seconds() / self.requests
        return left * (
            max(a_request, documented_seconds) if self.is_slowed() else max(a_request, 0)
        )


def announce(effort: LoadEffort) -> str:
    """Return the effort before loading: ``~900 active in 30 days · 6 requests, 4 s · …``.

    Never says how many there are, for that nobody knows. A narrow screen leaves the last out.
    """
    left = effort.requests_left
    if left is None:
        return f"total unknown · {effort.page_size()} a request · at most {_PACE}"
    count = group_digits(effort.expected_count or 0)
    return f"~{count} active in {ACTIVE_DAYS} days · {_describe_cost(left)} · at {_PACE}"


def ask_to_load(effort: LoadEffort, width: int) -> str:
    """Return the question whether to load all devices, in at most `width` cells."""
    left, count = effort.requests_left or 0, group_digits(effort.expected_count or 0)
    cost, active = _describe_cost(left), f"active in {ACTIVE_DAYS} days"
    sentences = (
        f"Load all? About {count} devices {active}: {cost} at {_PACE}",
        f"Load all? ~{count} {active}: {cost} at {_PACE}",
        f"Load all? ~{count} {active}: {cost}",
        f"Load all? ~{count} devices: {cost}",
    )
    return next((each for each in sentences if len(each) <= width), sentences[-1])


def describe_progress(effort: LoadEffort, now: datetime) -> str:
    """Return the progress, ``83 of ~667 requests · ~5 min left``; at first the effort."""
    if not effort.requests:
        return announce(effort)
    left, count = effort.requests_left, effort.requests
    seconds = effort.count_seconds_left(now)
    if left is None or seconds is None:
        return f"{group_digits(count)} request{'' if count == 1 else 's'} · what is left is unknown"
    count_text, total = group_digits(count), group_digits(count + left)
    return f"{count_text} of ~{total} requests · ~{format_duration(seconds)} left"


def _describe_cost(requests: int) -> str:
    time = format_duration(requests * 60 / REQUESTS_A_MINUTE)
    return f"{group_digits(requests)} request{'' if requests == 1 else 's'}, {time}"
