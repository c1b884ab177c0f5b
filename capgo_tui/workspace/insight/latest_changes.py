"""The latest changes of an app: those of the journal, and those of others in the audit history."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.text import clean
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.recorded import revive
from capgo_tui.workspace.insight.channel_history import merge_history
from capgo_tui.workspace.insight.overview import LatestChange
from capgo_tui.workspace.insight.places import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.models import AuditEntry
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.insight.channel_history import FieldChange, HistoryItem
    from capgo_tui.workspace.journal_entry import Entry

MOST: Final = 40
"""Most changes that are merged; a screen holds fewer."""
YOU: Final = "you"
_CHANGES: Final = Place("", "changes", action="change.list")
_VALUES: Final = {None: "none", True: "yes", False: "no", "": "none"}


def merge_latest(
    entries: Sequence[Entry],
    audit: Sequence[AuditEntry],
    name_of_bundle: Callable[[int], str | None],
    *,
    fingerprint: str,
    places: Mapping[str, Place],
    now: datetime,
) -> list[LatestChange]:
    """Return the latest changes, newest first.

    Args:
        entries: entries of the journal, newest first.
        audit: audit entries of the app's channels, newest first.
        name_of_bundle: returns the exact name of a bundle by its id, or None.
        fingerprint: that of our API key.
        places: the places of the loaded channels, by exact name.
        now: the present time.

    """
    entries, audit = entries[:MOST], audit[:MOST]
    changes = [(entry, revive(entry)) for entry in entries]
    of_channels: dict[str, list[Entry]] = defaultdict(list)
    result: list[LatestChange] = []
    for entry, change in changes:
        if change is not None and change.noun == "channel":
            of_channels[change.wire_id].append(entry)
        else:
            who = _name_author(f"#{clean(entry.key_fingerprint)}", fingerprint)
            result.append(
                LatestChange(
                    entry.at,
                    _format_time(entry.at, now),
                    who,
                    _describe_change(entry, change),
                    _place(change),
                )
            )
    told: dict[str, list[AuditEntry]] = defaultdict(list)
    identities = dict[str, int]()
    for row in audit:
        name, identity = _name_of(row), row.record_id or ""
        if name and identity.isdecimal():
            told[name].append(row)
            identities[name] = int(identity)
    for name in dict.fromkeys([*of_channels, *told]):
        items = merge_history(
            of_channels[name], told[name], name, identities.get(name, 0), name_of_bundle
        )
        place = places.get(name)
        for item in items:
            who = _name_author(item.who, fingerprint)
            text = f"{clean(name)}{_describe(item)}"
            result.append(
                LatestChange(item.at, _format_time(item.at, now), who, text, place or _CHANGES)
            )
    return sorted(result, key=lambda each: each.at, reverse=True)[:MOST]


def _format_time(at: datetime, now: datetime) -> str:
    local = at.astimezone()
    return f"{local:%H:%M}" if local.date() == now.astimezone().date() else f"{local:%m-%d}"


def _name_author(who: str, fingerprint: str) -> str:
    return YOU if who == f"#{clean(fingerprint)}" else who or "unknown"


def _describe_change(entry: Entry, change: Change | None) -> str:
    if change is None:
        return f"{clean(entry.kind)} {clean(entry.target)}"
    words = describe(change)
    effect = words.first_effect
    return f"{words.name}: {effect}" if effect else words.short_title


def _place(change: Change | None) -> Place:
    if change is None or change.noun != "device" or change.row_key is None:
        return _CHANGES
    return Place("devices", clean(change.label), key=change.row_key)


def _describe(item: HistoryItem) -> str:
    if not item.fields:
        return f" {item.operation}"
    parts = list(_describe_fields(item.fields))
    more = f" +{len(parts) - 1} more" if len(parts) > 1 else ""
    return f": {parts[0]}{more}"


def _describe_fields(fields: Iterable[FieldChange]) -> Iterator[str]:
    """Yield before → after, what devices get first."""
    order = ("bundle", "rollout_bundle", "rollout_percentage_bps", "public")
    rank = {field: number for number, field in enumerate(order)}
    for each in sorted(fields, key=lambda each: rank.get(each.field, len(rank))):
        setting = CHANNEL_SETTINGS.get(each.field)
        label = clean(each.field.replace("_", " ")) if setting is None else setting.label
        values = (
            f"{_format_value(each.field, each.before)} → {_format_value(each.field, each.after)}"
        )
        yield values if each.field == "bundle" else f"{label} {values}"


def _format_value(field: str, value: object) -> str:
    if field.endswith("_bps") and isinstance(value, int):
        return f"{value / 100:g} %"
    if value is None or isinstance(value, bool) or value == "":
        return _VALUES[value]
    return clean(str(value))


def _name_of(entry: AuditEntry) -> str:
    for row in (entry.new_record, entry.old_record):
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str):
            return name
    return ""
