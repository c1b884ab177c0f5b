"""Record actions: which records a key binding means, and the controller that handles them."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.api.revisions import Extra
from capgo_tui.tui.actions import BUNDLES_ONLY, CHANNELS_ONLY, DEVICES_ONLY, Action
from capgo_tui.tui.host import NOT_CONNECTED
from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.arrange import ArrangeController
    from capgo_tui.tui.controllers.lazy import LazyControllers
    from capgo_tui.tui.host import Host


def _lazy_controllers() -> type[LazyControllers]:
    """Import the lazy controllers; their models take 0.1 s, too long for the start."""
    from capgo_tui.tui.controllers.lazy import LazyControllers  # noqa: PLC0415

    return LazyControllers


class RecordController:
    """Hands the marked records, or the one under the cursor, to the controller of each action."""

    def __init__(self, host: Host, arrange: ArrangeController) -> None:
        self._host = host
        self._arrange = arrange
        self._lazy: LazyControllers | None = None

    @property
    def lazy(self) -> LazyControllers:
        """The lazy controllers; `load` must have run."""
        assert self._lazy is not None  # noqa: S101 - actions ask for the workspace first
        return self._lazy

    async def load(self) -> None:
        """Make the lazy controllers, once there is a workspace."""
        if self._host.workspace is None or self._lazy is not None:
            return
        controllers = await asyncio.to_thread(_lazy_controllers)
        if self._lazy is None:
            self._lazy = controllers(self._host, self._host.workspace, self._arrange.unmark_devices)
            self._host.work(self._lazy.undo.look_back(), "find out what an earlier run did")

    def stop_waiting(self) -> bool:
        """Cancel the waiting write or the export; return whether there was one."""
        if self._lazy is None:
            return False
        return self._lazy.changes.stop_waiting() or self._lazy.export.stop()

    # Devices

    def override(self) -> None:
        """Force the marked devices, else the one under the cursor, to a channel."""
        if devices := self._devices():
            hidden = self._host.rows.marks.hidden_count
            override = self.lazy.many_overrides.override(devices, hidden)
            self._host.work(override, "override the device")

    def clear_overrides(self) -> None:
        """Clear the overrides of the marked devices, else of the one under the cursor."""
        if devices := self._devices():
            self._host.work(self.lazy.many_overrides.clear(devices), "clear the override")

    async def type_ids(self) -> None:
        """Paste or type the ids of devices."""
        await self.ask_for_ids("")

    async def ask_for_ids(self, text: str) -> None:
        """Ask what to do to the devices of a list of ids, beginning with a text."""
        host = self._host
        if host.workspace is None or host.tab != "devices":
            host.say("Ids are of devices: 2 shows them.")
            return
        from capgo_tui.tui.overlays.ids_form import IdsForm  # noqa: PLC0415 - its text area: 0.07 s

        form = await host.overlays.mount_one(IdsForm)
        finder = await DeviceFinder.of(host.workspace)
        host.work(self.lazy.many_overrides.ask_for_ids(form, text, finder), "look the devices up")

    # Channels

    def promote(self) -> None:
        """Put a bundle on the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._host.work(self.lazy.channels.promote(channel), "promote the bundle")

    def roll_back(self) -> None:
        """Put the previous bundle on the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._host.work(self.lazy.channels.roll_back(channel), "roll the channel back")

    def edit_channel(self) -> None:
        """Change the settings of the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._host.work(self.lazy.channels.edit(channel), "change the channel")

    def new_channel(self) -> None:
        """Make a new channel."""
        if self._host.workspace is None:
            self._host.say(NOT_CONNECTED)
        elif self._host.tab != "channels":
            self._host.say("Channels and bundles are made on their own tabs: 1 shows them, or 3.")
        else:
            self._host.work(self.lazy.channels.new(), "create a channel")

    def clear_channel(self) -> None:
        """Take the bundle off the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._host.work(self.lazy.channels.clear(channel), "take the bundle off")

    def delete_channel(self) -> None:
        """Delete the channel under the cursor."""
        if (channel := self._channel()) is not None:
            self._host.work(self.lazy.channels.delete(channel), "delete the channel")

    # Bundles

    def link_bundle(self) -> None:
        """Put the bundle under the cursor on a channel."""
        if (bundle := self._bundle()) is not None:
            self._host.work(self.lazy.bundles.link(bundle), "put the bundle on a channel")

    def edit_bundle(self) -> None:
        """Edit the comment and link of the bundle under the cursor."""
        if (bundle := self._bundle()) is not None:
            self._host.work(self.lazy.bundles.edit(bundle), "change the bundle")

    def delete_bundles(self) -> None:
        """Delete the marked bundles, else the one under the cursor."""
        if bundles := self._bundles():
            self._host.work(self.lazy.bundles.delete(bundles), "delete the bundle")

    def clean_up(self) -> None:
        """Clean up the bundles."""
        if self._host.workspace is None:
            self._host.say(NOT_CONNECTED)
        elif self._host.tab != "bundles":
            self._host.say("Only bundles are cleaned up: 3 shows them.")
        else:
            self._host.work(self.lazy.cleanup.clean_up(), "clean up the bundles")

    def register_bundle(self) -> None:
        """Register a bundle."""
        if self._host.workspace is None:
            self._host.say(NOT_CONNECTED)
        else:
            self._host.work(self.lazy.bundles.new(), "register the bundle")

    # Any

    def copy(self) -> None:
        """Copy something of the marked records, else of the one under the cursor."""
        host = self._host
        if host.workspace is None:
            host.say(NOT_CONNECTED)
            return
        from capgo_tui.tui.controllers.copy import MOST  # noqa: PLC0415 - brings the models

        marks = host.rows.marks
        keys = tuple(islice(marks, MOST + 1)) or self._under_cursor()
        if len(keys) > MOST:
            host.say(f"✗ Not copied: {len(marks)} are too many for a clipboard. E exports them.")
        elif not keys:
            host.say("There is nothing under the cursor.")
        else:
            host.status.dismiss()
            host.work(self.lazy.copy.ask(host.rows, keys, marks.hidden_count), "copy")

    def export_list(self) -> None:
        """Export what the list in view shows."""
        self.export("", "")

    def export(self, form: str, name: str) -> None:
        """Ask for the export of the list in view, with a format and a file to begin with."""
        host = self._host
        if host.workspace is None:
            host.say(NOT_CONNECTED)
            return
        host.status.dismiss()
        host.work(self.lazy.export.ask(host.rows, form, name), "export the list")

    def undo(self) -> None:
        """Undo the last change that can be undone."""
        if self._host.workspace is None:
            self._host.say(NOT_CONNECTED)
        else:
            self._host.work(self.lazy.undo.last(), "undo the last change")

    # Which ones

    def _under_cursor(self) -> tuple[str, ...]:
        key = self._host.table.cursor_key
        return () if key is None else (key,)

    def _bundles(self) -> list[Bundle]:
        """Return the marked bundles, else the one under the cursor."""
        host = self._host
        if host.workspace is not None and (marks := host.rows.marks):
            records = host.workspace.bundles.records
            return [records[key] for key in marks if key in records]
        bundle = self._bundle()
        return [] if bundle is None else [bundle]

    def _bundle(self) -> Bundle | None:
        """Return the bundle under the cursor, or None after saying why there is none."""
        host = self._host
        if host.workspace is None:
            host.say(NOT_CONNECTED)
            return None
        key = host.table.cursor_key
        bundle = host.workspace.bundles.records.get(key) if key is not None else None
        if bundle is None:
            host.say("There is no bundle under the cursor.")
        return bundle

    def _channel(self) -> Channel | None:
        """Return the channel under the cursor, or None after saying why there is none."""
        host = self._host
        if host.workspace is None:
            host.say(NOT_CONNECTED)
            return None
        if host.tab != "channels":
            host.say("That is done to a channel: 1 shows the channels.")
            return None
        key = host.table.cursor_key
        channel = host.workspace.channels.records.get(key) if key is not None else None
        if channel is None:
            host.say("There is no channel under the cursor.")
        return channel

    def _devices(self) -> Sequence[DeviceMatch]:
        """Return the marked devices, else the one under the cursor; none after saying why."""
        host = self._host
        if host.workspace is None:
            host.say(NOT_CONNECTED)
            return ()
        if host.tab != "devices":
            host.say("Overrides are set on a device: 2 shows the devices.")
            return ()
        records = host.workspace.devices.records
        keys = tuple(host.rows.marks) or self._under_cursor()
        devices = [DeviceMatch(key, records[key]) for key in keys if key in records]
        if not devices:
            host.say("There is no device under the cursor.")
        return devices

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "device.override", "o", "override",
            "Force this device, or all marked ones, to a channel", override, 110, DEVICES_ONLY,
            writes=True,
        ),
        Action(
            "device.clear", "x", "clear",
            "Clear the override of this device, or of all marked ones", clear_overrides, 111,
            DEVICES_ONLY, writes=True,
        ),
        Action(
            "channel.promote", "l", "promote", "Put a bundle on this channel", promote, 120,
            CHANNELS_ONLY, writes=True,
        ),
        Action(
            "channel.roll-back", "b", "roll back",
            "Go back to the bundle this channel carried before; it is named first", roll_back, 121,
            CHANNELS_ONLY, writes=True,
        ),
        Action(
            "channel.edit", "e", "edit", "Change this channel's settings, or its rollout",
            edit_channel, 122, CHANNELS_ONLY, writes=True,
        ),
        Action(
            "channel.new", "n", "new", "Make a new channel", new_channel, 123, CHANNELS_ONLY,
            writes=True,
        ),
        Action(
            "channel.clear", "x", "clear", "Take the bundle off this channel", clear_channel, 124,
            CHANNELS_ONLY, writes=True, hint=False,
        ),
        Action(
            "channel.delete", "D", "delete", "Delete this channel", delete_channel, 125,
            CHANNELS_ONLY, hint=False, writes=True,
        ),
        Action(
            "bundle.link", "l", "put on channel", "Put this bundle on a channel", link_bundle, 130,
            BUNDLES_ONLY, writes=True,
        ),
        Action(
            "bundle.edit", "e", "edit", "Change this bundle's comment and link", edit_bundle, 131,
            BUNDLES_ONLY, writes=True, needs=Extra.METADATA,
        ),
        Action(
            "bundle.delete", "D", "delete", "Delete this bundle, or those that are marked",
            delete_bundles, 132, BUNDLES_ONLY, writes=True, needs=Extra.DELETE_ONE_BUNDLE,
        ),
        Action(
            "bundle.clean-up", "C", "clean up",
            "Plan which old bundles go, then delete them; or delete all", clean_up, 133,
            BUNDLES_ONLY, writes=True,
        ),
        Action(
            "bundle.new", "n", "register", "Register a bundle that lies elsewhere", register_bundle,
            134, BUNDLES_ONLY, hint=False, writes=True, needs=Extra.EXTERNAL_BUNDLES,
        ),
        Action(
            "record.copy", "y", "copy",
            "Copy the id, name, row, JSON, curl or command line of this record or of all marked",
            copy, 270,
        ),
        Action(
            "list.export", "E", "export",
            "Write what the filter shows into a file: csv, json or ndjson", export_list, 280,
        ),
        Action(
            "change.undo", "z", "undo",
            "Undo the last change that can be undone; once more: the one before", undo, 310,
            writes=True,
        ),
        Action(
            "device.ids", "O", "list of ids",
            "Override or clear the devices of a list of ids; pasting one opens it too", type_ids,
            450, DEVICES_ONLY, hint=False, writes=True,
        ),
    )  # fmt: skip
