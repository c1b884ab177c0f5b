"""What is done to channels, devices and bundles: one short method for each key."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from capgo_tui.tui.controllers.guard import guarded
from capgo_tui.tui.screens.arranging import ArrangingScreen
from capgo_tui.tui.screens.lists import NOT_CONNECTED
from capgo_tui.workspace.device_ids import DeviceFinder, Named

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

    from textual import events

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.lazy import Flows
    from capgo_tui.tui.overlays.link_form import Choices

C = TypeVar("C", "Channel", "Bundle")


class EditingScreen(ArrangingScreen):
    """The lists, and every write: each key hands the record under the cursor to a flow."""

    _flows: Flows | None = None

    @property
    def flows(self) -> Flows:
        """What leads each write; there from the first action on, for `furnish` comes before it."""
        assert self._flows is not None  # noqa: S101 - actions ask for the workspace first
        return self._flows

    def stop_waiting(self) -> bool:
        """Give up the write that waits for a limit of the server, or the export; whether so."""
        if self._flows is None:
            return False
        return self.flows.writing.stop_waiting() or self.flows.exporting.stop()

    async def furnish(self) -> None:
        """Mount what lies over the lists, and make the flows: their models take 0.1 s to import."""
        await super().furnish()
        if self.workspace is None or self._flows is not None:
            return
        every = await asyncio.to_thread(import_module, "capgo_tui.tui.controllers.lazy")
        if self._flows is None:
            self._flows = flows = cast("Flows", every.Flows(self, self.workspace))
            self._work(flows.undoing.look_back(), "find out what an earlier run did")

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
        """Force the marked devices, else the one under the cursor, to a channel."""
        if devices := self._devices():
            flow = self.flows.many_overrides.override(devices, self.rows.marks.hidden)
            self._begin(flow, "override the device")

    def action_clear(self) -> None:
        """Clear the overrides of the devices, or take the bundle off the channel."""
        if self._active == "channels":
            if (channel := self._channel()) is not None:
                self._begin(self.flows.channels.clear(channel), "take the bundle off")
        elif devices := self._devices():
            self._begin(self.flows.many_overrides.clear(devices), "clear the override")

    async def action_ids(self) -> None:
        """Paste or type the ids of devices."""
        await self._ask_for_ids("")

    async def on_paste(self, event: events.Paste) -> None:
        """What is pasted onto the list of devices are ids."""
        if self.is_current and not self.is_taken and self._active == "devices":
            await self._ask_for_ids(event.text)

    async def _ask_for_ids(self, text: str) -> None:
        if self.workspace is None or self._active != "devices":
            self.say("Ids are of devices: 2 shows them.")
            return
        from capgo_tui.tui.overlays.ids_form import IdsForm  # noqa: PLC0415 - its text area: 0.07 s

        form = await self.furnish_with(IdsForm)
        finder = await DeviceFinder.of(self.workspace)
        self._begin(
            self.flows.many_overrides.ask_for_ids(form, text, finder), "look the devices up"
        )

    def unmark_devices(self, keys: Iterable[str]) -> None:
        """Take the marks of some devices away."""
        self._rows["devices"].marks.unmark(keys)
        self._marks_changed()

    def action_undo(self) -> None:
        """Undo the last change that can be undone."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        else:
            self._begin(self.flows.undoing.last(), "undo the last change")

    def action_changes(self) -> None:
        """List all changes made from here."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        else:
            self._begin(self.flows.undoing.choose(), "list the changes")

    def action_new(self) -> None:
        """Make a new channel, or register a bundle."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        elif self._active == "bundles":
            self._begin(self.flows.bundles.new(), "register the bundle")
        elif self._active != "channels":
            self.say("Channels and bundles are made on their own tabs: 1 shows them, or 3.")
        else:
            self._begin(self.flows.channels.new(), "create a channel")

    def action_edit(self) -> None:
        """Change what the channel or the bundle under the cursor says."""
        if self._active == "bundles":
            if (bundle := self._bundle()) is not None:
                self._begin(self.flows.bundles.edit(bundle), "change the bundle")
        elif (channel := self._channel()) is not None:
            self._begin(self.flows.channels.edit(channel), "change the channel")

    def action_link(self) -> None:
        """Put a bundle on the channel, or the bundle on a channel, under the cursor."""
        if self._active == "bundles":
            if (bundle := self._bundle()) is not None:
                self._begin(self.flows.bundles.link(bundle), "put the bundle on a channel")
        elif (channel := self._channel()) is not None:
            self._begin(self.flows.channels.promote(channel), "promote the bundle")

    def action_roll_back(self) -> None:
        """Put the bundle of before on the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._begin(self.flows.channels.roll_back(channel), "roll the channel back")

    def action_delete(self) -> None:
        """Delete the channel under the cursor, or the bundles that are marked, else that one."""
        if self._active == "bundles":
            if bundles := self._marked_bundles():
                self._begin(self.flows.bundles.delete(bundles), "delete the bundle")
        elif (channel := self._channel()) is not None:
            self._begin(self.flows.channels.delete(channel), "delete the channel")

    def action_clean_up(self) -> None:
        """Clean up the bundles."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
        elif self._active != "bundles":
            self.say("Only bundles are cleaned up: 3 shows them.")
        else:
            self._begin(self.flows.cleanup.clean_up(), "clean up the bundles")

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

    def _devices(self) -> Sequence[Named]:
        """The marked devices, else the one under the cursor; none after saying why."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return ()
        if self._active != "devices":
            self.say("Overrides are set on a device: 2 shows the devices.")
            return ()
        cursor = (self.table.cursor_key,) if self.table.cursor_key is not None else ()
        keys = tuple(self.rows.marks) or cursor
        records = self.workspace.devices.records
        devices = [Named(key, records[key]) for key in keys if key in records]
        if not devices:
            self.say("There is no device under the cursor.")
        return devices

    def _begin(self, flow: Coroutine[None, None, object] | None, doing: str) -> None:
        if flow is not None:
            self._work(flow, doing)
