"""Join routing, adoption, fleet, latest changes and warnings of an app into its overview."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.cells import name_bundle
from capgo_tui.workspace.insight.adoption import DAYS
from capgo_tui.workspace.insight.latest_changes import merge_latest
from capgo_tui.workspace.insight.overview import (
    AdoptionLine,
    FleetGroup,
    FleetItem,
    LatestChange,
    Overview,
    RolloutShare,
    RoutingLine,
    WarningLine,
)
from capgo_tui.workspace.insight.places import (
    INVENTORY,
    Place,
    make_exact_filter,
    place_of_channel,
    place_of_forced,
    place_of_runners,
)
from capgo_tui.workspace.insight.routes import Certainty, find_routes
from capgo_tui.workspace.insight.survey import UNKNOWN
from capgo_tui.workspace.insight.warnings import find_warnings
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capgo_tui.api.models import AuditEntry, Bundle, Channel
    from capgo_tui.api.records import BundleRef
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.insight.adoption import Adoption
    from capgo_tui.workspace.insight.routes import FlagsByChannel, Route
    from capgo_tui.workspace.insight.survey import Survey
    from capgo_tui.workspace.insight.warnings import Warning  # noqa: A004 - ours
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

NO_UPDATE: Final = "devices there get no update"
UNTOLD_PLATFORMS: Final = "platforms unknown"
ACTIVE: Final = "active"
"""The group of the devices that were active in the days of the statistics."""
BASIS_POINTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What an overview is made of; taken on the event loop, joined in a thread."""

    context: CellContext
    channels: Sequence[Channel]
    has_channels: bool
    """Whether the server has answered for the channels."""
    all_channels: bool
    bundles: Mapping[str, Bundle]
    survey: Survey
    adoption: Adoption | None
    has_devices: bool
    told_flags: FlagsByChannel
    active: Mapping[str, int] | None
    """Active devices by platform, of the statistics."""
    audit: Sequence[AuditEntry] | None
    fingerprint: str

    @classmethod
    def of(cls, workspace: Workspace) -> Facts:
        """Take the facts that are known now."""
        return cls(
            workspace.make_cell_context(),
            list(workspace.channels.records.values()),
            workspace.channels.as_of is not None,
            not workspace.unread_channels,
            dict(workspace.bundles.records),
            workspace.survey,
            workspace.adoption,
            workspace.devices.as_of is not None,
            workspace.told_flags,
            workspace.usage.active_by_platform,
            workspace.audit.latest,
            workspace.client.key_fingerprint,
        )


def make_overview(facts: Facts, entries: Sequence[Entry] | None) -> Overview:
    """Join the facts and the journal; None for a journal that cannot be read."""
    by_name = {bundle.name: bundle for bundle in facts.bundles.values()}

    def find_bundle(ref: BundleRef) -> Bundle | None:
        return facts.bundles.get(str(ref.id)) if ref.id is not None else by_name.get(ref.name or "")

    routes = find_routes(facts.channels, all_loaded=facts.all_channels, told_flags=facts.told_flags)
    routing = tuple(_make_routing_line(route, facts, find_bundle) for route in routes)
    are_untold = any(each.certainty is Certainty.LIKELY for each in routes)
    warnings = find_warnings(
        facts.channels, routes, facts.survey, find_bundle, told_flags=facts.told_flags
    )
    return Overview(
        routing if facts.has_channels else (),
        _describe_routing(facts, are_untold=are_untold),
        tuple(_list_adoption(facts)),
        _describe_adoption(facts),
        tuple(_list_fleet_groups(facts)),
        _describe_fleet(facts),
        tuple(_list_latest_changes(facts, entries)),
        _describe_changes(facts, entries),
        tuple(_make_warning_line(each) for each in warnings) if facts.has_channels else (),
        _describe_warnings(facts, warnings),
    )


# Routing


def _make_routing_line(
    route: Route, facts: Facts, bundle_of: Callable[[BundleRef], Bundle | None]
) -> RoutingLine:
    defaults = Place("channels", "defaults", condition="is:default")
    match route.certainty:
        case Certainty.NONE:
            place = Place("channels", "channels")
            return RoutingLine(route.title, "none", "", "", NO_UPDATE, True, None, place)
        case Certainty.UNKNOWN:
            note = "not all channels are loaded"
            return RoutingLine(route.title, "not known", "", "", note, False, None, defaults)
        case _:
            pass
    channel = route.channel
    if channel is None:
        names = " or ".join(each.name for each in route.channels)
        return RoutingLine(route.title, names, "", "", "they compete", True, None, defaults)
    name = name_bundle(channel.bundle, facts.context)
    bundle = None if channel.bundle is None else bundle_of(channel.bundle)
    return RoutingLine(
        route.title,
        channel.name,
        name or "no bundle",
        "" if bundle is None else format_age(bundle.created_at, facts.context.now),
        "" if name else NO_UPDATE,
        not name,
        _find_rollout(channel, facts.context),
        place_of_channel(channel),
    )


def _find_rollout(channel: Channel, context: CellContext) -> RolloutShare | None:
    points = channel.rollout_percentage_bps
    if channel.rollout_bundle is None or points is None or not 0 <= points <= BASIS_POINTS:
        return None
    state = "off" if channel.rollout_enabled is False else ""
    state = "paused" if channel.rollout_paused_at is not None else state
    return RolloutShare(points / BASIS_POINTS, name_bundle(channel.rollout_bundle, context), state)


