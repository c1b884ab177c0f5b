"""The screen of an app: its lists, all of one record, the filter, and what is written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, TypeVar

from capgo_tui.text import clean, clean_lines
from capgo_tui.tui.actions import ACTIONS
from capgo_tui.tui.dialogs.help import HelpScreen
from capgo_tui.tui.guard import guarded
from capgo_tui.tui.screens.lists import ListsScreen
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.workspace import words

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.binding import BindingType
    from textual.timer import Timer

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.dialogs.link_form import Choices
    from capgo_tui.tui.lists import RecordRows
    from capgo_tui.tui.widgets.filter_bar import FilterBar
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    AnyRows = RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]

C = TypeVar("C", "Channel", "Bundle")

NOT_CONNECTED = "Not connected yet."
FOLLOW_SECONDS = 0.06
"""How long the cursor rests before the detail beside the table follows it."""


class MainScreen(ListsScreen):
    """One app: channels, devices and bundles, and what is done to them."""

    CSS_PATH = "main.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in ACTIONS]

    def __init__(
        self, target: Target, device: str | None = None, refresh_seconds: float | None = None
    ) -> None:
        super().__init__(target, "devices" if device else "channels", refresh_seconds)
        self._sought = clean(device) if device else None
        self._raw = False
        self._resting: Timer | None = None

    def open(self, workspace: Workspace) -> None:
        """Show a workspace, and look up the device that was asked for."""
        super().open(workspace)
        # They bring pydantic: not before the first paint.
        from capgo_tui.tui.flows.bundles import BundleFlow  # noqa: PLC0415
        from capgo_tui.tui.flows.channels import ChannelFlow  # noqa: PLC0415
        from capgo_tui.tui.flows.cleanup import CleanupFlow  # noqa: PLC0415
        from capgo_tui.tui.flows.overrides import OverrideFlow  # noqa: PLC0415
        from capgo_tui.tui.flows.undo import UndoFlow  # noqa: PLC0415
        from capgo_tui.tui.flows.writing import Writing  # noqa: PLC0415

        self.writing = Writing(self, workspace)
        self.channels = ChannelFlow(self, workspace, self.writing)
        self.overrides = OverrideFlow(self, workspace, self.writing)
        self.bundles = BundleFlow(self, workspace, self.writing)
        self.cleanup = CleanupFlow(self, workspace, self.writing)
        self.undoing = UndoFlow(self, workspace, self.writing)
        self._work(self.undoing.look_back(), "find out what an earlier run did")
        if self._sought is not None:
            self._filter(self._sought)
            self._work(self._look_up(self._sought), "look the device up")

    # The detail

    def on_record_table_cursor_moved(self) -> None:
        """Let the detail follow."""
        self.follow()

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
        """Close the detail, stop loading or reading again, or clear the filter; never quit."""
        if self._close_detail() or not self._rows:
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
        self.status.dismiss()
        self.filter_bar.open(self.rows.view.query.text)
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
        view = self.rows.view
        if self._active == "devices" and not len(view) and view.query.looks_like_id:
            self._work(self._look_up(view.query.text), "look the device up")

    def action_move(self, rows: int) -> None:
        """Move the cursor while the filter is typed."""
        self.table.action_move(rows)

    def _filter(self, text: str) -> None:
        self._filter_rows(self.rows, text)
        self.table.rows_replaced()
        self._refresh_chrome()
        self.follow()

    def _close_filter_bar(self) -> None:
        self.filter_bar.close()
        self._show_status()

    async def _look_up(self, device_id: str) -> None:
        if self.workspace is None:
            return
        self.say(f"Asking the server for device {device_id}…")
        device = await self.workspace.look_up_device(device_id)
        if device is None:
            self.say(words.unknown_device(device_id))
            return
        self.status.dismiss()
        self.table.move_to_key(device.wire_key)

    # Writing

    def pick(self, title: str, choices: Choices[C]) -> Coroutine[None, None, C | None]:
        """Ask for a channel or a bundle, while the rest of them is loaded.

        The form has the keyboard when this returns; what is left to await gives the choice.
        """
        hints = 1 if self.hints.display else 0
        self.table.cover(self.link_form.HEIGHT - 1 - hints)
        return self._await_pick(self.link_form.open(title, choices), choices)

    async def _await_pick(self, picked: asyncio.Future[C | None], choices: Choices[C]) -> C | None:
        load_all = choices.collection.load_all()
        doing = f"load the {choices.collection.name}"
        loading = asyncio.ensure_future(guarded(self, load_all, doing))
        try:
            return await picked
        finally:
            loading.cancel()
            self.table.cover(0)
            self.link_form.close()

    def action_override(self) -> None:
        """Force the device under the cursor to a channel."""
        if (device := self._device()) is not None:
            self._begin(self.overrides.override(device), "override the device")

    def action_clear(self) -> None:
        """Clear the override of the device, or the bundle of the channel, under the cursor."""
        if self._active == "channels":
            if (channel := self._channel()) is not None:
                self._begin(self.channels.clear(channel), "take the bundle off")
        elif (device := self._device()) is not None:
            self._begin(self.overrides.clear(device), "clear the override")

    def action_undo(self) -> None:
        """Undo the last change that can be undone."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        else:
            self._begin(self.undoing.last(), "undo the last change")

    def action_changes(self) -> None:
        """List all changes made from here."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        else:
            self._begin(self.undoing.choose(), "list the changes")

    def action_new(self) -> None:
        """Make a new channel, or register a bundle."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        elif self._active == "bundles":
            self._begin(self.bundles.new(), "register the bundle")
        elif self._active != "channels":
            self.say("Channels and bundles are made on their own tabs: 1 shows them, or 3.")
        else:
            self._begin(self.channels.new(), "create a channel")

    def action_edit(self) -> None:
        """Change what the channel or the bundle under the cursor says."""
        if self._active == "bundles":
            if (bundle := self._bundle()) is not None:
                self._begin(self.bundles.edit(bundle), "change the bundle")
        elif (channel := self._channel()) is not None:
            self._begin(self.channels.edit(channel), "change the channel")

    def action_link(self) -> None:
        """Put a bundle on the channel, or the bundle on a channel, under the cursor."""
        if self._active == "bundles":
            if (bundle := self._bundle()) is not None:
                self._begin(self.bundles.link(bundle), "put the bundle on a channel")
        elif (channel := self._channel()) is not None:
            self._begin(self.channels.promote(channel), "promote the bundle")

    def action_roll_back(self) -> None:
        """Put the bundle of before on the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._begin(self.channels.roll_back(channel), "roll the channel back")

    def action_delete(self) -> None:
        """Delete the channel under the cursor, or the bundles that are marked, else that one."""
        if self._active == "bundles":
            if bundles := self._marked_bundles():
                self._begin(self.bundles.delete(bundles), "delete the bundle")
        elif (channel := self._channel()) is not None:
            self._begin(self.channels.delete(channel), "delete the channel")

    def action_clean_up(self) -> None:
        """Clean up the bundles."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        elif self._active != "bundles":
            self.say("Only bundles are cleaned up: 3 shows them.")
        else:
            self._begin(self.cleanup.clean_up(), "clean up the bundles")

    def _marked_bundles(self) -> list[Bundle]:
        """The marked bundles, else the one under the cursor."""
        if self.workspace is not None and (marks := self.rows.marks):
            records = self.workspace.bundles.records
            return [records[key] for key in marks if key in records]
        bundle = self._bundle()
        return [] if bundle is None else [bundle]

    def _bundle(self) -> Bundle | None:
        """The bundle under the cursor, or None after saying why there is none."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return None
        key = self.table.cursor_key
        bundle = self.workspace.bundles.records.get(key) if key is not None else None
        if bundle is None:
            self.say("There is no bundle under the cursor.")
        return bundle

    def _channel(self) -> Channel | None:
        """The channel under the cursor, or None after saying why there is none."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return None
        if self._active != "channels":
            self.say("That is done to a channel: 1 shows the channels.")
            return None
        key = self.table.cursor_key
        channel = self.workspace.channels.records.get(key) if key is not None else None
        if channel is None:
            self.say("There is no channel under the cursor.")
        return channel

    def _device(self) -> Device | None:
        """The device under the cursor, or None after saying why there is none."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
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
        self.app.push_screen(HelpScreen(self._active, self.target))

    def _begin(self, flow: Coroutine[None, None, object] | None, doing: str) -> None:
        if flow is not None:
            self._work(flow, doing)
