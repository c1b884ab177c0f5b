"""The use of bundles: the channels that carry them and the loaded devices that run them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef

IN_USE: Final = "not known whether it is in use"
Identity = int | str
"""A bundle's id, or its exact name where the server tells only that."""


@dataclass(frozen=True, slots=True)
class Link:
    """A channel that uses a bundle."""

    channel: str
    """The channel's name; clean text."""
    rollout: bool = False
    """Whether the bundle is only what the channel rolls out, not what it carries."""
    is_served: bool = True
    """Whether devices get it: of a rollout target not while that is off, paused or at 0 %."""

    def __str__(self) -> str:
        if not self.rollout:
            return f"{self.channel} (stable)"
        return f"{self.channel} ({'rollout' if self.is_served else 'rollout target, not served'})"


@dataclass(frozen=True, slots=True)
class BundleLinks:
    """The channels and devices that use each bundle, by id or by name."""

    channels: dict[Identity, list[Link]] = field(default_factory=lambda: defaultdict(list))
    devices: Counter[Identity] = field(default_factory=Counter)
    untold: str = ""
    """Why there may be channels besides those given: ``channels cannot be read``; else empty."""
    all_devices: bool = True
    """Whether there are no devices besides those given."""

    @classmethod
    def of(
        cls,
        channels: Iterable[Channel],
        devices: Iterable[Device],
        *,
        untold: str = "",
        all_devices: bool = True,
    ) -> BundleLinks:
        """Build the links of channels and devices."""
        links = cls(untold=untold, all_devices=all_devices)
        for channel in channels:
            for bundle, rollout in ((channel.bundle, False), (channel.rollout_bundle, True)):
                if (identity := find_identity(bundle)) is not None:
                    is_served = not rollout or _serves_target(channel)
                    links.channels[identity].append(Link(channel.name, rollout, is_served))
        links.devices.update(
            identity for device in devices if (identity := find_identity(device.bundle)) is not None
        )
        return links

    def with_channels(self, channels: Iterable[Channel], untold: str) -> BundleLinks:
        """Return links with the same devices and other channels."""
        return replace(self, channels=BundleLinks.of(channels, ()).channels, untold=untold)

    def list_channels(self, bundle: Bundle) -> Sequence[Link]:
        """Return the channels that use a bundle, in the order they were given."""
        by_id, by_name = self.channels.get(bundle.id, []), self.channels.get(bundle.wire_id, [])
        return [*by_id, *by_name]

    def list_channel_names(self, bundle: Bundle) -> list[str]:
        """Return the names of the channels that carry a bundle or roll it out, each once."""
        return list(dict.fromkeys(link.channel for link in self.list_channels(bundle)))

    def count_devices(self, bundle: Bundle) -> int:
        """Return the number of devices that run a bundle."""
        return self.devices[bundle.id] + self.devices[bundle.wire_id]

    def run_by(self, bundle: Bundle) -> str:
        """Return a phrase such as ``run by 3 loaded devices``; empty for none."""
        count = self.count_devices(bundle)
        return f"run by {count} loaded device{'s' * (count > 1)}" if count else ""

    def use_of(self, bundle: Bundle) -> str:
        """Describe the use of a bundle that none of the known channels carries."""
        run_by = self.run_by(bundle)
        if self.untold:
            return f"{run_by}, {self.untold}" if run_by else f"{self.untold}: {IN_USE}"
        if run_by:
            return run_by
        return "not in use" if self.all_devices else "on no channel, run by no loaded device"


def _serves_target(channel: Channel) -> bool:
    """Whether a rollout target may reach devices, as far as the server tells (§18.2)."""
    is_halted = channel.rollout_enabled is False or channel.rollout_paused_at is not None
    return not is_halted and channel.rollout_percentage_bps != 0


def find_identity(bundle: BundleRef | None) -> Identity | None:
    """Return the id of a bundle, or its exact name where only that is told."""
    if bundle is None:
        return None
    return bundle.wire_name if bundle.id is None else bundle.id


def describe_links(links: Sequence[Link]) -> str:
    """Return a phrase such as ``linked to: beta (stable), pr-7 (rollout)``."""
    return f"linked to: {', '.join(map(str, links))}"
