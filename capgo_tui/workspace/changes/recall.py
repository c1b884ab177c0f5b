"""What the journal knows of the last minute's attempts, by this program or another copy of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import is_from_rate_limiter
from capgo_tui.workspace.changes.outcome import Fate
from capgo_tui.workspace.changes.recorded import iterate_changes
from capgo_tui.workspace.journal import JournalUnusable
from capgo_tui.workspace.pacing import SAME_LINK_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

ENTRIES: Final = 1000
LONGEST_REQUEST: Final = timedelta(seconds=30)
"""An attempt may have reached the server so long after it was written down."""


async def recall(workspace: Workspace) -> None:
    """Let the workspace's pacing know of attempts it did not see; at most a minute old."""
    pacing, start = workspace.pacing, workspace.now() - timedelta(seconds=SAME_LINK_SECONDS)
    try:
        entries = await asyncio.to_thread(workspace.journal.entries, ENTRIES)
    except JournalUnusable:
        return  # then nothing is sent either, and that says why
    recent = [
        entry
        for entry in entries
        if entry.at > start - LONGEST_REQUEST
        and entry.id not in pacing.noted
        and not _was_refused_by_limiter(entry)
    ]
    for entry, change in iterate_changes(recent):
        pacing.noted.add(entry.id)
        for limit in change.limits:
            pacing.count(limit, arrival_time(entry, workspace.now()))


def arrival_time(entry: Entry, now: datetime) -> datetime:
    """The latest moment at which it can have reached the server."""
    return min(entry.settled_at or now, entry.at + LONGEST_REQUEST, now)


def _was_refused_by_limiter(entry: Entry) -> bool:
    """Whether it was refused by a limiter: they do not count what they refuse themselves."""
    return entry.fate is Fate.FAILED and is_from_rate_limiter(entry.error or "")
