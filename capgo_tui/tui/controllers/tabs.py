"""The tab in view: switching it, and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.tui.tabs import EVERYWHERE, TAB_BY_NAME, TABS

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.controllers.loading import LoadingController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.widgets.tab_page import TabPage

FIRST_LIST = next(tab.name for tab in TABS if tab.is_list)


def _show(name: str) -> Callable[[TabController], None]:
    return lambda tabs: tabs.show(name)


class TabController:
    """The controller of the tabs."""

    def __init__(
        self,
        host: Host,
        *,
        detail: DetailController,
        lists: ListController,
        loading: LoadingController,
        name: str,
    ) -> None:
        self._host = host
        self._detail = detail
        self._lists = lists
        self._loading = loading
        self.name = name
        self.list_name = name if TAB_BY_NAME[name].is_list else FIRST_LIST
        """The tab in view, and the last one that shows a list."""
        self.page: TabPage | None = None
        """The page in view; None where the tab shows a list."""
        self._pages: dict[str, TabPage] = {}

    def show(self, name: str) -> None:
        """Show a tab."""
        if name != self.name:
            self.name = name
            self.show_current()

    def show_next(self) -> None:
        """Show the tab after this one."""
        self._step(1)

    def show_previous(self) -> None:
        """Show the tab before this one."""
        self._step(-1)

    def _step(self, step: int) -> None:
        names = [tab.name for tab in TABS]
        self.show(names[(names.index(self.name) + step) % len(names)])

    def show_current(self) -> None:
        """Show the list or the page of the tab in view."""
        host, workspace = self._host, self._host.workspace
        host.status.dismiss()
        self._show_page()
        if self.page is not None:
            self._loading.begin_all()
        elif workspace is not None:
            self._lists.show()
            self._detail.follow()
            self._loading.begin(host.rows)
        host.chrome.show()

    def _show_page(self) -> None:
        tab, before = TAB_BY_NAME[self.name], self.page
        if tab.make_page is None:
            self.list_name, self.page = tab.name, None
        elif tab.name in self._pages:
            self.page = self._pages[tab.name]
        else:
            self.page = self._pages[tab.name] = tab.make_page()
        if self.page is not before:
            self._detail.close()
            self._host.show_page(self.page)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *(
            Action(
                f"tab.{tab.name}", tab.key, tab.name, f"The {tab.name}", _show(tab.name),
                510 + number, EVERYWHERE, hint=False, is_offline=True,
            )
            for number, tab in enumerate(TABS)
        ),
        Action(
            "tab.next", "tab", "next tab", "The next list", show_next, 540, EVERYWHERE,
            hint=False, is_offline=True,
        ),
        Action(
            "tab.previous", "shift+tab", "previous tab", "The previous list", show_previous, 550,
            EVERYWHERE, hint=False, is_offline=True, shown_key="⇧tab",
        ),
    )  # fmt: skip
