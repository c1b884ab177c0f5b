"""The impact of a promotion: which loaded devices would not take a bundle, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from capgo_tui.api.records import BundleRef
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.insight.routes import NO_FLAGS, merge_flags
from capgo_tui.workspace.insight.update_rules import Verdict, list_bundle_rules, list_channel_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.workspace.insight.routes import FlagsByChannel


@dataclass(frozen=True, slots=True)
class PromotionImpact:
    """The loaded devices that follow a channel, and those that a bundle would not reach."""

    device_count: int
    """Devices that are forced to the channel, or have it as their default."""
    unknown_count: int
    """Devices that may follow it, which is unknown."""
    refusals: Mapping[str, int]
    """Devices that will not take it, by the rule that stops them."""
    native_versions: Mapping[str, int]
    """Those of them stopped by their native version, by that version."""

    def list_lines(self, bundle: Bundle) -> list[str]:
        """Describe the devices that do not take the bundle for what it is; none where all do."""
        result = []
        of = f"{self.device_count} loaded device{'s' * (self.device_count != 1)}"
        natives = sum(self.native_versions.values())
        if natives:
            versions = sorted(self.native_versions, key=lambda each: -self.native_versions[each])
            shown = ", ".join(versions[:3]) + (" and others" if len(versions) > 3 else "")
            result.append(f"{natives} of {of} run native {shown} and will not take {bundle.name}")
        if count := self.refusals.get(ENCRYPTION_RULE, 0):
            result.append(f"{count} of {of} lack the key of {bundle.name} and will not take it")
        return result


NATIVE_RULES = ("update policy", "not below native")
ENCRYPTION_RULE = "encryption"


def find_impact(
    channel: Channel,
    bundle: Bundle,
    devices: Iterable[Device],
    *,
    default_platforms: Mapping[str, bool | None],
    told_flags: FlagsByChannel = NO_FLAGS,
) -> PromotionImpact:
    """Return what putting a bundle on a channel means for devices.

    Args:
        channel: the channel.
        bundle: the bundle that it would carry.
        devices: the loaded devices; one pass over them, to be made in a thread.
        default_platforms: whether the channel is the default of each platform, None for "not
            told".
        told_flags: platform flags from the audit history.

    """
    offer = BundleRef(bundle.id, bundle.name)
    flags = merge_flags(channel, told_flags)
    count = unknown = 0
    refusals: Counter[str] = Counter()
    native_versions: Counter[str] = Counter()
    for device in devices:
        follows = is_follower(device, channel, default_platforms)
        if follows is None:
            unknown += 1
        if not follows:
            continue
        count += 1
        rules = (
            *list_channel_rules(device, channel, flags),
            *list_bundle_rules(device, channel, offer, bundle, names_it=False),
        )
        block = next((rule.name for rule in rules if rule.verdict is Verdict.BLOCKS), None)
        if block is None:
            continue
        refusals[block] += 1
        if block in NATIVE_RULES:
            native_versions[device.version_build or "unknown"] += 1
    return PromotionImpact(count, unknown, refusals, native_versions)


def is_follower(
    device: Device, channel: Channel, default_platforms: Mapping[str, bool | None]
) -> bool | None:
    """Return whether a device gets what a channel carries; None where that is unknown."""
    if device.channel is not None:
        return device.channel == channel.name
    if not channel.public:
        return False if device.is_override_known else None
    is_default = default_platforms.get((device.platform or "").lower(), None)
    if is_default and not device.is_override_known:
        return None
    return is_default
