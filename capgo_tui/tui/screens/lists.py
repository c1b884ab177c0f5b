"""Three lists of an app in one table, with tabs above and their state below."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen

from capgo_tui.text import clean
from capgo_tui.tui.actions import ACTIONS
from capgo_tui.tui.dialogs.channel_form import ChannelForm
from capgo_tui.tui.dialogs.confirmation import Confirmation
from capgo_tui.tui.dialogs.fields_form import FieldsForm
from capgo_tui.tui.dialogs.link_form import LinkForm
from capgo_tui.tui.dialogs.run_dialog import RunDialog
from capgo_tui.tui.guard import guarded
from capgo_tui.tui.lists import BUNDLES, CHANNELS, DEVICES, RecordRows
from capgo_tui.tui.widgets.detail import Detail
from capgo_tui.tui.widgets.filter_bar import FilterBar
from capgo_tui.tui.widgets.hint_bar import Hint, HintBar
from capgo_tui.tui.widgets.prompt import Prompt
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.tui.widgets.sort_bar import SortBar
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.tui.widgets.title_bar import Tab, TitleBar
from capgo_tui.workspace import words
from capgo_tui.workspace.collection import (
    Appended,
    Event,
    Loading,
    Progressed,
    Replaced,
    Updated,
)
from capgo_tui.workspace.polling import Polling
from capgo_tui.workspace.sorting import Sort
from capgo_tui.workspace.view import Shown

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.widgets.modal import Modal
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    AnyRows = RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]


class ListsScreen(Screen[None]):
    """Channels, devices and bundles: loading, sorting, marking, and the honest state of each.

    What is done with a record, and the filter, are the business of `MainScreen`.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (10, "-high")]  # noqa: RUF012

    @dataclass
    class KeyWanted(Message):
        """The key was refused and the operator wants to give another."""

        app_id: str

    app: CapgoApp
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in Textual, but moving the focus does not repaint the whole screen."""

    def __init__(
        self, target: Target, tab: str = "channels", refresh_seconds: float | None = None
    ) -> None:
        super().__init__()
        self._polling = None if refresh_seconds is None else Polling(refresh_seconds)
        self.target = target
        self.workspace: Workspace | None = None
        self._active = tab
        self._rows: dict[str, AnyRows] = {}
        self._driven: set[str] = set()
        """The lists whose views are at work beside the event loop's other business."""

    def compose(self) -> ComposeResult:
        """Make the rows of chrome, the table, and what lies over them."""
        yield TitleBar(self.target.app_id, self.target.place)
        with Horizontal(id="body"):
            yield RecordTable(id="records", classes="behind")
            yield Detail(id="detail", classes="behind")
        yield StatusLine()
        yield HintBar()
        yield FilterBar()
        yield SortBar()
        yield Prompt()
        yield LinkForm()
        yield ChannelForm()
        yield FieldsForm()
        yield Confirmation()
        yield RunDialog()

    def on_mount(self) -> None:
        """Say what is being waited for, before anything was asked."""
        self.title_bar = self.query_one(TitleBar)
        self.table = self.query_one("#records", RecordTable)
        self.detail = self.query_one("#detail", Detail)
        self.status = self.query_one(StatusLine)
        self.hints = self.query_one(HintBar)
        self.filter_bar = self.query_one(FilterBar)
        self.prompt = self.query_one(Prompt)
        self.link_form = self.query_one(LinkForm)
        self.sort_bar = self.query_one(SortBar)
        self.channel_form = self.query_one(ChannelForm)
        self.fields_form = self.query_one(FieldsForm)
        self.confirmation = self.query_one(Confirmation)
        self.run_dialog = self.query_one(RunDialog)
        self.modals: tuple[Modal, ...] = (
            self.filter_bar,
            self.sort_bar,
            self.prompt,
            self.link_form,
            self.channel_form,
            self.fields_form,
            self.confirmation,
            self.run_dialog,
        )
        self.table.say(
            f"Loading {self._active}…", f"from {self.target.place or self.target.server}"
        )
        self.set_focus(self.table)
        self.set_interval(1, self._tick)
        self._refresh_chrome()

    def open(self, workspace: Workspace) -> None:
        """Show a workspace and begin to load its three lists, the one in view first."""
        self.workspace = workspace
        self._rows = {
            "channels": RecordRows(workspace, CHANNELS),
            "devices": RecordRows(workspace, DEVICES),
            "bundles": RecordRows(workspace, BUNDLES),
        }
        for name, rows in self._rows.items():
            rows.view.listen(partial(self._list_changed, name))
        self._show_tab(self._active)
        for rows in sorted(self._rows.values(), key=lambda rows: rows is not self.rows):
            self._work(rows.view.collection.load_more(), f"load the {rows.look.name}")

    def say(self, message: str) -> None:
        """Tell in the status line what is happening."""
        self.status.say(message)

    def tell(self, outcome: str) -> None:
        """Tell what became of a write; it stays until it is dismissed."""
        self.status.tell(outcome)
        self.app.note_outcome(outcome)

    @property
    def rows(self) -> AnyRows:
        """The list in view."""
        return self._rows[self._active]

    def follow(self) -> None:
        """Let whatever shows the record under the cursor follow it; here nothing does."""

    # What the lists tell

    def _list_changed(self, name: str, event: Event | Shown) -> None:
        self._drive(self._rows[name])
        if name == self._active:
            plain = self.rows.view.sort is None
            match event:
                case Appended() if plain:
                    self.table.rows_appended()
                case Updated(keys) if plain and not self.rows.view.query:
                    self.table.rows_updated(keys)
                    self.follow()
                case Appended() | Updated() | Replaced() | Shown():
                    self.table.rows_replaced()
                    self.follow()
                case _:
                    pass
        self.link_form.choices_changed()
        if not isinstance(event, Progressed | Shown):
            for rows in self._joining(name):
                rows.view.refilter()
                self._drive(rows)
                if rows.look.name == self._active:
                    self.table.rows_replaced()
                    self.follow()
        self._refresh_chrome()

    def _drive(self, rows: AnyRows) -> None:
        """See to it that a view does what it has to do, a slice at a time."""
        if rows.view.busy and rows.look.name not in self._driven:
            self._driven.add(rows.look.name)
            self._work(self._advance(rows), f"sort the {rows.look.name}")

    async def _advance(self, rows: AnyRows) -> None:
        try:
            while rows.view.advance():  # noqa: ASYNC110 - each round is a slice of the work
                await asyncio.sleep(0)
        finally:
            self._driven.discard(rows.look.name)

    def _joining(self, name: str) -> Iterable[AnyRows]:
        """The lists that show something of another list, and so change with it."""
        if name == "channels":
            yield self._rows["bundles"]
        elif name == "bundles" and self.workspace is not None and self.workspace.joins_bundle_names:
            yield self._rows["channels"]
            yield self._rows["devices"]

    def _refresh_chrome(self) -> None:
        if not self._rows:
            tabs = [Tab(look.name, look.title, "…") for look in (CHANNELS, DEVICES, BUNDLES)]
            self.title_bar.show_tabs(tabs, self._active)
            self._show_hints()
            return
        tabs = [
            Tab(rows.look.name, rows.look.title, words.count(rows.view.collection))
            for rows in self._rows.values()
        ]
        self.title_bar.show_tabs(tabs, self._active)
        self._show_status()

    def _show_status(self) -> None:
        if self.workspace is not None:
            view = self.rows.view
            now = self.workspace.now()
            text = words.status(view.collection, len(view), view.query, now, self.target)
            told = (view.query.error, self.rows.marks.summary, text)
            text = " · ".join(part for part in told if part)
            self.status.show_state(text, stale=view.collection.stale or bool(view.query.error))
            notice = words.placeholder(view.collection, len(view), view.query, now, self.target)
            if notice is not None:
                self.table.say(notice.headline, notice.advice)

    def _tick(self) -> None:
        # Only an age or a countdown that is on the screen has to go on.
        if not self._rows or self.workspace is None:
            return
        collection = self.rows.view.collection
        if collection.error is not None:
            self._show_status()
        quiet = self.app.app_focus and self.is_current and not self.is_taken
        if (
            self._polling is not None
            and quiet
            and collection.as_of is not None
            and collection.loading is Loading.NOTHING
            and self._polling.due(self.workspace.now(), self.workspace.requests.total)
        ):
            self._work(collection.refresh(), f"refresh the {collection.name}")

    @property
    def is_taken(self) -> bool:
        """Whether something modal has the keyboard: nothing may move behind it by itself."""
        return any(modal.visible for modal in self.modals)

    def _show_hints(self) -> None:
        self.hints.show_hints(
            [
                Hint(action.key, action.label)
                for action in ACTIONS
                if action.hint and self._active in action.tabs and action.id != "help"
            ]
        )

    # Tabs

    def action_tab(self, name: str) -> None:
        """Show another list."""
        if name != self._active:
            self._show_tab(name)

    def action_next_tab(self, step: int) -> None:
        """Show the list beside this one."""
        names = list(self._rows) or ["channels", "devices", "bundles"]
        self._show_tab(names[(names.index(self._active) + step) % len(names)])

    def on_title_bar_tab_picked(self, event: TitleBar.TabPicked) -> None:
        """Show the list that was clicked."""
        if not self.is_taken:
            self.action_tab(event.name)

    def _show_tab(self, name: str) -> None:
        self._active = name
        self.status.dismiss()
        self._show_hints()
        if self._rows:
            rows = self.rows
            self.table.attach(rows, rows.look.columns, rows.state)
            self.follow()
        self._refresh_chrome()

    # Loading

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        """Load the next page; after a failure only `r` asks again.

        Under a filter the end is always near: there only the wish for more loads a page, or
        a filter that matches little would read the whole list.
        """
        if not self._rows or (self.rows.view.query and not event.wanted):
            return
        collection = self.rows.view.collection
        if collection.started and not collection.ended and collection.error is None:
            self._work(collection.load_more(), f"load more {collection.name}")

    def action_load_all(self) -> None:
        """Load the list in view to its end."""
        if self._rows:
            self.status.dismiss()
            collection = self.rows.view.collection
            self._work(collection.load_all(), f"load all {collection.name}")

    def action_refresh(self) -> None:
        """Read the list in view again."""
        if not self._rows:
            return
        collection = self.rows.view.collection
        if self.workspace is not None and self.workspace.client.key_refused:
            self.post_message(self.KeyWanted(self.target.app_id))
            return
        self.status.dismiss()
        again = collection.refresh if collection.as_of else collection.load_more
        self._work(again(), f"refresh the {collection.name}")

    # Sorting and marking

    def action_sort(self) -> None:
        """Choose a column to sort by."""
        if self._rows:
            self.status.dismiss()
            self.sort_bar.open(self.rows.look.columns, self.rows.state.sort)

    def on_sort_bar_chosen(self, event: SortBar.Chosen) -> None:
        """Sort by the column that was chosen; the cursor stays on its record."""
        rows = self.rows
        column = event.column_id
        sort = None if column is None else Sort.next(rows.view.sort, column)
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
        key = self.table.cursor_key
        if key is not None:
            self.rows.marks.mark_to(key)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark everything in view."""
        if self._rows:
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
        wide = self.table.toggle_wide()
        self.say("All columns: ← → slide, w goes back." if wide else "")

    def _filter_rows(self, rows: AnyRows, text: str) -> None:
        rows.view.filter(rows.view.parse(clean(text)))
        self._drive(rows)

    def _work(self, coroutine: Coroutine[None, None, object], doing: str) -> None:
        self.run_worker(guarded(self, coroutine, doing), exit_on_error=False)
