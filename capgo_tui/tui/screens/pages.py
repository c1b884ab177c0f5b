"""The pages over the main screen: help, requests, changes, unreadable rows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.tabs import EVERYWHERE

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.screens.changes import ChangesScreen
    from capgo_tui.workspace.session import Workspace


def _import_changes_screen() -> type[ChangesScreen]:
    """Import the list of changes, which brings the change models."""
    from capgo_tui.tui.screens.changes import ChangesScreen  # noqa: PLC0415

    return ChangesScreen


class PageController:
    """The controller of the pages, the only one that knows screens."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._loader = loader

    def show_help(self) -> None:
        """Show the help."""
        from capgo_tui.tui.screens.help import HelpScreen  # noqa: PLC0415 - at the first need

        host = self._host
        has_list = host.workspace is not None and host.page is None
        vocabulary = host.rows.view.vocabulary if has_list else None
        help_screen = HelpScreen(host.actions, action_context(host), vocabulary)
        host.app.push_screen(help_screen, self._run)

    async def _run(self, action_id: str | None) -> None:
        """Run the action that was chosen in the help."""
        if action_id:
            await self._host.app.run_action(f"screen.run({action_id!r})")

    def show_unreadable(self) -> None:
        """Show the rows of the list in view that could not be read."""
        from capgo_tui.tui.screens.unreadable import UnreadableScreen  # noqa: PLC0415 - as above

        collection = self._host.rows.view.collection
        if collection.unreadable:
            self._host.app.push_screen(UnreadableScreen(collection))
        else:
            self._host.say(f"Every row of the {collection.name} could be read.")

    def show_requests(self) -> None:
        """Show the request log."""
        from capgo_tui.tui.screens.request_log import RequestLogScreen  # noqa: PLC0415 - as above

        if self._host.workspace is not None:
            self._host.app.push_screen(RequestLogScreen(self._host.workspace.requests))

    def show_changes(self) -> None:
        """List all changes made from here."""
        if self._host.workspace is not None:
            self._host.background.run(self._choose_change(self._host.workspace), "list the changes")

    async def _choose_change(self, workspace: Workspace) -> None:
        """List the changes, and undo the one that is chosen there."""
        host, undo = self._host, self._loader.lazy.undo
        host.status.dismiss()
        screen = await asyncio.to_thread(_import_changes_screen)
        changes = screen(undo.list_entries, host.target, workspace.now)
        await changes.read()
        if undo.report_taken():
            return
        chosen = await host.app.push_screen_wait(changes)
        if chosen is not None and chosen.is_watched:
            await self._loader.lazy.watch.watch(chosen.entry)
        elif chosen is not None:
            await undo.undo(chosen.entry)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "change.list", "Z", "changes",
            "All changes made with this program and their results; {change.undo} there undoes one",
            show_changes, 320, EVERYWHERE,
        ),
        Action(
            "list.unreadable", "exclamation_mark", "unreadable",
            "Rows that could not be read, as the server sent them", show_unreadable,
            710, hint=False, shown_key="!",
        ),
        Action(
            "log", "at", "requests",
            "The requests sent to the server and their answers; copy one as curl",
            show_requests, 720, EVERYWHERE, hint=False, shown_key="@",
        ),
        Action(
            "help", "question_mark", "help", "All keys, and pages about filters, settings and more",
            show_help, 730, EVERYWHERE, shown_key="?", is_offline=True,
        ),
    )  # fmt: skip
