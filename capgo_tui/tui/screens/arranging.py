"""How a list is looked at: its order, its marks, its width, and what a filter lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.text import clean
from capgo_tui.tui.screens.lists import ListsScreen
from capgo_tui.workspace.sorting import Sort

if TYPE_CHECKING:
    from capgo_tui.tui.overlays.sort_bar import SortBar
    from capgo_tui.tui.widgets.record_table import RecordTable


class ArrangingScreen(ListsScreen):
    """The lists, sorted, marked and narrowed."""

    def action_sort(self) -> None:
        """Choose a column to sort by."""
        if self._rows:
            self.status.dismiss()
            self.sort_bar.open(self.rows.columns, self.rows.state.sort)

    def on_sort_bar_chosen(self, event: SortBar.Chosen) -> None:
        """Sort by the column that was chosen."""
        self._sort_by(event.column_id)

    def on_record_table_header_picked(self, event: RecordTable.HeaderPicked) -> None:
        """Sort by the column whose title was clicked."""
        if self._rows:
            self._sort_by(event.column_id)

    def _sort_by(self, column: str | None) -> None:
        """Sort by a column, or the other way round; the cursor stays on its record."""
        rows = self.rows
        sort = None
        if column is not None:
            newest = any(c.newest_first for c in rows.look.columns if c.id == column)
            sort = Sort.next(rows.view.sort, column, newest_first=newest)
        rows.view.sort_by(sort)
        self.table.show_sort((sort.column_id, sort.descending) if sort else None)
        self._drive(rows)
        self.table.rows_replaced()
        self.follow()

    def action_mark(self) -> None:
        """Mark the record under the cursor or unmark it, and go on to the next."""
        key = self.table.cursor_key
        if key is not None:
            self.rows.marks.toggle(key)
            self.table.rows_updated((key,))
            self.table.action_move(1)
            self._show_status()

    def action_mark_range(self) -> None:
        """Mark everything from the last mark to the cursor."""
        self.once_sifted(self._mark_range)

    def _mark_range(self) -> None:
        key = self.table.cursor_key
        if key is not None:
            self.rows.marks.mark_to(key)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark everything in view."""
        self.once_sifted(self._mark_all)

    def _mark_all(self) -> None:
        self.rows.marks.mark_all()
        self._marks_changed()

    def action_unmark(self) -> None:
        """Take all marks away."""
        if self._rows:
            self.rows.marks.clear()
            self._marks_changed()

    def _marks_changed(self) -> None:
        self.table.refresh()
        self._show_status()

    def action_wide(self) -> None:
        """Show every column at its full width, or again those that fit."""
        self.table.toggle_wide()
        self._show_hints()

    def _filter(self, text: str) -> None:
        """Narrow the list in view."""
        view = self.rows.view
        view.filter(view.parse(clean(text)))
        self._drive(self.rows)
        self.table.rows_replaced()
        self._refresh_chrome()
        self.follow()
