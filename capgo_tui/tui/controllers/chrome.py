"""What surrounds the list or the page: the tabs, the status line and the key hints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.tui import words
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.tabs import TAB_BY_NAME, TABS
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.title_bar import TabLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.controllers.status import StatusController
    from capgo_tui.tui.controllers.survey import SurveyController
    from capgo_tui.tui.controllers.trip import Trip
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.widgets.title_bar import TitleBar


class ChromeController:
    """The controller of the title bar and the hint bar, which draws the status line with them."""

    def __init__(
        self,
        host: Host,
        bar: TitleBar,
        *,
        detail: DetailController,
        lists: ListController,
        status: StatusController,
        survey: SurveyController,
        trip: Trip,
    ) -> None:
        self._host = host
        self._bar = bar
        self._detail = detail
        self._lists = lists
        self._status = status
        self._survey = survey
        self._trip = trip

    def show(self) -> None:
        """Draw the tabs, the page in view, the hints and the status line anew."""
        host, workspace = self._host, self._host.workspace
        labels = [
            TabLabel(name_key(f"tab.{tab.name}"), tab.name, tab.title, self._count(tab.name))
            for tab in TABS
        ]
        self._bar.show_tabs(labels, host.tab)
        self._bar.show_path(self._trip.get_path_at(host.tab))
        self._survey.follow()
        if host.page is not None and workspace is not None:
            host.page.show_workspace(workspace)
        self.show_hints()
        self.show_status()

    def _count(self, name: str) -> str:
        if not TAB_BY_NAME[name].is_list:
            return ""
        rows = self._lists.rows.get(name)
        return "…" if rows is None else words.count(rows.view.collection)

    def show_status(self) -> None:
        """Draw the status line anew."""
        self._status.show()

    def show_hints(self) -> None:
        """Draw the hints for the current state, those of an open detail first."""
        host = self._host
        workspace, context = host.workspace, action_context(host)
        # While it loads, a list is not empty: only what is known to do nothing is off.
        if workspace is None or not host.rows.view.collection.has_answer:
            context = replace(context, is_connected=True, has_cursor=True)
        hints = [
            Hint(
                action.key,
                action.label,
                action.disabled_reason(context) is not None,
                action.id,
            )
            for action in host.actions
            if action.hint and host.tab in action.tabs and action.id != "help"
            if workspace is None or not action.server_reason(workspace.client.traits)
        ]
        if workspace is not None:
            timely = [
                Hint(each.key, each.label, action_id=each.id)
                for each in host.actions
                if each.is_timely is not None and each.is_timely(context)
                if each.disabled_reason(context) is None
            ]
            hints = [*timely, *(hint for hint in hints if hint not in timely)]
        if workspace is not None and host.page is None and host.rows.state.wide:
            hints = [Hint("←→", "slide"), self._make_hint("list.wide", "narrow"), *hints]
        if self._detail.is_open:
            first = self._list_detail_hints()
            first_keys = {"⏎", *(hint.key for hint in first)}
            hints = [*first, *(hint for hint in hints if hint.key not in first_keys)]
        help_key = self._make_hint("help", "").key
        host.hints.show_hints(sorted(hints, key=lambda hint: hint.off), help_key)

    def _list_detail_hints(self) -> Sequence[Hint]:
        follow = (Hint("⏎", "follow →"),) if self._host.detail.has_links else ()
        return (
            self._make_hint("back", "back"),
            Hint("↑↓", "scroll"),
            *follow,
            self._make_hint("record.next", "next"),
            self._make_hint("record.raw", "fields" if self._detail.is_raw else "JSON"),
        )

    def _make_hint(self, action_id: str, label: str) -> Hint:
        """Return the hint of an action with another label."""
        action = next(each for each in self._host.actions if each.id == action_id)
        return Hint(action.key, label, action_id=action_id)
