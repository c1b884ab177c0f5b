"""Exports of a view to a file, slice by slice and never on the event loop."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.api.records import Record
from capgo_tui.workspace.export.formats import choose_writer
from capgo_tui.workspace.next_step import NextStep
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.export.file import WholeFile
    from capgo_tui.workspace.export.formats import Format
    from capgo_tui.workspace.list_state import ListState
    from capgo_tui.workspace.view import View

T = TypeVar("T", bound=Record)

SLICE = 10_000
"""Records written between two checks for a stop. Sorted ones come from all replies of a list,
and each of these is unpacked once for every slice."""


class Export(Generic[T]):
    """An export of the records in view at this moment; `go` writes it."""

    def __init__(
        self, view: View[T], form: Format, cell_context: Callable[[], CellContext]
    ) -> None:
        self._keys, self._count = view.take_snapshot(), len(view)
        self._records = view.collection.records
        columns = [column for column in view.columns if column.is_known is None]
        self._writer = choose_writer(form, columns, cell_context)
        self._source: ListState = view.collection
        self.written_count = 0
        """Records written so far."""
        self.loaded_count = len(self._records)
        """Records that were loaded, in view or not."""
        self.is_complete = False
        """Whether the file is written and in its place."""
        self._is_stopped = False

    def __len__(self) -> int:
        return self._count

    def stop(self) -> None:
        """Stop writing, and leave no file behind."""
        self._is_stopped = True

    async def go(self, file: WholeFile, on_progress: Callable[[], None]) -> None:
        """Write everything to a file and keep it; `on_progress` is called before each slice.

        Raises:
            OSError: when it cannot be written; then there is no file.

        """
        try:
            await asyncio.to_thread(file.remove_abandoned)
            await asyncio.to_thread(file.write, self._writer.begin())
            for _ in range(0, self._count, SLICE):
                if self._is_stopped:
                    return
                on_progress()
                self.written_count += await asyncio.to_thread(self._write, file)
            await asyncio.to_thread(self._finish, file)
        finally:
            await asyncio.to_thread(file.discard)

    def _write(self, file: WholeFile) -> int:
        """Write the next slice; return its number of records."""
        matches = (self._records.get(key) for key in islice(self._keys, SLICE))
        # One that is gone from the list meanwhile is nothing that is shown.
        records = [record for record in matches if record is not None]
        file.write(self._writer.format_rows(records))
        return len(records)

    def _finish(self, file: WholeFile) -> None:
        file.write(self._writer.end())
        file.keep()
        self.is_complete = True

    def describe_progress(self) -> str:
        """Return the progress as a sentence."""
        return f"Exporting {group_digits(self.written_count)} of {group_digits(len(self))}…"

    @property
    def next_step(self) -> NextStep | None:
        """The next step for records that are not in the file."""
        return None if self._source.at_end else NextStep.LOAD_ALL

    def describe_outcome(self, more: str = "more exists") -> str:
        """Return the outcome as a sentence, without the path of the file.

        `more` is said where the list is not loaded to its end.
        """
        if not self.is_complete:
            return "Nothing was exported: stopped."
        count = f"{group_digits(self.written_count)} of {group_digits(self.loaded_count)} loaded"
        rest = "" if self._source.at_end else f" ({more})"
        unreadable_count = self._source.unreadable
        left_out = (
            f", without {group_digits(unreadable_count)} unreadable" if unreadable_count else ""
        )
        return f"✓ Exported {count}{rest}{left_out}"
