"""Journal entries in words: what was changed, with which key, and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.ages import format_full_time
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import count_read_back
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import DAMAGED_ROW, revive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.journal_entry import Entry

MARKS = {
    OutcomeState.VERIFIED: "✓",
    OutcomeState.DIFFERENT: "!",
    OutcomeState.UNVERIFIED: "?",
    OutcomeState.FAILED: "✗",
    OutcomeState.UNKNOWN: "?",
}
_SENTENCES = {
    OutcomeState.VERIFIED: "read back, as intended",
    OutcomeState.DIFFERENT: "accepted, but the server shows something else",
    OutcomeState.UNVERIFIED: "accepted, but not read back, or the server does not report",
    OutcomeState.FAILED: "refused: nothing was changed",
    OutcomeState.UNKNOWN: "not known: it may have taken effect or not",
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of the list of changes, as clean text."""

    mark: str
    """``✓ ! ? ✗`` as for an outcome, ``⟳`` under way, ``↶`` undone."""
    when: str
    who: str
    """The fingerprint of the API key."""
    what: str
    effect: str
    """The first field before → after."""
    outcome: str
    """One or two words."""


def describe_entry(entry: Entry) -> HistoryRow:
    """Return an entry as one row of the list of changes."""
    if entry.is_damaged:
        return HistoryRow("?", "", "", f"Change {entry.id}", "damaged row", "unreadable")
    change = revive(entry)
    return HistoryRow(
        mark=mark(entry),
        when=f"{entry.at.astimezone():%m-%d %H:%M}",
        who=f"#{clean(entry.key_fingerprint)}",
        what=_make_entry_title(entry, change),
        effect=describe(change).first_effect if change else "",
        outcome=name_outcome(entry, change),
    )


def mark(entry: Entry) -> str:
    """Return the mark of the outcome, one cell."""
    if entry.state is None:
        return "⟳" if entry.is_under_way else "?"
    return "↶" if entry.is_undone else MARKS[entry.state]


def name_outcome(entry: Entry, change: Change | None) -> str:
    """Return the outcome in one or two words."""
    if entry.state is None:
        return "under way" if entry.is_under_way else "unknown"
    if entry.is_undone:
        return "undone"
    untold = _list_untold_fields(entry, change)
    if untold and change is not None:
        return count_read_back(change, untold).removesuffix(" back")
    return entry.state.value


def _list_untold_fields(entry: Entry, change: Change | None) -> list[str]:
    """Return the labels of fields of a verified change that were not read back."""
    is_verified = (
        entry.state is OutcomeState.VERIFIED and change is not None and change.after is not None
    )
    return (
        describe(change).list_untold_fields(entry.readback)
        if is_verified and change is not None
        else []
    )


def describe_outcome(entry: Entry, change: Change | None) -> str:
    """Return the outcome as a sentence."""
    untold = _list_untold_fields(entry, change)
    if untold and change is not None:
        count = count_read_back(change, untold)
        return f"{count}, as intended; not reported: {', '.join(untold)}"
    if entry.state is not None:
        return _SENTENCES[entry.state]
    if entry.is_under_way:
        return "under way in a running copy of the program"
    return "not known: the program ended before; it may have taken effect or not"


def list_details(entry: Entry, now: datetime) -> Sequence[tuple[str, str]]:
    """Return all of an entry as labels and texts; a label with an empty text is a heading."""
    if entry.is_damaged:
        return [(f"Change {entry.id}", ""), ("", f"{DAMAGED_ROW}: its file was damaged.")]
    change = revive(entry)
    lines = [
        (f"Change {entry.id}", ""),
        ("what", _make_entry_title(entry, change)),
        ("when", format_full_time(entry.at, now)),
        ("by the key", f"#{clean(entry.key_fingerprint)}"),
        ("exact name", clean(entry.target)),
        ("request", clean(entry.request)),
    ]
    if entry.undoes is not None:
        lines.append(("takes back", f"change {entry.undoes}"))
    if entry.batch is not None:
        lines.append(("confirmed with", f"all others of run {clean(entry.batch)}"))
    lines += [("Outcome", ""), ("", describe_outcome(entry, change))]
    if entry.is_undone:
        lines.append(("", "undone since"))
    if entry.error is not None:
        lines.append(("note", clean(entry.error)))
    if entry.settled_at is not None:
        lines.append(("known since", format_full_time(entry.settled_at, now)))
    if change is None:
        return [*lines, ("", "This version of capgo-tui cannot read more of it.")]
    words = describe(change)
    effects = [(each.field, str(each)) for each in words.list_effects()]
    if effects:
        lines.append(("What was set" if change.before is None else "Before → after", ""))
        lines += effects
    if (
        entry.readback is not None and entry.state is not OutcomeState.FAILED
    ):  # earlier versions wrote it
        lines.append(("Read back", ""))
        lines += [
            (words.label_field(field), text)
            for field, text in _list_readback(change, entry.readback)
        ]
    return lines


def _list_readback(change: Change, state: State) -> list[tuple[str, str]]:
    """Return what was read back: the fields it knew or set; of a new or deleted record, all."""
    fields = (change.before or {}).keys() | (change.after or {}).keys()
    about = fields & state.keys() or state.keys()
    return [(field, describe(change).label_value(field, state[field])) for field in sorted(about)]


def _make_entry_title(entry: Entry, change: Change | None) -> str:
    if change is None:
        return f"{clean(entry.kind)} {clean(entry.target)}"
    return describe(change).short_title
