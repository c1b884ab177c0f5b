"""The screen of an app: its lists, all of one record, the filter, and what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from capgo_tui.text import clean_lines
from capgo_tui.tui.actions import ACTIONS
from capgo_tui.tui.screens.going import GoingScreen
from capgo_tui.tui.screens.help import HelpScreen
from capgo_tui.tui.screens.lists import NOT_CONNECTED
from capgo_tui.tui.screens.request_log import RequestLogScreen
from capgo_tui.tui.screens.unreadable import UnreadableScreen
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.hint_bar import Hint

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.worker import Worker

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.controllers.device_search import DeviceSearch
    from capgo_tui.tui.lists import RecordRows
    from capgo_tui.tui.overlays.filter_bar import FilterBar
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    AnyRows = RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]

C = TypeVar("C", "Channel", "Bundle")

FOLLOW_SECONDS = 0.06
"""How long the cursor rests before the detail beside the table follows it."""


class MainScreen(GoingScreen):
    """One app: channels, devices and bundles, and what is done to them."""

    CSS_PATH = "main.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in ACTIONS]

    def __init__(
        self, target: Target, device: str | None = None, refresh_seconds: float | None = None
    ) -> None:
        super().__init__(target, "devices" if device else "channels", refresh_seconds)
        self._sought = device
        self._search: Worker[None] | None = None
        """What asks the server for a device, or did last."""
        self._raw = False
        self._resting: Timer | None = None

    def open(self, workspace: Workspace) -> None:
        """Show a workspace, and look up the device that was asked for."""
        super().open(workspace)
        if self._sought is not None:
            self._filter(self._sought)
            self._seek(self._device_search(workspace).seek(self._sought))

    # The detail

    def on_record_table_cursor_moved(self) -> None:
        """Let the detail follow."""
        self.follow()

    def on_record_table_opened(self) -> None:
        """Show all of the record."""
        self.action_open()

    def on_click(self) -> None:
        """Leave the detail at a click on the list beside it."""
        if self._rows and self.focused is self.table:
            self._close_detail()

    def action_open(self) -> None:
        """Show all of the record under the cursor and scroll in it."""
        self._open_detail(raw=self._raw and self.detail.display)

    def action_raw(self) -> None:
        """Change between labelled fields and the server's own JSON."""
        if self.detail.display:
            self._raw = not self._raw
            self._show_detail()
            self._show_hints()
        else:
            self._open_detail(raw=True)

    def _open_detail(self, *, raw: bool) -> None:
        if self.table.cursor_key is not None:
            self._raw = raw
            self.add_class("-detail")
            self._show_detail()
            self._show_hints()
            self.set_focus(self.detail)

    def _hints(self) -> list[Hint]:
        hints = super()._hints()
        if not self.has_class("-detail"):
            return hints
        first = [Hint("esc", "back"), Hint("↑↓", "scroll")]
        raw = Hint("J", "fields" if self._raw else "JSON")
        return [*first, raw, *(hint for hint in hints if hint.key not in {"⏎", raw.key})]

    def follow(self) -> None:
        """Show in the detail what the cursor is on, once it rests."""
        if self._resting is not None:
            self._resting.stop()
        if self.detail.display:
            self._resting = self.set_timer(FOLLOW_SECONDS, self._show_detail)
        else:
            # A wider screen brings it into view before anybody can fill it.
            self.detail.show_lines(())

    def on_resize(self) -> None:
        """Fill the detail, which has its place from some width on."""
        self.call_after_refresh(self._show_detail)

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

    def action_leave(self) -> None:
        """Close the detail, stop what waits or is loading, or clear the filter; never quit."""
        if self._close_detail() or not self._rows:
            return
        if self.stop_waiting():
            return
        if self.waiting is not None:
            self.waiting.wait.cancel()  # what waits then says why it failed
            return
        if self._stop_search():
            self.say("Stopped looking for the device.")
            return
        if self.rows.view.collection.stoppable:
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
        self._show_hints()
        self.set_focus(self.table)
        return True

    # The filter

    def action_filter(self) -> None:
        """Type a filter in the bottom row."""
        if not self._rows:
            self.say(NOT_CONNECTED)
            return
        self._close_detail()
        self._stop_search()  # its answer would be about a filter that is another by then
        self.status.dismiss()
        self.filter_bar.begin(self.rows.view.query.text)
        self._show_status()

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
        self.once_sifted(self._look_up_missing)

    def _look_up_missing(self) -> None:
        view = self.rows.view
        if self._active == "devices" and not len(view) and self.workspace is not None:
            self._seek(self._device_search(self.workspace).seek_filtered(view.query))

    def _device_search(self, workspace: Workspace) -> DeviceSearch:
        # It builds requests, which the start needs none of.
        from capgo_tui.tui.controllers.device_search import DeviceSearch  # noqa: PLC0415

        return DeviceSearch(self, workspace)

    def _seek(self, search: Coroutine[None, None, None]) -> None:
        self._search = self._read(search, "look the device up")

    def _stop_search(self) -> bool:
        """Give up the search for a device; whether there was one."""
        search, self._search = self._search, None
        running = search is not None and search.is_running
        if search is not None and running:
            search.cancel()
        return running

    def refine_filter(self, text: str, better: str) -> None:
        """Put a better filter in place of one, unless there is another one by now."""
        if self._active == "devices" and self.rows.view.query.text == text.strip():
            self._filter(better)

    def action_move(self, rows: int) -> None:
        """Move the cursor while the filter is typed."""
        self.table.action_move(rows)

    def _close_filter_bar(self) -> None:
        self.filter_bar.close()
        self._show_status()

    # Other pages

    def action_help(self) -> None:
        """Show every key."""
        self.app.push_screen(HelpScreen(self._active, self.target))

    def action_unreadable(self) -> None:
        """Show the rows of the list in view that could not be read."""
        if not self._rows:
            return
        collection = self.rows.view.collection
        if collection.unreadable:
            self.app.push_screen(UnreadableScreen(collection))
        else:
            self.say(f"Every row of the {collection.name} could be read.")

    def action_request_log(self) -> None:
        """Show what was asked of the server."""
        if self.workspace is not None:
            self.app.push_screen(RequestLogScreen(self.workspace.requests))
