"""All actions of the main screen, collected from the controllers that declare them."""

from __future__ import annotations

from capgo_tui.tui.actions import actions_of
from capgo_tui.tui.controllers.arrange import ArrangeController
from capgo_tui.tui.controllers.detail import DetailController
from capgo_tui.tui.controllers.filter import FilterController
from capgo_tui.tui.controllers.leave import LeaveController
from capgo_tui.tui.controllers.loading import LoadingController
from capgo_tui.tui.controllers.palette import PaletteController
from capgo_tui.tui.controllers.records import RecordController
from capgo_tui.tui.controllers.tabs import TabController
from capgo_tui.tui.screens.pages import PageController

ACTIONS = actions_of(
    (
        RecordController,
        DetailController,
        FilterController,
        LoadingController,
        ArrangeController,
        PaletteController,
        TabController,
        LeaveController,
        PageController,
    )
)
