"""The links that were followed, one after another."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from capgo_tui.tui.widgets.record_table import TableState
    from capgo_tui.workspace.insight.places import Place
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.sorting import Sort


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a trip, with what the return brings back."""

    place: Place
    tab: str
    """The tab it began on."""
    title: str
    """What it began at."""
    link: int | None
    """The link that was followed in an open detail; None where none was open."""
    query: Query
    sort: Sort | None
    state: TableState
    """The place in the list of the destination."""

    @property
    def opens_detail(self) -> bool:
        """Whether it led from the detail of a record to that of another one."""
        return self.link is not None and self.place.key is not None


@dataclass(slots=True)
class Trip:
    """The links that were followed, the latest last; empty for none."""

    legs: list[Leg] = field(default_factory=list)

    def is_on_at(self, tab: str) -> bool:
        """Return whether a tab is the destination; any other one ends the trip."""
        if self.legs and self.legs[-1].place.tab != tab:
            self.legs.clear()
        return bool(self.legs)

    def get_path_at(self, tab: str) -> str:
        """Return the path on a tab, such as ``production › 2.4.1``; empty where there is none."""
        if not self.is_on_at(tab):
            return ""
        return " › ".join([self.legs[0].title, *(leg.place.title for leg in self.legs)])
