"""Three lists of an app in one table, with tabs above and their state below."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import Reactive

from capgo_tui.api.revisions import Extra
from capgo_tui.tui import words
from capgo_tui.tui.actions import ACTIONS, disabled_reason
from capgo_tui.tui.guard import guarded
from capgo_tui.tui.lists import RecordRows
from capgo_tui.tui.screens.modals import ScreenWithModals
from capgo_tui.tui.widgets.detail import Detail
from capgo_tui.tui.widgets.hint_bar import Hint, HintBar
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.tui.widgets.title_bar import Tab, TitleBar
from capgo_tui.workspace.collection import (
    Appended,
    Event,
    Progressed,
    Replaced,
    Updated,
)
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.load_effort import question
from capgo_tui.workspace.polling import Polling
from capgo_tui.workspace.resources.registry import RESOURCE_NAMES, RESOURCES
from capgo_tui.workspace.view import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.worker import Worker

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.workspace.query import Term
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target
    from capgo_tui.workspace.waiting import Waiting

    AnyRows = RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]


READS = "reads"
"""The group of the workers that change nothing at the server."""
NOT_CONNECTED = "Not connected yet."
SIZING_UP = "Asking how many devices there are…"
HEAD_START = 0.25
"""Seconds that the list in view has to itself before the others are asked for as well."""


class ListsScreen(ScreenWithModals):
    """Channels, devices and bundles: loading, sorting, marking, and the honest state of each.

    What is done with a record, and the filter, are the business of `MainScreen`.
    """

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
        self._reads_over = False
        self._sizing_up = False
        """Whether the server is being asked how many devices there are."""
        self._shown_columns: Sequence[object] = ()
        self._unread_channels = ""
        self._driven: set[str] = set()
        """The lists whose views are at work beside the event loop's other business."""
        self._awaiting: list[tuple[Sequence[Term], Callable[[], None]]] = []
        """What is to be done once the list in view shows what these conditions let through."""

    def compose(self) -> ComposeResult:
        """Make the rows of chrome and the table; what lies over them comes later."""
        yield TitleBar(self.target)
        with Horizontal(id="body"):
            yield RecordTable(id="records", classes="behind")
            yield Detail(id="detail", classes="behind")
        yield StatusLine()
        yield HintBar()

    def on_mount(self) -> None:
        """Say what is being waited for, before anything was asked."""
        self.title_bar = self.query_one(TitleBar)
        self.table = self.query_one("#records", RecordTable)
        self.detail = self.query_one("#detail", Detail)
        self.status = self.query_one(StatusLine)
        self.hints = self.query_one(HintBar)
        notice = words.loading(self._active, self.target)
        self.table.say(notice.headline, notice.advice)
        self.set_focus(self.table)
        self.set_interval(1, self._tick)
        self._refresh_chrome()

    def open(self, workspace: Workspace) -> None:
        """Show a workspace and begin to load its three lists, the one in view first.

        The others follow once its rows are on the screen, or when these keep the operator
        waiting anyway: reading all three at once put a tenth on top of the whole start.
        """
        self.workspace = workspace
        self._rows = {resource.name: RecordRows(workspace, resource) for resource in RESOURCES}
        for name, rows in self._rows.items():
            rows.view.listen(partial(self._list_changed, name))
        workspace.waits.listen(self._show_status)
        self._show_tab(self._active)
        self.set_timer(HEAD_START, self._load_the_others)

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
        if self.rows.columns != self._shown_columns:
            self._show_columns(self.rows)  # by now it is known what this server has
            self._show_hints()
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
        if self.workspace is not None:
            for collection in self.workspace.asked_by_a_guess():
                self._read(collection.load_more(), f"load the {collection.name}")
        self._act_if_sifted()
        self.link_form.choices_changed()
        arrived = not isinstance(event, Progressed | Shown)
        if (arrived or self.rows.view.collection.ended) and not self.modals:
            # By way of the table, which only then has told the screen that it is to be drawn.
            self.table.call_later(self.call_after_refresh, self._follow_up)
        if (name == "channels" and self._channels_end_changed()) or arrived:
            for rows in self._rows_joining(name):
                rows.view.refilter()
                self._drive(rows)
                if rows.look.name == self._active:
                    self.table.rows_replaced()
                    self.follow()
        self._refresh_chrome()

    def _channels_end_changed(self) -> bool:
        """Whether the bundles can now say otherwise whether their channels are all there are."""
        before = self._unread_channels
        if self.workspace is not None:
            self._unread_channels = self.workspace.unread_channels
        return self._unread_channels != before

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

    def once_sifted(self, act: Callable[[], None]) -> None:
        """Do what is about all that the list in view shows, once its filter has done its work.

        Among 100 000 records that takes a moment, in which the list still shows what it did:
        ``/qa``, Enter and ``*`` typed in one go must not mark all of them. With another filter,
        another tab, or a pattern that proves too slow, it is not done at all.
        """
        if self._rows:
            self._awaiting.append((self.rows.view.query.in_force, act))
            self._act_if_sifted()

    def _act_if_sifted(self) -> None:
        awaiting, self._awaiting = self._awaiting, []
        for terms, act in awaiting:
            if terms != self.rows.view.query.in_force:
                continue
            if self.rows.view.sifted:
                act()
            else:
                self._awaiting.append((terms, act))

    def _rows_joining(self, name: str) -> Iterable[AnyRows]:
        """Return the lists whose cells show something of the records of another list."""
        if self.workspace is None:
            return ()
        workspace = self.workspace
        return [rows for rows in self._rows.values() if name in rows.look.joins(workspace)]

    def _refresh_chrome(self) -> None:
        if not self._rows:
            tabs = [Tab(look.name, look.title, "…") for look in RESOURCES]
            self.title_bar.show_tabs(tabs, self._active)
            self._show_hints()
            return
        tabs = [
            Tab(rows.look.name, rows.look.title, words.count(rows.view.collection))
            for rows in self._rows.values()
        ]
        self.title_bar.show_tabs(tabs, self._active)
        self._show_status()

    @property
    def waiting(self) -> Waiting | None:
        """What is waited for and does not show in the state of the list in view."""
        if self.workspace is None or not self._rows:
            return None
        if (latest := self.workspace.waits.latest) is not None:
            return latest
        # A write whose list is read again covers the state by its message.
        wanted = self._rows.values() if self.workspace.writing else (self.rows,)
        waits = (rows.view.collection.waiting for rows in wanted if self.status.message)
        return next((wait for wait in waits if wait is not None), None)

    def _show_status(self) -> None:
        if self.workspace is not None:
            view = self.rows.view
            now = self.workspace.now()
            shown = len(view) if view.sifted else None
            text = words.status(view.collection, shown, view.query, now)
            counting_down = view.collection.waiting is not None
            marked = self.rows.marks.summary
            error = view.collection.error
            # How long nothing is answered is wanted more than what is marked or filtered.
            first = counting_down or (error is not None and error.locks_address)
            told = (text, marked) if first else (view.query.error, marked, text)
            text = " · ".join(part for part in told if part)
            self.status.show_state(
                text,
                stale=view.collection.stale or counting_down or bool(view.query.error),
                # The age of the rows; but how to end a wait is wanted more.
                keep_last=view.collection.as_of is not None and not counting_down,
            )
            wait = self.waiting
            writing = bool(self.workspace.writing)
            self.status.show_wait("" if wait is None else words.waiting(wait, now, writing=writing))
            notice = words.placeholder(
                view.collection,
                shown,
                view.query,
                now,
                self.target,
                typing=self.filter_bar.visible,
            )
            if notice is not None:
                self.table.say(notice.headline, notice.advice)

    def _tick(self) -> None:
        # Only an age or a countdown that is on the screen has to go on.
        self.link_form.reasons_changed()
        if not self._rows or self.workspace is None:
            return
        # Its first page may have been called off along with the form that had asked for all.
        if not self._reads_over:
            self._begin_to_load(self.rows)
        collection = self.rows.view.collection
        if collection.error is not None or (collection.waiting or self.waiting) is not None:
            self._show_status()
        quiet = self.app.is_watched and self.is_current and not self.is_taken
        if (
            self._polling is not None
            and quiet
            and collection.as_of is not None
            and collection.loading is Loading.NOTHING
            and not self.workspace.client.key_refused
            and self._polling.due(
                self.workspace.now(), self.workspace.requests.total, collection.asked_to_wait
            )
        ):
            self._refresh_list()

    def _show_hints(self) -> None:
        self.hints.show_hints(sorted(self._hints(), key=lambda hint: hint.off))

    def _hints(self) -> list[Hint]:
        """The keys of this moment; how to leave what was entered comes first."""
        wide = bool(self._rows) and self.rows.state.wide
        extras = frozenset(Extra) if self.workspace is None else self.workspace.client.traits.extras
        return [
            *([Hint("←→", "slide"), Hint("w", "narrow")] if wide else []),
            *(
                Hint(action.key, action.label, bool(disabled_reason(action.name, self.target)))
                for action in ACTIONS
                if action.hint and self._active in action.tabs and action.id != "help"
                if action.needs is None or action.needs in extras
            ),
        ]

    # Tabs

    def action_tab(self, name: str) -> None:
        """Show another list."""
        if name != self._active:
            self._show_tab(name)

    def action_next_tab(self, step: int) -> None:
        """Show the list beside this one."""
        names = RESOURCE_NAMES
        self._show_tab(names[(names.index(self._active) + step) % len(names)])

    def on_title_bar_tab_picked(self, event: TitleBar.TabPicked) -> None:
        """Show the list that was clicked."""
        if not self.is_taken:
            self.action_tab(event.name)

    def _show_tab(self, name: str) -> None:
        self._active = name
        self._awaiting.clear()
        self.status.dismiss()
        self._show_hints()
        if self._rows:
            rows = self.rows
            self._show_columns(rows)
            self.follow()
            self._begin_to_load(rows)
        self._refresh_chrome()

    def _show_columns(self, rows: AnyRows) -> None:
        self._shown_columns = rows.columns
        self.table.attach(rows, self._shown_columns, rows.state)

    # Loading

    async def _follow_up(self) -> None:
        """Do what could wait until the first rows were on the screen."""
        self._load_the_others()
        await self.furnish()

    def _load_the_others(self) -> None:
        for rows in self._rows.values():
            self._begin_to_load(rows)

    def _begin_to_load(self, rows: AnyRows) -> None:
        collection = rows.view.collection
        if not collection.started and collection.loading is Loading.NOTHING:
            self._read(collection.load_more(), f"load the {collection.name}")

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        """Load the next page; after a failure only `r` asks again.

        Under a filter the end is always near: there only the wish for more loads a page, or
        a filter that matches little would read the whole list.
        """
        if not self._rows or (self.rows.view.query and not event.wanted):
            return
        collection = self.rows.view.collection
        if collection.started and not collection.ended and collection.error is None:
            self._read(collection.load_more(), f"load more {collection.name}")

    def action_load_all(self) -> None:
        """Load the list in view to its end; of devices it is said first what that takes."""
        if self.workspace is None or not self._rows:
            return
        self.status.dismiss()
        collection = self.rows.view.collection
        if collection is not self.workspace.devices or collection.loading_all or collection.ended:
            self._read(collection.load_all(), f"load all {collection.name}")
        elif not self._sizing_up:
            self._read(self._load_all_devices(self.workspace), "load all devices")

    async def _load_all_devices(self, workspace: Workspace) -> None:
        """Load all devices; if that takes many requests, only after a yes."""
        devices = workspace.devices
        self._sizing_up = True
        try:
            if not workspace.fleet_size.is_settled:
                self.say(SIZING_UP)
                await workspace.fleet_size.learn()
        finally:
            self._sizing_up = False
            if self.status.message == SIZING_UP:
                self.status.dismiss()
        effort = workspace.load_effort(len(devices))
        if effort.is_long:
            if self.is_taken or self.rows.view.collection is not devices:
                return  # a question must not come up in something else: L asks again
            if not await self.prompt.open(partial(question, effort)):
                self.say("Nothing more was loaded.")
                return
        await devices.load_all()

    def action_refresh(self) -> None:
        """Read the list in view again."""
        if not self._rows:
            return
        collection = self.rows.view.collection
        if self.workspace is not None and self.workspace.client.key_refused:
            self.post_message(self.KeyWanted(self.target.app_id))
            return
        self.status.dismiss()
        if collection.as_of is None:
            self._read(collection.load_more(), f"load the {collection.name}")
        else:
            self._refresh_list()

    def _refresh_list(self) -> None:
        """Read the list in view again, what is on screen first."""
        view, top = self.rows.view, self.rows.state.top
        last = min(len(view), top + self.table.rows_on_screen)
        on_screen = [view.key_at(index) for index in range(top, last)]
        collection = view.collection
        self._read(collection.refresh(on_screen), f"refresh the {collection.name}")

    # What goes on beside the event loop

    def cancel_reads(self) -> None:
        """End what only reads, for nobody will look at it any more."""
        self._reads_over = True
        self.workers.cancel_group(self, READS)

    def _read(self, coroutine: Coroutine[None, None, object], doing: str) -> Worker[None]:
        return self.run_worker(guarded(self, coroutine, doing), group=READS, exit_on_error=False)

    def _work(self, coroutine: Coroutine[None, None, object], doing: str) -> None:
        self.run_worker(guarded(self, coroutine, doing), exit_on_error=False)
