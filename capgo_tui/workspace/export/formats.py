"""The export formats: a writer for each, which gets the records page by page."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar, cast

from capgo_tui.api.records import Record, redact_rows
from capgo_tui.cells import measure_width, truncate
from capgo_tui.combining_marks import limit_marks
from capgo_tui.text import clean_for_file
from capgo_tui.workspace.export.exact_text import format_exact_text
from capgo_tui.workspace.export.json_text import format_json
from capgo_tui.workspace.export.table_fit import ColumnSize, fit, flush_right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.column import Column

T = TypeVar("T", bound=Record)
Record_contra = TypeVar("Record_contra", bound=Record, contravariant=True)

FORMULAS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""First characters of a formula in a spreadsheet, in both widths."""
WIDEST = 80
"""Cells of the widest column of a table that is copied or shown."""

WIDEST_PLAIN: Final = 250
"""The same of a table that is not made to fit: one text of a phone must not fill every line."""


class Format(StrEnum):
    """The formats of an export."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    TABLE = "table"


OF_FILES: Final = (Format.CSV, Format.JSON, Format.NDJSON)
"""The formats for other programs; they are the suffixes of file names."""


class Writer(Protocol[Record_contra]):
    """A writer of records as text, in pieces."""

    def begin(self) -> str:
        """Return the text before all records."""
        ...

    def format_rows(self, records: Sequence[Record_contra]) -> str:
        """Return the text of the next records; it may come later."""
        ...

    def end(self) -> str:
        """Return the text after all records."""
        ...


def choose_writer(
    form: Format,
    columns: Sequence[Column[T]],
    cell_context: Callable[[], CellContext],
    *,
    are_chosen: bool = False,
    width: int | None = None,
) -> Writer[T]:
    """Return the writer of a format; it calls `make_cell_context` whenever cells are written.

    Args:
        form: the format.
        columns: the columns, which JSON does not need by itself.
        cell_context: gives the cell context.
        are_chosen: whether these columns were asked for: JSON has their texts then, not the records
            as the server sent them, and a table drops none.
        width: the cells that a table fits into; without it nothing usual is cut.

    """
    objects = (
        partial(_iterate_column_objects, columns, cell_context)
        if are_chosen
        else _iterate_raw_objects
    )
    match form:
        case Format.CSV:
            return CsvWriter(columns, cell_context)
        case Format.JSON:
            return JsonWriter(objects)
        case Format.NDJSON:
            return LineWriter(objects)
        case Format.TABLE:
            return TableWriter(columns, cell_context, width, can_drop=not are_chosen)


class CsvWriter(Generic[T]):
    """Comma-separated values under the ids of the columns.

    A text that a spreadsheet would run as a formula gets an apostrophe in front: anybody's
    phone can send one as its ``custom_id``.
    """

    def __init__(
        self, columns: Sequence[Column[T]], cell_context: Callable[[], CellContext]
    ) -> None:
        self._columns, self._cell_context = columns, cell_context

    def begin(self) -> str:
        """Return the ids of the columns."""
        return _format_csv([[column.id for column in self._columns]])

    def format_rows(self, records: Sequence[T]) -> str:
        """Return a line for each record."""
        lines = _list_file_lines(self._columns, self._cell_context(), records)
        return _format_csv([disarm(cell) for cell in cells] for cells in lines)

    def end(self) -> str:
        """Return no text."""
        return ""


class JsonWriter(Generic[T]):
    """A JSON array, a line for each record."""

    def __init__(self, objects: Callable[[Sequence[T]], Iterable[JSON]]) -> None:
        self._objects = objects
        self._has_rows = False

    def begin(self) -> str:
        """Return the start of the array."""
        return "["

    def format_rows(self, records: Sequence[T]) -> str:
        """Return the records and the commas between them."""
        texts = []
        for row in self._objects(records):
            texts.append(f"{',' if self._has_rows else ''}\n{format_json(row)}")
            self._has_rows = True
        return "".join(texts)

    def end(self) -> str:
        """Return the end of the array."""
        return "\n]\n" if self._has_rows else "]\n"


class LineWriter(Generic[T]):
    """JSON lines: each record on a line of its own."""

    def __init__(self, objects: Callable[[Sequence[T]], Iterable[JSON]]) -> None:
        self._objects = objects

    def begin(self) -> str:
        """Return no text."""
        return ""

    def format_rows(self, records: Sequence[T]) -> str:
        """Return a line for each record."""
        return "".join(f"{format_json(row)}\n" for row in self._objects(records))

    def end(self) -> str:
        """Return no text."""
        return ""


class TableWriter(Generic[T]):
    """An aligned table for people, measured in cells; with a width it is made to fit into it."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        cell_context: Callable[[], CellContext],
        width: int | None = None,
        *,
        can_drop: bool = True,
    ) -> None:
        self._width, self._can_drop = width, can_drop
        self._columns, self._cell_context = columns, cell_context
        self._lines: list[list[str]] = []

    def begin(self) -> str:
        """Return no text: the widths of the columns are known at the end."""
        return ""

    def format_rows(self, records: Sequence[T]) -> str:
        """Keep the records for the end."""
        context = self._cell_context()
        self._lines += [
            [column.text(record, context) for column in self._columns] for record in records
        ]
        return ""

    def end(self) -> str:
        """Return the whole table; without records not even its titles."""
        if not self._lines:
            return ""
        if self._width is None:
            titles = [column.title for column in self._columns]
            right = [at for at, each in enumerate(self._columns) if each.align_right]
            return align([titles, *self._lines], widest=WIDEST_PLAIN, right=right)
        sizes = [
            ColumnSize(each.title, each.width, each.ideal, each.priority, each.align_right)
            for each in self._columns
        ]
        return align(
            fit(sizes, self._lines, self._width, can_drop=self._can_drop), widest=self._width
        )


def _iterate_raw_objects(records: Sequence[Record]) -> Iterable[JSON]:
    """Return the records as the server sent them, without the API key."""
    return redact_rows(records)


def _iterate_column_objects(
    columns: Sequence[Column[T]], cell_context: Callable[[], CellContext], records: Sequence[T]
) -> Iterable[JSON]:
    """Return the texts of the columns by their ids."""
    ids = [column.id for column in columns]
    lines = _list_file_lines(columns, cell_context(), records)
    return [cast("JSON", dict(zip(ids, line, strict=True))) for line in lines]


def _list_file_lines(
    columns: Sequence[Column[T]], context: CellContext, records: Sequence[T]
) -> list[list[str]]:
    """Return the texts of the columns for a file, with the joiners that the server sent."""
    lines = [[column.format_for_file(record, context) for column in columns] for record in records]
    special = [at for at, cells in enumerate(lines) if not all(map(str.isascii, cells))]
    rows = redact_rows([records[at] for at in special])
    for at, row in zip(special, rows, strict=True):
        lines[at] = [clean_for_file(format_exact_text(row, cell)) for cell in lines[at]]
    return lines


def align(
    lines: Sequence[Sequence[str]], *, widest: int = WIDEST, right: Sequence[int] = ()
) -> str:
    """Align lines of clean cells as a table; each line ends with a newline.

    Args:
        lines: the cells of each line.
        widest: the most cells of a column.
        right: the numbers of the columns whose cells stand at the right.

    """
    cut = [[truncate(limit_marks(cell), widest) for cell in line] for line in lines]
    widths = [max(map(measure_width, column)) for column in zip(*cut, strict=True)]
    return "".join(
        "  ".join(
            flush_right(cell, width) if at in right else cell + " " * (width - measure_width(cell))
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in cut
    )


def _format_csv(lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def disarm(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULAS) else cell
