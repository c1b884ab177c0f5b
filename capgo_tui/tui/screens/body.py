"""The body of the main screen: the list in view with its detail, or the page of a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from capgo_tui.tui.screens.controllers import Controllers
    from capgo_tui.tui.widgets.detail import Detail
    from capgo_tui.tui.widgets.overview import OverviewPage
    from capgo_tui.tui.widgets.record_table import RecordTable
    from capgo_tui.tui.widgets.tab_page import TabPage


class Body(Horizontal):
    """The table and the detail, and the pages of the tabs that show no list."""

    def __init__(self, table: RecordTable, detail: Detail, controllers: Controllers) -> None:
        super().__init__(id="body")
        self._table = table
        self._detail = detail
        self._controllers = controllers
        self._page: TabPage | None = None

    def compose(self) -> ComposeResult:
        """Make the table and the detail; pages are mounted when they are first shown."""
        yield self._table
        yield self._detail

    def show_page(self, page: TabPage | None) -> None:
        """Show a page in place of the list; None shows the list again."""
        if self._page is not None:
            self._page.display = False
        self._page = page
        self.screen.set_class(page is not None, "-page")
        if page is None:
            self.screen.set_focus(self._table)
            return
        page.display = True
        if not page.is_attached:
            self.mount(page)
        self.screen.set_focus(page if page.can_focus else None)

    def on_record_table_cursor_moved(self) -> None:
        """Update the detail, and the hints where the first record came or the last one went."""
        self._controllers.detail.follow()
        self._controllers.chrome.show_hints()
        self._controllers.status.show_position()

    def on_record_table_opened(self) -> None:
        """Open the detail of the record."""
        self._controllers.detail.open_detail()

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        """Load the next page, unless the table shows another list by now."""
        if event.table.is_near_end:
            self._controllers.loading.load_next(is_requested=event.is_requested)

    def on_record_table_header_picked(self, event: RecordTable.HeaderPicked) -> None:
        """Sort by the column whose title was clicked."""
        self._controllers.arrange.sort_by(event.column_id)

    def on_overview_page_outdated(self, event: OverviewPage.Outdated) -> None:
        """Make the overview anew."""
        self._controllers.overview.update(event.page)

    async def on_detail_link_followed(self, event: Detail.LinkFollowed) -> None:
        """Go to what the link leads to."""
        await self._controllers.travel.go(event.place)

    def on_resize(self) -> None:
        """Fill the detail, which is visible from some width on."""
        self.call_after_refresh(self._controllers.detail.show)
