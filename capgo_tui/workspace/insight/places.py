"""Places: a record or some records of a list, to which something leads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from capgo_tui.api.records import BundleRef
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.cells import name_bundle
from capgo_tui.workspace.insight.routes import NO_FLAGS, find_routes
from capgo_tui.workspace.insight.survey import UNKNOWN
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.insight.routes import FlagsByChannel
    from capgo_tui.workspace.insight.survey import Survey

_BARE_WORD: Final = re.compile(r"[^\s|\"/!~<>=][^\s|\"]*")
"""A text that a filter compares as a whole, unquoted."""
NOT_TOLD: Final = "not reported by this server"
NOT_COUNTED: Final = "not known, no device is loaded"


class LinkSource(Protocol):
    """What links are found in: the lists of an app, and what is known of them together."""

    survey: Survey
    told_flags: FlagsByChannel

    @property
    def channels(self) -> Collection[Channel]:
        """The channels."""

    @property
    def bundles(self) -> Collection[Bundle]:
        """The bundles."""

    @property
    def unread_channels(self) -> str:
        """The sign for channels that are not loaded; empty for none."""

    def make_cell_context(self) -> CellContext:
        """Return the present cell context."""


@dataclass(frozen=True, slots=True)
class Place:
    """One record, or those that a filter matches."""

    tab: str
    """The name of the list."""
    title: str
    """Its name in the path of a trip."""
    key: str | None = None
    """The row key of the record; None for all that match."""
    condition: str | None = None
    """The filter; None leaves the list's own."""
    sort: str | None = None
    """The id of the column to sort by; None leaves the list's own order."""
    action: str = ""
    """The action to run in place of showing a list."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line of a record's details that leads to a place."""

    label: str
    text: str
    place: Place | None
    """None where it is only said."""
    field: str = ""
    """The label of the field with the same text; empty where no field has it."""
    summary: str = ""
    """The label of the field that sums it up with others, and that all of them stand for."""


OVERRIDES: Final = Place("devices", "overrides", condition="is:override", sort="override")
INVENTORY: Final = Place("devices", "overrides", action="device.overrides")
"""The same with the times of the journal, which the action reads first."""


def make_exact_filter(
    column: str, text: str, measure: Measure = Measure.TEXT, prefix: str = ""
) -> str:
    """Return the filter for exactly this text in a column, whose cells begin with a prefix."""
    if _BARE_WORD.fullmatch(text) and measure.parse(text) is not None:
        return f"{column}:={text}"
    pattern = re.escape(text).replace("/", "[/]").replace("\\ ", " ")
    return f"{column}:/^{prefix}{pattern}$/"


def place_of_channel(channel: Channel) -> Place:
    """Return the place of a channel."""
    return Place("channels", channel.name, key=str(channel.id))


def place_of_bundle(bundle: BundleRef | Bundle | None, source: LinkSource) -> Place | None:
    """Return the place of a bundle; None where it is not loaded."""
    key = _find_bundle_key(bundle, source)
    record = None if key is None else source.bundles.records.get(key)
    return None if record is None else Place("bundles", record.name, key=key)


def place_of_runners(name: str) -> Place:
    """Return the place of the devices that run a bundle."""
    condition = make_exact_filter("bundle", "?" if name == UNKNOWN else name, Measure.VERSION)
    return Place("devices", f"run {name}", condition=condition)


def place_of_forced(channel: str) -> Place:
    """Return the place of the devices that are forced to a channel."""
    condition = make_exact_filter("override", channel, prefix="▲ ")
    return Place("devices", f"forced to {channel}", condition=f"is:override {condition}")


def list_links_of_channel(channel: Channel, source: LinkSource) -> Iterator[Link]:
    """Yield what a channel leads to."""
    context = source.make_cell_context()
    if channel.bundle is not None:
        name = name_bundle(channel.bundle, context)
        yield Link("bundle", name, place_of_bundle(channel.bundle, source), "bundle")
        yield _link_to_runners("run by", channel.bundle, source)
    if channel.rollout_bundle is not None:
        name = name_bundle(channel.rollout_bundle, context)
        yield Link("rollout target", name, place_of_bundle(channel.rollout_bundle, source))
        yield _link_to_runners("target run by", channel.rollout_bundle, source)
    survey = source.survey
    forced = survey.overrides.get(channel.name, 0)
    if not context.tells_overrides:
        yield Link("forced to it", NOT_TOLD, None)
    elif not survey.device_count:
        yield Link("forced to it", NOT_COUNTED, None)
    else:
        place = place_of_forced(channel.name) if forced else None
        yield Link("forced to it", _count(forced, source), place)


def list_links_of_bundle(bundle: Bundle, source: LinkSource) -> Iterator[Link]:
    """Yield what a bundle leads to."""
    by_name = {channel.name: channel for channel in source.channels.records.values()}
    for link in source.make_cell_context().links.list_channels(bundle):
        place = place_of_channel(by_name[link.channel]) if link.channel in by_name else None
        summary = "" if source.unread_channels else "channels"
        yield Link("channel", str(link), place, summary=summary)
    yield _link_to_runners("run by", BundleRef(bundle.id, bundle.name), source)


def list_links_of_device(device: Device, source: LinkSource) -> Iterator[Link]:
    """Yield what a device leads to."""
    if device.bundle is not None:
        name = name_bundle(device.bundle, source.make_cell_context())
        yield Link("bundle", name, place_of_bundle(device.bundle, source), "runs bundle")
    channels = source.channels.records.values()
    if device.channel is not None:
        own = next((each for each in channels if each.name == device.channel), None)
        place = None if own is None else place_of_channel(own)
        yield Link("channel", device.channel, place, "override")
        return
    platform = (device.platform or "").lower()
    if platform not in PLATFORMS:
        return
    routes = find_routes(
        channels,
        all_loaded=not source.unread_channels,
        told_flags=source.told_flags or NO_FLAGS,
    )
    default = next(route for route in routes if route.platform == platform).channel
    if default is not None:
        text = f"{default.name}, the default of {PLATFORMS[platform]}"
        yield Link("channel", text, place_of_channel(default))


def _link_to_runners(label: str, bundle: BundleRef, source: LinkSource) -> Link:
    survey = source.survey
    if not survey.device_count:
        return Link(label, NOT_COUNTED, None)
    name = name_bundle(bundle, source.make_cell_context())
    count = survey.count_on(bundle.id, bundle.wire_name)
    return Link(label, _count(count, source), place_of_runners(name) if count else None)


def _count(count: int, source: LinkSource) -> str:
    survey = source.survey
    loaded = "" if survey.is_whole else "loaded "
    return f"{count} of {survey.device_count} {loaded}devices"


def _find_bundle_key(bundle: BundleRef | Bundle | None, source: LinkSource) -> str | None:
    if bundle is None:
        return None
    if bundle.id is not None:
        return str(bundle.id)
    records = source.bundles.records.values()
    return next((str(each.id) for each in records if each.name == bundle.name), None)
