"""Missing rights of an API key, learned from refused changes (contract §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import ErrorKind
from capgo_tui.workspace.missing_rights import MissingRight

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace

READING: Final = {
    "GET /channel": "read channels",
    "GET /device": "read devices",
    "GET /bundle": "read bundles",
}
"""The rights for readings before a write, by the request that was refused."""


def find_missing_right(change: Change, outcome: Outcome) -> MissingRight | None:
    """Return the right for whose lack a change was refused, or None.

    A refusal of the read-back does not count: the write itself was accepted.
    """
    error = outcome.error
    if outcome.state.is_accepted or error is None or error.kind is not ErrorKind.NOT_ALLOWED:
        return None
    if (reading := READING.get(error.request)) is not None:
        return MissingRight(reading, change_type=type(change))
    return MissingRight(change.right, change.right_channel)


def learn_rights(change: Change, outcome: Outcome, workspace: Workspace) -> MissingRight | None:
    """Note what an outcome tells of the key's rights; return the right that is missing, or None."""
    lack = find_missing_right(change, outcome)
    if lack is not None:
        workspace.missing_rights.add(lack)
    elif outcome.state.is_accepted:
        workspace.missing_rights.restore(change)
    return lack
