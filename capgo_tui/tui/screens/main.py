"""The screen of an app: three lists in one table, with tabs above and the keys below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen

from capgo_tui.text import clean, clean_lines
from capgo_tui.tui.actions import ACTIONS
from capgo_tui.tui.dialogs.help import HelpScreen
from capgo_tui.tui.dialogs.link_form import LinkForm
from capgo_tui.tui.guard import guarded
from capgo_tui.tui.lists import BUNDLES, CHANNELS, DEVICES, RecordRows
from capgo_tui.tui.screens.overrides import OverrideFlow
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.filter_bar import FilterBar
from capgo_tui.tui.widgets.hint_bar import Hint, HintBar
from capgo_tui.tui.widgets.prompt import Prompt
from capgo_tui.tui.widgets.record_table import RecordTable
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
from capgo_tui.workspace.query import Query

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.widget import Widget

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.widgets.modal import Modal
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    AnyRows = RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]

FOLLOW_SECONDS = 0.06
"""How long the cursor rests before the detail beside the table follows it."""


class MainScreen(Screen[None]):
    """One app: channels, devices and bundles, and what is done to them."""

    CSS_PATH = "main.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in ACTIONS]
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
        self, target: Target, device: str | None = None, refresh_seconds: float | None = None
    ) -> None:
        super().__init__()
        self._polling = None if refresh_seconds is None else Polling(refresh_seconds)
        self.target = target
        self.workspace: Workspace | None = None
        self._sought = clean(device) if device else None
        self._active = "devices" if device else "channels"
        self._rows: dict[str, AnyRows] = {}
        self._raw = False
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Make the rows of chrome, the table, and what lies over them."""
        yield TitleBar(self.target.app_id, self.target.place)
        with Horizontal(id="body"):
            yield RecordTable(id="records", classes="behind")
            yield Detail(id="detail", classes="behind")
        yield StatusLine()
        yield HintBar()
        yield FilterBar()
        yield Prompt()
        yield LinkForm()

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
        self.modals: tuple[Modal, ...] = (self.filter_bar, self.prompt, self.link_form)
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
        self.overrides = OverrideFlow(self, workspace)
        if self._sought is not None:
            self._rows["devices"].view.filter(Query.parse(self._sought))
            self._work(self._look_up(self._sought), "look the device up")
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

    # What the lists tell

    def _list_changed(self, name: str, event: Event) -> None:
        if name == self._active:
            match event:
                case Appended():
                    self.table.rows_appended()
                case Updated(keys) if not self.rows.view.query:
                    self.table.rows_updated(keys)
                    self._follow()
                case Updated() | Replaced():
                    self.table.rows_replaced()
                    self._follow()
                case _:
                    pass
        if name == "channels":
            self.link_form.channels_changed()
        if not isinstance(event, Progressed):
            for rows in self._joining(name):
                rows.view.refilter()
                if rows.look.name == self._active:
                    self.table.rows_replaced()
                    self._follow()
        self._refresh_chrome()

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
            self.status.show_state(text, stale=view.collection.stale)
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
        quiet = self.app.app_focus and self.is_current and not self._is_taken
        if (
            self._polling is not None
            and quiet
            and collection.as_of is not None
            and collection.loading is Loading.NOTHING
            and self._polling.due(self.workspace.now(), self.workspace.requests.total)
        ):
            self._work(collection.refresh(), f"refresh the {collection.name}")

    @property
    def _is_taken(self) -> bool:
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
        if not self._is_taken:
            self.action_tab(event.name)

    def _show_tab(self, name: str) -> None:
        self._active = name
        self.status.dismiss()
        self._show_hints()
        if self._rows:
            rows = self.rows
            self.table.attach(rows, rows.look.columns, rows.state)
            self._show_detail()
        self._refresh_chrome()

    # The table and the detail

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

    def on_record_table_cursor_moved(self) -> None:
        """Let the detail follow."""
        self._follow()

    def on_record_table_opened(self) -> None:
        """Show all of the record."""
        self.action_open()

    def action_open(self) -> None:
        """Show all of the record under the cursor and scroll in it."""
        self._open_detail(raw=self._raw and self.detail.display)

    def action_raw(self) -> None:
        """Change between labelled fields and the server's own JSON."""
        if self.detail.display:
            self._raw = not self._raw
            self._show_detail()
        else:
            self._open_detail(raw=True)

    def _open_detail(self, *, raw: bool) -> None:
        if self.table.cursor_key is not None:
            self._raw = raw
            self.add_class("-detail")
            self._show_detail()
            self.set_focus(self.detail)

    def _follow(self) -> None:
        if self.detail.display:
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(FOLLOW_SECONDS, self._show_detail)

    def _show_detail(self) -> None:
        if not self.detail.display or not self._rows:
            return
        key = self.table.cursor_key
        self.detail.show_lines([] if key is None else self._detail_lines(key))

    def _detail_lines(self, key: str) -> list[Line]:
        if self._raw:
            record = self.rows.view.collection.records.get(key)
            if record is not None:
                return [Line("", text, "raw") for text in clean_lines(record.raw_json())]
        lines: list[Line] = []
        for section in self.rows.sections(key):
            lines.append(Line("", section.title, "heading"))
            lines += [Line(label, text) for label, text in section.fields]
            lines.append(Line("", ""))
        return lines

    def action_load_all(self) -> None:
        """Load the list in view to its end."""
        if self._rows:
            self.status.dismiss()
            collection = self.rows.view.collection
            self._work(collection.load_all(), f"load all {collection.name}")

    def action_leave(self) -> None:
        """Close the detail, stop loading, or clear the filter; never quit."""
        if self._close_detail() or not self._rows:
            return
        if self.rows.view.collection.loading_all:
            self.rows.view.collection.stop()
            return
        self.status.dismiss()
        if self.rows.view.query:
            self._filter("")

    def action_back(self) -> None:
        """Close the detail; at the top quit."""
        if not self._close_detail():
            self.app.leave()

    def _close_detail(self) -> bool:
        if not self.has_class("-detail"):
            return False
        self.remove_class("-detail")
        self._raw = False
        self._show_detail()
        self.set_focus(self.table)
        return True

    # The filter

    def action_filter(self) -> None:
        """Type a filter in the bottom row."""
        if self._rows:
            self._close_detail()
            self.status.dismiss()
            self.filter_bar.open(self.rows.view.query.text)

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """Narrow the list; what was typed in a bar that is closed by now has been seen to."""
        if self.filter_bar.visible:
            self._filter(event.text)

    def action_clear_filter(self) -> None:
        """Show everything again."""
        self._filter("")
        self._close_filter_bar()

    def action_enter_filter(self) -> None:
        """Leave the filter standing; a device id that is not loaded is looked up."""
        self._filter(self.filter_bar.text)
        self._close_filter_bar()
        view = self.rows.view
        if self._active == "devices" and not len(view) and view.query.looks_like_id:
            self._work(self._look_up(view.query.text), "look the device up")

    def action_move(self, rows: int) -> None:
        """Move the cursor while the filter is typed."""
        self.table.action_move(rows)

    def _filter(self, text: str) -> None:
        self.rows.view.filter(Query.parse(clean(text)))
        self.table.rows_replaced()
        self._refresh_chrome()
        self._follow()

    def _close_filter_bar(self) -> None:
        self.filter_bar.close()

    async def _look_up(self, device_id: str) -> None:
        if self.workspace is None:
            return
        self.say(f"Asking the server for device {device_id}…")
        device = await self.workspace.look_up_device(device_id)
        if device is None:
            self.say(
                f"✗ No device has the id {device_id}. A custom id is only found once it is loaded."
            )
            return
        self.status.dismiss()
        self.table.move_to_key(device.wire_key)

    # Reading again, and writing

    def action_wide(self) -> None:
        """Show every column at its full width, or again those that fit."""
        wide = self.table.toggle_wide()
        self.say("All columns: ← → slide, w goes back." if wide else "")

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

    def action_override(self) -> None:
        """Force the device under the cursor to a channel."""
        if (device := self._device()) is not None:
            self._begin(self.overrides.override(device), "override the device")

    def action_clear_override(self) -> None:
        """Clear the override of the device under the cursor."""
        if (device := self._device()) is not None:
            self._begin(self.overrides.clear(device), "clear the override")

    def _device(self) -> Device | None:
        """The device under the cursor, or None after saying why there is none."""
        if self.workspace is None:
            self.say("Not connected yet.")
            return None
        if self._active != "devices":
            self.say("Overrides are set on a device: 2 shows the devices.")
            return None
        key = self.table.cursor_key
        device = self.workspace.devices.records.get(key) if key is not None else None
        if device is None:
            self.say("There is no device under the cursor.")
        return device

    def action_help(self) -> None:
        """Show every key."""
        self.app.push_screen(HelpScreen(self._active))

    def _begin(self, flow: Coroutine[None, None, None] | None, doing: str) -> None:
        if flow is not None:
            self._work(flow, doing)

    def _work(self, coroutine: Coroutine[None, None, None], doing: str) -> None:
        self.run_worker(guarded(self, coroutine, doing), exit_on_error=False)
