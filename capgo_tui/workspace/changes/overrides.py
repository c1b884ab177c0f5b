"""Forcing a device to a channel, and clearing that (contract §7.2, §7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from capgo_tui.api import requests
from capgo_tui.workspace.changes.change import Change, State
from capgo_tui.workspace.changes.states import device_state

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel, Device
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace

UNTOLD = "this server does not tell which override the device had before"


class OverrideChange(Change):
    """Force one device to a channel, or with ``after`` None clear its override.

    ``key`` is the device's id, the field is ``channel``; older revisions also take ``bundle``.
    """

    kind: Literal["device.override"] = "device.override"
    noun: ClassVar[str] = "device"
    verb: ClassVar[str] = "Override"

    def request(self, traits: Traits) -> Request:
        """``POST /device``, or ``DELETE /device`` for no override."""
        after = self.after or {}
        channel, bundle = after.get("channel"), after.get("bundle")
        if not isinstance(channel, str):
            return requests.unlink_device(traits, self.app_id, self.key)
        only = bundle if isinstance(bundle, str) else None
        return requests.link_device(traits, self.app_id, self.key, channel, bundle=only)

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """The override that was there before, if it is known."""
        if "channel" not in (self.before or {}):
            return UNTOLD
        now = found if found is not None else self.after
        return (self.model_copy(update={"before": _only_channel(now), "after": self.before}),)

    async def read(self, workspace: Workspace) -> State | None:
        """Read the device; one that never asked for an update has an override, but no row."""
        device = await workspace.look_up_device(self.key)
        if device is None:
            return None
        return device_state(device, tells_overrides=workspace.tells_overrides)

    def find(self, workspace: Workspace) -> State | None:
        """The device in the loaded list."""
        device = workspace.devices.records.get(self.key)
        if device is None:
            return None
        return device_state(device, tells_overrides=workspace.tells_overrides)

    def field_label(self, field: str) -> str:
        """The console calls it override."""
        return "override" if field == "channel" else field


def _only_channel(state: State | None) -> State:
    return {field: value for field, value in (state or {}).items() if field == "channel"}


def override(
    workspace: Workspace, device: Device, channel: Channel | None, bundle: str | None = None
) -> OverrideChange:
    """The change that forces a device to a channel, or with None clears its override."""
    after: State = {"channel": channel.wire_key if channel else None}
    if bundle is not None:
        after["bundle"] = bundle
    return OverrideChange(
        app_id=workspace.target.app_id,
        key=device.wire_key,
        row=device.wire_key,
        label=device.custom_id or device.device_id,
        before=device_state(device, tells_overrides=workspace.tells_overrides),
        after=after,
    )


def override_unseen(
    workspace: Workspace, device_id: str, label: str, channel: Channel | None
) -> OverrideChange:
    """The same for an id the server may never have seen: what it had before is not known."""
    return OverrideChange(
        app_id=workspace.target.app_id,
        key=device_id,
        label=label,
        before={},
        after={"channel": channel.wire_key if channel else None},
    )
