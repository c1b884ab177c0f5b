"""Overrides of devices: set and cleared (contract §7.2, §7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from capgo_tui.api import requests
from capgo_tui.api.errors import Refusal
from capgo_tui.api.revisions import LIVE
from capgo_tui.text import clean
from capgo_tui.workspace.changes.change import Change, Inverse, RecordChanged
from capgo_tui.workspace.changes.states import State, Value, read_device_state
from capgo_tui.workspace.write_limits import link_limits, unlink_limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.write_limits import Limit

PUBLIC = "a default channel takes no overrides"
DEFAULTS_BUNDLE = "a default channel carries it"
UNTOLD = "this server does not report which override it had before"


class OverrideChange(Change):
    """Force one device to a channel, or with ``after`` None clear its override.

    ``key`` is the device's id, the field is ``channel``; older revisions also take ``bundle``.
    """

    kind: Literal["device.override"] = "device.override"
    noun: ClassVar[str] = "device"
    right: ClassVar[str] = "change overrides"

    def request(self, traits: Traits) -> Request:
        """Return ``POST /device``, or ``DELETE /device`` for no override."""
        after = self.after or {}
        channel, bundle = after.get("channel"), after.get("bundle")
        if not isinstance(channel, str):
            return requests.unlink_device(traits, self.app_id, self.wire_id)
        bundle_name = bundle if isinstance(bundle, str) else None
        return requests.link_device(traits, self.app_id, self.wire_id, channel, bundle=bundle_name)

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse to replace an override that somebody else has set or cleared since.

        Nothing is read from a server that tells no overrides, nor right after a reading; a server
        that has not seen the device may still take an override for it.
        """
        if not alone or not (self.before or workspace.tells_overrides):
            return self
        listed_state = self.find(workspace)
        is_current = workspace.has_just_read(self.wire_id)
        state = listed_state if is_current else await self.read(workspace)
        if state is None:
            if listed_state is None:
                return self
            raise RecordChanged("the server does not know this device any more")
        if self.is_outdated_by(state):
            raise RecordChanged("its override was changed meanwhile: look at it and try again")
        return self if self.before else self.model_copy(update={"before": state})

    @property
    def right_channel(self) -> str:
        """The channel of the override; to clear one is a right in the whole app (§7.3)."""
        channel = (self.after or {}).get("channel")
        return channel if isinstance(channel, str) else ""

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return the change that restores the override from before, if known."""
        del result, traits
        if "channel" not in (self.before or {}):
            return UNTOLD
        now = current if current is not None else self.after
        return (self.model_copy(update={"before": _pick_channel(now), "after": self.before}),)

    async def read(self, workspace: Workspace) -> State | None:
        """Read the device; None for one without a row, which may have an override still."""
        device = await workspace.look_up_device(self.wire_id)
        if device is None:
            return None
        return read_device_state(device, tells_overrides=workspace.tells_overrides)

    def find(self, workspace: Workspace) -> State | None:
        """Return the state of the device in the collection."""
        device = workspace.devices.records.get(self.wire_id)
        if device is None:
            return None
        return read_device_state(device, tells_overrides=workspace.tells_overrides)

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with the custom id that the device has now."""
        device = workspace.devices.records.get(self.wire_id)
        if device is None:
            return super().refresh_identity(workspace)
        name = device.custom_id or device.device_id
        return self.model_copy(update={"label": name, "row_key": self.wire_id})

    @property
    def needless_reason(self) -> str:
        """Why it changes nothing: the device was known to have this override, or none."""
        if not super().needless_reason:
            return ""
        return _describe_present((self.after or {}).get("channel"))

    def skip_reason(self, workspace: Workspace) -> str:
        """Return why it need not be sent: it is so already, was changed, or the device is gone."""
        state = self.find(workspace)
        if state is None:
            return "no longer in the list" if self.row_key is not None else ""
        if "channel" not in state:
            return ""  # this server does not report
        channel = state["channel"]
        if self.after == {"channel": channel}:
            return _describe_present(channel)
        if self.is_outdated_by(state):
            return f"changed meanwhile: override is {_label_device(channel)}"
        return ""

    @property
    def limits(self) -> Sequence[Limit]:
        """The limits of the device, and of the device with its channel."""
        channel = (self.after or {}).get("channel")
        if isinstance(channel, str):
            return link_limits(self.wire_id, channel)
        return unlink_limits(self.wire_id)


def _describe_present(channel: Value) -> str:
    return "has no override" if channel is None else f"already on {_label_device(channel)}"


def _label_device(channel: Value) -> str:
    return "none" if channel is None else clean(str(channel))


def _pick_channel(state: State | None) -> State:
    return {field: value for field, value in (state or {}).items() if field == "channel"}


def make_override(
    workspace: Workspace, device: Device, channel: Channel | None, bundle: Bundle | None = None
) -> OverrideChange:
    """Return the change that forces a device to a channel, or with None clears its override."""
    return OverrideChange(
        app_id=workspace.target.app_id,
        wire_id=device.wire_id,
        row_key=device.wire_id,
        label=device.custom_id or device.device_id,
        before=read_device_state(device, tells_overrides=workspace.tells_overrides),
        after=_make_state_after(channel, bundle),
    )


def make_override_of_unseen(
    workspace: Workspace, device_id: str, channel: Channel | None, bundle: Bundle | None = None
) -> OverrideChange:
    """Return the same for an id that the server has not seen: its override is not known."""
    return OverrideChange(
        app_id=workspace.target.app_id,
        wire_id=device_id,
        label=clean(device_id),
        before={},
        after=_make_state_after(channel, bundle),
    )


def explain_channel_refusal(workspace: Workspace, channel: Channel) -> str:
    """Return why no device can be forced to a channel, as loaded now; empty when one can."""
    current = workspace.channels.records.get(str(channel.id))
    if current is None:
        return f"the channel {channel.name} is no longer in the list"
    return PUBLIC if current.public and not workspace.client.traits.links_default_channels else ""


def explain_bundle_refusal(workspace: Workspace, bundle: Bundle) -> str:
    """Return why no device can be forced to a bundle; empty when one can (contract §7.2)."""
    try:
        requests.BundleName(bundle.wire_id)
    except Refusal as refusal:
        return str(refusal)
    if workspace.client.traits.links_default_bundles:
        return ""
    default_names = {each.name for each in workspace.channels.records.values() if each.public}
    return (
        DEFAULTS_BUNDLE if default_names.intersection(workspace.list_channels_with(bundle)) else ""
    )


def _make_state_after(channel: Channel | None, bundle: Bundle | None) -> State:
    after: State = {"channel": channel.wire_id if channel else None}
    if bundle is not None:
        after["bundle"] = bundle.wire_id
    return after
