"""Warnings about the routing of an app, each with the record that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.insight.routes import NO_FLAGS, Certainty, merge_flags
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.api.records import BundleRef
    from capgo_tui.workspace.insight.routes import FlagsByChannel, Route
    from capgo_tui.workspace.insight.survey import Survey


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - what it is; the built-in one is not used here
    """Something about the routing that somebody should look at."""

    text: str
    channel: Channel | None = None
    """The channel it is about; None where any may do."""
    action: str = "channel.edit"
    """The id of the action that mends it."""


def find_warnings(
    channels: Sequence[Channel],
    routes: Sequence[Route],
    survey: Survey,
    bundle_of: Callable[[BundleRef], Bundle | None],
    *,
    told_flags: FlagsByChannel = NO_FLAGS,
) -> list[Warning]:
    """Return all warnings, those about missing updates first."""
    return [
        *_warn_of_routes(routes, survey),
        *_warn_of_defaults(channels, bundle_of, survey),
        *_warn_of_rollouts(channels),
        *_warn_of_overrides(channels, survey, told_flags),
    ]


def _warn_of_routes(routes: Sequence[Route], survey: Survey) -> Iterator[Warning]:
    for route in routes:
        if route.certainty is Certainty.NONE:
            devices = survey.platforms.get(route.platform, 0)
            there = f"{_count(devices, 'loaded device')} there" if devices else "devices there"
            verb = "gets" if devices == 1 else "get"
            yield Warning(f"{route.title} has no default channel: {there} {verb} no update")
    competing = {
        tuple(channel.name for channel in route.channels): route
        for route in routes
        if route.certainty is Certainty.AMBIGUOUS
    }
    for names, route in competing.items():
        text = f"{' and '.join(names)} compete: which of them is the default is unknown"
        yield Warning(text, route.channels[0])


def _warn_of_defaults(
    channels: Sequence[Channel], bundle_of: Callable[[BundleRef], Bundle | None], survey: Survey
) -> Iterator[Warning]:
    for channel in channels:
        bundle = None if channel.bundle is None else bundle_of(channel.bundle)
        if channel.public:
            if channel.bundle is None:
                text = f"{channel.name} is a default and carries no bundle"
                yield Warning(text, channel, "channel.promote")
            kinds = [
                kind
                for kind, is_allowed in (
                    ("development builds", channel.allow_dev),
                    ("emulators", channel.allow_emulator),
                )
                if is_allowed
            ]
            if kinds:
                text = f"{channel.name} is a default and takes {' and '.join(kinds)}"
                yield Warning(text, channel)
        if bundle is None:
            continue
        if (
            channel.disable_auto_update == "version_number"
            and bundle.min_update_version is None
            and bundle.has_field("min_update_version")
        ):
            text = (
                f"{channel.name} goes by metadata, and {bundle.name} has no minimum version:"
                " no device takes it"
            )
            yield Warning(text, channel, "channel.promote")
        others = sum(n for key, n in survey.key_ids.items() if key != bundle.key_id)
        if bundle.has_session_key and bundle.key_id and others:
            text = (
                f"{bundle.name} of {channel.name} is encrypted for key {bundle.key_id}:"
                f" {_count(others, 'loaded device')} have another"
            )
            yield Warning(text, channel, "channel.promote")


def _warn_of_rollouts(channels: Sequence[Channel]) -> Iterator[Warning]:
    for channel in channels:
        if channel.rollout_bundle is not None and channel.rollout_paused_at is not None:
            reason = channel.rollout_pause_reason
            why = f": {reason}" if reason else ""
            name = channel.rollout_bundle.name or f"#{channel.rollout_bundle.id}"
            text = f"rollout of {name} on {channel.name} is paused{why}"
            yield Warning(text, channel, "channel.rollout")


def _warn_of_overrides(
    channels: Sequence[Channel], survey: Survey, told_flags: FlagsByChannel
) -> Iterator[Warning]:
    by_name = {channel.name: channel for channel in channels}
    for (name, platform), count in survey.override_platforms.items():
        channel = by_name.get(name)
        if channel is None or platform not in PLATFORMS:
            continue
        if merge_flags(channel, told_flags)[platform] is False:
            text = (
                f"{_count(count, PLATFORMS[platform] + ' device')} forced to {name}, which does"
                f" not serve {PLATFORMS[platform]}"
            )
            yield Warning(text, channel, "device.clear")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
