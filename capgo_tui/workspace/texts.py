"""The texts that a filter searches, by the number of the record."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.workspace.resources.column import haystack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.resources.column import Column

T = TypeVar("T", bound="Record")


class Texts(Generic[T]):
    """The texts of the first records, read one after the other."""

    def __init__(
        self, columns: Sequence[Column[T]], cell_context: Callable[[], CellContext]
    ) -> None:
        self._all_columns = {column.id: column for column in columns}
        self._columns = [column for column in columns if column.is_searched]
        self._cell_context = cell_context
        self._line_of = {column.id: line for line, column in enumerate(self._columns)}
        self._texts: list[str] = []
        self._read = 0

    def __len__(self) -> int:
        return self._read

    def searches(self, column_id: str) -> bool:
        """Return whether a column is part of the texts."""
        return column_id in self._line_of

    def match(self, query: Query, number: int, record: T) -> bool:
        """Return whether a record meets every condition."""
        return query.matches(self._texts[number], partial(self._cell, number, record))

    def _cell(self, number: int, record: T, column_id: str) -> str:
        line = self._line_of.get(column_id)
        if line is None:
            return self._all_columns[column_id].text(record, self._cell_context()).casefold()
        return self._texts[number].split("\n", line + 1)[line]

    def holding(self, word: str, numbers: Iterable[int]) -> list[int]:
        """Return the numbers whose texts contain a word."""
        texts = self._texts
        return [number for number in numbers if word in texts[number]]

    def extend(self, records: Iterable[T]) -> None:
        """Read the texts of the next records."""
        context = self._cell_context()
        texts = [haystack(self._columns, record, context) for record in records]
        self._texts[self._read : self._read + len(texts)] = texts
        self._read += len(texts)

    def read(self, number: int, record: T) -> None:
        """Read the texts of a record again."""
        self._texts[number] = haystack(self._columns, record, self._cell_context())

    def forget(self) -> None:
        """Start again; old texts are replaced one by one, as freeing them all takes time."""
        self._read = 0
