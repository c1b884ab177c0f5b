"""What a controller may know and ask of the screen it works for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from textual.geometry import Size
    from textual.widget import Widget
    from textual.worker import Worker

    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.app_base import AppBase
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.tui.overlays.overlays import Overlays
    from capgo_tui.tui.widgets.detail import Detail
    from capgo_tui.tui.widgets.hint_bar import HintBar
    from capgo_tui.tui.widgets.record_table import RecordTable
    from capgo_tui.tui.widgets.status_line import StatusLine
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

NOT_CONNECTED = "Not connected yet."


class Host(Protocol):
    """A screen that shows an app's lists."""

    @property
    def app(self) -> AppBase:
        """The app, which finishes writes and opens other screens."""

    @property
    def target(self) -> Target:
        """What is open."""

    @property
    def workspace(self) -> Workspace | None:
        """The state of what is open; None until there is a connection."""

    @property
    def actions(self) -> Sequence[Action]:
        """All that can be done here, the most important first."""

    # What is on it

    @property
    def tab(self) -> str:
        """The name of the list in view."""

    @property
    def rows(self) -> AnyRows:
        """The list in view; there is one from the moment there is a workspace."""

    @property
    def table(self) -> RecordTable:
        """The table of the list in view."""

    @property
    def detail(self) -> Detail:
        """Where all of one record is shown."""

    @property
    def status(self) -> StatusLine:
        """The line that says how the list in view is, and what was just done."""

    @property
    def hints(self) -> HintBar:
        """The bottom row, with the keys of the moment."""

    @property
    def overlays(self) -> Overlays:
        """What can lie over all this."""

    @property
    def size(self) -> Size:
        """How many cells there are."""

    @property
    def is_current(self) -> bool:
        """Whether no other screen lies over this one."""

    @property
    def is_taken(self) -> bool:
        """Whether an overlay has the keyboard: nothing may move behind it by itself."""

    def say(self, message: str) -> None:
        """Say in the status line what is happening."""

    def tell(self, outcome: str) -> None:
        """Say what became of a write; it stays until it is dismissed."""

    def show_tab(self, name: str) -> None:
        """Show another list."""

    def show_chrome(self) -> None:
        """Draw the tabs and the status line anew."""

    def show_status(self) -> None:
        """Draw the status line anew."""

    def show_hints(self) -> None:
        """Draw the hints anew."""

    def show_detail_pane(self, *, visible: bool) -> None:
        """Give the detail its place and the keyboard, or the list."""

    def set_focus(self, widget: Widget | None) -> None:
        """Give a widget the keyboard."""

    # What it does

    def read(self, work: Coroutine[None, None, object], doing: str) -> Worker[None]:
        """Let work go on that changes nothing at the server; `doing` completes «failed to …»."""

    def work(self, work: Coroutine[None, None, object] | None, doing: str) -> None:
        """Let work go on, if there is any, whatever happens to this screen."""

    def finish_start(self) -> None:
        """Do what could wait until the first rows were on the terminal."""

    def ask_for_key(self) -> None:
        """Ask for another key, in place of one that was refused."""
