"""The survey of the loaded devices, kept up to date while something in view shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.host import Host

DELAY: Final = 0.2
"""Seconds from a change of the devices to the next survey: pages may follow one another."""
LONG_DELAY: Final = 2.0
"""The same while the whole list is being loaded."""
SHOWING: Final = frozenset({"overview", "channels", "bundles"})
"""The tabs that show something of the survey."""


class SurveyController:
    """The controller of the survey."""

    def __init__(self, host: Host, lists: ListController) -> None:
        self._host = host
        self._lists = lists
        self._is_planned = False

    def follow(self) -> None:
        """Plan a survey, if the one there is is out of date and the tab in view shows it."""
        workspace = self._host.workspace
        if workspace is None or self._is_planned or not workspace.is_survey_due:
            return
        if self._host.tab in SHOWING:
            self._is_planned = True
            delay = LONG_DELAY if workspace.devices.loading_all else DELAY
            self._host.detail.set_timer(delay, self._begin)

    def _begin(self) -> None:
        self._host.background.read(self.update(), "count the devices")

    async def update(self) -> None:
        """Count the devices, if they changed, and show that in the lists."""
        workspace = self._host.workspace
        self._is_planned = False
        if workspace is None or not workspace.is_survey_due:
            return
        before = (workspace.survey, workspace.adoption)
        await workspace.update_survey()
        if before != (workspace.survey, workspace.adoption):
            self.show()

    def show(self) -> None:
        """Show the survey in the lists that have something of it, and in an open picker."""
        self._lists.show_joined(SHOWING)
        if self._host.has_overlays:
            self._host.overlays.link_form.update_counts()
