"""The screen's part in every write: the confirmation, the progress and the outcome."""

from __future__ import annotations

import asyncio
import math
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.words import describe_stop, step_label
from capgo_tui.workspace.changes.batch import TICK
from capgo_tui.workspace.changes.change import NotNeeded
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.perform import (
    WaitStopped,
    perform,
    perform_agreed,
    perform_agreed_batch,
    perform_batch,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.confirmation import Choice
    from capgo_tui.tui.overlays.overlay import Overlay
    from capgo_tui.tui.widgets.detail import Line
    from capgo_tui.workspace.changes.batch import Batch
    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.changes.question import Question
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T")
_NUMBERS: Iterator[int] = count()


def describe_outcome(change: Change, outcome: Outcome) -> str:
    """Return the outcome of a change in one line, with the key binding of the next step."""
    return describe_outcome_line(change, outcome, step_label(outcome.next_step))


class ScreenUi:
    """The `Ui` of one write, on the screen."""

    def __init__(
        self, host: Host, stops: dict[int, asyncio.Event], choice: Choice | None = None
    ) -> None:
        self._host = host
        self._stops = stops
        """The stop event of each waiting write, by its number."""
        self._number = next(_NUMBERS)
        self._choice = choice
        """The optional addition offered in the question."""
        self._stop = asyncio.Event()
        self._overlays_before: set[Overlay | None] | None = None
        """The overlays open when the write last began; None before that."""

    def ask(self, question: Question, lines: Sequence[Line] = ()) -> asyncio.Future[bool]:
        """Ask for a yes; the question has the keyboard when this returns.

        `lines` are listed instead of the changes.
        """
        host = self._host
        if self._overlays_before is not None and question.is_repeated:
            host.status.dismiss()
        if question.is_repair and host.overlays.channel_form.is_at_work:
            # It would hide the line that says why this is asked; the form of another write stays.
            host.overlays.channel_form.close()
        if question.level is ConfirmationLevel.LINE and not question.is_listed:
            return host.overlays.prompt.open(
                question.join_line, describe(question.changes[0]).identity
            )
        choice = None if question.is_repair else self._choice
        return host.overlays.confirmation.open(question, lines, choice)

    def can_ask_again(self) -> bool:
        """Return whether no overlay was opened since the write began."""
        return self._overlays_before is None or self._open_overlays() <= self._overlays_before

    def _open_overlays(self) -> set[Overlay | None]:
        other_screens = set() if self._host.is_current else {None}
        return {
            overlay for overlay in self._host.overlays.mounted_overlays if overlay.visible
        } | other_screens

    def begin(self) -> None:
        """Remember which overlays are open."""
        self._overlays_before = self._open_overlays()

    async def wait(self, change: Change, seconds: float) -> bool:
        """Show the countdown for up to one tick; return False once the wait is cancelled."""
        note = f" · the server takes it in {math.ceil(seconds)} s · {describe_stop()}"
        room = self._host.size.width - len(note) - 4
        self._host.say(f"⟳ {describe(change).summarize(room)}{note}")
        self._stops[self._number] = self._stop
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), min(seconds, TICK))
        finally:
            del self._stops[self._number]
        return not self._stop.is_set()

    def show_sending(self, change: Change) -> None:
        """Say that a change is under way."""
        self._host.say(f"⟳ {describe(change).summarize(self._host.size.width - 5)}…")

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Return the work, which goes on even if the screen is left."""
        result: Awaitable[T] = self._host.app.see_through(work, stop)
        return result

    def say(self, text: str) -> None:
        """Show a message in the status line."""
        self._host.say(text)

    def tell(self, change: Change, outcome: Outcome) -> None:
        """Show the outcome in the status line."""
        if isinstance(outcome.refusal, WaitStopped):
            self._host.say(f"Nothing was changed: {describe(change).name}: {outcome.refusal}.")
            return
        self._host.tell(describe_outcome(change, outcome))
        self._report_bug(outcome)

    @contextmanager
    def show_batch(self, title: str, batch: Batch) -> Iterator[None]:
        """Show a batch in its dialog, which stays open to be read after the end."""
        self._host.overlays.batch_dialog.open(title, batch)
        try:
            yield
        finally:
            self._host.overlays.batch_dialog.end()

    async def tell_batch(self, title: str, batch: Batch) -> None:
        """Show how many changes had which outcome, and wait until the dialog is closed."""
        self._host.tell(f"{title} · {self._host.overlays.batch_dialog.summary}")
        for step in batch.steps:
            if step.outcome is not None:
                self._report_bug(step.outcome)
        await self._host.overlays.batch_dialog.wait_for_close()

    def _report_bug(self, outcome: Outcome) -> None:
        if outcome.bug is not None:
            self._host.app.report_bug(outcome.bug)


class ChangeController:
    """Confirms and performs changes for the controllers of one screen.

    A change is of the record under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, host: Host, workspace: Workspace) -> None:
        self._host = host
        self._workspace = workspace
        self._stops: dict[int, asyncio.Event] = {}

    def _make_ui(self, choice: Choice | None = None) -> ScreenUi:
        return ScreenUi(self._host, self._stops, choice)

    def report_busy(self, noun: str, row: str) -> bool:
        """Return whether a write for a record is under way, after saying so."""
        if (f"{noun}s", row) not in self._workspace.writing:
            return False
        self._host.say(f"A write for this {noun} is under way; wait for its end.")
        return True

    def confirm(
        self, change: Change, remake: Callable[[], Change | None], choice: Choice | None = None
    ) -> Coroutine[None, None, Outcome | None]:
        """Confirm and perform a change, as `perform` does.

        An optional `choice` is read by `remake`.
        """
        has_choice = choice is not None
        ui = self._make_ui(choice)
        return self._tell_needless(
            perform(change, self._workspace, ui, remake=remake, has_choice=has_choice)
        )

    async def _tell_needless(self, work: Coroutine[None, None, T | None]) -> T | None:
        """Await a write; say so where it would change nothing."""
        try:
            return await work
        except NotNeeded as why:
            self._host.say(f"Nothing to do: {why}.")
            return None

    def ask(self, question: Question, lines: Sequence[Line] = ()) -> asyncio.Future[bool]:
        """Ask for a yes, as `ScreenUi.ask` does."""
        return self._make_ui().ask(question, lines)

    def confirm_batch(self, plan: BatchPlan) -> Coroutine[None, None, Batch | None]:
        """Confirm and perform a batch, as `perform_batch` does."""
        return self._tell_needless(perform_batch(plan, self._workspace, self._make_ui()))

    async def carry_out(self, change: Change, undoes: int | None = None) -> Outcome:
        """Perform a confirmed change and show its outcome."""
        return await perform_agreed(change, self._workspace, self._make_ui(), undoes=undoes)

    async def carry_out_batch(self, plan: BatchPlan) -> Batch:
        """Perform a confirmed batch and show the outcome of each change."""
        return await perform_agreed_batch(plan, self._workspace, self._make_ui())

    async def can_lose(self, count: int) -> bool:
        """Return whether a form may be left, asking first if that loses changes."""
        loss = f"{count} change{'s' * (count > 1)}"
        return not count or await self._host.overlays.prompt.open(
            lambda _: f"Leave and lose {loss}?"
        )

    def stop_waiting(self) -> bool:
        """Cancel the last waiting change; return whether there was one."""
        if self._stops:
            self._stops[max(self._stops)].set()
        return bool(self._stops)
