"""When the overrides of devices were set, as far as the journal knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import iterate_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from capgo_tui.workspace.journal_entry import Entry


def read_override_times(
    entries: Iterable[Entry],
) -> Mapping[str, tuple[datetime, datetime]]:
    """Return when this program first and last set the override of each device."""
    result: dict[str, tuple[datetime, datetime]] = {}
    for entry, change in iterate_changes(entries):
        if change.noun != "device" or not (change.after or {}).get("channel"):
            continue
        if entry.state in (OutcomeState.FAILED, None):
            continue
        first, last = result.get(change.wire_id, (entry.at, entry.at))
        result[change.wire_id] = (min(first, entry.at), max(last, entry.at))
    return result
