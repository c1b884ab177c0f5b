"""The rights that the API key lacks, as far as the server's refusals tell (contract §10)."""

from __future__ import annotations

from typing import Protocol

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean


class NeedsRight(Protocol):
    """What is needed of a change to know which right it needs."""

    @property
    def right(self) -> str:
        """Completes «this key may not …»."""
        ...

    @property
    def right_channel(self) -> str:
        """The exact name of the channel that `right` concerns; empty for the whole app."""
        ...


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A right that the API key lacks, as the server said when it refused a change."""

    right: str
    """As `Change.right`, or the right to read the record before such a change."""
    channel: str = ""
    """As `Change.right_channel`."""
    change_type: type[NeedsRight] | None = None
    """For a right to read: the kind of change that reads before it writes."""

    def __str__(self) -> str:
        where = f" (channel {clean(self.channel)})" if self.channel else ""
        return f"this key may not {self.right}{where}"

    def concerns(self, change: NeedsRight) -> bool:
        """Whether a change would be refused for the same reason."""
        if self.change_type is not None:
            return type(change) is self.change_type
        return (change.right, change.right_channel) == (self.right, self.channel)


class MissingRights:
    """The rights for whose lack the server refused changes, until they are asked for anew."""

    def __init__(self) -> None:
        self.rights: tuple[MissingRight, ...] = ()

    def add(self, lack: MissingRight) -> None:
        """Note that a right is missing."""
        self.rights = tuple(dict.fromkeys((*self.rights, lack)))

    def restore(self, change: NeedsRight) -> None:
        """Note that the right of an accepted change is there."""
        self.rights = tuple(each for each in self.rights if not each.concerns(change))

    def forget(self) -> None:
        """Take every right for given again: the key may have got it meanwhile."""
        self.rights = ()
