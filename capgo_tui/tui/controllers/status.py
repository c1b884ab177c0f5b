"""The status line: the state of the list in view, and the pending retry."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from capgo_tui.tui import words
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.reconnection import Reconnection

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lists import ListController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.pending_retries import RetryCountdown
    from capgo_tui.workspace.session import Workspace


class StatusController:
    """The controller of the status line and of the text in an empty table."""

    def __init__(self, host: Host, lists: ListController) -> None:
        self._host = host
        self._lists = lists
        self._reconnections: defaultdict[str, Reconnection] = defaultdict(Reconnection)

    @property
    def seconds_to_reconnect(self) -> int | None:
        """The seconds until the list in view is read again after an outage; None for never."""
        workspace = self._host.workspace
        if workspace is None:
            return None
        collection = self._host.rows.view.collection
        if collection.loading is not Loading.NOTHING:
            return None
        reconnection = self._reconnections[collection.name]
        return reconnection.count_seconds_left(
            collection.error, collection.failed_at, workspace.now()
        )

    def show_position(self) -> None:
        """Show which of the rows in view the cursor is on."""
        table, count = self._host.table, self._host.table.row_count
        has_place = self._host.page is None and count and table.cursor_key is not None
        self._host.status.show_position(*((table.state.index + 1, count) if has_place else (0, 0)))

    @property
    def waiting(self) -> RetryCountdown | None:
        """The pending retry that the state of the list in view does not show."""
        workspace = self._host.workspace
        if workspace is None:
            return None
        if (latest := workspace.pending_retries.latest) is not None:
            return latest
        # A write whose list is read again covers the state by its message.
        lists = self._lists.rows.values() if workspace.writing else (self._host.rows,)
        has_message = bool(self._host.status.message)
        waits = (rows.view.collection.waiting for rows in lists if has_message)
        return next((wait for wait in waits if wait is not None), None)

    def show(self) -> None:
        """Show the state of the list in view, once there is a workspace."""
        page, workspace = self._host.page, self._host.workspace
        self.show_position()
        if page is not None:
            self._host.status.show_state(page.status)
        elif workspace is not None:
            self._show(workspace)

    def _show(self, workspace: Workspace) -> None:
        host = self._host
        view = host.rows.view
        collection, query, now = view.collection, view.query, workspace.now()
        count = len(view) if view.is_current else None
        state = words.describe_status(collection, count, query, now)
        counting_down = collection.waiting is not None
        if not counting_down and (seconds := self.seconds_to_reconnect) is not None:
            # Before the age of the rows, which comes last and stays where there is no room for all.
            parts_of_state = [each for each in state.split(" · ") if each]
            at = len(parts_of_state) - (collection.as_of is not None)
            again = [f"read again in {seconds} s"] if seconds else []
            state = " · ".join([*parts_of_state[:at], *again, *parts_of_state[at:]])
        marks_summary = host.rows.marks.summary
        error = collection.error
        # A wait or a lock matters more than the marks or the filter.
        first = counting_down or (error is not None and error.locks_address)
        parts = (state, marks_summary) if first else (query.error, marks_summary, state)
        host.status.show_state(
            " · ".join(part for part in parts if part),
            stale=collection.stale or counting_down or bool(query.error),
            # Keep the age of the rows in sight, unless a countdown needs the room.
            keep_last=collection.as_of is not None and not counting_down,
        )
        wait = self.waiting
        writing = bool(workspace.writing)
        host.status.show_wait(
            "" if wait is None else words.describe_waiting(wait, now, writing=writing)
        )
        typing = host.has_overlays and host.overlays.filter_bar.visible
        notice = words.find_placeholder(collection, count, query, now, host.target, typing=typing)
        if notice is not None:
            host.table.say(notice.headline, notice.advice)
