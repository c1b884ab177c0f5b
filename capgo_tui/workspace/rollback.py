"""Rollback candidates: the bundle a channel carried before, else the next older one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.audit import list_carried_bundles
from capgo_tui.workspace.bundle_lines import find_line, is_pull_request_build
from capgo_tui.workspace.changes.recorded import iterate_changes
from capgo_tui.workspace.journal import JournalUnusable
from capgo_tui.workspace.sorting import NO_VERSION, order_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

FROM_JOURNAL: Final = "from the journal"
FROM_AUDIT: Final = "from the audit history"
NEXT_OLDER: Final = "next older"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bundle to roll back to, why it was chosen, and warnings."""

    bundle: Bundle
    why: str
    warnings: tuple[str, ...] = ()


async def find_rollback_candidate(workspace: Workspace, channel: Channel) -> Candidate | str:
    """Return the bundle that a channel goes back to, or in words why there is none.

    It is the latest that the channel carried before, by the journal of this program, else by the
    server's audit history; where neither knows one, the next older one whose version is not
    higher, of the same line where there is one. A bundle newer than the present one is never it:
    rolling back is a direction.
    """
    bundles = workspace.bundles
    names = await asyncio.to_thread(_list_carried_by_journal, workspace, channel.wire_id)
    if not bundles.at_end and not _has_answer(workspace, channel, names):
        await bundles.load_all()
    by_name = {bundle.wire_id: bundle for bundle in bundles.records.values()}
    bundles_before = [by_name[name] for name in names if name in by_name]
    if (bundle := _find_first_older(workspace, channel, bundles_before)) is not None:
        return _make_candidate(channel, bundle, FROM_JOURNAL)
    history = list_carried_bundles(await workspace.audit.list_channel_changes(channel.id))
    if history and not bundles.at_end:
        await bundles.load_all()
    history_bundles = (bundles.records.get(str(each)) for each in history)
    bundles_before = [bundle for bundle in history_bundles if bundle is not None]
    if (bundle := _find_first_older(workspace, channel, bundles_before)) is not None:
        return _make_candidate(channel, bundle, FROM_AUDIT)
    if channel.bundle is None:
        return f"{channel.name} carries no bundle, and what it carried before is unknown."
    if not bundles.at_end:
        await bundles.load_all()  # one of the same line may be further back
    if (bundle := _find_next_older(workspace, channel)) is not None:
        return _make_candidate(channel, bundle, NEXT_OLDER)
    if bundles.error is not None:
        return f"The bundles could not be read: {bundles.error}"
    if _list_older_bundles(workspace, channel):
        return f"No older bundle has a lower version than the one {channel.name} carries."
    return f"There is no bundle older than the one {channel.name} carries."


def describe_forward(workspace: Workspace, channel: Channel, bundle: Bundle) -> str:
    """Return why to put a bundle on a channel would be no way back; empty when it is one.

    The bundle that it carries is none, but to put that there changes nothing.
    """
    present = _present(workspace, channel)
    if channel.bundle is not None and present is not None and bundle.id == present.id:
        return ""
    if not _is_older(bundle, channel, present):
        now = channel.bundle.name if channel.bundle else "none"
        return f"{bundle.name} is not older than {now}, which {channel.name} carries"
    return ""


def choose(channel: Channel, bundle: Bundle, why: str) -> Candidate:
    """Return a bundle that the operator names as a candidate, with its warnings."""
    return _make_candidate(channel, bundle, why)


def _make_candidate(channel: Channel, bundle: Bundle, why: str) -> Candidate:
    return Candidate(bundle, why, tuple(_iterate_warnings(channel, bundle)))


def _iterate_warnings(channel: Channel, bundle: Bundle) -> Iterator[str]:
    now = channel.bundle.name if channel.bundle else None
    if now is not None and find_line(now) != find_line(bundle.name):
        yield f"{bundle.name} is named otherwise than {now}: is it for the same devices?"
    if now is not None and _is_higher(bundle.name, now):
        yield f"{bundle.name} is a higher version than {now}, though it was made before it"
    if channel.public and is_pull_request_build(bundle.name):
        yield f"{bundle.name} looks like the build of a pull request, and this is a default channel"


