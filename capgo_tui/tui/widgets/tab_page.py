"""What a tab shows that is no list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from capgo_tui.workspace.session import Workspace


class TabPage(Widget):
    """A widget that fills the place of the list while its tab is in view."""

    DEFAULT_CSS = """
    TabPage { width: 1fr; height: 1fr; }
    """

    status = ""
    """What the status line says while it is in view."""

    def show_workspace(self, workspace: Workspace) -> None:
        """Show what is known now: called when it comes into view and when a list has changed."""
        raise NotImplementedError
