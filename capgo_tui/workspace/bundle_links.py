"""Where bundles are used: the channels that carry them and the loaded devices that run them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef

Identity = int | str
"""A bundle's id, or its exact name where only that is told."""


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
    """Which of the records given use which bundle, looked up by id or by name."""

    channels: dict[Identity, list[Link]] = field(default_factory=lambda: defaultdict(list))
    devices: Counter[Identity] = field(default_factory=Counter)

    @classmethod
    def of(cls, channels: Iterable[Channel], devices: Iterable[Device]) -> BundleLinks:
        """Note what each channel carries and rolls out, and what each device runs."""
        links = cls()
        for channel in channels:
            for bundle, rollout in ((channel.bundle, False), (channel.rollout_bundle, True)):
                if (identity := _identity(bundle)) is not None:
                    is_served = not rollout or _serves_target(channel)
                    links.channels[identity].append(Link(channel.name, rollout, is_served))
        links.devices.update(
            identity for device in devices if (identity := _identity(device.bundle)) is not None
        )
        return links

    def with_channels(self, channels: Iterable[Channel]) -> BundleLinks:
        """The same devices, with channels as they are now."""
        return replace(BundleLinks.of(channels, ()), devices=self.devices)

    def channels_of(self, bundle: Bundle) -> Sequence[Link]:
        """The channels that use a bundle, each in the order they were given."""
        by_id, by_name = self.channels.get(bundle.id, []), self.channels.get(bundle.wire_key, [])
        return [*by_id, *by_name]

    def devices_on(self, bundle: Bundle) -> int:
        """How many of the devices run a bundle."""
        return self.devices[bundle.id] + self.devices[bundle.wire_key]

    def run_by(self, bundle: Bundle) -> str:
        """``run by 3 loaded devices``; empty for none."""
        count = self.devices_on(bundle)
        return f"run by {count} loaded device{'s' * (count > 1)}" if count else ""


def _serves_target(channel: Channel) -> bool:
    """Whether a rollout target may reach devices, by all that the server tells (§18.2)."""
    is_halted = channel.rollout_enabled is False or channel.rollout_paused_at is not None
    return not is_halted and channel.rollout_percentage_bps != 0


def _identity(bundle: BundleRef | None) -> Identity | None:
    if bundle is None:
        return None
    return bundle.wire_name if bundle.id is None else bundle.id


def linked_to(links: Sequence[Link]) -> str:
    """``linked to: beta (stable), pr-7 (rollout)``."""
    return f"linked to: {', '.join(map(str, links))}"
