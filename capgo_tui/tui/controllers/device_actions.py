"""The actions on devices: overrides of the marked ones, of one, or of a list of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import DEVICES_ONLY, Action, Takes
from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.host import Host

ELSEWHERE = "Overrides are set on a device: {tab.devices} shows the devices."


class DeviceActions:
    """Hands the devices that a key means to the controllers of overrides."""

    def __init__(
        self, host: Host, lists: ListController, filters: FilterController, loader: LazyLoader
    ) -> None:
        self._host = host
        self._lists = lists
        self._filters = filters
        self._loader = loader

    def override(self) -> None:
        """Force the marked devices, else the one under the cursor, to a channel."""
        if devices := self._list_devices():
            hidden = self._host.rows.marks.hidden_count
            override = self._loader.lazy.many_overrides.override(devices, hidden)
            self._host.background.run(override, "override the device")

    def clear(self) -> None:
        """Clear the overrides of the marked devices, else of the one under the cursor."""
        if devices := self._list_devices():
            clear = self._loader.lazy.many_overrides.clear(devices)
            self._host.background.run(clear, "clear the override")

    async def type_ids(self) -> None:
        """Paste or type the ids of devices."""
        await self.ask_for_ids("")

    async def ask_for_ids(self, text: str) -> None:
        """Ask what to do to the devices of a list of ids, beginning with a text."""
        host = self._host
        if host.workspace is None:
            return
        from capgo_tui.tui.overlays.ids_form import IdsForm  # noqa: PLC0415 - its text area: 0.07 s

        form = await host.overlays.mount_one(IdsForm)
        finder = await DeviceFinder.of(host.workspace)
        ask = self._loader.lazy.many_overrides.ask_for_ids(form, text, finder, self._show)
        host.background.run(ask, "look the devices up")

    def _show(self, key: str) -> None:
        """Put the cursor on a device, without the filter where that hides it."""
        if self._host.rows.view.index_of(key) is None:
            self._filters.narrow("")

        def move() -> None:
            self._host.table.move_to_key(key)

        self._lists.call_when_filtered(move)

    def _list_devices(self) -> Sequence[DeviceMatch]:
        """Return the marked devices, else the one under the cursor."""
        rows = self._host.rows
        records = rows.workspace.devices.records
        keys = tuple(rows.marks) or filter(None, (self._host.table.cursor_key,))
        return [DeviceMatch(key, records[key]) for key in keys if key in records]

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "device.override", "o", "override",
            "Force this device, or all marked ones, to a channel", override, 110, DEVICES_ONLY,
            writes=True, takes=Takes.MARKED, elsewhere=ELSEWHERE,
        ),
        Action(
            "device.clear", "x", "clear",
            "Clear the override of this device, or of all marked ones", clear, 111, DEVICES_ONLY,
            writes=True, takes=Takes.MARKED, right="change overrides", elsewhere=ELSEWHERE,
        ),
        Action(
            "device.ids", "O", "list of ids",
            "Override or clear the devices of a list of ids; pasting one opens it too", type_ids,
            450, DEVICES_ONLY, hint=False, writes=True,
            elsewhere="Ids are of devices: {tab.devices} shows them.",
        ),
    )  # fmt: skip
