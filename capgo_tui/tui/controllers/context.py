"""What decides which actions do something now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.actions import ActionContext
from capgo_tui.tui.keys import capitalize_key, name_key

if TYPE_CHECKING:
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace


def action_context(host: Host) -> ActionContext:
    """Return the context of the screen as it is now."""
    workspace = host.workspace
    if workspace is None:
        return ActionContext(host.target, host.tab, is_connected=False, has_cursor=False)
    key = host.table.cursor_key
    return ActionContext(
        host.target,
        host.tab,
        traits=workspace.client.known_traits,
        has_cursor=key is not None and key in host.rows.view.collection.records,
        has_marks=bool(host.rows.marks),
        mark_count=len(host.rows.marks),
        has_open_outcome=host.status.has_open_outcome,
        empty_step=_find_empty_step(host),
        missing_rights=workspace.missing_rights.rights,
        channel=_name_channel(workspace, key) if host.tab == "channels" and key is not None else "",
    )


def _find_empty_step(host: Host) -> str:
    view = host.rows.view
    if view.query and len(view.collection):
        return f"{capitalize_key('back')} clears the filter."
    if not view.collection.has_answer:
        return "The list is loading."
    return (
        f"{name_key('list.refresh')} reads the list again."
        if view.collection.error is not None
        else ""
    )


def _name_channel(workspace: Workspace, key: str) -> str:
    channel = workspace.channels.records.get(key)
    return "" if channel is None else channel.wire_id
