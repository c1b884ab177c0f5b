"""Estimates of how long a batch takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.numbers import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.write_limits import WriteLimits

A_MINUTE: Final = 100
"""Requests a minute that the service documents (contract §3); it often allows more."""


def estimate(changes: Sequence[Change], write_limits: WriteLimits) -> str:
    """Return how long changes take: ``240 requests, about 3 min at 100 a minute``.

    A change is two requests, a write and its read-back, or one where many are read back
    together. What waits for a rate limit may take longer.
    """
    requests = sum(1 if change.reads_whole_list else 2 for change in changes)
    longest = max((write_limits.wait(change.limits) for change in changes), default=0.0)
    seconds = max(requests * 60 / A_MINUTE, longest)
    return f"{requests} requests, about {duration(seconds)} at {A_MINUTE} a minute"
