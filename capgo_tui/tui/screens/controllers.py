"""The controllers of the main screen, and all their actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.arrange import ArrangeController
from capgo_tui.tui.controllers.detail import DetailController
from capgo_tui.tui.controllers.filter import FilterController
from capgo_tui.tui.controllers.hints import HintController
from capgo_tui.tui.controllers.leave import LeaveController
from capgo_tui.tui.controllers.lists import ListController
from capgo_tui.tui.controllers.loading import LoadingController
from capgo_tui.tui.controllers.palette import PaletteController
from capgo_tui.tui.controllers.records import RecordController
from capgo_tui.tui.controllers.status import StatusController
from capgo_tui.tui.controllers.tabs import TabController
from capgo_tui.tui.screens.pages import PageController

if TYPE_CHECKING:
    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.host import Host

ACTIONS: tuple[Action, ...] = tuple(
    sorted(
        (
            *RecordController.ACTIONS,
            *DetailController.ACTIONS,
            *FilterController.ACTIONS,
            *LoadingController.ACTIONS,
            *ArrangeController.ACTIONS,
            *PaletteController.ACTIONS,
            *TabController.ACTIONS,
            *LeaveController.ACTIONS,
            *PageController.ACTIONS,
        ),
        key=lambda action: action.rank,
    )
)


class Controllers:
    """The controllers of one screen; each gets the earlier ones that it needs."""

    def __init__(self, host: Host, refresh_seconds: float | None) -> None:
        self.detail = DetailController(host)
        self.hints = HintController(host, self.detail)
        self.lists = ListController(host, self.detail)
        self.status = StatusController(host, self.lists)
        self.loading = LoadingController(host, self.lists, self.status, refresh_seconds)
        self.arrange = ArrangeController(host, self.lists)
        self.filter = FilterController(host, self.lists, self.detail)
        self.records = RecordController(host, self.arrange)
        self.palette = PaletteController(host, self.filter, self.records)
        self.tabs = TabController(host)
        self.leave = LeaveController(host, self.detail, self.filter, self.records, self.status)
        self.pages = PageController(host, self.records)
        acting = (
            self.records,
            self.detail,
            self.filter,
            self.loading,
            self.arrange,
            self.palette,
            self.tabs,
            self.leave,
            self.pages,
        )
        self.runs = {
            action.id: partial(action.run, controller)
            for controller in acting
            for action in controller.ACTIONS
        }
        """The function that runs each action, by its id."""
