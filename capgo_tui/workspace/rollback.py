"""Which bundle a channel goes back to: the one it carried before, else the next older one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.journal import Entry
    from capgo_tui.workspace.session import Workspace

FROM_JOURNAL: Final = "from the journal"
NEXT_OLDER: Final = "next older"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bundle to go back to, and why it is this one."""

    bundle: Bundle
    why: str


async def candidate(workspace: Workspace, channel: Channel) -> Candidate | str:
    """The bundle a channel goes back to, or in words why there is none.

    The journal knows what was put on the channel from here; where it knows nothing, or only
    bundles that are deleted by now, it is the next older one in the list.
    """
    now = workspace.state_of(channel).get("bundle")
    current = now if isinstance(now, str) else None
    names = await asyncio.to_thread(_carried, workspace, channel.wire_key, current)
    bundles = workspace.bundles
    if not bundles.ended and not _has_answer(workspace, channel, names):
        await bundles.load_all()
    by_name = {bundle.wire_key: bundle for bundle in bundles.records.values()}
    for name in names:
        if name in by_name:
            return Candidate(by_name[name], FROM_JOURNAL)
    if channel.bundle is None:
        return f"{channel.name} carries no bundle, and the journal knows of none it carried before."
    older = _next_older(list(bundles.records.values()), channel)
    if older is not None:
        return Candidate(older, NEXT_OLDER)
    if bundles.error is not None:
        return f"The bundles could not be read: {bundles.error}"
    return f"There is no bundle older than the one {channel.name} carries."


def _carried(workspace: Workspace, key: str, current: str | None) -> Sequence[str]:
    """The bundles the journal knows the channel to have carried, the latest first."""
    try:
        entries = workspace.journal.entries()
    except JournalUnusable:
        return ()
    return tuple(dict.fromkeys(name for name in _names(entries, key) if name != current))


def _names(entries: Iterable[Entry], key: str) -> Iterator[str]:
    for entry in entries:
        if not entry.kind.startswith("channel.") or entry.fate is None or not entry.fate.took:
            continue
        change = CHANGES.validate_json(entry.change_json)
        if change.key != key:
            continue
        for state in (change.after, change.before):
            name = (state or {}).get("bundle")
            if isinstance(name, str):
                yield name


def _has_answer(workspace: Workspace, channel: Channel, names: Sequence[str]) -> bool:
    loaded = list(workspace.bundles.records.values())
    if names:
        return any(bundle.wire_key == names[0] for bundle in loaded)
    return channel.bundle is None or _next_older(loaded, channel) is not None


def _next_older(bundles: Sequence[Bundle], channel: Channel) -> Bundle | None:
    carried = channel.bundle
    now = next((each for each in bundles if carried and each.id == carried.id), None)
    if now is None or now.created_at is None:
        return None
    at = (now.created_at, now.id)
    older = [b for b in bundles if b.created_at is not None and (b.created_at, b.id) < at]
    return max(older, key=lambda bundle: (bundle.created_at, bundle.id), default=None)
