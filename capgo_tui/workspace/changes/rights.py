"""Which right a key turned out to lack, and which other changes need the same (contract §10)."""

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
"""What some changes look at before they write, by the request that was refused."""


@dataclass(frozen=True, slots=True)
class MissingRight:
    """What a key may not do, as the server said when it refused a change."""

    right: str
    """As `Change.right`, or to read what is looked at before such a change."""
    channel: str = ""
    """As `Change.right_on`."""
    change_type: type[Change] | None = None
    """Where it is reading: the kind of change that looks before it writes."""

    def __str__(self) -> str:
        where = f" (channel {clean(self.channel)})" if self.channel else ""
        return f"this key may not {self.right}{where}"

    def concerns(self, change: Change) -> bool:
        """Whether a change would be refused alike."""
        if self.change_type is not None:
            return type(change) is self.change_type
        return (change.right, change.right_channel) == (self.right, self.channel)


def find_missing_right(change: Change, outcome: Outcome) -> MissingRight | None:
    """What the key may not do, if a change was refused for that; else None.

    A refusal to read back what was written is none: the write itself was taken.
    """
    error = outcome.error
    if outcome.fate.took or error is None or error.kind is not ErrorKind.NOT_ALLOWED:
        return None
    if (reading := READING.get(error.request)) is not None:
        return MissingRight(reading, change_type=type(change))
    return MissingRight(change.right, change.right_channel)
