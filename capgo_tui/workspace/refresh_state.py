"""The state of a refresh: what it has read so far, beside the list that it is merged into."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.unreadable_rows import UnreadableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from capgo_tui.api.records import Record

T = TypeVar("T", bound="Record")

MOST_WALKS = 3
"""Most walks of a refresh through the list to make sure of what is gone."""


@dataclass(slots=True)
class RefreshState(Generic[T]):
    """The state of a refresh: what its walk has read, and what the walk before missed."""

    on_screen: Sequence[str]
    deleted_keys: Set[str] = frozenset()
    """Keys that the server has said are deleted."""
    records: dict[str, T] = field(default_factory=dict)
    """The records of its walk, in the server's order."""
    unreadable_rows: UnreadableRows = field(default_factory=UnreadableRows)
    by_number: bool = False
    """Whether its walk may have missed rows, because others were deleted between two pages."""
    old_changes: dict[str, T] = field(default_factory=dict)
    """Records that the last refresh changed, as they were, and this one has not reached."""
    redraw: set[str] = field(default_factory=set)
    """Keys on screen, which are drawn again because ages may have changed."""
    whole: bool = False
    """Whether it came to its end without a failure or a stop."""
    _walks: int = 0
    _missing_keys: set[str] = field(default_factory=set)

    def begin_walk(self) -> None:
        """Begin a walk at the start of the list."""
        self.records, self.unreadable_rows, self.by_number = {}, UnreadableRows(), False
        self._walks += 1

    def is_sure(self, keys: Iterable[str]) -> bool:
        """Return whether the keys that the walk did not read are really gone.

        A row deleted between two pages by number draws another one into the page that was read
        already. What two walks running have missed is gone.
        """
        if not self.by_number or self._walks == MOST_WALKS:
            return True
        missing_keys = {
            key for key in keys if key not in self.records and key not in self.deleted_keys
        }
        before, self._missing_keys = self._missing_keys, missing_keys
        return self._missing_keys <= before

    def has_to_redraw(self, key: str) -> bool:
        """Return whether an unchanged record is to be drawn again; called once for each."""
        if key in self.redraw:
            self.redraw.discard(key)
            self.old_changes.pop(key, None)
            return True
        return self.old_changes.pop(key, None) is not None
