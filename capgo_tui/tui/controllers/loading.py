"""Loading the lists: first pages, next page, all pages, refresh."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.load_effort import ask_to_load
from capgo_tui.workspace.polling import Polling

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.controllers.status import StatusController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.workspace.session import Workspace

HEAD_START = 0.25
"""Seconds by which the list in view is loaded ahead of the others."""
COUNTING = "Asking how many devices there are…"


class LoadingController:
    """The controller that loads and refreshes the lists."""

    def __init__(
        self,
        host: Host,
        lists: ListController,
        status: StatusController,
        refresh_seconds: float | None = None,
    ) -> None:
        self._host = host
        self._lists = lists
        self._status = status
        self.polling = None if refresh_seconds is None else Polling(refresh_seconds)
        """When the list in view is read by itself; None for never."""
        self.is_counting = False
        """Whether the server is being asked how many devices there are."""
        self._is_over = False
        """Whether nothing more is read, because the app is quitting."""

    def begin_all(self) -> None:
        """Begin to load every list that is not loading yet."""
        for rows in self._lists.rows.values():
            self.begin(rows)

    def begin(self, rows: AnyRows) -> None:
        """Begin to load a list, unless that has begun."""
        collection = rows.view.collection
        if not collection.has_answer and collection.loading is Loading.NOTHING:
            self._host.background.read(collection.load_more(), f"load the {collection.name}")

    def load_next(self, *, is_requested: bool) -> None:
        """Load the next page; after a failure only `r` asks again.

        Under a filter the end is always near: there only an explicit request loads a page, or
        a filter that matches little would read the whole list.
        """
        if self._host.workspace is None or (self._host.rows.view.query and not is_requested):
            return
        collection = self._host.rows.view.collection
        if collection.has_answer and not collection.at_end and collection.error is None:
            self._host.background.read(collection.load_more(), f"load more {collection.name}")

    def load_all(self) -> None:
        """Load the list in view to its end; for devices announce the number of requests first."""
        host, workspace = self._host, self._host.workspace
        if workspace is None:
            return
        host.status.dismiss()
        collection = host.rows.view.collection
        if collection is not workspace.devices or collection.loading_all or collection.at_end:
            host.background.read(collection.load_all(), f"load all {collection.name}")
        elif not self.is_counting:
            host.background.read(self._load_all_devices(workspace), "load all devices")

    async def _load_all_devices(self, workspace: Workspace) -> None:
        """Load all devices; if that takes many requests, only after a yes."""
        host, devices = self._host, workspace.devices
        self.is_counting = True
        try:
            if not workspace.fleet_size.is_settled:
                host.say(COUNTING)
                await workspace.fleet_size.learn()
        finally:
            self.is_counting = False
            if host.status.message == COUNTING:
                host.status.dismiss()
        effort = workspace.load_effort(len(devices))
        if effort.is_long:
            if host.is_taken or host.rows.view.collection is not devices:
                return  # a question must not come up in something else: L asks again
            if not await host.overlays.prompt.open(partial(ask_to_load, effort)):
                host.say("Nothing more was loaded.")
                return
        await devices.load_all()

    def refresh(self) -> None:
        """Read the list in view again."""
        if self._prepare_refresh() is not None:
            self._read_again()

    def _prepare_refresh(self) -> Workspace | None:
        """Return the workspace to read again; None where a key has to be asked for first."""
        host, workspace = self._host, self._host.workspace
        if workspace is None:
            return None
        workspace.missing_rights.forget()
        if workspace.client.key_refused:
            host.app.switcher.ask_for_key()
            return None
        host.status.dismiss()
        return workspace

    def _read_again(self) -> None:
        collection = self._host.rows.view.collection
        if collection.as_of is None:
            self._host.background.read(collection.load_more(), f"load the {collection.name}")
        else:
            self._refresh()

    def refresh_all(self) -> None:
        """Read all lists again."""
        host, workspace = self._host, self._prepare_refresh()
        if workspace is None:
            return
        for collection in workspace.collections.values():
            if collection.as_of is None:
                host.background.read(collection.load_more(), f"load the {collection.name}")
            else:
                host.background.read(collection.refresh(), f"refresh the {collection.name}")

    def _refresh(self) -> None:
        """Read the list in view again, what is on screen first."""
        view, top = self._host.rows.view, self._host.rows.state.top
        last = min(len(view), top + self._host.table.rows_on_screen)
        on_screen = [view.get_key_at(index) for index in range(top, last)]
        collection = view.collection
        self._host.background.read(collection.refresh(on_screen), f"refresh the {collection.name}")

    def end(self) -> None:
        """Read nothing more, because the app is quitting."""
        self._is_over = True
        self._host.background.cancel_reads()

    def tick(self) -> None:
        """Retry a cancelled first page or refresh the list, if due; called once a second."""
        host, workspace = self._host, self._host.workspace
        if workspace is None:
            return
        # The first page may have been cancelled with the form that was loading everything.
        if host.page is not None:
            return
        if not self._is_over:
            self.begin(host.rows)
        collection = host.rows.view.collection
        if collection.error is not None or (collection.waiting or self._status.waiting) is not None:
            host.chrome.show_status()
        can_read = host.is_current and not (host.is_taken or self._is_over)
        if can_read and not workspace.client.key_refused and self._status.seconds_to_reconnect == 0:
            self._read_again()
        if (
            self.polling is not None
            and host.app.is_watched
            and host.is_current
            and not host.is_taken
            and collection.as_of is not None
            and collection.loading is Loading.NOTHING
            and not workspace.client.key_refused
            and self.polling.is_due(
                workspace.now(), workspace.requests.total, collection.asked_to_wait
            )
        ):
            self._refresh()

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "list.refresh", "r", "refresh", "Read the list again; the cursor stays", refresh, 230,
        ),
        Action("list.all", "L", "all", "Load the whole list; {back} stops", load_all, 240),
    )  # fmt: skip
