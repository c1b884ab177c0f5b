"""The inventory of overrides: the devices that are forced to a channel, channel by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import STALE_AFTER
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import iterate_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.journal_entry import Entry


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One device with an override."""

    device: Device
    is_stale: bool
    """Whether it had no contact for `STALE_AFTER`."""
    first_set_at: datetime | None = None
    """When this program first set its override; None where it did not."""
    last_set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverrideGroup:
    """The devices that are forced to one channel."""

    channel: str
    rows: tuple[OverrideRow, ...]
    """Those seen last come first."""

    @property
    def stale_count(self) -> int:
        """How many of them are stale."""
        return sum(row.is_stale for row in self.rows)


def list_overrides(
    devices: Iterable[Device], entries: Iterable[Entry], now: datetime
) -> list[OverrideGroup]:
    """Return the overridden devices by channel, the channel with the most of them first."""
    set_at = read_override_times(entries)
    groups: dict[str, list[OverrideRow]] = {}
    for device in devices:
        if device.channel is None:
            continue
        first, last = set_at.get(device.wire_id, (None, None))
        seen = device.updated_at
        is_stale = seen is not None and now - seen > STALE_AFTER
        row = OverrideRow(device, is_stale, first, last)
        groups.setdefault(device.channel, []).append(row)
    for rows in groups.values():
        rows.sort(key=_rank_by_time_seen, reverse=True)
    return [
        OverrideGroup(channel, tuple(rows))
        for channel, rows in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _rank_by_time_seen(row: OverrideRow) -> float:
    seen = row.device.updated_at
    return float("-inf") if seen is None else seen.timestamp()


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
