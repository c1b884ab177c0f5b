"""What of a collection is to be seen: its records behind the filter, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.workspace.collection import Appended, Collection, Event, Progressed, Updated
from capgo_tui.workspace.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.api.records import Record

T = TypeVar("T", bound="Record")


class View(Generic[T]):
    """The matching records of one collection, kept up to date as pages arrive."""

    def __init__(self, collection: Collection[T], haystack: Callable[[T], str]) -> None:
        self.collection = collection
        self.query = Query()
        self._haystack = haystack
        self._keys: list[str] = list(collection.records)
        self._index: dict[str, int] = {key: index for index, key in enumerate(self._keys)}
        self._listeners: list[Callable[[Event], None]] = []
        collection.listen(self._follow)

    def __len__(self) -> int:
        return len(self._keys)

    def key_at(self, index: int) -> str:
        """The id of the record at a position; raises IndexError outside the view."""
        return self._keys[index]

    def record_at(self, index: int) -> T:
        """The record at a position; raises IndexError outside the view."""
        return self.collection.records[self._keys[index]]

    def index_of(self, key: str) -> int | None:
        """Where a record stands, or None when it is not in view."""
        return self._index.get(key)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Tell `listener` of every change of the collection, after the view followed it."""
        self._listeners.append(listener)

    def filter(self, query: Query) -> None:
        """Show only what matches; a narrower query looks only at what is in view."""
        candidates = self._keys if query.narrows(self.query) else list(self.collection.records)
        self.query = query
        self._show([key for key in candidates if self._matches(key)])

    def refilter(self) -> None:
        """Look at every record again: what the haystack draws on beside it has changed."""
        if self.query:
            self._show([key for key in self.collection.records if self._matches(key)])

    def _follow(self, event: Event) -> None:
        match event:
            case Progressed():
                pass
            case Appended(keys):
                self._append(keys)
            case Updated(keys) if not self.query:
                pass
            case Updated(keys) if all((key in self._index) == self._matches(key) for key in keys):
                pass
            case _:
                self._show([key for key in self.collection.records if self._matches(key)])
        for listener in self._listeners:
            listener(event)

    def _append(self, keys: Sequence[str]) -> None:
        for key in keys:
            if self._matches(key):
                self._index[key] = len(self._keys)
                self._keys.append(key)

    def _matches(self, key: str) -> bool:
        return not self.query or self.query.matches(self._haystack(self.collection.records[key]))

    def _show(self, keys: list[str]) -> None:
        self._keys = keys
        self._index = {key: index for index, key in enumerate(keys)}
