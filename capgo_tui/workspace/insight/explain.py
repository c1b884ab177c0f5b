"""Explain a device: which channel and bundle it should get, and why (contract §6, §11).

A device asks the update server, not the public API: what that decides is worked out here from
what the public API tells. A rule that rests on something it does not tell is "not known".
"""

from __future__ import annotations

from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.insight.routes import (
    NO_FLAGS,
    Certainty,
    find_routes,
    merge_flags,
)
from capgo_tui.workspace.insight.update_rules import (
    Rule,
    Verdict,
    list_bundle_rules,
    list_channel_rules,
)
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef
    from capgo_tui.workspace.insight.routes import FlagsByChannel

WHOLE_SHARE: Final = 10_000
"""A rollout share of 100 % in basis points."""
UNSEEN: Final = (
    "A default channel in the app's own configuration, and a channel that the device chose"
    " itself, are unknown to the API; either goes before the default channel."
)


class Result(StrEnum):
    """What a device gets at its next check."""

    UPDATE = "update"
    UP_TO_DATE = "up to date"
    BLOCKED = "blocked"
    NO_CHANNEL = "no channel"
    NO_BUNDLE = "no bundle"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a device gets what it gets."""

    result: Result
    summary: str
    """One sentence."""
    rules: tuple[Rule, ...]
    """In the order in which the update server looks at them."""
    channel: Channel | None = None
    """The channel that decides; None where it is not known or there is none."""
    bundles: tuple[BundleRef, ...] = ()
    """The bundle it gets; two where the draw of a rollout decides."""

    @property
    def unseen(self) -> str:
        """What the API does not report."""
        return UNSEEN


def explain(
    device: Device,
    channels: Iterable[Channel],
    bundle_of: Callable[[BundleRef], Bundle | None],
    *,
    all_channels: bool,
    tells_overrides: bool = True,
    told_flags: FlagsByChannel = NO_FLAGS,
) -> Explanation:
    """Explain which channel and bundle a device should get.

    Args:
        device: the device.
        channels: the loaded channels.
        bundle_of: returns the loaded bundle that a channel names, or None.
        all_channels: whether the app has no other channels.
        tells_overrides: whether the server tells the overrides of devices.
        told_flags: platform flags from the audit history.

    """
    loaded = list(channels)
    channel, route_rules = _choose_channel(
        device,
        loaded,
        all_channels=all_channels,
        tells_overrides=tells_overrides,
        told_flags=told_flags,
    )
    rules = list(route_rules)
    if channel is None:
        none = any(rule.verdict is Verdict.BLOCKS for rule in rules)
        result = Result.NO_CHANNEL if none else Result.UNKNOWN
        return Explanation(result, rules[-1].reason, tuple(rules))
    stable = channel.bundle
    if stable is None:
        reason = f"{channel.name} carries no bundle: the device stays on its built-in one"
        rules.append(Rule("bundle", Verdict.BLOCKS, reason))
        return Explanation(Result.NO_BUNDLE, reason, tuple(rules), channel)
    rules += list_channel_rules(device, channel, merge_flags(channel, told_flags))
    offers, rollout_rule = _list_offers(device, channel, stable)
    if rollout_rule is not None:
        rules.append(rollout_rule)
    has_two = len(offers) > 1
    rules_of_offers = [
        tuple(list_bundle_rules(device, channel, offer, bundle_of(offer), names_it=has_two))
        for offer in offers
    ]
    return _conclude(device, channel, offers, tuple(rules), rules_of_offers)


def _choose_channel(
    device: Device,
    channels: Sequence[Channel],
    *,
    all_channels: bool,
    tells_overrides: bool,
    told_flags: FlagsByChannel,
) -> tuple[Channel | None, list[Rule]]:
    """Return the channel that decides, and the rules that choose it."""
    if device.channel is not None:
        namesakes = [each for each in channels if each.name == device.channel]
        if len(namesakes) == 1:
            return namesakes[0], [Rule("override", Verdict.PASSES, f"forced to {device.channel}")]
        known = "there is no such channel" if all_channels else "that channel is not loaded"
        if namesakes:
            known = f"{len(namesakes)} channels are shown by that name"
        reason = f"forced to {device.channel}, and {known}"
        return None, [Rule("override", Verdict.UNKNOWN, reason)]
    if tells_overrides and device.is_override_known:
        rules = [Rule("override", Verdict.PASSES, "none: the default channel decides")]
    else:
        reason = "it may be forced to a channel, which decides instead"
        rules = [Rule("override", Verdict.UNKNOWN, reason)]
    platform = (device.platform or "").lower()
    if platform not in PLATFORMS:
        reason = f"no default channel is known for the platform {device.platform or 'unknown'}"
        return None, [*rules, Rule("default channel", Verdict.UNKNOWN, reason)]
    routes = find_routes(channels, all_loaded=all_channels, told_flags=told_flags)
    route = next(each for each in routes if each.platform == platform)
    names = " or ".join(each.name for each in route.channels)
    match route.certainty:
        case Certainty.CERTAIN:
            rule = Rule(
                "default channel", Verdict.PASSES, f"{names} is the default of {route.title}"
            )
        case Certainty.LIKELY:
            reason = f"{names} is the only default; whether it serves {route.title} is unknown"
            rule = Rule("default channel", Verdict.UNKNOWN, reason)
        case Certainty.NONE:
            reason = f"{route.title} has no default channel: the device gets no update"
            rule = Rule("default channel", Verdict.BLOCKS, reason)
        case Certainty.AMBIGUOUS:
            reason = f"the default of {route.title} is {names}: which one is unknown"
            rule = Rule("default channel", Verdict.UNKNOWN, reason)
        case _:
            reason = f"not all channels are loaded: the default of {route.title} is not known"
            rule = Rule("default channel", Verdict.UNKNOWN, reason)
    return route.channel if route.certainty is not Certainty.UNKNOWN else None, [*rules, rule]


def _list_offers(
    device: Device, channel: Channel, stable: BundleRef
) -> tuple[list[BundleRef], Rule | None]:
    """Return the bundles that a channel offers a device, and the rule of its rollout."""
    target = channel.rollout_bundle
    if target is None:
        return [stable], None
    name, share = target.name or f"#{target.id}", channel.rollout_percentage_bps
    if channel.rollout_enabled is False:
        return [stable], Rule("rollout", Verdict.PASSES, f"of {name} is off: the stable bundle")
    if channel.rollout_paused_at is not None:
        return [stable], Rule("rollout", Verdict.PASSES, f"of {name} is paused: the stable bundle")
    if share == 0:
        return [stable], Rule("rollout", Verdict.PASSES, f"of {name} to 0 %: the stable bundle")
    if share is not None and share >= WHOLE_SHARE and channel.rollout_enabled:
        return [target], Rule("rollout", Verdict.PASSES, f"of {name} to 100 %: its target")
    if device.bundle is not None and _is_same(device.bundle, target):
        return [target], Rule("rollout", Verdict.PASSES, f"the device runs its target {name}")
    to = "an unknown share" if share is None else f"{share / 100:g} %"
    reason = f"{name} goes to {to}: whether this device is drawn cannot be foretold"
    return [stable, target], Rule("rollout", Verdict.UNKNOWN, reason)


def _conclude(
    device: Device,
    channel: Channel,
    offers: Sequence[BundleRef],
    common_rules: tuple[Rule, ...],
    rules_of_offers: Sequence[tuple[Rule, ...]],
) -> Explanation:
    names = " or ".join(offer.name or f"#{offer.id}" for offer in offers)
    rules = (*common_rules, *chain.from_iterable(rules_of_offers))
    if all(device.bundle is not None and _is_same(device.bundle, offer) for offer in offers):
        result = Result.UP_TO_DATE
        summary = f"up to date: {channel.name} gives {names}, which it runs"
    elif block := _find_common_block(common_rules, rules_of_offers):
        result = Result.BLOCKED
        summary = f"does not get {names} of {channel.name}: {block.name}: {block.reason}"
    elif all(rule.verdict is Verdict.PASSES for rule in rules):
        result, summary = Result.UPDATE, f"gets {names} of {channel.name} at its next check"
    else:
        result = Result.UNKNOWN
        summary = f"may get {names} of {channel.name}: not all rules are known"
    return Explanation(result, summary, rules, channel, tuple(offers))


def _find_common_block(
    common_rules: Sequence[Rule], rules_of_offers: Sequence[Sequence[Rule]]
) -> Rule | None:
    """Return the first rule that blocks, where every offer is blocked; else None."""
    blocks = [
        [rule for rule in rules if rule.verdict is Verdict.BLOCKS]
        for rules in (common_rules, *rules_of_offers)
    ]
    if blocks[0]:
        return blocks[0][0]
    return blocks[1][0] if all(blocks[1:]) else None


def _is_same(one: BundleRef, other: BundleRef) -> bool:
    """Return whether two references name one bundle: by id where both have one, else by name."""
    if one.id is not None and other.id is not None:
        return one.id == other.id
    return one.wire_name is not None and one.wire_name == other.wire_name
