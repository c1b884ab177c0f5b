"""Carry changes out for a front end: ask, look once more, wait, send, read back, repair.

A front end, such as the screen or a command, gives a `Ui`; all else is the same for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from capgo_tui.api.errors import InvalidArgument, Refused
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.carry_out import carry_out, not_sent
from capgo_tui.workspace.changes.change import RecordChanged
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.changes.recall import recall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextlib import AbstractContextManager

    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T")

NOTHING_CHANGED: Final = "Nothing was changed."


class Stopped(Refused):
    """A change was given up while it waited for a limit of the server."""


class Ui(Protocol):
    """What a front end does while changes are carried out: it asks, shows progress and tells."""

    def ask(self, question: Question) -> Awaitable[bool]:
        """Ask for a yes; the question can be answered when this returns."""

    def begin(self) -> None:
        """Take note that a change was agreed to."""

    def can_ask_again(self) -> bool:
        """Whether a question may be put though nobody waits for it, after `begin`."""

    async def wait(self, change: Change, seconds: float) -> bool:
        """Show that a change waits so long for a limit of the server; False gives it up.

        It may return early: it is called again with the seconds that are left.
        """

    def show_sending(self, change: Change) -> None:
        """Show that a change is under way."""

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Return `work`, which goes on to its end even if the front end is left.

        `stop` ends it after the write under way; None where there is only one.
        """

    def say(self, text: str) -> None:
        """Say what is happening, or why nothing is."""

    def tell(self, change: Change, outcome: Outcome) -> None:
        """Tell what became of a change."""

    def show_batch(self, title: str, batch: Batch) -> AbstractContextManager[object]:
        """Show a batch as long as the context lasts, with a way to stop it."""

    async def tell_batch(self, title: str, batch: Batch) -> None:
        """Tell what became of each change of a batch; return once that was seen."""


def perform(
    change: Change,
    workspace: Workspace,
    ui: Ui,
    *,
    again: Callable[[], Change | None] | None = None,
    has_choice: bool = False,
) -> Coroutine[None, None, Outcome | None]:
    """Ask for a yes to a change and carry it out; the question is put when this returns.

    What is left to await gives its outcome, or None after a no.

    Args:
        change: what to do.
        workspace: the app it is about.
        ui: the front end.
        again: makes the same change of the record as it then is, or gives None when that is gone.
            It is asked anew if the record has changed since: what was agreed to is then no
            longer what would happen.
        has_choice: whether the answer decides more than yes or no, so that what `again` makes
            after it is sent.

    """
    if why_not := describe(change).unsendable:
        return _end(change, not_sent(InvalidArgument(why_not)), workspace, ui)
    answer = ui.ask(Question([change], workspace))
    remake = again or (lambda: change)
    return _await_yes(change, workspace, ui, remake, answer, has_choice=has_choice)


async def _await_yes(
    change: Change,
    workspace: Workspace,
    ui: Ui,
    remake: Callable[[], Change | None],
    answer: Awaitable[bool],
    *,
    has_choice: bool,
) -> Outcome | None:
    while True:
        yes = await answer
        new_change = remake() if yes else None
        if new_change is None:
            reason = f" The {change.noun} is no longer in the list." if yes else ""
            ui.say(f"{NOTHING_CHANGED}{reason}")
            return None
        if new_change.before == change.before:
            change = new_change if has_choice else change
            outcome = await _send(change, workspace, ui)
            # It is looked at right before it is sent, too: that may tell what no list did.
            is_outdated = isinstance(outcome.refused, RecordChanged) and ui.can_ask_again()
            new_change = remake() if is_outdated else None
            if new_change is None or new_change.before == change.before:
                return await _end(change, outcome, workspace, ui)
        change = new_change
        answer = ui.ask(Question([change], workspace, is_again=True))


async def perform_agreed(
    change: Change, workspace: Workspace, ui: Ui, *, undoes: int | None = None
) -> Outcome:
    """Carry out a change that was agreed to, and tell its end.

    `undoes` is the journal's number of the change that it takes back.
    """
    return await _end(change, await _send(change, workspace, ui, undoes), workspace, ui)


async def _send(change: Change, workspace: Workspace, ui: Ui, undoes: int | None = None) -> Outcome:
    ui.begin()
    why_not = await _await_turn(change, workspace, ui)
    if why_not:
        return not_sent(Stopped(why_not))
    ui.show_sending(change)
    return await ui.see_through(carry_out(change, workspace, undoes=undoes))


async def _await_turn(change: Change, workspace: Workspace, ui: Ui) -> str:
    """Wait until the server's limits let a change through; return why it is not to be sent."""
    pacing = workspace.pacing
    if not change.limits:
        return ""
    await recall(workspace)
    if not pacing.wait(change.limits):
        return ""
    with workspace.marked_as_writing(change):
        while (seconds := pacing.wait(change.limits)) > 0:
            if not await ui.wait(change, seconds):
                return "stopped before it was sent"
    return change.needless(workspace)  # much can have happened in a minute


async def _end(change: Change, outcome: Outcome, workspace: Workspace, ui: Ui) -> Outcome:
    """Tell the end of a change, and offer to bring back what the server dropped with it."""
    ui.tell(change, outcome)
    repair = change.repair(outcome.dropped_fields) if outcome.dropped_fields else None
    if repair is not None and await ui.ask(Question([repair], workspace, is_repair=True)):
        await perform_agreed(repair, workspace, ui)
    return outcome


def perform_batch(
    plan: BatchPlan, workspace: Workspace, ui: Ui
) -> Coroutine[None, None, Batch | None]:
    """Ask for a yes to many changes and carry them out; the question is put when this returns.

    What is left to await shows what becomes of each and gives the batch once that was seen;
    None after a no. Those that turn out to be needless are left alone.
    """
    return _await_yes_to_batch(plan, workspace, ui, _ask_about_batch(plan, workspace, ui))


def _ask_about_batch(
    plan: BatchPlan, workspace: Workspace, ui: Ui, *, is_again: bool = False
) -> Awaitable[bool] | None:
    """Ask for a yes; None when there is nothing to ask about."""
    changes, skip_reasons = plan.find_needed(workspace), plan.describe_skipped(workspace)
    if not changes:
        ui.say(f"Nothing to do: {' · '.join(skip_reasons)}.")
        return None
    notes = (*plan.notes, *skip_reasons)
    return ui.ask(
        Question(changes, workspace, plan.title, is_listed=True, is_again=is_again, notes=notes)
    )


async def _await_yes_to_batch(
    plan: BatchPlan, workspace: Workspace, ui: Ui, answer: Awaitable[bool] | None
) -> Batch | None:
    while answer is not None:
        if not await answer:
            ui.say(NOTHING_CHANGED)
            return None
        new_plan = plan.remake_changes()
        if [c.before for c in new_plan.changes] == [c.before for c in plan.changes]:
            return await perform_agreed_batch(new_plan, workspace, ui)
        plan = new_plan
        answer = _ask_about_batch(plan, workspace, ui, is_again=True)
    return None


async def perform_agreed_batch(plan: BatchPlan, workspace: Workspace, ui: Ui) -> Batch:
    """Carry out many changes that were agreed to, and tell what became of each."""
    batch = Batch(plan.changes, workspace, undoes=plan.undoes)
    with ui.show_batch(plan.title, batch):
        await ui.see_through(batch.go(), batch.stop)
    await ui.tell_batch(plan.title, batch)
    return batch
