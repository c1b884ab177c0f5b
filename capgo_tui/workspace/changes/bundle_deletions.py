"""Which of some bundles can be deleted, what that does, and why the others must stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.api.errors import Refused, UnsupportedByRevision
from capgo_tui.api.requests import BundleName
from capgo_tui.api.revisions import DeleteAll, Extra
from capgo_tui.workspace.bundle_links import BundleLinks, linked_to
from capgo_tui.workspace.changes.bundles import AllBundlesDeletion, BundleDeletion
from capgo_tui.workspace.changes.states import bundle_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle
    from capgo_tui.workspace.session import Workspace

UNREADABLE = "the channels could not be read, so nobody knows which of them use it"


@dataclass(frozen=True, slots=True)
class Deletions:
    """What can be deleted, and what stays, each with its reason; clean text."""

    changes: Sequence[BundleDeletion]
    refused: Sequence[tuple[Bundle, str]]


def links_of(workspace: Workspace) -> BundleLinks:
    """Who uses which bundle, as far as channels and devices are loaded."""
    return BundleLinks.of(workspace.channels.records.values(), workspace.devices.records.values())


async def deletions(workspace: Workspace, bundles: Iterable[Bundle]) -> Deletions:
    """Judge some bundles; all channels are loaded first, for any of them may use one.

    Raises:
        UnsupportedByRevision: where one bundle alone cannot be deleted.

    """
    traits = await workspace.client.traits_for_write(workspace.target.app_id)
    if Extra.DELETE_ONE_BUNDLE not in traits.extras:
        raise UnsupportedByRevision(
            "this server's API (legacy) cannot delete one bundle, only all of them: C leads there"
        )
    await workspace.channels.load_all()
    known = workspace.channels.ended and not workspace.channels.incomplete
    protected = traits.delete_all is DeleteAll.UNLINKED
    links = links_of(workspace)
    changes: list[BundleDeletion] = []
    refused: list[tuple[Bundle, str]] = []
    for bundle in bundles:
        used = links.channels_of(bundle)
        why = _unsafe_name(bundle)
        if protected and used:
            why = linked_to(used)
        elif not (protected or known):
            why = UNREADABLE
        if why:
            refused.append((bundle, why))
            continue
        touches = [f"{linked_to(used)}: they will point at nothing"] if used else []
        if not known:
            touches.append("not all channels could be read; the server refuses what they use")
        if devices := links.devices_on(bundle):
            touches.append(f"run by {devices} loaded device{'s' * (devices > 1)}")
        changes.append(
            BundleDeletion(
                app_id=workspace.target.app_id,
                key=bundle.wire_key,
                row=str(bundle.id),
                label=bundle.name,
                before=bundle_state(bundle),
                after=None,
                touches=tuple(touches),
            )
        )
    return Deletions(changes, refused)


def _unsafe_name(bundle: Bundle) -> str:
    try:
        BundleName(bundle.wire_key)
    except Refused as refused:
        return str(refused)
    return ""


async def delete_all(workspace: Workspace) -> AllBundlesDeletion:
    """The change that deletes every bundle, with what this revision really deletes (§8.2)."""
    traits = await workspace.client.traits_for_write(workspace.target.app_id)
    await workspace.bundles.load_all()
    await workspace.channels.load_all()
    loaded = workspace.bundles.records.values()
    links = links_of(workspace)
    used = [bundle for bundle in loaded if links.channels_of(bundle)]
    spares = traits.delete_all is DeleteAll.UNLINKED
    count = len(loaded) - (len(used) if spares else 0)
    more = "" if workspace.bundles.ended else " or more: not all could be loaded"
    if spares:
        touches = [f"the server keeps what channels use: {len(used)} of {len(loaded)}"]
    else:
        touches = ["this server deletes all of them, also what channels use"]
        touches += [f"{bundle.name} is {linked_to(links.channels_of(bundle))}" for bundle in used]
    return AllBundlesDeletion(
        app_id=workspace.target.app_id,
        key=workspace.target.app_id,
        label=workspace.target.app_id,
        before={"bundles": count},
        after={"bundles": 0},
        spares_linked=spares,
        touches=(f"{count} bundles go{more}", *touches),
    )
