"""The filter of the list in view, and the search for a device that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.text import clean
from capgo_tui.tui.actions import Action

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.worker import Worker

    from capgo_tui.tui.controllers.detail import DetailController
    from capgo_tui.tui.controllers.device_search import DeviceSearch
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace


class FilterController:
    """The controller of the filter and of the device search."""

    def __init__(self, host: Host, lists: ListController, detail: DetailController) -> None:
        self._host = host
        self._lists = lists
        self._detail = detail
        self._search: Worker[None] | None = None
        """The worker of the latest device search."""

    def begin(self) -> None:
        """Type a filter in the bottom row."""
        host = self._host
        self._detail.close()
        self.stop_search()  # its answer would be about a filter that is another by then
        host.status.dismiss()
        view = host.rows.view
        earlier = host.app.memory.get_lines(f"filter.{host.tab}")
        host.overlays.filter_bar.open(self, view.query.text, view.vocabulary, earlier)
        host.chrome.show_status()

    def clear(self) -> None:
        """Show everything again."""
        self.narrow("")
        self._close_bar()

    def enter(self) -> None:
        """Keep the filter; look up a device id that is not loaded."""
        text = clean(self._host.overlays.filter_bar.text.strip())
        self.narrow(text)
        self._close_bar()
        self._host.app.remember_line(f"filter.{self._host.tab}", text, self._host.target.api_key)
        self._lists.call_when_filtered(self._look_up)

    def narrow(self, text: str) -> None:
        """Filter the list in view."""
        view = self._host.rows.view
        view.filter(view.parse(clean(text.strip())))
        self._lists.show_order()
        self._host.chrome.show()

    def _close_bar(self) -> None:
        self._host.overlays.filter_bar.close()
        self._host.chrome.show_status()

    # A device that is not loaded

    def open_on(self, device: str, workspace: Workspace) -> None:
        """Filter for the device requested at the start, and look it up."""
        self.narrow(device)
        self._seek(self._make_device_search(workspace).seek(device))

    def _look_up(self) -> None:
        view, workspace = self._host.rows.view, self._host.workspace
        # What looks like a condition on no column may be a custom id with a colon.
        is_nothing = not len(view) or not view.query
        if self._host.tab == "devices" and is_nothing and workspace is not None:
            self._seek(self._make_device_search(workspace).seek_filtered(view.query))

    def _make_device_search(self, workspace: Workspace) -> DeviceSearch:
        # Builds requests, which the start does not need.
        from capgo_tui.tui.controllers.device_search import DeviceSearch  # noqa: PLC0415

        return DeviceSearch(self._host, workspace, self._refine)

    def _seek(self, search: Coroutine[None, None, None]) -> None:
        self._search = self._host.background.read(search, "look the device up")

    def stop_search(self) -> bool:
        """Cancel the search for a device; return whether there was one."""
        search, self._search = self._search, None
        running = search is not None and search.is_running
        if search is not None and running:
            search.cancel()
        return running

    def _refine(self, text: str, better: str) -> None:
        """Replace a filter by a better one, unless it has changed meanwhile."""
        if self._host.tab == "devices" and self._host.rows.view.query.text == text.strip():
            self.narrow(better)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "list.filter", "slash", "filter",
            "Filter by words, columns and facts; a whole device id is looked up", begin, 220,
            shown_key="/",
        ),
    )  # fmt: skip
