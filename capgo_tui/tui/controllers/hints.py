"""The key hints of the bottom row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.tui.widgets.hint_bar import Hint

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.host import Host


class HintController:
    """The controller of the hint bar; the keys of an open detail come first."""

    def __init__(self, host: Host, detail: DetailController) -> None:
        self._host = host
        self._detail = detail

    def show(self) -> None:
        """Draw the hints for the current state."""
        host = self._host
        workspace, context = host.workspace, host.action_context()
        # While it loads, a list is not empty: only what is known to do nothing is off.
        if workspace is None or not host.rows.view.collection.has_answer:
            context = replace(context, is_connected=True, has_cursor=True)
        hints = [
            Hint(
                action.key,
                action.label,
                action.disabled_reason(context) is not None,
                action.id,
            )
            for action in host.actions
            if action.hint and host.tab in action.tabs and action.id != "help"
            if workspace is None or not action.server_reason(workspace.client.traits)
        ]
        if workspace is not None:
            timely = [
                Hint(each.key, each.label, action_id=each.id)
                for each in host.actions
                if each.is_timely is not None and each.is_timely(context)
                if each.disabled_reason(context) is None
            ]
            hints = [*timely, *(hint for hint in hints if hint not in timely)]
        if workspace is not None and host.page is None and host.rows.state.wide:
            hints = [Hint("←→", "slide"), host.hint_of("list.wide", "narrow"), *hints]
        if self._detail.is_open:
            first = self._detail.list_hints()
            first_keys = {"⏎", *(hint.key for hint in first)}
            hints = [*first, *(hint for hint in hints if hint.key not in first_keys)]
        help_key = host.hint_of("help", "").key
        host.hints.show_hints(sorted(hints, key=lambda hint: hint.off), help_key)
