"""Plan deletions of bundles: which can be deleted, with what impact, and why others cannot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError
from capgo_tui.api.revisions import DeleteAll, Extra
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.bundle_links import IN_USE, BundleLinks, describe_links
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.bundles import GONE_FOR_GOOD, AllBundlesDeletion, BundleDeletion
from capgo_tui.workspace.changes.states import read_bundle_state
from capgo_tui.workspace.cleanup import describe_unsafe_name, plan
from capgo_tui.workspace.next_step import NextStep, OtherWay
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.cleanup import Plan, Rules
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.session import Workspace

UNREADABLE: Final = "not all channels could be read, so nobody knows which bundles they use"
SERVER_REFUSES: Final = "the server refuses to delete what they use"
UNKNOWN_DEVICES: Final = "{count} devices are loaded; what the others run is not known"
ONLY_ALL: Final = "the legacy API cannot delete one bundle, only all"
FRESH: Final = timedelta(seconds=60)
"""The age up to which a list is used to plan a deletion; an older one is read again."""


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """Deletions of some bundles, and the refusals of the others with clean reasons."""

    changes: Sequence[BundleDeletion]
    refusals: Sequence[tuple[Bundle, str]]
    links: BundleLinks
    """The links of bundles by which they were judged."""

    @property
    def batch(self) -> BatchPlan:
        """The plan of the deletions; the impact of the first names the refusals."""
        stay = tuple(Remark(f"{bundle.name} stays, {why}") for bundle, why in self.refusals)
        first = self.changes[0].model_copy(update={"impact": self.changes[0].impact + stay})
        changes = [first, *self.changes[1:]]
        many = f"{len(changes)} bundles" if len(changes) > 1 else f"bundle {first.label}"
        return BatchPlan(f"Delete {many}", changes)


async def find_links(workspace: Workspace) -> BundleLinks:
    """Return which channels and devices use which bundle, as far as they are loaded."""
    channels = list(workspace.channels.records.values())
    devices = list(workspace.devices.records.values())
    count = partial(
        BundleLinks.of,
        untold=explain_unknown_channels(workspace),
        all_devices=has_all_devices(workspace),
    )
    # In a thread: 100 000 devices take too long for the event loop.
    return await asyncio.to_thread(count, channels, devices)


def update_links(workspace: Workspace, links: BundleLinks) -> BundleLinks:
    """Return links with the channels as they are loaded now."""
    channels = workspace.channels.records.values()
    return links.with_channels(channels, explain_unknown_channels(workspace))


def explain_unknown_channels(workspace: Workspace) -> str:
    """Return why a channel that is not loaded may use a bundle; empty when all are known."""
    channels = workspace.channels
    if is_known(channels):
        return ""
    if channels.error is not None:
        return f"channels {'could not be read again' if channels.as_of else 'cannot be read'}"
    if channels.at_end:
        return "not all channels could be read"
    return "not all channels are loaded"


def has_all_devices(workspace: Workspace) -> bool:
    """Whether all devices are loaded."""
    return workspace.devices.at_end and not workspace.devices.incomplete


async def bring_up_to_date(
    workspace: Workspace, collection: Collection[Bundle] | Collection[Channel]
) -> bool:
    """Load a list to its end, again if it is old; return whether it is known completely."""
    await collection.load_all()
    as_of = collection.as_of
    if collection.at_end and as_of is not None and workspace.now() - as_of > FRESH:
        try:
            await collection.reread()
        except CapgoError:
            return False
    return is_known(collection)


def is_known(collection: Collection[Bundle] | Collection[Channel]) -> bool:
    """Whether a list is loaded completely, without errors or unreadable rows."""
    whole = collection.at_end and not collection.incomplete and not collection.unreadable
    return whole and collection.error is None


async def plan_deletions(workspace: Workspace, bundles: Iterable[Bundle]) -> DeletionPlan:
    """Plan the deletion of some bundles; loads all channels first, for any may use one.

    Raises:
        OtherWay: where one bundle alone cannot be deleted.

    """
    traits = await workspace.client.get_traits_for_write(workspace.target.app_id)
    if Extra.DELETE_ONE_BUNDLE not in traits.extras:
        raise OtherWay(ONLY_ALL, NextStep.DELETE_ALL)
    await bring_up_to_date(workspace, workspace.channels)
    links = await find_links(workspace)
    changes: list[BundleDeletion] = []
    refusals: list[tuple[Bundle, str]] = []
    for bundle in bundles:
        reason = _explain_refusal(bundle, links, traits)
        if reason:
            refusals.append((bundle, reason))
        else:
            changes.append(make_bundle_deletion(workspace, bundle, links))
    return DeletionPlan(changes, refusals, links)


def explain_refused_cleanup(workspace: Workspace) -> str:
    """Return why no rules may delete bundles; empty when they may."""
    is_server_safe = workspace.client.traits.delete_all is DeleteAll.UNLINKED
    return "" if is_server_safe or is_known(workspace.channels) else UNREADABLE


def prepare_cleanup(workspace: Workspace, rules: Rules) -> Callable[[], Plan]:
    """Return a function that judges the bundles as they are loaded now; it may run in a thread."""
    now = workspace.now()
    bundles = list(workspace.bundles.records.values())
    channels = list(workspace.channels.records.values())
    devices = list(workspace.devices.records.values())
    untold, all_devices = explain_unknown_channels(workspace), has_all_devices(workspace)

    def make_plan() -> Plan:
        links = BundleLinks.of(channels, devices, untold=untold, all_devices=all_devices)
        return plan(bundles, links, rules, now)

    return make_plan


def plan_cleanup(workspace: Workspace, cleanup: Plan) -> BatchPlan:
    """Return the plan of a clean-up as a batch."""
    deleted_verdicts = cleanup.deleted_verdicts
    changes = [
        make_bundle_deletion(workspace, each.bundle, cleanup.links) for each in deleted_verdicts
    ]
    many = f"{len(changes)} bundles" if len(changes) != 1 else f"bundle {changes[0].label}"
    return BatchPlan(f"Clean up: delete {many}", changes)


def _explain_refusal(bundle: Bundle, links: BundleLinks, traits: Traits) -> str:
    if reason := describe_unsafe_name(bundle):
        return reason
    channels = links.list_channels(bundle)
    if traits.delete_all is DeleteAll.UNLINKED:
        return describe_links(channels) if channels else ""
    # This server also deletes bundles that channels use, so all channels must be known.
    return UNREADABLE if links.untold else ""


def make_bundle_deletion(
    workspace: Workspace, bundle: Bundle, links: BundleLinks
) -> BundleDeletion:
    """Return the deletion of one bundle, with its impact on channels and devices."""
    channels = links.list_channels(bundle)
    impact = []
    if channels:
        impact.append(f"{bundle.name} is {describe_links(channels)}: left pointing at nothing")
    if links.untold:
        impact.append(f"{links.untold}: {IN_USE}; {SERVER_REFUSES}")
    if runners := links.run_by(bundle):
        impact.append(f"{bundle.name} is {runners}")
    if not links.all_devices:
        impact.append(UNKNOWN_DEVICES.format(count=len(workspace.devices)))
    impact.append(GONE_FOR_GOOD)
    return BundleDeletion(
        app_id=workspace.target.app_id,
        wire_id=bundle.wire_id,
        row_key=str(bundle.id),
        label=bundle.name,
        before=read_bundle_state(bundle),
        after=None,
        impact=tuple(impact),
        agreed_channels=tuple(map(str, channels)),
    )


async def load_all_links(workspace: Workspace) -> BundleLinks:
    """Bring bundles and channels up to date for `plan_deletion_of_all`; return links."""
    await workspace.client.get_traits_for_write(workspace.target.app_id)
    await bring_up_to_date(workspace, workspace.bundles)
    await bring_up_to_date(workspace, workspace.channels)
    return await find_links(workspace)


def plan_deletion_of_all(workspace: Workspace, links: BundleLinks) -> AllBundlesDeletion:
    """Return the deletion of all bundles, with what this revision really deletes (§8.2).

    Channels and bundles are taken as they are now, devices from `links`.
    """
    bundles = workspace.bundles.records.values()
    links = update_links(workspace, links)
    used_bundles = [bundle for bundle in bundles if links.list_channels(bundle)]
    spares = workspace.client.traits.delete_all is DeleteAll.UNLINKED
    count = len(bundles) - (len(used_bundles) if spares else 0)
    unsure = spares and links.untold
    most = "at most " if unsure else ""
    impact = [f"{most}{count} of {len(bundles)} loaded bundles go, for good"]
    if not is_known(workspace.bundles):
        impact.append("not all bundles could be loaded: there may be more, and they go as well")
    if links.untold:
        impact.append(f"{links.untold}: they may use more of the bundles")
    if unsure:
        impact.append("the server keeps what channels use: how many that are is not known")
    elif spares:
        impact.append(Remark(f"the server keeps what channels use: {len(used_bundles)}"))
    else:
        impact.append("this server deletes ALL of them, also what channels use")
        impact += [
            f"{bundle.name} is {describe_links(links.list_channels(bundle))}: "
            "left pointing at nothing"
            for bundle in used_bundles
        ]
    targets = [bundle for bundle in bundles if not (spares and links.list_channels(bundle))]
    if run_count := sum(links.count_devices(bundle) > 0 for bundle in targets):
        impact.append(f"loaded devices run {run_count} of those that go")
    if not links.all_devices:
        impact.append(UNKNOWN_DEVICES.format(count=len(workspace.devices)))
    return AllBundlesDeletion(
        app_id=workspace.target.app_id,
        wire_id=workspace.target.app_id,
        label=workspace.target.app_id,
        before={} if unsure else {"bundles": count},
        after={"bundles": 0},
        spares_linked=spares,
        impact=tuple(impact),
    )
