"""The star action: choose a channel, confirm, write once, read back, say what is true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.workspace import words

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel, Device
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes import Outcome, OverrideChange
    from capgo_tui.workspace.session import Workspace


class OverrideFlow:
    """Leads one override from the key that asked for it to the line that tells its end.

    The device is the one that was under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, screen: MainScreen, workspace: Workspace) -> None:
        self._screen = screen
        self._workspace = workspace

    async def override(self, device: Device) -> None:
        """Ask for a channel, and force the device to it."""
        if self._busy(device):
            return
        self._screen.status.dismiss()
        loading = asyncio.ensure_future(self._workspace.channels.load_all())
        try:
            channel = await self._screen.link_form.choose(device, self._workspace.channels)
        finally:
            loading.cancel()
        if channel is not None:
            await self._confirm_and_run(device, channel)

    async def clear(self, device: Device) -> None:
        """Clear the device's override."""
        if self._busy(device):
            return
        self._screen.status.dismiss()
        if device.channel is None and self._workspace.tells_overrides:
            self._screen.say(f"{device.custom_id or device.device_id} has no override to clear.")
            return
        await self._confirm_and_run(device, None)

    async def _confirm_and_run(self, device: Device, channel: Channel | None) -> None:
        change = self._workspace.override(device, channel)
        question = change.question
        while await self._screen.prompt.ask(question):
            now = self._workspace.devices.records.get(device.wire_key)
            if not change.outdated_by(now):
                await self._run(change)
                return
            # Somebody else was quicker: what was agreed to is no longer what would happen.
            change = self._workspace.override(now or device, channel)
            question = f"Changed meanwhile! {change.question}"
        self._screen.say("Nothing was changed.")

    async def _run(self, change: OverrideChange) -> None:
        target = change.after or "none"
        self._screen.say(f"⟳ {change.label}: {change.before or 'none'} → {target}…")
        outcome: Outcome = await self._screen.app.see_through(change.run(self._workspace))
        self._screen.say(words.told(change, outcome, self._screen.target))

    def _busy(self, device: Device) -> bool:
        if device.wire_key in self._workspace.writing:
            self._screen.say("A write for this device is under way; wait for its end.")
            return True
        return False
