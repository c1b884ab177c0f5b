"""The star action: choose a channel for a device, or clear its override."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.tui.guard import guarded
from capgo_tui.workspace.changes.overrides import override

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.tui.flows.writing import Writing
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


class OverrideFlow:
    """Leads one override from its key to its confirmation."""

    def __init__(self, screen: MainScreen, workspace: Workspace, writing: Writing) -> None:
        self._screen = screen
        self._workspace = workspace
        self._writing = writing

    def override(self, device: Device) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and force the device to it.

        The form has the keyboard when this returns; what is left to await leads on from it.
        """
        if self._writing.is_busy("device", device.wire_key):
            return None
        self._screen.status.dismiss()
        form, around = self._screen.link_form, self._workspace.surroundings()
        hints = 1 if self._screen.hints.display else 0
        self._screen.table.cover(form.HEIGHT - 1 - hints)
        return self._choose(device, form.open(device, self._workspace.channels, around))

    def clear(self, device: Device) -> Coroutine[None, None, None] | None:
        """Clear the device's override; the question has the keyboard when this returns."""
        if self._writing.is_busy("device", device.wire_key):
            return None
        self._screen.status.dismiss()
        if device.channel is None and self._workspace.tells_overrides:
            self._screen.say(f"{device.custom_id or device.device_id} has no override to clear.")
            return None
        return self._confirm(device, None)

    async def _choose(self, device: Device, picked: asyncio.Future[Channel | None]) -> None:
        load_all = self._workspace.channels.load_all()
        loading = asyncio.ensure_future(guarded(self._screen, load_all, "load the channels"))
        try:
            channel = await picked
        finally:
            loading.cancel()
            self._screen.table.cover(0)
            self._screen.link_form.close()
        if channel is not None:
            await self._confirm(device, channel)

    def _confirm(self, device: Device, channel: Channel | None) -> Coroutine[None, None, None]:
        def again() -> Change | None:
            now = self._workspace.devices.records.get(device.wire_key)
            return None if now is None else override(self._workspace, now, channel)

        return self._writing.confirm(override(self._workspace, device, channel), again)
