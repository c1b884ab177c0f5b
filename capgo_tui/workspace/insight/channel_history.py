"""The history of a channel: the journal of this program and the server's audit, merged (§18.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import iterate_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.models import AuditEntry
    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.journal_entry import Entry

SAME_WRITE: Final = timedelta(seconds=10)
"""An audit entry so close to a journal entry with the same effect is the same write."""
_FIELD_OF_COLUMN: Final = {"version": "bundle", "rollout_version": "rollout_bundle"}
"""The field of a channel where the column of the server's table has another name."""
_HIDDEN: Final = frozenset({"updated_at", "created_at", "id", "owner_org", "created_by", "app_id"})
_TAKEN: Final = (OutcomeState.VERIFIED, OutcomeState.DIFFERENT, OutcomeState.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a channel, before and after."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One change of a channel."""

    at: datetime
    who: str
    """An email, the name of an API key, or the fingerprint of ours; clean text."""
    fields: tuple[FieldChange, ...]
    operation: str
    """``created``, ``changed`` or ``deleted``."""
    entry_id: int | None = None
    """The number of the entry in the journal of this program; None where another made it."""
    state_before: State | None = None
    """All fields that are known from before; None for a new channel."""


def merge_history(
    entries: Iterable[Entry],
    audit: Iterable[AuditEntry],
    channel: str,
    channel_id: int,
    name_of_bundle: Callable[[int], str | None],
) -> list[HistoryItem]:
    """Return the changes of a channel, the latest first.

    A write of this program that the audit tells as well is one item, with the number of its
    journal entry.

    Args:
        entries: journal entries of the app.
        audit: audit entries of the table of channels.
        channel: the exact name of the channel.
        channel_id: its id.
        name_of_bundle: returns the exact name of a bundle by its id, or None.

    """
    ours = list(_read_journal(entries, channel))
    theirs = [
        item
        for entry in audit
        if entry.record_id == str(channel_id)
        and (item := _read_audit(entry, name_of_bundle)) is not None
    ]
    result = []
    for item in theirs:
        twin = next((each for each in ours if _is_same_write(each, item)), None)
        if twin is None:
            result.append(item)
        else:
            ours.remove(twin)
            result.append(replace(item, entry_id=twin.entry_id, who=item.who or twin.who))
    return sorted([*result, *ours], key=lambda item: item.at, reverse=True)


def _read_journal(entries: Iterable[Entry], channel: str) -> Iterable[HistoryItem]:
    for entry, change in iterate_changes(entries):
        if change.noun != "channel" or change.wire_id != channel or entry.state not in _TAKEN:
            continue
        before, after = change.before, entry.readback or change.after
        fields = _compare(before or {}, after or {}, only=(change.after or before or {}).keys())
        operation = (
            "created" if before is None else "deleted" if change.after is None else "changed"
        )
        who = f"#{clean(entry.key_fingerprint)}"
        yield HistoryItem(entry.at, who, fields, operation, entry.id, before)


def _read_audit(
    entry: AuditEntry, name_of_bundle: Callable[[int], str | None]
) -> HistoryItem | None:
    if entry.created_at is None:
        return None
    before = _read_row(entry.old_record, name_of_bundle)
    after = _read_row(entry.new_record, name_of_bundle)
    if before is None and after is None:
        return None
    operation = "created" if before is None else "deleted" if after is None else "changed"
    fields = _compare(before or {}, after or {}) if operation == "changed" else ()
    if operation == "changed" and not fields:
        return None  # such as a time alone
    who = entry.actor_user_email or entry.actor_apikey_name or entry.actor_type or ""
    return HistoryItem(entry.created_at, who, fields, operation, None, before)


def _read_row(row: JSON, name_of_bundle: Callable[[int], str | None]) -> State | None:
    """Return the fields of a row of the server's table, with bundles by name."""
    if not isinstance(row, dict):
        return None
    state: State = {}
    for column, value in row.items():
        if column in _HIDDEN or not isinstance(value, str | int | float | bool | None):
            continue
        field = _FIELD_OF_COLUMN.get(column)
        if field is not None and isinstance(value, int):
            value = name_of_bundle(value) or f"#{value}"  # noqa: PLW2901 - the same value, named
        if column == "rollout_paused_at":
            field, value = "rollout_paused", value is not None  # noqa: PLW2901
        state[field or column] = value
    return state


def _compare(
    before: Mapping[str, Value], after: Mapping[str, Value], only: Iterable[str] | None = None
) -> tuple[FieldChange, ...]:
    fields = [*before, *(field for field in after if field not in before)] if only is None else only
    return tuple(
        FieldChange(field, before.get(field), after.get(field))
        for field in fields
        if before.get(field) != after.get(field)
    )


def _is_same_write(ours: HistoryItem, theirs: HistoryItem) -> bool:
    """Return whether an item of the journal and one of the audit are one write."""
    if abs(ours.at - theirs.at) > SAME_WRITE or ours.operation != theirs.operation:
        return False
    told = {change.field: change.after for change in theirs.fields}
    return all(told.get(change.field) == change.after for change in ours.fields)
