"""Esc and q: leaving the detail, a wait, the filter or the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.tui.tabs import EVERYWHERE

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.controllers.status import StatusController
    from capgo_tui.tui.controllers.travel import TravelController
    from capgo_tui.tui.host import Host


class LeaveController:
    """The controller of Esc and q."""

    def __init__(
        self,
        host: Host,
        *,
        detail: DetailController,
        filters: FilterController,
        loader: LazyLoader,
        status: StatusController,
        travel: TravelController,
    ) -> None:
        self._host = host
        self._detail = detail
        self._filters = filters
        self._loader = loader
        self._status = status
        self._travel = travel

    def leave(self) -> None:
        """Close the detail, stop what waits or is loading, or clear the filter; never quit."""
        host = self._host
        if self._travel.leave_detail():
            return
        if self._detail.close() or host.workspace is None or self._loader.stop_waiting():
            return
        if (waiting := self._status.waiting) is not None:
            waiting.retry.cancel()  # what waits then says why it failed
            return
        if self._filters.stop_search():
            host.say("Stopped looking for the device.")
            return
        if host.page is not None:
            host.status.dismiss()
            return
        view = host.rows.view
        if view.collection.stoppable:
            view.collection.stop()
            return
        host.status.dismiss()
        if self._travel.turn_back():
            return
        if view.query:
            self._filters.narrow("")

    def go_back(self) -> None:
        """Close the detail or return from a link; at the top quit."""
        travel = self._travel
        if not (travel.leave_detail() or self._detail.close() or travel.turn_back()):
            self._host.app.leave()

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "back", "escape", "leave",
            "Close the detail, return from a link, else clear the filter", leave, 610, EVERYWHERE,
            hint=False, shown_key="esc", is_offline=True,
        ),
        Action(
            "quit", "q", "quit", "Back; at the top quit", go_back, 620, EVERYWHERE, hint=False,
            is_offline=True,
        ),
    )  # fmt: skip
