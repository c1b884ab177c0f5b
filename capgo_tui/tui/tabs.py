"""The tabs of the main screen: a list for each resource; another may have a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.resources.registry import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.tui.widgets.tab_page import TabPage


def _make_overview() -> TabPage:
    from capgo_tui.tui.widgets.overview import OverviewPage  # noqa: PLC0415 - not for the start

    return OverviewPage()


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; that of a resource shows its list."""

    name: str
    title: str
    key: str
    """Its digit."""
    make_page: Callable[[], TabPage] | None = None
    """Makes the widget that it shows in place of a list."""

    @property
    def is_list(self) -> bool:
        """Whether it shows the list of a resource."""
        return self.make_page is None


TABS: Final[tuple[Tab, ...]] = (
    Tab("overview", "Overview", "0", _make_overview),
    *(Tab(each.name, each.title, str(number)) for number, each in enumerate(RESOURCES, 1)),
)
TAB_BY_NAME: Final = {tab.name: tab for tab in TABS}
EVERYWHERE: Final = frozenset(TAB_BY_NAME)
LISTS: Final = frozenset(tab.name for tab in TABS if tab.is_list)
