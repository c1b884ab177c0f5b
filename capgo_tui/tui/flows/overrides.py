"""The star action: choose a channel for a device, or clear its override."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.dialogs.link_form import Choices
from capgo_tui.workspace.changes.overrides import override
from capgo_tui.workspace.columns import bundle_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.tui.flows.writing import Writing
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

PUBLIC = "a default channel takes no overrides"
CURRENT = "the override it has now"


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
        about = [f"now {device.channel or 'none'}", device.device_id]
        if device.custom_id is None:
            about.reverse()
        else:
            about.insert(0, device.custom_id)
        return self._choose(
            device, self._screen.pick(f"Override {' · '.join(about)}", self._choices(device))
        )

    def _choices(self, device: Device) -> Choices[Channel]:
        def refusal(channel: Channel) -> str:
            if channel.public:
                return PUBLIC
            return CURRENT if channel.name == device.channel else ""

        def bundle(channel: Channel) -> str:
            return bundle_name(channel.bundle, self._workspace.surroundings()) or "none"

        return Choices(self._workspace.channels, refusal, bundle)

    def clear(self, device: Device) -> Coroutine[None, None, object] | None:
        """Clear the device's override; the question has the keyboard when this returns."""
        if self._writing.is_busy("device", device.wire_key):
            return None
        self._screen.status.dismiss()
        if device.channel is None and self._workspace.tells_overrides:
            self._screen.say(f"{device.custom_id or device.device_id} has no override to clear.")
            return None
        return self._confirm(device, None)

    async def _choose(self, device: Device, picked: Awaitable[Channel | None]) -> None:
        channel = await picked
        if channel is not None:
            await self._confirm(device, channel)

    def _confirm(self, device: Device, channel: Channel | None) -> Coroutine[None, None, object]:
        def again() -> Change | None:
            now = self._workspace.devices.records.get(device.wire_key)
            return None if now is None else override(self._workspace, now, channel)

        return self._writing.confirm(override(self._workspace, device, channel), again)
