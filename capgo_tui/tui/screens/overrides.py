"""The star action: choose a channel, confirm, write once, read back, say what is true."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.guard import guarded
from capgo_tui.workspace import words

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes import Outcome, OverrideChange
    from capgo_tui.workspace.session import Workspace


def _again(change: OverrideChange, width: int) -> str:
    return "Changed! " + change.question(width - 9)


class OverrideFlow:
    """Leads one override from the key that asked for it to the line that tells its end.

    The device is the one that was under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, screen: MainScreen, workspace: Workspace) -> None:
        self._screen = screen
        self._workspace = workspace

    def override(self, device: Device) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and force the device to it.

        The form has the keyboard when this returns; what is left to await leads on from it.
        """
        if self._busy(device):
            return None
        self._screen.status.dismiss()
        form, around = self._screen.link_form, self._workspace.surroundings()
        hints = 1 if self._screen.hints.display else 0
        self._screen.table.cover(form.HEIGHT - 1 - hints)
        return self._choose(device, form.open(device, self._workspace.channels, around))

    def clear(self, device: Device) -> Coroutine[None, None, None] | None:
        """Clear the device's override; the question has the keyboard when this returns."""
        if self._busy(device):
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
        change = self._workspace.override(device, channel)
        return self._await_yes(change, channel, self._screen.prompt.open(change.question))

    async def _await_yes(
        self, change: OverrideChange, channel: Channel | None, answer: asyncio.Future[bool]
    ) -> None:
        while True:
            yes = await answer
            now = self._workspace.devices.records.get(change.device_id)
            if not yes or now is None:
                gone = " The device is no longer in the list." if yes else ""
                self._screen.say(f"Nothing was changed.{gone}")
                return
            if not change.outdated_by(now):
                await self._run(change)
                return
            # Somebody else was quicker: what was agreed to is no longer what would happen.
            change = self._workspace.override(now, channel)
            answer = self._screen.prompt.open(partial(_again, change))

    async def _run(self, change: OverrideChange) -> None:
        self._screen.say(f"⟳ {change.summary(self._screen.size.width - 5)}…")
        outcome: Outcome = await self._screen.app.see_through(change.run(self._workspace))
        self._screen.tell(words.told(change, outcome))
        if outcome.bug is not None:
            self._screen.app.report_bug(outcome.bug)

    def _busy(self, device: Device) -> bool:
        if device.wire_key in self._workspace.writing:
            self._screen.say("A write for this device is under way; wait for its end.")
            return True
        return False