# What the channel carried before


def _list_carried_by_journal(workspace: Workspace, wire_id: str) -> Sequence[str]:
    """Return the bundles the journal knows the channel to have carried, the latest first."""
    try:
        entries = workspace.journal.list_entries()
    except JournalUnusable:
        return ()
    return tuple(dict.fromkeys(_iterate_names(entries, wire_id)))


def _iterate_names(entries: Iterable[Entry], wire_id: str) -> Iterator[str]:
    of_channels = (
        entry
        for entry in entries
        if entry.kind.startswith("channel.") and entry.state is not None and entry.state.is_accepted
    )
    for _, change in iterate_changes(of_channels):
        for state in (change.after, change.before) if change.wire_id == wire_id else ():
            name = (state or {}).get("bundle")
            if isinstance(name, str):
                yield name


def _has_answer(workspace: Workspace, channel: Channel, names: Sequence[str]) -> bool:
    """Whether what is loaded is enough to tell which of the names comes first."""
    loaded_names = {bundle.wire_id for bundle in workspace.bundles.records.values()}
    present = _present(workspace, channel)
    if present is None and channel.bundle is not None:
        return False
    current = None if present is None else present.wire_id
    others = [name for name in names if name != current]
    return bool(others) and others[0] in loaded_names


# Older and newer


def _present(workspace: Workspace, channel: Channel) -> Bundle | None:
    """Return the record of the bundle that the channel carries, where it is loaded."""
    bundle = channel.bundle
    if bundle is None:
        return None
    if bundle.id is not None:
        return workspace.bundles.records.get(str(bundle.id))
    bundles = workspace.bundles.records.values()
    return next((each for each in bundles if each.wire_id == bundle.wire_name), None)


def _is_older(bundle: Bundle, channel: Channel, present: Bundle | None) -> bool:
    """Whether a bundle was made before the present one; by its version where nothing tells when."""
    if channel.bundle is None:
        return True
    if present is not None:
        if bundle.id == present.id:
            return False
        if bundle.created_at is not None and present.created_at is not None:
            return (bundle.created_at, bundle.id) < (present.created_at, present.id)
    this, that = order_version(bundle.name), order_version(channel.bundle.name)
    return this is not None and that is not None and this < that


def _is_higher(name: str, than: str) -> bool:
    """Whether a version is higher than another one, whatever follows their numbers."""
    values = [order_version(each) or NO_VERSION for each in (name, than)]
    if any(value.startswith(NO_VERSION) for value in values):
        return False
    this, that = (value.split(" ")[0] for value in values)
    return this > that


def _find_first_older(
    workspace: Workspace, channel: Channel, bundles: Iterable[Bundle]
) -> Bundle | None:
    present = _present(workspace, channel)
    return next((each for each in bundles if _is_older(each, channel, present)), None)


def _list_older_bundles(workspace: Workspace, channel: Channel) -> Sequence[Bundle]:
    """Return the bundles that were made before the present one."""
    present = _present(workspace, channel)
    if present is None or present.created_at is None:
        return ()
    bundles = workspace.bundles.records.values()
    return [each for each in bundles if each.created_at and _is_older(each, channel, present)]


def _find_next_older(workspace: Workspace, channel: Channel) -> Bundle | None:
    """Return the newest of the older bundles, of the same line where there is one."""
    present = _present(workspace, channel)
    if present is None:
        return None
    # A fix of an old line is made after bundles of the next one: those are no way back.
    all_older = _list_older_bundles(workspace, channel)
    older = [each for each in all_older if not _is_higher(each.name, present.name)]
    line = find_line(present.name)
    choices = (
        [each for each in older if find_line(each.name) == line],
        [each for each in older if not is_pull_request_build(each.name)],
        older,
    )
    best = next((each for each in choices if each), [])
    return max(best, key=lambda bundle: (bundle.created_at, bundle.id), default=None)
