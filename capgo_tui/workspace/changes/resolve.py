"""Find the outcomes of writes that were cut off by the end of the program; nothing is resent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.api.errors import CapgoError
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.carry_out import judge
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.recorded import iterate_changes
from capgo_tui.workspace.changes.reread import reread
from capgo_tui.workspace.next_step import NextStep

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.reread import Progress, Reading
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class Resolution:
    """The number of writes that were cut off, by what was read back."""

    verified_count: int = 0
    """The record is as intended."""
    unknown_count: int = 0
    """The record is not as intended: never sent, refused, or changed since."""
    unread_count: int = 0
    """The record could not be read; it is read again at the next start."""

    next_step: ClassVar = NextStep.LIST_CHANGES

    def __str__(self) -> str:
        """Return one line for the operator; empty when there was none."""
        count = self.verified_count + self.unknown_count + self.unread_count
        if not count:
            return ""
        parts = [
            f"{number} {what}"
            for number, what in (
                (self.verified_count, "as intended"),
                (self.unknown_count, "not as intended"),
                (self.unread_count, "cannot be read"),
            )
            if number
        ]
        writes = "A write was" if count == 1 else f"{count} writes were"
        return f"! {writes} cut off by the program's end: {', '.join(parts)}"


async def resolve(workspace: Workspace, progress: Progress | None = None) -> Resolution:
    """Read the targets of all writes that were cut off, and settle their journal entries.

    Raises:
        JournalUnusable: when the journal cannot be read or written.

    """
    entries = await asyncio.to_thread(workspace.journal.cut_off_entries)
    if not entries:
        return Resolution()
    pairs = list(iterate_changes(entries))
    readings = await reread([change for _, change in pairs], workspace, progress)
    verified_count = unknown_count = 0
    for (entry, change), reading in zip(pairs, readings, strict=True):
        outcome = _find_outcome(change, reading)
        if outcome is None:
            continue
        await asyncio.to_thread(workspace.journal.settle, entry.id, outcome, late=True)
        verified_count += outcome.state is OutcomeState.VERIFIED
        unknown_count += outcome.state is OutcomeState.UNKNOWN
    return Resolution(verified_count, unknown_count, len(entries) - verified_count - unknown_count)


def _find_outcome(change: Change, reading: Reading) -> Outcome | None:
    """Return the outcome of a write by what was read back; None while nothing was read."""
    if isinstance(reading, CapgoError):
        return None
    outcome = judge(change, reading)
    if outcome.state is OutcomeState.VERIFIED:
        return outcome
    return replace(outcome, state=OutcomeState.UNKNOWN)
