"""Confirm a clean-up: show its plan, ask, read the lists again, judge again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from capgo_tui.workspace.changes.bundle_deletions import (
    bring_up_to_date,
    explain_refused_cleanup,
    plan_cleanup,
)
from capgo_tui.workspace.changes.question import Question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.cleanup import Plan
    from capgo_tui.workspace.session import Workspace

NOTHING_DELETED: Final = "Nothing was deleted."


class CleanupUi(Protocol):
    """A front end while a clean-up is confirmed."""

    def is_closed(self) -> bool:
        """Return whether the operator left: nothing more is asked, nothing is deleted."""

    def ask(self, question: Question, plan: Plan) -> Awaitable[bool]:
        """Show a plan and put the question about it."""

    def show_rereading(self) -> None:
        """Show that the lists are read once more and that nothing is deleted yet."""

    def say(self, text: str) -> None:
        """Show a message."""

    def warn(self, text: str) -> None:
        """Show why there is nothing to confirm."""


async def agree_on_cleanup(
    workspace: Workspace, ui: CleanupUi, make_plan: Callable[[], Awaitable[Plan | None]]
) -> BatchPlan | None:
    """Ask for confirmation of a clean-up; return the deletions, or None when there are none.

    After a yes the bundles and channels are read once more, for the operator may have read the
    plan for long. Where the rules delete something else by then, the question is put again.

    Args:
        workspace: the app.
        ui: the front end.
        make_plan: makes a plan of the lists as they are then; None where the rules make none.

    """
    is_repeated = False
    plan = await make_plan()
    while plan is not None and not ui.is_closed():
        if why_not := explain_refused_cleanup(workspace):
            ui.warn(f"Nothing can be deleted: {why_not}.")
            return None
        batch = plan_cleanup(workspace, plan)
        if not batch.changes:
            ui.warn("These rules delete nothing.")
            return None
        question = Question(
            batch.changes, workspace, batch.title, is_listed=True, is_repeated=is_repeated
        )
        if not await ui.ask(question, plan):
            ui.say(NOTHING_DELETED)
            return None
        ui.show_rereading()
        await bring_up_to_date(workspace, workspace.bundles)
        await bring_up_to_date(workspace, workspace.channels)
        new_plan = await make_plan()
        if ui.is_closed():
            ui.say(NOTHING_DELETED)
            return None
        if new_plan is not None and plan.is_same(new_plan):
            return batch
        plan, is_repeated = new_plan, True
    return None
