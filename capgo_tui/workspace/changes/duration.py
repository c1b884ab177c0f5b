"""How long many changes take: told before they begin, and while they are carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.numbers import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.pacing import Pacing

A_MINUTE: Final = 100
"""Requests a minute that the service documents (contract §3); it often allows more."""


def estimate(changes: Sequence[Change], pacing: Pacing) -> str:
    """Return what changes take: ``240 requests, about 3 min at 100 a minute``.

    A change is a write and a reading back, but those that are read back together. What waits
    for a limit of its own may take longer than that.
    """
    requests = sum(1 if change.reads_whole_list else 2 for change in changes)
    longest = max((pacing.wait(change.limits) for change in changes), default=0.0)
    seconds = max(requests * 60 / A_MINUTE, longest)
    return f"{requests} requests, about {duration(seconds)} at {A_MINUTE} a minute"