def _describe_routing(facts: Facts, *, are_untold: bool) -> str:
    if not facts.has_channels:
        return "the channels are not known"
    return UNTOLD_PLATFORMS if are_untold else ""


# Adoption


def _list_adoption(facts: Facts) -> Iterator[AdoptionLine]:
    adoption, name_of_bundle = facts.adoption, facts.context.name_of_bundle
    for share in () if adoption is None else adoption.shares:
        number = share.name.removeprefix("#")
        # Where a server tells ids alone, the loaded bundles tell the names.
        is_id = share.name.startswith("#") and number.isdecimal()
        name = (name_of_bundle(int(number)) if is_id else None) or share.name
        yield AdoptionLine(replace(share, name=name), place_of_runners(name))


def _describe_adoption(facts: Facts) -> str:
    adoption = facts.adoption
    if adoption is None:
        return "no device yet" if facts.has_devices else "the devices are not known"
    if adoption.is_whole and adoption.device_count and "days" in adoption.source:
        return f"{adoption.source}, {group_digits(adoption.device_count)} active devices"
    return adoption.source


# Fleet


def _list_fleet_groups(facts: Facts) -> Iterator[FleetGroup]:
    survey, context = facts.survey, facts.context
    total = survey.device_count
    everything = Place("devices", "devices", condition="")
    active = {name: count for name, count in (facts.active or {}).items() if count}
    if active:
        items = tuple(
            _make_platform_item(name, count, sum(active.values()))
            for name, count in _list_largest(active)
        )
        yield FleetGroup(ACTIVE, items, everything)
    if not survey.device_count:
        return
    if not active:
        counts = _list_largest(survey.platforms)
        items = tuple(_make_platform_item(name, count, total) for name, count in counts)
        yield FleetGroup("platform", items, everything)
    natives = tuple(
        FleetItem(
            name,
            count,
            count / total,
            Place(
                "devices",
                f"native {name}",
                condition=make_exact_filter("native", name, Measure.VERSION),
            ),
        )
        for name, count in _list_largest(survey.native_versions)
        if name != UNKNOWN
    )
    if natives:
        yield FleetGroup("native", natives, replace(everything, sort="native"))
    builds = [
        FleetItem(label, count, count / total, Place("devices", label, condition=condition))
        for label, count, condition in (
            ("dev builds", survey.development_build_count, "is:dev"),
            ("emulators", survey.emulator_count, "is:emulator"),
        )
        if count
    ]
    if builds:
        place = Place("devices", "test devices", condition="is:dev|is:emulator")
        yield FleetGroup("test", tuple(builds), place)
    yield _override_group(survey, context)


def _make_platform_item(name: str, count: int, total: int) -> FleetItem:
    label = "unknown" if name == UNKNOWN else PLATFORMS.get(name, name)
    condition = "platform:/^[?]$/" if name == UNKNOWN else make_exact_filter("platform", name)
    place = Place("devices", label, condition=condition)
    return FleetItem(label, count, count / total, place)


def _override_group(survey: Survey, context: CellContext) -> FleetGroup:
    if not context.tells_overrides:
        return FleetGroup("overrides", (), INVENTORY, "not reported by this server")
    items = []
    for name, count in _list_largest(survey.overrides):
        stale = survey.stale_overrides.get(name, 0)
        note = f"{stale} stale" if stale else ""
        items.append(
            FleetItem(name, count, count / survey.device_count, place_of_forced(name), note)
        )
    unknown = survey.unknown_override_count
    note = f"{unknown} unknown" if unknown else ""
    return FleetGroup("overrides", tuple(items), INVENTORY, note if items else note or "none")


def _list_largest(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(Counter(counts).items(), key=lambda each: (-each[1], each[0]))


def _describe_fleet(facts: Facts) -> str:
    survey = facts.survey
    if not survey.device_count:
        return _describe_adoption(facts) if facts.adoption is None else "the devices are not known"
    count = group_digits(survey.device_count)
    if facts.active and any(facts.active.values()):
        which = "all" if survey.is_whole else "the loaded"
        return f"active: last {DAYS} days; rest: {which} {count} devices"
    return f"all {count} devices" if survey.is_whole else f"the {count} loaded devices"


# Latest changes


def _list_latest_changes(facts: Facts, entries: Sequence[Entry] | None) -> Sequence[LatestChange]:
    def name_of_bundle(bundle_id: int) -> str | None:
        bundle = facts.bundles.get(str(bundle_id))
        return None if bundle is None else bundle.wire_id

    return merge_latest(
        entries or (),
        facts.audit or (),
        name_of_bundle,
        fingerprint=facts.fingerprint,
        now=facts.context.now,
        places={channel.wire_id: place_of_channel(channel) for channel in facts.channels},
    )


def _describe_changes(facts: Facts, entries: Sequence[Entry] | None) -> str:
    if entries is None:
        return "the journal cannot be read"
    return "" if facts.audit is not None else "yours; others' are unknown"


# Warnings


def _make_warning_line(warning: Warning) -> WarningLine:
    channel = warning.channel
    if channel is not None and warning.action == "device.clear":
        return WarningLine(warning.text, warning.action, place_of_forced(channel.name))
    place = Place("channels", "channels") if channel is None else place_of_channel(channel)
    return WarningLine(warning.text, warning.action, place)


def _describe_warnings(facts: Facts, warnings: Sequence[Warning]) -> str:
    if not facts.has_channels:
        return "the channels are not known"
    if warnings:
        return ""
    return "none" if facts.all_channels else "none among the loaded channels"
