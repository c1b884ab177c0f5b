"""Read changes from the journal, also those of other versions of the program.

An entry whose kind of change is not known here is listed by the texts of its row, is never undone,
and is left out where changes are iterated.
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
"""A valid name of a field of a record."""


def revive(entry: Entry) -> Change | None:
    """Return the change of an entry; None when this version does not know its kind.

    It has to agree with the rest of its row: it writes to the target that the list shows.
    """
    if entry.is_damaged:
        return None
    try:
        change = CHANGES.validate_python(load_json(entry.change_json))
    except (ValueError, RecursionError):
        return None
    target = change.wire_id.encode(errors="backslashreplace").decode()
    if (change.kind, target, change.app_id) != (entry.kind, entry.target, entry.app_id):
        return None
    states = (change.before, change.after, entry.readback)
    if not all(_FIELD.fullmatch(field) for state in states for field in state or {}):
        return None
    return change


def iterate_changes(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Change]]:
    """Yield each entry with its change, without those of an unknown kind."""
    for entry in entries:
        change = revive(entry)
        if change is not None:
            yield entry, change


def target_label(entry: Entry, change: Change | None) -> str:
    """Return the label of the target of an entry as clean text."""
    return clean(entry.target) if change is None else describe(change).name
