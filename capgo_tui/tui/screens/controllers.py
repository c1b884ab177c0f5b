"""The controllers of the main screen, and all their actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.arrange import ArrangeController
from capgo_tui.tui.controllers.bundle_actions import BundleActions
from capgo_tui.tui.controllers.change_actions import ChangeActions
from capgo_tui.tui.controllers.channel_actions import ChannelActions
from capgo_tui.tui.controllers.chrome import ChromeController
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.controllers.detail import DetailController
from capgo_tui.tui.controllers.device_actions import DeviceActions
from capgo_tui.tui.controllers.filter import FilterController
from capgo_tui.tui.controllers.lazy_loader import LazyLoader
from capgo_tui.tui.controllers.leave import LeaveController
from capgo_tui.tui.controllers.list_actions import ListActions
from capgo_tui.tui.controllers.lists import ListController
from capgo_tui.tui.controllers.loading import LoadingController
from capgo_tui.tui.controllers.opening import OpeningController
from capgo_tui.tui.controllers.overview import OverviewController
from capgo_tui.tui.controllers.palette import PaletteController
from capgo_tui.tui.controllers.pasting import PasteController
from capgo_tui.tui.controllers.status import StatusController
from capgo_tui.tui.controllers.survey import SurveyController
from capgo_tui.tui.controllers.tabs import TabController
from capgo_tui.tui.controllers.travel import TravelController
from capgo_tui.tui.controllers.trip import Trip
from capgo_tui.tui.screens.insight_pages import InsightPages
from capgo_tui.tui.screens.pages import PageController

if TYPE_CHECKING:
    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.launch import StartRecord
    from capgo_tui.tui.widgets.title_bar import TitleBar
    from capgo_tui.workspace.session import Workspace

_ACTING = (
    DeviceActions,
    ChannelActions,
    BundleActions,
    ListActions,
    ChangeActions,
    DetailController,
    FilterController,
    LoadingController,
    ArrangeController,
    PaletteController,
    TabController,
    TravelController,
    OverviewController,
    LeaveController,
    PageController,
    InsightPages,
)
ACTIONS: tuple[Action, ...] = tuple(
    sorted((a for each in _ACTING for a in each.ACTIONS), key=lambda action: action.rank)
)


class Controllers:
    """The controllers of one screen; each gets the earlier ones that it needs."""

    def __init__(self, host: Host, bar: TitleBar, tab: str, refresh_seconds: float | None) -> None:
        self._host = host
        self.detail = DetailController(host)
        self.lists = ListController(host, self.detail, self.finish_start)
        self.status = StatusController(host, self.lists)
        self.loading = LoadingController(host, self.lists, self.status, refresh_seconds)
        trip = Trip()
        self.survey = SurveyController(host, self.lists)
        self.chrome = ChromeController(
            host,
            bar,
            detail=self.detail,
            lists=self.lists,
            status=self.status,
            survey=self.survey,
            trip=trip,
        )
        self.tabs = TabController(
            host, detail=self.detail, lists=self.lists, loading=self.loading, name=tab
        )
        self.arrange = ArrangeController(host, self.lists)
        self.filter = FilterController(host, self.lists, self.detail)
        self.travel = TravelController(
            host, trip, lists=self.lists, detail=self.detail, filters=self.filter, tabs=self.tabs
        )
        self.overview = OverviewController(host, self.survey, self.loading, self.travel)
        self.loader = LazyLoader(host, self.arrange)
        self.devices = DeviceActions(host, self.lists, self.filter, self.loader)
        list_actions = ListActions(host, self.loader)
        self.insight = InsightPages(host, self.loader)
        self.palette = PaletteController(
            host, self.filter, list_actions, self.tabs, self.insight.explain_id
        )
        self.pasting = PasteController(host, self.tabs, self.devices, self.palette)
        self.opening = OpeningController(host, self.tabs, self.filter, self.palette)
        self.pages = PageController(host, self.loader)
        acting = (
            self.devices,
            ChannelActions(host, self.loader),
            BundleActions(host, self.loader),
            list_actions,
            ChangeActions(host, self.loader),
            self.detail,
            self.filter,
            self.loading,
            self.arrange,
            self.palette,
            self.tabs,
            self.travel,
            self.overview,
            LeaveController(
                host,
                detail=self.detail,
                filters=self.filter,
                loader=self.loader,
                status=self.status,
                travel=self.travel,
            ),
            self.pages,
            self.insight,
        )
        self.runs = {
            action.id: partial(action.run, controller)
            for controller in acting
            for action in controller.ACTIONS
        }
        """The function that runs each action, by its id."""

    def open(
        self, workspace: Workspace, device: str | None, record: StartRecord | None = None
    ) -> None:
        """Show the lists of a workspace, and the record that was requested at the start."""
        self.lists.open(workspace)
        workspace.pending_retries.listen(self.status.show)
        self.tabs.show_current()
        if device is not None:
            self.filter.open_on(device, workspace)
        if record is not None:
            self.opening.open_on(record, workspace)

    async def run(self, action: Action) -> None:
        """Run an action, or say why it does nothing now."""
        reason = action.disabled_reason(action_context(self._host))
        if reason is not None:
            self._host.say(reason.message)
        elif (work := self.runs[action.id]()) is not None:
            await work

    def finish_start(self) -> None:
        """Load and mount what can wait until the first rows are drawn."""
        # Through the table, which only then has asked the screen for a repaint.
        table = self._host.table
        table.call_later(table.screen.call_after_refresh, self._finish_start)

    async def _finish_start(self) -> None:
        self.loading.begin_all()
        await self.loader.load()
