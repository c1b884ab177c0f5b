"""The texts that a filter searches, by the number of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.workspace.resources.column import join_haystack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.resources.column import Column, Fact
    from capgo_tui.workspace.sorting import SortValue

T = TypeVar("T", bound="Record")


class _RecordRow(Generic[T]):
    """One record as the conditions of a filter ask about it."""

    __slots__ = ("_number", "_record", "_texts", "now")

    def __init__(self, texts: Texts[T], number: int, record: T, now: datetime) -> None:
        self.now = now
        self._texts = texts
        self._number = number
        self._record = record

    def get_text(self, column: str) -> str:
        """Return the case-folded text of a column."""
        return self._texts.get_cell(self._number, self._record, column)

    def get_value(self, column: str) -> SortValue | None:
        """Return the sort value of a column; None where it is not known."""
        return self._texts.get_value(self._record, column)

    def get_fact(self, name: str) -> bool | None:
        """Return whether a fact is true; None where it is not known."""
        return self._texts.get_fact(self._record, name)


class Texts(Generic[T]):
    """The texts of the first records, read one after the other."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        cell_context: Callable[[], CellContext],
        facts: Mapping[str, Fact[T]],
    ) -> None:
        self._all_columns = {column.id: column for column in columns}
        self._columns = [column for column in columns if column.is_searched]
        self._cell_context = cell_context
        self._facts = facts
        self._context: CellContext | None = None
        """The context of the matches since `renew_context`."""
        self._line_of = {column.id: line for line, column in enumerate(self._columns)}
        self._texts: list[str] = []
        self._read = 0

    def __len__(self) -> int:
        return self._read

    def is_searching(self, column_id: str) -> bool:
        """Return whether a column is part of the texts."""
        return column_id in self._line_of

    def renew_context(self) -> None:
        """Let the next match see the time and the joins of now."""
        self._context = None

    def match(self, query: Query, number: int, record: T) -> bool:
        """Return whether a record meets every condition."""
        row = _RecordRow(self, number, record, self._match_context.now)
        return query.matches(self._texts[number], row)

    @property
    def _match_context(self) -> CellContext:
        if self._context is None:
            self._context = self._cell_context()
        return self._context

    def get_cell(self, number: int, record: T, column_id: str) -> str:
        """Return the case-folded text of a cell."""
        line = self._line_of.get(column_id)
        if line is None:
            return self._all_columns[column_id].text(record, self._match_context).casefold()
        return self._texts[number].split("\n", line + 1)[line]

    def get_value(self, record: T, column_id: str) -> SortValue | None:
        """Return the sort value of a cell; None where it is not known."""
        return self._all_columns[column_id].sort(record, self._match_context)

    def get_fact(self, record: T, name: str) -> bool | None:
        """Return whether a fact is true of a record; None where it is not known."""
        return self._facts[name](record, self._match_context)

    def find_containing(self, word: str, numbers: Iterable[int]) -> list[int]:
        """Return the numbers whose texts contain a word."""
        texts = self._texts
        return [number for number in numbers if word in texts[number]]

    def extend(self, records: Iterable[T]) -> None:
        """Read the texts of the next records."""
        context = self._cell_context()
        texts = [join_haystack(self._columns, record, context) for record in records]
        self._texts[self._read : self._read + len(texts)] = texts
        self._read += len(texts)

    def read(self, number: int, record: T) -> None:
        """Read the texts of a record again."""
        self._texts[number] = join_haystack(self._columns, record, self._cell_context())

    def forget(self) -> None:
        """Start again; old texts are replaced one by one, as freeing them all takes time."""
        self._read = 0
