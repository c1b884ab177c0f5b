"""Count the recent attempts in the journal, of any copy of the program, towards rate limits."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import is_from_rate_limiter
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import iterate_changes
from capgo_tui.workspace.journal import JournalUnusable
from capgo_tui.workspace.write_limits import SAME_LINK_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

ENTRIES: Final = 1000
LONGEST_REQUEST: Final = timedelta(seconds=30)
"""The longest time from a journal entry until its request reaches the server."""


async def recall(workspace: Workspace) -> None:
    """Count attempts of the last minute that the workspace has not counted yet."""
    write_limits, start = (
        workspace.write_limits,
        workspace.now() - timedelta(seconds=SAME_LINK_SECONDS),
    )
    try:
        entries = await asyncio.to_thread(workspace.journal.list_entries, ENTRIES)
    except JournalUnusable:
        return  # then nothing is sent either, with that reason
    recent = [
        entry
        for entry in entries
        if entry.at > start - LONGEST_REQUEST
        and entry.id not in write_limits.entry_ids
        and not _is_refused_by_limiter(entry)
    ]
    for entry, change in iterate_changes(recent):
        write_limits.entry_ids.add(entry.id)
        for limit in change.limits:
            write_limits.count(limit, estimate_arrival(entry, workspace.now()))


def estimate_arrival(entry: Entry, now: datetime) -> datetime:
    """Return the latest time at which the request of an entry can have reached the server."""
    return min(entry.settled_at or now, entry.at + LONGEST_REQUEST, now)


def _is_refused_by_limiter(entry: Entry) -> bool:
    """Whether a rate limiter refused it: those do not count what they refuse."""
    return entry.state is OutcomeState.FAILED and is_from_rate_limiter(entry.error or "")
