"""Read the history of a channel: the journal and the audit history, and what could not be read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.insight.channel_history import merge_history
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.insight.channel_history import HistoryItem
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """The changes of a channel, the latest first."""

    items: Sequence[HistoryItem] = ()
    gaps: tuple[str, ...] = ()
    """A sentence for each source that could not be read, or not to its end."""


async def report_history(workspace: Workspace, channel: Channel) -> HistoryReport:
    """Read the channel, the audit history and the journal."""
    gaps, app_id = list[str](), workspace.target.app_id
    try:
        workspace.channels.put(await workspace.client.get_channel(app_id, channel.wire_id))
    except CapgoError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            gaps.append("The server has no such channel now.")
        else:
            gaps.append(f"The channel as it is now: {error}.")
    audit = await workspace.audit.list_channel_changes(channel.id)
    if workspace.audit.gap:
        gaps.append(f"Without the audit history: {workspace.audit.gap}.")
    elif workspace.audit.limit_note:
        gaps.append(workspace.audit.limit_note)
    if audit or workspace.joins_bundle_names:
        # The audit history names bundles by their ids.
        await workspace.bundles.load_all()
    try:
        entries = await asyncio.to_thread(workspace.journal.list_entries)
    except JournalUnusable as error:
        entries = []
        gaps.append(f"Without the journal: {error}.")
    names = {each.id: each.wire_id for each in workspace.bundles.records.values()}
    items = await asyncio.to_thread(
        merge_history, entries, audit, channel.wire_id, channel.id, names.get
    )
    return HistoryReport(items, tuple(gaps))
