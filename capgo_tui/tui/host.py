"""The screen as its controllers know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size
    from textual.widget import Widget

    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.app_base import AppBase
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.tui.overlays.overlays import Overlays
    from capgo_tui.tui.widgets.detail import Detail
    from capgo_tui.tui.widgets.hint_bar import HintBar
    from capgo_tui.tui.widgets.record_table import RecordTable
    from capgo_tui.tui.widgets.status_line import StatusLine
    from capgo_tui.tui.widgets.tab_page import TabPage
    from capgo_tui.tui.workers import BackgroundWork
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target


class Chrome(Protocol):
    """What surrounds the list or the page of a screen."""

    def show(self) -> None:
        """Draw the tabs, the hints and the status line anew."""

    def show_status(self) -> None:
        """Draw the status line anew."""

    def show_hints(self) -> None:
        """Draw the hints anew."""


class Host(Protocol):
    """A screen that shows an app's lists."""

    @property
    def app(self) -> AppBase:
        """The app."""

    @property
    def target(self) -> Target:
        """The app of Capgo that is open."""

    @property
    def workspace(self) -> Workspace | None:
        """The workspace; None until there is a connection."""

    @property
    def actions(self) -> Sequence[Action]:
        """All actions, the most important first."""

    # What is on it

    @property
    def tab(self) -> str:
        """The name of the tab in view."""

    @property
    def page(self) -> TabPage | None:
        """The page in view; None where the tab shows a list."""

    @property
    def rows(self) -> AnyRows:
        """The list in view, under a page the last one; there is one once there is a workspace."""

    @property
    def table(self) -> RecordTable:
        """The table of the list in view."""

    @property
    def detail(self) -> Detail:
        """The detail of one record."""

    @property
    def status(self) -> StatusLine:
        """The status line."""

    @property
    def hints(self) -> HintBar:
        """The hint bar."""

    @property
    def has_overlays(self) -> bool:
        """Whether the overlays are mounted."""
        ...

    @property
    def overlays(self) -> Overlays:
        """The overlays of the screen; before the first action there may be none."""

    @property
    def chrome(self) -> Chrome:
        """What surrounds the list or the page."""

    @property
    def background(self) -> BackgroundWork:
        """What runs coroutines in workers of the screen."""

    @property
    def size(self) -> Size:
        """The size in cells."""

    @property
    def is_current(self) -> bool:
        """Whether no other screen lies over this one."""

    @property
    def is_taken(self) -> bool:
        """Whether an overlay has the keyboard: nothing may move behind it by itself."""

    def say(self, message: str) -> None:
        """Show a message in the status line."""

    def tell(self, outcome: str) -> None:
        """Show the outcome of a write, which stays until it is dismissed."""

    def show_page(self, page: TabPage | None) -> None:
        """Show a page in place of the list; None shows the list again."""

    def show_detail_pane(self, *, visible: bool) -> None:
        """Show or hide the detail."""

    def set_focus(self, widget: Widget | None) -> None:
        """Focus a widget."""
