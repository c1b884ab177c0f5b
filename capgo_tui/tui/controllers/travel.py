"""Trips along links: from a record or the overview to another list, and back to where they began.

The list at the destination gets its filter, order and place back with the return.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from capgo_tui.api.errors import Refusal
from capgo_tui.tui.actions import Action
from capgo_tui.tui.controllers.trip import Leg
from capgo_tui.tui.tabs import EVERYWHERE, TAB_BY_NAME
from capgo_tui.workspace.insight.places import OVERRIDES
from capgo_tui.workspace.sorting import Sort

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.controllers.tabs import TabController
    from capgo_tui.tui.controllers.trip import Trip
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.insight.places import Place
    from capgo_tui.workspace.session import Workspace


MOST_ENTRIES: Final = 5_000
"""Most entries of the journal that are read for the times of overrides."""
NO_TIMES: Final = "The journal cannot be read: when overrides were set is not known."


def _read_times(workspace: Workspace) -> Mapping[str, tuple[datetime, datetime]] | None:
    """Read the journal; brings the change models."""
    from capgo_tui.workspace.changes import kinds  # noqa: F401, PLC0415
    from capgo_tui.workspace.insight.override_times import read_override_times  # noqa: PLC0415

    try:
        return read_override_times(workspace.journal.list_entries(MOST_ENTRIES))
    except Refusal:  # the journal cannot be used
        return None


class TravelController:
    """The controller of trips."""

    def __init__(
        self,
        host: Host,
        trip: Trip,
        *,
        lists: ListController,
        detail: DetailController,
        filters: FilterController,
        tabs: TabController,
    ) -> None:
        self._host = host
        self._lists = lists
        self._detail = detail
        self._filters = filters
        self._tabs = tabs
        self._trip = trip

    async def go(self, place: Place, title: str = "") -> None:
        """Go to a place, or run the action that it stands for.

        The path of the trip begins with `title`; if it is empty, with what is under the cursor.
        """
        host = self._host
        if place.action:
            await host.app.run_action(f"screen.run({place.action!r})")
            return
        if host.workspace is None:
            return
        self._trip.is_on_at(host.tab)
        rows = self._lists.rows[place.tab]
        is_open = self._detail.is_open
        self._trip.legs.append(
            Leg(
                place,
                host.tab,
                title or self._make_title(),
                host.detail.chosen_link if is_open else None,
                rows.view.query,
                rows.view.sort,
                replace(rows.state),
            )
        )
        self._detail.close()
        if place.tab == host.tab:
            self._tabs.show_current()
        else:
            self._tabs.show(place.tab)
        self._arrive(place, opens=self._trip.legs[-1].opens_detail)

    def _make_title(self) -> str:
        """Return the name of what is under the cursor, or of the tab."""
        host = self._host
        if host.page is not None:
            return TAB_BY_NAME[host.tab].title
        record = host.rows.view.collection.records.get(host.table.cursor_key or "")
        return TAB_BY_NAME[host.tab].title if record is None else host.rows.make_title(record)

    def _arrive(self, place: Place, *, opens: bool) -> None:
        host, rows = self._host, self._lists.rows[place.tab]
        if place.sort is not None and place.sort != (rows.view.sort and rows.view.sort.column_id):
            self._sort(Sort(place.sort))
        key = place.key
        if key is None:
            self._filters.narrow(place.condition or "")
            self._lists.call_when_filtered(lambda: host.table.action_move_to(0))
            return
        if rows.view.index_of(key) is None:
            self._filters.narrow("")
        self._lists.call_when_filtered(lambda: self._arrive_at(key, opens=opens))
        host.chrome.show()

    def _arrive_at(self, key: str, *, opens: bool) -> None:
        self._host.table.move_to_key(key)
        if opens and self._host.table.cursor_key == key:
            self._detail.open_detail()

    def _sort(self, sort: Sort | None) -> None:
        self._host.rows.view.sort_by(sort)
        self._host.table.show_sort((sort.column_id, sort.descending) if sort else None)
        self._lists.show_order()

    def leave_detail(self) -> bool:
        """Return from a detail that a link opened; return whether there was one."""
        has_opened = self._trip.is_on_at(self._host.tab) and self._trip.legs[-1].opens_detail
        return has_opened and self._detail.is_open and self.turn_back()

    def turn_back(self) -> bool:
        """Return to where the last link was followed; return whether there was one."""
        if not self._trip.is_on_at(self._host.tab):
            return False
        leg = self._trip.legs.pop()
        self._detail.close()
        rows = self._lists.rows[leg.place.tab]
        if leg.place == OVERRIDES and self._host.workspace is not None:
            self._host.workspace.override_times = None  # its columns go with it
        rows.view.filter(leg.query)
        if rows.view.sort != leg.sort:
            rows.view.sort_by(leg.sort)
        rows.state = leg.state
        self._lists.advance(rows)
        if leg.tab == self._host.tab:
            self._tabs.show_current()
        else:
            self._tabs.show(leg.tab)
        if self._host.page is None:
            self._lists.call_when_filtered(lambda: self._reopen(leg))
        return True

    def _reopen(self, leg: Leg) -> None:
        """Show the record again that the trip led away from, with its detail if that was open."""
        if leg.tab == leg.place.tab and leg.state.row_key is not None:
            self._host.table.move_to_key(leg.state.row_key)
        if leg.link is not None:
            self._detail.open_detail()
            self._host.detail.choose_link(leg.link)

    def go_back(self) -> None:
        """Return to where the last link was followed."""
        if not self.turn_back() and not self._detail.close():
            self._host.say("There is no link to return from.")

    async def show_overrides(self) -> None:
        """Show the overridden devices, channel by channel, with the times in the journal."""
        workspace = self._host.workspace
        if workspace is None:
            return
        times = await asyncio.to_thread(_read_times, workspace)
        if times is None:
            self._host.say(NO_TIMES)
        else:
            workspace.override_times = times
        await self.go(OVERRIDES, TAB_BY_NAME[self._host.tab].title)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "travel.back", "backspace", "return", "Go back to where a link was followed", go_back,
            605, EVERYWHERE, hint=False, shown_key="⌫",
        ),
        Action(
            "device.overrides", "F", "overrides",
            "All devices forced to a channel, grouped by channel, with their age",
            show_overrides, 477, EVERYWHERE, hint=False,
        ),
    )  # fmt: skip
