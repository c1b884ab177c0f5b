"""The marked records of a view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.workspace.collection import Event, Replacement
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.view import View, ViewChange

T = TypeVar("T", bound="Record")


class Marks(Generic[T]):
    """A set of row keys; a filter hides marks but does not remove them."""

    def __init__(self, view: View[T]) -> None:
        self._view = view
        self._keys: set[str] = set()
        self._anchor: str | None = None
        self._hidden_count = 0
        self._counted_generation: int | None = 0
        """The view's generation of `_hidden_count`; None when that is out of date."""
        view.listen(self._follow)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        """Yield the marked keys in the order of the view, then the hidden ones in order."""
        yield from filter(self._keys.__contains__, self._view.iterate_keys())
        if self.hidden_count:
            marked_keys = filter(self._keys.__contains__, self._view.iterate_all_keys())
            yield from (key for key in marked_keys if key not in self._view)

    @property
    def hidden_count(self) -> int:
        """The number of marked records that the filter hides."""
        if self._counted_generation != self._view.generation:
            self._hidden_count = len(self._keys) - self._view.count(self._keys)
            self._counted_generation = self._view.generation
        return self._hidden_count

    @property
    def summary(self) -> str:
        """A summary such as ``3 marked (1 hidden by filter)``; empty for none."""
        if not self._keys:
            return ""
        if not self.hidden_count:
            return f"{group_digits(len(self._keys))} marked"
        hidden_text = group_digits(self.hidden_count)
        return f"{group_digits(len(self._keys))} marked ({hidden_text} hidden by filter)"

    def toggle(self, key: str) -> None:
        """Mark or unmark a record; a range can begin here."""
        if key in self._keys:
            self._keys.discard(key)
        elif key in self._view.collection.records:
            self._keys.add(key)
        self._anchor = key
        if key not in self._view:
            self._counted_generation = None

    def mark_to(self, key: str) -> None:
        """Mark all records from the last mark to here, in the order of the view.

        Without a last mark in view it is only this one.
        """
        end = self._view.index_of(key)
        if end is None:
            return
        start = self._view.index_of(self._anchor) if self._anchor is not None else None
        first, last = sorted((end if start is None else start, end))
        self._keys.update(self._view.get_key_at(index) for index in range(first, last + 1))
        self._anchor = key

    def mark_all(self) -> None:
        """Mark all records in view; takes some milliseconds for 100 000."""
        view = self._view
        # A settled view without a filter shows just what a set takes over in half the time.
        shows_all = not view.query and not view.busy
        self._keys.update(view.collection.records if shows_all else view.iterate_keys())
        self._hidden_count = len(self._keys) - len(self._view)
        self._counted_generation = self._view.generation

    def unmark(self, keys: Iterable[str]) -> None:
        """Unmark some records."""
        self._keys.difference_update(keys)
        self._counted_generation = None

    def clear(self) -> None:
        """Unmark all records, hidden or not."""
        self._keys = set()
        self._anchor = None
        self._counted_generation = None

    def _follow(self, event: Event | ViewChange) -> None:
        if isinstance(event, Replacement):
            # While a big list is sorted in, its view still shows what is gone: go by the list.
            self._keys &= self._view.collection.records.keys()
            self._counted_generation = None
