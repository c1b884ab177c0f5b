"""The audience of a channel: the loaded devices that get what it carries."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.bundle_links import find_identity
from capgo_tui.workspace.insight.impact import is_follower
from capgo_tui.workspace.insight.routes import Certainty, find_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.workspace.bundle_links import Identity
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class DefaultPlatforms:
    """The platforms whose devices get a channel without an override."""

    flags: Mapping[str, bool | None]
    """By platform; None where it is not known."""
    is_assumed: bool = False
    """Whether a platform is counted although the server does not report that the channel serves
    it: it is the only default channel."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The loaded devices that follow a channel, by override or by default."""

    device_count: int = 0
    unknown_count: int = 0
    """Devices that may follow it, which is unknown."""
    bundles: Mapping[Identity, int] = field(default_factory=Counter)
    """Those that follow it, by the id or the exact name of the bundle they run."""
    loaded_count: int = 0
    is_whole: bool = False
    """Whether all devices of the app are loaded."""
    is_assumed: bool = False
    """See `DefaultPlatforms`."""

    def count_on(self, bundle_id: int | None, name: str | None) -> int:
        """Return how many of them run a bundle, by its id and its exact name."""
        identities = {each for each in (bundle_id, name) if each is not None}
        return sum(self.bundles.get(each, 0) for each in identities)


def find_default_platforms(
    channels: Iterable[Channel], channel: Channel, *, all_loaded: bool
) -> DefaultPlatforms:
    """Return for which platforms a channel is the default."""
    flags: dict[str, bool | None] = {}
    is_assumed = False
    for route in find_routes(channels, all_loaded=all_loaded):
        is_ours = any(each.id == channel.id for each in route.channels)
        match route.certainty:
            case Certainty.CERTAIN | Certainty.LIKELY:
                flags[route.platform] = is_ours
                is_assumed |= is_ours and route.certainty is Certainty.LIKELY
            case Certainty.NONE:
                flags[route.platform] = False
            case _:
                flags[route.platform] = None if channel.public else False
    return DefaultPlatforms(flags, is_assumed)


def list_default_platforms(workspace: Workspace, channel: Channel) -> DefaultPlatforms:
    """Return for which platforms a channel is the default, by the loaded channels."""
    channels = workspace.channels
    return find_default_platforms(
        channels.records.values(), channel, all_loaded=channels.at_end and not channels.incomplete
    )


def find_audience(
    channel: Channel, devices: Iterable[Device], platforms: DefaultPlatforms, *, is_whole: bool
) -> Audience:
    """Return the audience of a channel among devices; one pass, to be made in a thread."""
    loaded = count = unknown = 0
    bundles: Counter[Identity] = Counter()
    for device in devices:
        loaded += 1
        follows = is_follower(device, channel, platforms.flags)
        unknown += follows is None
        if follows:
            count += 1
            if (identity := find_identity(device.bundle)) is not None:
                bundles[identity] += 1
    return Audience(count, unknown, bundles, loaded, is_whole, platforms.is_assumed)


async def read_audience(workspace: Workspace, channel: Channel) -> Audience:
    """Return the audience of a channel among the loaded devices, counted in a thread."""
    devices = workspace.devices
    return await asyncio.to_thread(
        find_audience,
        channel,
        list(devices.records.values()),
        list_default_platforms(workspace, channel),
        is_whole=devices.at_end and not devices.incomplete,
    )
