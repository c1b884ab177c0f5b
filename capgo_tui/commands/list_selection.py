"""What the options of a list select of it: records by a filter, columns, and an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import click

from capgo_tui.api.records import Record
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.output import find_width
from capgo_tui.text import clean
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.resources.column import make_vocabulary
from capgo_tui.workspace.sorting import Sort
from capgo_tui.workspace.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.commands.list_options import ListOptions
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.query import Vocabulary
    from capgo_tui.workspace.resources.column import Column
    from capgo_tui.workspace.resources.resource import Resource

T = TypeVar("T", bound=Record)


class ListSelection(Generic[T]):
    """The records and columns that the options of a list select, and their order."""

    def __init__(
        self,
        resource: Resource[T],
        options: ListOptions,
        cell_context: Callable[[], CellContext],
    ) -> None:
        """Read the options.

        Raises:
            UsageError: for a filter that cannot be used, or a column that is not there.

        """
        self._resource = resource
        self._cell_context = cell_context
        self.limit = options.limit
        self.width = None if options.wide else find_width()
        """The cells that a table fits into; None where nothing is cut."""
        words = make_vocabulary(resource.columns, resource.facts)
        self.query = Query.parse(options.filter or "", words)
        if options.filter is not None and not options.filter.strip():
            raise click.UsageError("--filter is empty")
        if self.query.error:
            raise click.UsageError(f"--filter: {clean(self.query.error)}")
        self.columns = _read_columns(resource, words, options.columns)
        """The columns that are asked for; None for those that the format has by itself."""
        self.sort = _read_sort(words, options.sort)
        self.unknown_count = 0
        """Records of which a fact that the filter asks for is not known."""

    @property
    def is_selective(self) -> bool:
        """Whether the cells decide which records there are, or their order."""
        return bool(self.query) or self.sort is not None

    def filter(self, records: Sequence[T]) -> Sequence[T]:
        """Return the records that match.

        Raises:
            CommandError: when a pattern proves too slow: what it matches is not known.

        """
        if not self.query.text:
            return records
        texts = Texts(self._resource.columns, self._cell_context, self._resource.facts)
        texts.extend(records)
        facts = self.query.facts
        self.unknown_count += sum(
            any(texts.get_fact(record, fact) is None for fact in facts) for record in records
        )
        matches = [each for at, each in enumerate(records) if texts.match(self.query, at, each)]
        if self.query.error:
            raise CommandError(Exit.USAGE, f"--filter: {clean(self.query.error)}")
        return matches

    def arrange(self, records: Sequence[T]) -> Sequence[T]:
        """Return the records in order; those without a value come last in either direction."""
        if self.sort is None:
            return records
        sort, context = self.sort, self._cell_context()
        (value_of,) = [each.sort for each in self._resource.columns if each.id == sort.column_id]
        values = [(value_of(record, context), record) for record in records]
        known = [(value, record) for value, record in values if value is not None]
        known.sort(key=lambda pair: pair[0], reverse=sort.descending)
        unknown = [record for value, record in values if value is None]
        return [*(record for _, record in known), *unknown]


def _read_columns(
    resource: Resource[T], words: Vocabulary, text: str | None
) -> Sequence[Column[T]] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if not any(names):
        raise click.UsageError("--columns is empty")
    ids = dict.fromkeys(_find_column(words, name) for name in names if name)
    by_id = {column.id: column for column in resource.columns}
    return [by_id[each] for each in ids]


def _read_sort(words: Vocabulary, text: str | None) -> Sort | None:
    if text is None:
        return None
    name, _, direction = text.partition(":")
    if direction.strip().lower() not in ("", "asc", "desc"):
        raise click.UsageError(f"--sort {text!r}: the direction is asc or desc")
    return Sort(_find_column(words, name.strip()), direction.strip().lower() == "desc")


def _find_column(words: Vocabulary, name: str) -> str:
    """Return the column of an id, an alias or the beginning of one."""
    column = words.find_column(name)
    if column is None:
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        near = get_close_matches(name.casefold(), [*words.columns, *words.aliases], 1, cutoff=0.5)
        hint = f"{near[0]} is near" if near else f"there are {', '.join(words.columns)}"
        raise click.UsageError(f"no column {clean(name)!r}; {hint}")
    return column
