"""Missing rights of an API key, and which changes need them (contract §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import ErrorKind
from capgo_tui.text import clean

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome

READING: Final = {
    "GET /channel": "read channels",
    "GET /device": "read devices",
    "GET /bundle": "read bundles",
}
"""The rights for readings before a write, by the request that was refused."""


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A right that the API key lacks, as the server said when it refused a change."""

    right: str
    """As `Change.right`, or the right to read the record before such a change."""
    channel: str = ""
    """As `Change.right_channel`."""
    change_type: type[Change] | None = None
    """For a right to read: the kind of change that reads before it writes."""

    def __str__(self) -> str:
        where = f" (channel {clean(self.channel)})" if self.channel else ""
        return f"this key may not {self.right}{where}"

    def concerns(self, change: Change) -> bool:
        """Whether a change would be refused for the same reason."""
        if self.change_type is not None:
            return type(change) is self.change_type
        return (change.right, change.right_channel) == (self.right, self.channel)


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
