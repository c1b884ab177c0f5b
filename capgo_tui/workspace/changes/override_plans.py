"""Plan overrides of many devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import Refusal
from capgo_tui.text import clean
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.names import NAME_WIDTH, shorten
from capgo_tui.workspace.changes.overrides import (
    explain_channel_refusal,
    make_override,
    make_override_of_unseen,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.overrides import OverrideChange
    from capgo_tui.workspace.device_ids import DeviceMatch
    from capgo_tui.workspace.session import Workspace

MOST_NAMED: Final = 5
"""The most ids that are named of those left out."""


def plan_overrides(
    workspace: Workspace,
    devices: Sequence[DeviceMatch],
    channel: Channel | None,
    bundle: Bundle | None = None,
    notes: Sequence[str] = (),
) -> BatchPlan:
    """Return the plan that forces devices to a channel, or with None clears their overrides."""

    def change(choice: DeviceMatch) -> OverrideChange:
        device = workspace.devices.records.get(choice.id, choice.device)
        if device is None:
            return make_override_of_unseen(workspace, choice.id, channel, bundle)
        return make_override(workspace, device, channel, bundle)

    def remake(change: Change) -> Change | None:
        if channel is not None and (why_not := explain_channel_refusal(workspace, channel)):
            raise Refusal(why_not)
        now = workspace.devices.records.get(change.wire_id)
        if now is None:
            return change if change.row_key is None else None
        return make_override(workspace, now, channel, bundle)

    changes = [change(one) for one in devices]
    return BatchPlan(_make_title(workspace, changes, channel), changes, remake=remake, notes=notes)


def _make_title(workspace: Workspace, changes: Sequence[Change], channel: Channel | None) -> str:
    pending = [change for change in changes if not change.skip_reason(workspace)]
    who = describe(pending[0]).full_name if len(pending) == 1 else f"{len(pending)} devices"
    return f"Clear the override of {who}" if channel is None else f"Override {who} → {channel.name}"


def describe_left_out(
    workspace: Workspace, devices: Sequence[DeviceMatch], left_out: Sequence[DeviceMatch]
) -> list[str]:
    """Return sentences about ids that are left out or cannot be read back."""
    unknown = [one.id for one in left_out if not one.trouble]
    notes = [
        f"1 left out: {_label_device(one.id)}: {one.trouble}" for one in left_out if one.trouble
    ]
    if unknown:
        names = ", ".join(map(_label_device, unknown[:MOST_NAMED]))
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        notes.append(f"{len(unknown)} left out: the server has not seen them ({names}{more})")
    unseen = sum(one.device is None for one in devices)
    if not unseen:
        return notes
    if workspace.client.traits.links_unseen_devices:
        note = f"{unseen} the server has not seen: it takes them, but cannot be read back"
    else:
        why = "the server has not seen them, and takes no override for such"
        note = f"{unseen} left out: {why}"
    return [*notes, note]


def _label_device(device_id: str) -> str:
    return shorten(clean(device_id), NAME_WIDTH)
