"""The three lists: the rows of each, updated as records are loaded."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.lists import RecordRows
from capgo_tui.workspace.collection import (
    Addition,
    Event,
    Replacement,
    StateChange,
    Update,
)
from capgo_tui.workspace.resources.registry import RESOURCES
from capgo_tui.workspace.view import ViewChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.terms import Term


class ListController:
    """The controller of the rows, which attaches those of the list in view to the table."""

    def __init__(
        self, host: Host, detail: DetailController, finish_start: Callable[[], None]
    ) -> None:
        self._host = host
        self._detail = detail
        self._finish_start = finish_start
        self.rows: dict[str, AnyRows] = {}
        """The rows of each list; empty until there is a workspace."""
        self._columns: Sequence[object] = ()
        """The rows attached to the table."""
        self._unread_channels = ""
        self._busy: set[str] = set()
        """The lists whose views are filtering or sorting."""
        self._pending: list[tuple[Sequence[Term], Callable[[], None]]] = []
        """Functions to call once the filter with these terms is done."""

    def open(self, workspace: Workspace) -> None:
        """Make the rows of a workspace's lists."""
        self.rows = {resource.name: RecordRows(workspace, resource) for resource in RESOURCES}
        for name, rows in self.rows.items():
            rows.view.listen(partial(self._on_change, name))

    def show(self) -> None:
        """Show the list in view in the table."""
        self._pending.clear()
        self._show_columns()

    def _show_columns(self) -> None:
        rows = self._host.rows
        self._columns = rows.columns
        self._host.table.attach(rows, self._columns, rows.state)

    def show_order(self) -> None:
        """Show the list in view anew after its order or its filter changed."""
        self.advance(self._host.rows)
        self._host.table.rows_replaced()
        self._detail.follow()
        self._release_top(self._host.rows)

    def _release_top(self, rows: AnyRows) -> None:
        """Let the cursor follow its record again, once the order is made."""
        if not rows.view.busy:
            rows.state.stays_on_top = False

    def _on_change(self, name: str, event: Event | ViewChange) -> None:
        host = self._host
        self.advance(self.rows[name])
        if host.rows.columns != self._columns:
            self._show_columns()  # by now it is known what this server has
            host.chrome.show_hints()
        if name == host.tab:
            self._show_change(event)
        if host.workspace is not None:
            for collection in host.workspace.find_lists_read_by_guess():
                host.background.read(collection.load_more(), f"load the {collection.name}")
        self._run_pending()
        if host.has_overlays:
            host.overlays.link_form.update_choices()
        has_new_rows = not isinstance(event, StateChange | ViewChange)
        if (has_new_rows or host.rows.view.collection.at_end) and not host.has_overlays:
            self._finish_start()
        if (name == "channels" and self._has_completeness_changed()) or has_new_rows:
            for rows in self._find_joined_lists(name):
                rows.view.refilter()
                self.advance(rows)
                if rows.resource.name == host.tab:
                    host.table.rows_replaced()
                    self._detail.follow()
        host.chrome.show()

    def show_joined(self, names: Iterable[str]) -> None:
        """Show lists anew whose cells show something that changed besides their records."""
        host = self._host
        for name in names:
            if (rows := self.rows.get(name)) is not None:
                rows.view.refilter()
                self.advance(rows)
        if host.tab in names and host.page is None:
            if host.rows.columns != self._columns:
                self._show_columns()
            host.table.rows_replaced()
            self._detail.follow()
        host.chrome.show()

    def _show_change(self, event: Event | ViewChange) -> None:
        view, table = self._host.rows.view, self._host.table
        plain = view.sort is None
        match event:
            case Addition() if plain:
                table.rows_appended()
            case Update(keys) if plain and not view.query:
                table.rows_updated(keys)
                self._detail.follow()
            case Addition() | Update() | Replacement() | ViewChange():
                table.rows_replaced()
                self._detail.follow()
            case _:
                pass

    def _has_completeness_changed(self) -> bool:
        """Return whether the channels became complete, or no longer are, which bundles show."""
        before = self._unread_channels
        if self._host.workspace is not None:
            self._unread_channels = self._host.workspace.unread_channels
        return self._unread_channels != before

    def _find_joined_lists(self, name: str) -> Iterable[AnyRows]:
        """Return the lists whose cells show something of the records of another list."""
        workspace = self._host.workspace
        if workspace is None:
            return ()
        traits = workspace.client.traits
        return [rows for rows in self.rows.values() if name in rows.resource.joins(traits)]

    def advance(self, rows: AnyRows) -> None:
        """Let a view filter and sort in slices, if it is busy."""
        if rows.view.busy and rows.resource.name not in self._busy:
            self._busy.add(rows.resource.name)
            self._host.background.run(self._advance(rows), f"sort the {rows.resource.name}")

    async def _advance(self, rows: AnyRows) -> None:
        try:
            while rows.view.advance():  # noqa: ASYNC110 - each round is a slice of the work
                await asyncio.sleep(0)
        finally:
            self._busy.discard(rows.resource.name)
            self._release_top(rows)

    def call_when_filtered(self, act: Callable[[], None]) -> None:
        """Call a function once the filter of the list in view is done.

        With 100 000 records that takes a moment, in which the list still shows the old rows:
        ``/qa``, Enter and ``*`` typed in one go must not mark all of them. With another filter,
        another tab, or a pattern that is too slow, the function is not called.
        """
        if self.rows:
            self._pending.append((self._host.rows.view.query.in_force, act))
            self._run_pending()

    def _run_pending(self) -> None:
        pending, self._pending = self._pending, []
        for terms, act in pending:
            view = self._host.rows.view
            if terms != view.query.in_force:
                continue
            if view.is_current:
                act()
            else:
                self._pending.append((terms, act))
