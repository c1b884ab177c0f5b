"""Perform changes for a front end: ask, check, wait, send, read back, repair.

A front end, such as the screen or a command, implements `Ui`; all else is shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from capgo_tui.api.errors import InvalidArgument, Refusal
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.carry_out import carry_out, make_unsent_outcome
from capgo_tui.workspace.changes.change import NotNeeded, RecordChanged
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.changes.rights import learn_rights
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextlib import AbstractContextManager

    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T")

NOTHING_CHANGED: Final = "Nothing was changed."


class WaitStopped(Refusal):
    """Raised when a change is stopped while it waits for a rate limit of the server."""


class Ui(Protocol):
    """A front end during writes: it asks, shows progress and reports outcomes."""

    def ask(self, question: Question) -> Awaitable[bool]:
        """Put a question; it can be answered as soon as this returns."""

    def begin(self) -> None:
        """Note that a change was confirmed."""

    def can_ask_again(self) -> bool:
        """Whether another question may be put after `begin`."""

    async def wait(self, change: Change, seconds: float) -> bool:
        """Show that a change waits for a rate limit of the server; return False to stop it.

        It may return early: it is called again with the remaining seconds.
        """

    def show_sending(self, change: Change) -> None:
        """Show that a change is being sent."""

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Return `work` shielded: it runs to its end even if the front end is closed.

        `stop` ends it after the current write; None where there is only one.
        """

    def say(self, text: str) -> None:
        """Show a message."""

    def tell(self, change: Change, outcome: Outcome) -> None:
        """Show the outcome of a change."""

    def show_batch(self, title: str, batch: Batch) -> AbstractContextManager[object]:
        """Show the progress of a batch while the context lasts, with a way to stop it."""

    async def tell_batch(self, title: str, batch: Batch) -> None:
        """Show the outcome of each change of a batch; return once the operator has seen them."""


def perform(
    change: Change,
    workspace: Workspace,
    ui: Ui,
    *,
    remake: Callable[[], Change | None] | None = None,
    has_choice: bool = False,
) -> Coroutine[None, None, Outcome | None]:
    """Ask for confirmation of a change and carry it out; the question is put when this returns.

    The coroutine returns its outcome, or None after a no. It raises `NotNeeded` without a question
    where the change would set what is set already.

    Args:
        change: the change to carry out.
        workspace: the app it belongs to.
        ui: the front end.
        remake: makes the same change of the record as it is now, or returns None when that is gone.
            The question is put again if the record has changed since.
        has_choice: whether the answer decides more than yes or no, so that what `remake` makes
            after it is sent.

    """
    if why_not := describe(change).unsendable:
        return _end(change, make_unsent_outcome(InvalidArgument(why_not)), workspace, ui)
    if change.needless_reason:
        return _refuse_needless(change)
    answer = ui.ask(Question([change], workspace))
    make_again = remake or (lambda: change)
    return _await_yes(change, workspace, ui, make_again, answer, has_choice=has_choice)


async def _refuse_needless(change: Change) -> None:
    raise NotNeeded(f"{describe(change).name}: {change.needless_reason}")


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
            # The check before sending may find what no collection had.
            is_outdated = isinstance(outcome.refusal, RecordChanged) and ui.can_ask_again()
            new_change = remake() if is_outdated else None
            if new_change is None or new_change.before == change.before:
                return await _end(change, outcome, workspace, ui)
        change = new_change
        if change.needless_reason:
            await _refuse_needless(change)
        answer = ui.ask(Question([change], workspace, is_repeated=True))


async def perform_agreed(
    change: Change, workspace: Workspace, ui: Ui, *, undoes: int | None = None
) -> Outcome:
    """Carry out a change that was confirmed, and report its outcome.

    `undoes` is the id of the journal entry that it undoes.
    """
    return await _end(change, await _send(change, workspace, ui, undoes), workspace, ui)


async def _send(change: Change, workspace: Workspace, ui: Ui, undoes: int | None = None) -> Outcome:
    ui.begin()
    why_not = await _await_turn(change, workspace, ui)
    if why_not:
        return make_unsent_outcome(WaitStopped(why_not))
    ui.show_sending(change)
    return await ui.see_through(carry_out(change, workspace, undoes=undoes))


async def _await_turn(change: Change, workspace: Workspace, ui: Ui) -> str:
    """Wait for the rate limits of a change; return why it is not to be sent, or nothing."""
    write_limits = workspace.write_limits
    if not change.limits:
        return ""
    await recall(workspace)
    if not write_limits.wait(change.limits):
        return ""
    with workspace.mark_as_writing(change):
        while (seconds := write_limits.wait(change.limits)) > 0:
            if not await ui.wait(change, seconds):
                return "stopped before it was sent"
    return change.skip_reason(workspace)  # a minute may have passed


async def _end(change: Change, outcome: Outcome, workspace: Workspace, ui: Ui) -> Outcome:
    """Report an outcome, and offer to restore what the server dropped with the change."""
    learn_rights(change, outcome, workspace)
    ui.tell(change, outcome)
    repair = change.repair(outcome.dropped_fields) if outcome.dropped_fields else None
    if repair is not None and await ui.ask(Question([repair], workspace, is_repair=True)):
        await perform_agreed(repair, workspace, ui)
    return outcome


def perform_batch(
    plan: BatchPlan, workspace: Workspace, ui: Ui
) -> Coroutine[None, None, Batch | None]:
    """Ask for confirmation of a batch and carry it out; the question is put when this returns.

    The coroutine shows the outcomes and returns the batch once they were seen, or None after a
    no. Changes that need not be sent are skipped; it raises `NotNeeded` where those are all.
    """
    return _await_yes_to_batch(plan, workspace, ui, _ask_about_batch(plan, workspace, ui))


def _ask_about_batch(
    plan: BatchPlan, workspace: Workspace, ui: Ui, *, is_repeated: bool = False
) -> Awaitable[bool] | None:
    """Put the question about a batch; None when no change of it is needed."""
    changes, skip_reasons = plan.find_needed(workspace), plan.describe_skipped(workspace)
    if not changes:
        return None
    notes = (*plan.notes, *map(Remark, skip_reasons))
    return ui.ask(
        Question(
            changes, workspace, plan.title, is_listed=True, is_repeated=is_repeated, notes=notes
        )
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
        answer = _ask_about_batch(plan, workspace, ui, is_repeated=True)
    raise NotNeeded(" · ".join(plan.describe_skipped(workspace)))


async def perform_agreed_batch(plan: BatchPlan, workspace: Workspace, ui: Ui) -> Batch:
    """Carry out a batch that was confirmed, and report its outcomes."""
    batch = Batch(plan.changes, workspace, undoes=plan.undoes)
    with ui.show_batch(plan.title, batch):
        await ui.see_through(batch.carry_out(), batch.stop)
    await ui.tell_batch(plan.title, batch)
    return batch
