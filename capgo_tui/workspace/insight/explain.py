"""Explain a device: which channel and bundle it should get, and why (contract §6, §11).

A device asks the update server, not the public API: what that decides is worked out here from
what the public API tells. A rule that rests on something it does not tell is "not known".
"""

from __future__ import annotations

from enum import StrEnum
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
    """What a device gets at its next check.

    Any but `UNKNOWN` stays true whatever the rules come to that are "not known".
    """

    UPDATE = "update"
    """Every rule passes, and it runs another bundle."""
    UP_TO_DATE = "up to date"
    """Every rule passes, and it runs the bundle."""
    BLOCKED = "blocked"
    """A rule forbids what the channel offers, also where the device runs it already."""
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
    rules = tuple(route_rules)
    if channel is None:
        return _explain_without_channel(rules)
    stable = channel.bundle
    if stable is None:
        return _explain_without_bundle(channel, rules)
    gates = [*list_channel_rules(device, channel, merge_flags(channel, told_flags))]
    offered, rollout_rule = _list_offers(device, channel, stable)
    if rollout_rule is not None:
        gates.append(rollout_rule)
    has_two = len(offered) > 1
    offers = [
        _Offer(
            ref,
            tuple(list_bundle_rules(device, channel, ref, bundle_of(ref), names_it=has_two)),
            is_running=device.bundle is not None and _is_same(device.bundle, ref),
        )
        for ref in offered
    ]
    return _Choice(channel, rules, tuple(gates), offers).conclude()


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
            reason = f"{route.title} has no default channel"
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


def _explain_without_channel(rules: tuple[Rule, ...]) -> Explanation:
    """Explain a device of which no channel is known to decide."""
    *others, last = rules
    if last.verdict is not Verdict.BLOCKS:
        return Explanation(Result.UNKNOWN, last.reason, rules)
    if _are_passed(others):
        return Explanation(Result.NO_CHANNEL, f"gets no update: {last.reason}", rules)
    summary = f"gets no update unless it is forced to a channel: {last.reason}"
    return Explanation(Result.UNKNOWN, summary, rules)


def _explain_without_bundle(channel: Channel, rules: tuple[Rule, ...]) -> Explanation:
    """Explain a device whose channel carries no bundle."""
    reason = f"{channel.name} carries no bundle"
    with_bundle = (*rules, Rule("bundle", Verdict.BLOCKS, reason))
    if _are_passed(rules):
        return Explanation(Result.NO_BUNDLE, f"gets nothing: {reason}", with_bundle, channel)
    summary = f"gets nothing if {channel.name} decides, which is not known: it carries no bundle"
    return Explanation(Result.UNKNOWN, summary, with_bundle, channel)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A bundle that a channel may give a device."""

    bundle: BundleRef
    rules: tuple[Rule, ...]
    """The rules that concern this bundle alone."""
    is_running: bool
    """Whether the device runs it already."""

    @property
    def name(self) -> str:
        return self.bundle.name or f"#{self.bundle.id}"

    @property
    def block(self) -> Rule | None:
        """The first of its own rules that forbids it."""
        return _find_block(self.rules)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A channel that decides, or may decide, with its rules and what it offers a device."""

    channel: Channel
    choosing_rules: tuple[Rule, ...]
    """The rules that chose the channel."""
    common_rules: tuple[Rule, ...]
    """The rules of the channel, for whichever bundle it offers."""
    offers: Sequence[_Offer]

    def conclude(self) -> Explanation:
        """Say what all rules come to; what one forbids is never called an update or up to date."""
        result, summary = self._judge()
        return Explanation(
            result,
            summary,
            (*self.choosing_rules, *self._rules_of_channel),
            self.channel,
            tuple(offer.bundle for offer in self.offers),
        )

    @property
    def _rules_of_channel(self) -> tuple[Rule, ...]:
        return (*self.common_rules, *(rule for offer in self.offers for rule in offer.rules))

    @property
    def _common_block(self) -> Rule | None:
        """The first rule that forbids all that is offered."""
        if (block := _find_block(self.common_rules)) is not None:
            return block
        blocks = [offer.block for offer in self.offers]
        return blocks[0] if all(blocks) else None

    def _judge(self) -> tuple[Result, str]:
        decides = _are_passed(self.choosing_rules)
        channel = self.channel.name
        names = _join_names(self.offers)
        running = _join_names(offer for offer in self.offers if offer.is_running)
        if (block := self._common_block) is not None:
            source = f" of {channel}" if decides else f" if {channel} decides, which is not known"
            begin = f"runs {running}, and gets nothing" if running else f"does not get {names}"
            summary = f"{begin}{source}: {block.name}: {block.reason}"
            return (Result.BLOCKED if decides else Result.UNKNOWN), summary
        is_passed = _are_passed(self._rules_of_channel)
        if is_passed and running:
            if decides:
                return Result.UP_TO_DATE, f"up to date: {channel} gives {running}, which it runs"
            return Result.UNKNOWN, f"runs {running}: up to date if {channel} decides, not known"
        if is_passed and decides:
            return Result.UPDATE, f"gets {names} of {channel} at its next check"
        possible = _join_names(
            offer for offer in self.offers if offer.block is None and not offer.is_running
        )
        begin = (
            f"may get {possible} of {channel}"
            if possible
            else f"runs {running}, which {channel} carries"
        )
        return Result.UNKNOWN, f"{begin}: not all rules are known"


def _join_names(offers: Iterable[_Offer]) -> str:
    return " or ".join(offer.name for offer in offers)


def _are_passed(rules: Iterable[Rule]) -> bool:
    return all(rule.verdict is Verdict.PASSES for rule in rules)


def _find_block(rules: Iterable[Rule]) -> Rule | None:
    return next((rule for rule in rules if rule.verdict is Verdict.BLOCKS), None)


def _is_same(one: BundleRef, other: BundleRef) -> bool:
    """Return whether two references name one bundle: by id where both have one, else by name."""
    if one.id is not None and other.id is not None:
        return one.id == other.id
    return one.wire_name is not None and one.wire_name == other.wire_name
