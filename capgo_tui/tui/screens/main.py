"""The screen of an app: its widgets, focus, tabs and chrome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import Reactive

from capgo_tui.tui import words
from capgo_tui.tui.actions import action_on_tab
from capgo_tui.tui.controllers import loading
from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.overlays.overlay import OverlayScreen
from capgo_tui.tui.rebinding import action_of_key, list_key_bindings, rebind
from capgo_tui.tui.screens.body import Body
from capgo_tui.tui.screens.controllers import ACTIONS, Controllers
from capgo_tui.tui.widgets.detail import Detail
from capgo_tui.tui.widgets.hint_bar import HintBar
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.tui.widgets.title_bar import TitleBar
from capgo_tui.tui.workers import BackgroundWork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.app_base import AppBase
    from capgo_tui.tui.launch import StartRecord
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.tui.overlays.overlays import Overlays
    from capgo_tui.tui.widgets.tab_page import TabPage
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target


class MainScreen(OverlayScreen):
    """One app: its channels, devices and bundles.

    The controllers run the actions; they know this screen as a `Host`.
    """

    CSS_PATH = "main.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (10, "-high")]  # noqa: RUF012

    app: AppBase
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in Textual, but moving the focus does not repaint the whole screen."""
    actions: Sequence[Action] = ACTIONS
    """All actions, with the keys that the class of `make_screen_class` binds."""

    def __init__(
        self,
        target: Target,
        device: str | None = None,
        refresh_seconds: float | None = None,
        first_tab: str = "channels",
        record: StartRecord | None = None,
    ) -> None:
        # Textual sets these at the first resize, after a wasted layout.
        width, height = self.app.size
        points = (self.HORIZONTAL_BREAKPOINTS, width), (self.VERTICAL_BREAKPOINTS, height)
        super().__init__(classes=" ".join(_find_class(*each) for each in points))
        self.target = target
        self.workspace: Workspace | None = None
        self._device, self._record = device, record
        self.title_bar = TitleBar(target)
        self.table = RecordTable(id="records", classes="behind")
        self.detail = Detail(id="detail", classes="behind")
        self.status = StatusLine()
        self.hints = HintBar()
        self.background = BackgroundWork(self, partial(report_failures, self))
        self.controllers = Controllers(self, self.title_bar, first_tab, refresh_seconds)
        self.chrome = self.controllers.chrome
        self.body = Body(self.table, self.detail, self.controllers)

    def compose(self) -> ComposeResult:
        """Make the chrome and the table; the overlays are mounted later."""
        yield self.title_bar
        yield self.body
        yield self.status
        yield self.hints

    def on_mount(self) -> None:
        """Say that the list is loading, before the first request."""
        notice = words.describe_loading(self.tab, self.target)
        self.table.say(notice.headline, notice.advice)
        self.set_focus(self.table)
        self.set_interval(1, self.tick)
        self.chrome.show()

    def on_unmount(self) -> None:
        """Close the coroutines whose workers have not begun."""
        self.background.close()

    def open(self, workspace: Workspace) -> None:
        """Show a workspace and begin to load its three lists, the one in view first.

        The others follow once its rows are on the screen, or when these keep the operator
        waiting anyway: reading all three at once makes the start a tenth longer.
        """
        self.workspace = workspace
        self.controllers.open(workspace, self._device, self._record)
        if self.rows.view.collection.has_answer:
            self.controllers.finish_start()
        self.set_timer(loading.HEAD_START, self.controllers.loading.begin_all)

    def tick(self) -> None:
        """Refresh what depends on the time; called once a second."""
        # Only ages and countdowns on the screen need an update.
        if self.has_overlays:
            self.overlays.link_form.update_reasons()
        self.controllers.loading.tick()

    # What the controllers know of it

    @property
    def tab(self) -> str:
        """The name of the tab in view."""
        return self.controllers.tabs.name

    @property
    def page(self) -> TabPage | None:
        """The page in view; None where the tab shows a list."""
        return self.controllers.tabs.page

    @property
    def rows(self) -> AnyRows:
        """The list in view, under a page the last one."""
        return self.controllers.lists.rows[self.controllers.tabs.list_name]

    @property
    def has_overlays(self) -> bool:
        """Whether the overlays are mounted."""
        return self.controllers.loader.has_overlays

    @property
    def overlays(self) -> Overlays:
        """The overlays; before the first action there may be none."""
        return self.controllers.loader.overlays

    def show_page(self, page: TabPage | None) -> None:
        """Show a page in place of the list; None shows the list again."""
        self.body.show_page(page)

    def show_detail_pane(self, *, visible: bool) -> None:
        """Show the detail on a narrow screen, or the list."""
        self.set_class(visible, "-detail")

    def say(self, message: str) -> None:
        """Show a message in the status line."""
        self.status.say(message)

    def tell(self, outcome: str) -> None:
        """Show the outcome of a write, which stays until it is dismissed."""
        self.status.tell(outcome)
        self.app.note_outcome(outcome)
        self.chrome.show_hints()  # a refused right may have taken some away

    async def action_press(self, key: str) -> None:
        """Run the action of a key."""
        action = action_of_key(self.actions, key, self.tab)
        if action is not None:
            await self.controllers.run(action)

    async def action_run(self, action_id: str) -> None:
        """Run an action, or the one with the same key binding on this tab."""
        await self.controllers.run(action_on_tab(self.actions, action_id, self.tab))

    # Messages of the widgets

    async def on_hint_bar_picked(self, event: HintBar.Picked) -> None:
        """Run the action of a hint that was clicked."""
        if not self.is_taken:
            await self.app.run_action(f"screen.run({event.action_id!r})")

    def on_title_bar_tab_picked(self, event: TitleBar.TabPicked) -> None:
        """Show the clicked tab."""
        if not self.is_taken:
            self.controllers.tabs.show(event.name)

    async def on_paste(self, event: events.Paste) -> None:
        """Go to what a text pasted onto a list names, or ask what to do to the ids in it."""
        if self.is_current and not self.is_taken:
            await self.controllers.loader.load()
            await self.controllers.pasting.paste(event.text)

    def on_click(self) -> None:
        """Close the detail at a click on the list beside it."""
        if self.workspace is not None and self.focused is self.table:
            self.controllers.detail.close()


def make_screen_class(keys: Mapping[str, str]) -> type[MainScreen]:
    """Return the class of the screen on which actions have other keys, by the action's id.

    Textual reads the bindings of a widget from its class.
    """
    bound = rebind(ACTIONS, keys)

    class BoundScreen(MainScreen):
        actions = bound
        BINDINGS: ClassVar[list[BindingType]] = [*list_key_bindings(bound)]

    return BoundScreen


def _find_class(breakpoints: Sequence[tuple[int, str]], extent: int) -> str:
    """Return the class of the last breakpoint that an extent has passed."""
    return max(point for point in breakpoints if point[0] <= extent)[1]
