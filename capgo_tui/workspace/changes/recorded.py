"""Changes as the journal recorded them, by this version of the program or another one.

A kind of change that this version does not know is no change here: its entry is listed by what
its row tells, is never undone, and is left out by whatever looks for changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from capgo_tui.text import clean
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.journal_entry import load_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.journal_entry import Entry

DAMAGED_ROW: Final = "this row of the journal cannot be read"
UNKNOWN_KIND: Final = "this version of capgo-tui cannot read it"
_FIELD: Final = re.compile("[a-z][a-z0-9_]*", re.ASCII)
"""What a field of a record can be called."""


def revive(entry: Entry) -> Change | None:
    """Return the change as it was recorded; None when this version does not know its kind.

    It is believed only where it agrees with the rest of its row: what it would write to is what
    the list shows.
    """
    if entry.is_damaged:
        return None
    try:
        change = CHANGES.validate_python(load_json(entry.change_json))
    except (ValueError, RecursionError):
        return None
    target = change.key.encode(errors="backslashreplace").decode()
    if (change.kind, target, change.app_id) != (entry.kind, entry.target, entry.app_id):
        return None
    states = (change.before, change.after, entry.found)
    if not all(_FIELD.fullmatch(field) for state in states for field in state or {}):
        return None
    return change


def iterate_changes(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Change]]:
    """Yield each entry with its change; those of an unknown kind are left out."""
    for entry in entries:
        change = revive(entry)
        if change is not None:
            yield entry, change


def target_label(entry: Entry, change: Change | None) -> str:
    """Return what is called the target of an entry; clean text."""
    return clean(entry.target) if change is None else describe(change).name
