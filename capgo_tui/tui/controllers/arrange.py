"""Sorting, marking and widening the list in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action, Takes
from capgo_tui.workspace.sorting import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.host import Host


class ArrangeController:
    """Sorts, marks and widens the list in view."""

    def __init__(self, host: Host, lists: ListController) -> None:
        self._host = host
        self._lists = lists

    def choose_sort(self) -> None:
        """Choose a column to sort by."""
        self._host.status.dismiss()
        rows = self._host.rows
        self._host.overlays.sort_bar.open(rows.columns, rows.state.sort, self.sort_by)

    def sort_by(self, column: str | None) -> None:
        """Sort by a column, or the other way round.

        A cursor that was moved stays on its record; in the first row it stays in the first.
        """
        if self._host.workspace is None:
            return
        rows = self._host.rows
        sort = None
        if column is not None:
            newest = any(c.newest_first for c in rows.view.columns if c.id == column)
            sort = Sort.turn(rows.view.sort, column, newest_first=newest)
        rows.view.sort_by(sort)
        rows.state.stays_on_top = rows.state.index == 0
        self._host.table.show_sort((sort.column_id, sort.descending) if sort else None)
        self._lists.show_order()

    def toggle_mark(self) -> None:
        """Mark the record under the cursor or unmark it, and go on to the next."""
        key = self._host.table.cursor_key
        if key is not None:
            self._host.rows.marks.toggle(key)
            self._host.table.rows_updated((key,))
            self._host.table.action_move(1)
            self._host.chrome.show_status()

    def mark_range(self) -> None:
        """Mark everything from the last mark to the cursor."""
        self._lists.call_when_filtered(self._mark_range)

    def _mark_range(self) -> None:
        key = self._host.table.cursor_key
        if key is not None:
            self._host.rows.marks.mark_to(key)
            self._show_marks()

    def mark_all(self) -> None:
        """Mark everything in view."""
        self._lists.call_when_filtered(self._mark_all)

    def _mark_all(self) -> None:
        self._host.rows.marks.mark_all()
        self._show_marks()

    def unmark_all(self) -> None:
        """Remove all marks."""
        self._host.rows.marks.clear()
        self._show_marks()

    def unmark_devices(self, keys: Iterable[str]) -> None:
        """Remove the marks of some devices."""
        self._lists.rows["devices"].marks.unmark(keys)
        self._show_marks()

    def _show_marks(self) -> None:
        self._host.table.refresh()
        self._host.chrome.show_status()

    def toggle_wide(self) -> None:
        """Show every column at its full width, or again those that fit."""
        self._host.table.toggle_wide()
        self._host.chrome.show_hints()

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "list.sort", "s", "sort",
            "Sort by a column: ← → and Enter; the same column again reverses the order",
            choose_sort, 260,
        ),
        Action(
            "mark.toggle", "space", "mark", "Mark this record, or unmark it", toggle_mark, 410,
            hint=False, takes=Takes.RECORD,
        ),
        Action(
            "mark.range", "v", "mark to here", "Mark all from the last mark to here", mark_range,
            420, hint=False, takes=Takes.RECORD,
        ),
        Action(
            "mark.all", "asterisk", "mark all", "Mark everything the filter shows", mark_all, 430,
            hint=False, shown_key="*",
        ),
        Action("mark.none", "u", "unmark all", "Unmark everything", unmark_all, 440, hint=False),
        Action(
            "list.wide", "w", "wide",
            "Show every column at full width; ← → scroll sideways", toggle_wide, 460,
            hint=False,
        ),
    )  # fmt: skip
