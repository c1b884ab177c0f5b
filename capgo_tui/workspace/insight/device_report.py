"""Report what a device should get: read what the explanation needs, and tell what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.insight.explain import Explanation, explain
from capgo_tui.workspace.insight.routes import NO_FLAGS
from capgo_tui.workspace.routing import PLATFORMS, get_flags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.insight.routes import FlagsByChannel
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """The explanation of a device, and what it could not rest on."""

    device: Device
    explanation: Explanation
    gaps: tuple[str, ...] = ()
    """A sentence for everything that could not be read."""
    uses_audit: bool = False
    """Whether platforms of a channel are from the audit history."""


async def report_device(
    workspace: Workspace, device: Device, *, is_anew: bool = False
) -> DeviceReport:
    """Read what is missing and explain a device.

    `is_anew` reads the device and the channels once more, where they are loaded already.
    """
    gaps: list[str] = []
    device = await _read_device(workspace, device, gaps, is_anew=is_anew)
    channels = workspace.channels
    if is_anew and channels.at_end:
        await channels.reread()
    await channels.load_all()
    _note_gap(channels, gaps)
    flags = await _find_flags(workspace, device, is_anew=is_anew)
    result = _explain(workspace, device, flags)
    if any(_find_bundle(workspace, each) is None for each in result.bundles):
        await workspace.bundles.load_all()
        _note_gap(workspace.bundles, gaps)
        result = _explain(workspace, device, flags)
    return DeviceReport(device, result, tuple(gaps), uses_audit=bool(flags))


async def _read_device(
    workspace: Workspace, device: Device, gaps: list[str], *, is_anew: bool
) -> Device:
    """Return the device with its override: a large page of devices may tell none."""
    if not is_anew and (workspace.has_known_override(device) or not workspace.tells_overrides):
        return device
    try:
        found = await workspace.look_up_device(device.wire_id)
    except CapgoError as error:
        gaps.append(f"The device itself: {error}.")
        return device
    if found is None:
        gaps.append("The device itself: the server does not know it any more.")
    return found or device


async def _find_flags(workspace: Workspace, device: Device, *, is_anew: bool) -> FlagsByChannel:
    """Return what the audit history tells of channels whose rows do not tell the platform."""
    platform = (device.platform or "").lower()
    if platform not in PLATFORMS:
        return NO_FLAGS
    untold = [
        each.id
        for each in workspace.channels.records.values()
        if (each.name == device.channel if device.channel else each.public)
        and get_flags(each)[platform] is None
    ]
    if not untold:
        return NO_FLAGS
    if is_anew or workspace.audit.latest is None:
        await workspace.read_audit()
    told = workspace.told_flags
    return {
        each: told[each] for each in untold if each in told and told[each][platform] is not None
    }


def _explain(workspace: Workspace, device: Device, flags: FlagsByChannel) -> Explanation:
    channels = workspace.channels
    return explain(
        device,
        _name_bundles(workspace, channels.records.values()),
        lambda ref: _find_bundle(workspace, ref),
        all_channels=channels.at_end and not channels.incomplete,
        tells_overrides=workspace.tells_overrides,
        told_flags=flags,
    )


def _name_bundles(workspace: Workspace, channels: Iterable[Channel]) -> Iterable[Channel]:
    """Yield the channels with their bundles by name, which some servers tell by id alone."""
    for channel in channels:
        bundle, target = (
            _name_bundle(workspace, ref) for ref in (channel.bundle, channel.rollout_bundle)
        )
        is_named = bundle is channel.bundle and target is channel.rollout_bundle
        yield channel if is_named else replace(channel, bundle=bundle, rollout_bundle=target)


def _name_bundle(workspace: Workspace, ref: BundleRef | None) -> BundleRef | None:
    if ref is None or ref.name is not None:
        return ref
    bundle = _find_bundle(workspace, ref)
    return ref if bundle is None else replace(ref, name=bundle.name)


def _find_bundle(workspace: Workspace, ref: BundleRef) -> Bundle | None:
    """Return the loaded bundle that a channel names."""
    records = workspace.bundles.records
    if ref.id is not None:
        return records.get(str(ref.id))
    return next((each for each in records.values() if each.wire_id == ref.wire_name), None)


def _note_gap(collection: Collection[Channel] | Collection[Bundle], gaps: list[str]) -> None:
    if collection.error is not None:
        gaps.append(f"The {collection.name}: {collection.error}.")
    elif collection.incomplete:
        gaps.append(f"Some of the {collection.name} cannot be read.")
