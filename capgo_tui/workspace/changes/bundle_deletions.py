"""Which of some bundles can be deleted, what that does, and why the others must stay."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError
from capgo_tui.api.revisions import DeleteAll, Extra
from capgo_tui.workspace.bundle_links import IN_USE, BundleLinks, linked_to
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.bundles import GONE_FOR_GOOD, AllBundlesDeletion, BundleDeletion
from capgo_tui.workspace.changes.states import bundle_state
from capgo_tui.workspace.cleanup import unsafe_name
from capgo_tui.workspace.next_step import NextStep, OtherWay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.cleanup import Plan
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.session import Workspace

UNREADABLE: Final = "not all channels could be read, so nobody knows which bundles they use"
SERVER_REFUSES: Final = "the server refuses to delete what they use"
UNKNOWN_DEVICES: Final = "{count} devices are loaded; what the others run is not known"
ONLY_ALL: Final = "the legacy API cannot delete one bundle, only all"
FRESH: Final = timedelta(seconds=60)
"""A list older than this is read again before something is deleted by what it says."""


@dataclass(frozen=True, slots=True)
class Deletions:
    """What can be deleted, and what stays, each with its reason; clean text."""

    changes: Sequence[BundleDeletion]
    refused: Sequence[tuple[Bundle, str]]
    links: BundleLinks
    """What that was judged by."""

    @property
    def batch(self) -> BatchPlan:
        """The plan that deletes what can be; the first names what stays."""
        stay = tuple(f"{bundle.name} stays, {why}" for bundle, why in self.refused)
        first = self.changes[0].model_copy(update={"touches": self.changes[0].touches + stay})
        changes = [first, *self.changes[1:]]
        many = f"{len(changes)} bundles" if len(changes) > 1 else f"bundle {first.label}"
        return BatchPlan(f"Delete {many}", changes)


async def links_of(workspace: Workspace) -> BundleLinks:
    """Who uses which bundle, as far as channels and devices are loaded."""
    channels = list(workspace.channels.records.values())
    devices = list(workspace.devices.records.values())
    count = partial(
        BundleLinks.of,
        untold=untold_channels(workspace),
        all_devices=all_devices_known(workspace),
    )
    # 100 000 devices take long enough to be counted in a thread.
    return await asyncio.to_thread(count, channels, devices)


def linked_now(workspace: Workspace, links: BundleLinks) -> BundleLinks:
    """The same, with the channels as they are loaded now."""
    channels = workspace.channels.records.values()
    return links.with_channels(channels, untold_channels(workspace))


def untold_channels(workspace: Workspace) -> str:
    """Why a bundle on no loaded channel may yet be in use; empty when all of them are known."""
    channels = workspace.channels
    if is_known(channels):
        return ""
    if channels.error is not None:
        return f"channels {'could not be read again' if channels.as_of else 'cannot be read'}"
    if channels.ended:
        return "not all channels could be read"
    return "not all channels are loaded"


def all_devices_known(workspace: Workspace) -> bool:
    """Whether no device may run a bundle but the loaded ones."""
    return workspace.devices.ended and not workspace.devices.incomplete


async def bring_up_to_date(
    workspace: Workspace, collection: Collection[Bundle] | Collection[Channel]
) -> bool:
    """Load a list to its end, anew if it is old; whether all of it is known then."""
    await collection.load_all()
    as_of = collection.as_of
    if collection.ended and as_of is not None and workspace.now() - as_of > FRESH:
        try:
            await collection.reread()
        except CapgoError:
            return False
    return is_known(collection)


def is_known(collection: Collection[Bundle] | Collection[Channel]) -> bool:
    """Whether all of a list is loaded, and none of it is in doubt."""
    whole = collection.ended and not collection.incomplete and not collection.unreadable
    return whole and collection.error is None


async def deletions(workspace: Workspace, bundles: Iterable[Bundle]) -> Deletions:
    """Judge some bundles; all channels are loaded first, for any of them may use one.

    Raises:
        OtherWay: where one bundle alone cannot be deleted.

    """
    traits = await workspace.client.traits_for_write(workspace.target.app_id)
    if Extra.DELETE_ONE_BUNDLE not in traits.extras:
        raise OtherWay(ONLY_ALL, NextStep.DELETE_ALL)
    await bring_up_to_date(workspace, workspace.channels)
    links = await links_of(workspace)
    changes: list[BundleDeletion] = []
    refusals: list[tuple[Bundle, str]] = []
    for bundle in bundles:
        reason = _why_refused(bundle, links, traits)
        if reason:
            refusals.append((bundle, reason))
        else:
            changes.append(deletion(workspace, bundle, links))
    return Deletions(changes, refusals, links)


def cleanup_batch(workspace: Workspace, plan: Plan) -> BatchPlan:
    """Return the plan that deletes what a clean-up does."""
    changes = [deletion(workspace, each.bundle, plan.links) for each in plan.deleted]
    many = f"{len(changes)} bundles" if len(changes) != 1 else f"bundle {changes[0].label}"
    return BatchPlan(f"Clean up: delete {many}", changes)


def _why_refused(bundle: Bundle, links: BundleLinks, traits: Traits) -> str:
    if reason := unsafe_name(bundle):
        return reason
    channels = links.channels_of(bundle)
    if traits.delete_all is DeleteAll.UNLINKED:
        return linked_to(channels) if channels else ""
    # This server deletes what is linked as well: without the channels that could be any.
    return UNREADABLE if links.untold else ""


def deletion(workspace: Workspace, bundle: Bundle, links: BundleLinks) -> BundleDeletion:
    """The change that deletes one bundle, with what that does to whoever uses it."""
    channels = links.channels_of(bundle)
    touches = []
    if channels:
        touches.append(f"{bundle.name} is {linked_to(channels)}: left pointing at nothing")
    if links.untold:
        touches.append(f"{links.untold}: {IN_USE}; {SERVER_REFUSES}")
    if runners := links.run_by(bundle):
        touches.append(f"{bundle.name} is {runners}")
    if not links.all_devices:
        touches.append(UNKNOWN_DEVICES.format(count=len(workspace.devices)))
    touches.append(GONE_FOR_GOOD)
    return BundleDeletion(
        app_id=workspace.target.app_id,
        key=bundle.wire_key,
        row=str(bundle.id),
        label=bundle.name,
        before=bundle_state(bundle),
        after=None,
        touches=tuple(touches),
        agreed_channels=tuple(map(str, channels)),
    )


async def count_all(workspace: Workspace) -> BundleLinks:
    """Read bundles and channels up to date for `all_deletion`; gives who uses which."""
    await workspace.client.traits_for_write(workspace.target.app_id)
    await bring_up_to_date(workspace, workspace.bundles)
    await bring_up_to_date(workspace, workspace.channels)
    return await links_of(workspace)


def all_deletion(workspace: Workspace, links: BundleLinks) -> AllBundlesDeletion:
    """The change that deletes every bundle, with what this revision really deletes (§8.2).

    Channels and bundles are taken as they now are, the devices as `links` has them.
    """
    bundles = workspace.bundles.records.values()
    links = linked_now(workspace, links)
    used_bundles = [bundle for bundle in bundles if links.channels_of(bundle)]
    spares = workspace.client.traits.delete_all is DeleteAll.UNLINKED
    count = len(bundles) - (len(used_bundles) if spares else 0)
    unsure = spares and links.untold
    most = "at most " if unsure else ""
    touches = [f"{most}{count} of {len(bundles)} loaded bundles go, for good"]
    if not is_known(workspace.bundles):
        touches.append("not all bundles could be loaded: there may be more, and they go as well")
    if links.untold:
        touches.append(f"{links.untold}: they may use more of the bundles")
    if unsure:
        touches.append("the server keeps what channels use: how many that are is not known")
    elif spares:
        touches.append(f"the server keeps what channels use: {len(used_bundles)}")
    else:
        touches.append("this server deletes ALL of them, also what channels use")
        touches += [
            f"{bundle.name} is {linked_to(links.channels_of(bundle))}: left pointing at nothing"
            for bundle in used_bundles
        ]
    targets = [bundle for bundle in bundles if not (spares and links.channels_of(bundle))]
    if run_count := sum(links.devices_on(bundle) > 0 for bundle in targets):
        touches.append(f"loaded devices run {run_count} of those that go")
    if not links.all_devices:
        touches.append(UNKNOWN_DEVICES.format(count=len(workspace.devices)))
    return AllBundlesDeletion(
        app_id=workspace.target.app_id,
        key=workspace.target.app_id,
        label=workspace.target.app_id,
        before={} if unsure else {"bundles": count},
        after={"bundles": 0},
        spares_linked=spares,
        touches=tuple(touches),
    )
