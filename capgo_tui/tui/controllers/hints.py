"""The key hints of the bottom row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.revisions import Extra
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
        workspace = host.workspace
        extras = frozenset(Extra) if workspace is None else workspace.client.traits.extras
        hints = [
            Hint(action.key, action.label, bool(action.disabled_reason(host.target)))
            for action in host.actions
            if action.hint and host.tab in action.tabs and action.id != "help"
            if action.needs is None or action.needs in extras
        ]
        if workspace is not None and host.rows.state.wide:
            hints = [Hint("←→", "slide"), Hint("w", "narrow"), *hints]
        if self._detail.is_open:
            first = self._detail.hints()
            first_keys = {"⏎", *(hint.key for hint in first)}
            hints = [*first, *(hint for hint in hints if hint.key not in first_keys)]
        host.hints.show_hints(sorted(hints, key=lambda hint: hint.off))
