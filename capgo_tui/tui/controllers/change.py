"""The screen's part in every write: it asks, shows how far it is, and tells what became of it."""

from __future__ import annotations

import asyncio
import math
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.words import step_label
from capgo_tui.workspace.changes.batch import TICK
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import outcome_line
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


def outcome_text(change: Change, outcome: Outcome) -> str:
    """Return what became of a change in one line, with the key for what can be done next."""
    return outcome_line(change, outcome, step_label(outcome.next_step))


class ScreenUi:
    """The `Ui` of one write on the screen."""

    def __init__(
        self, host: Host, stops: dict[int, asyncio.Event], choice: Choice | None = None
    ) -> None:
        self._host = host
        self._stops = stops
        """What ends the wait of each write that waits for a limit of the server, by its number."""
        self._number = next(_NUMBERS)
        self._choice = choice
        """What is offered besides, in the first question and when it is asked again."""
        self._stop = asyncio.Event()
        self._over: set[Overlay | None] | None = None
        """What lay over the lists when the write last began; None before that."""

    def ask(self, question: Question, lines: Sequence[Line] = ()) -> asyncio.Future[bool]:
        """Ask for a yes; the question has the keyboard when this returns.

        `lines` are listed in place of the changes one by one.
        """
        host = self._host
        if self._over is not None and question.is_repeated:
            host.status.dismiss()
        if question.is_repair and host.overlays.channel_form.is_at_work:
            # It would hide the line that says why this is asked; another one's stays.
            host.overlays.channel_form.close()
        if question.level is ConfirmationLevel.LINE and not question.is_listed:
            return host.overlays.prompt.open(question.line, describe(question.changes[0]).identity)
        choice = None if question.is_repair else self._choice
        return host.overlays.confirmation.open(question, lines, choice)

    def can_ask_again(self) -> bool:
        """Whether nothing was opened since the write began."""
        return self._over is None or self._open_overlays() <= self._over

    def _open_overlays(self) -> set[Overlay | None]:
        other_screens = set() if self._host.is_current else {None}
        return {
            overlay for overlay in self._host.overlays.mounted_overlays if overlay.visible
        } | other_screens

    def begin(self) -> None:
        """Take note of what lies over the lists."""
        self._over = self._open_overlays()

    async def wait(self, change: Change, seconds: float) -> bool:
        """Count down for a moment; False once the wait was given up."""
        note = f" · the server takes it in {math.ceil(seconds)} s · esc stops"
        room = self._host.size.width - len(note) - 4
        self._host.say(f"⟳ {describe(change).summary(room)}{note}")
        self._stops[self._number] = self._stop
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), min(seconds, TICK))
        finally:
            del self._stops[self._number]
        return not self._stop.is_set()

    def show_sending(self, change: Change) -> None:
        """Say that a change is under way."""
        self._host.say(f"⟳ {describe(change).summary(self._host.size.width - 5)}…")

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Return the work, which goes on even if the screen is left."""
        result: Awaitable[T] = self._host.app.see_through(work, stop)
        return result

    def say(self, text: str) -> None:
        """Say it in the status line."""
        self._host.say(text)

    def tell(self, change: Change, outcome: Outcome) -> None:
        """Tell it in the status line."""
        if isinstance(outcome.refusal, WaitStopped):
            self._host.say(f"Nothing was changed: {describe(change).name}: {outcome.refusal}.")
            return
        self._host.tell(outcome_text(change, outcome))
        self._report_bug(outcome)

    @contextmanager
    def show_batch(self, title: str, batch: Batch) -> Iterator[None]:
        """Show it in a dialog that has the keyboard, and stays to be read afterwards."""
        self._host.overlays.batch_dialog.open(title, batch)
        try:
            yield
        finally:
            self._host.overlays.batch_dialog.end()

    async def tell_batch(self, title: str, batch: Batch) -> None:
        """Tell how many came to which end, and wait until the dialog is closed."""
        self._host.tell(f"{title} · {self._host.overlays.batch_dialog.summary}")
        for step in batch.steps:
            if step.outcome is not None:
                self._report_bug(step.outcome)
        await self._host.overlays.batch_dialog.wait_for_close()

    def _report_bug(self, outcome: Outcome) -> None:
        if outcome.bug is not None:
            self._host.app.report_bug(outcome.bug)


class ChangeController:
    """Has changes carried out for the flows of one screen.

    The target is the record that was under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, host: Host, workspace: Workspace) -> None:
        self._host = host
        self._workspace = workspace
        self._stops: dict[int, asyncio.Event] = {}

    def _ui(self, choice: Choice | None = None) -> ScreenUi:
        return ScreenUi(self._host, self._stops, choice)

    def report_busy(self, noun: str, row: str) -> bool:
        """Whether a write for that record is under way, after saying so."""
        if (f"{noun}s", row) not in self._workspace.writing:
            return False
        self._host.say(f"A write for this {noun} is under way; wait for its end.")
        return True

    def confirm(
        self, change: Change, remake: Callable[[], Change | None], choice: Choice | None = None
    ) -> Coroutine[None, None, Outcome | None]:
        """Ask for a yes and carry a change out, as `perform` does.

        A `choice` of what is done besides is there for `remake` to look at.
        """
        has_choice = choice is not None
        return perform(
            change, self._workspace, self._ui(choice), remake=remake, has_choice=has_choice
        )

    def ask(self, question: Question, lines: Sequence[Line] = ()) -> asyncio.Future[bool]:
        """Ask for a yes, as `ScreenUi.ask` does."""
        return self._ui().ask(question, lines)

    def confirm_batch(self, plan: BatchPlan) -> Coroutine[None, None, Batch | None]:
        """Ask for a yes and carry many changes out, as `perform_batch` does."""
        return perform_batch(plan, self._workspace, self._ui())

    async def carry_out(self, change: Change, undoes: int | None = None) -> Outcome:
        """Carry a change out that was agreed to, and tell its end."""
        return await perform_agreed(change, self._workspace, self._ui(), undoes=undoes)

    async def carry_out_batch(self, plan: BatchPlan) -> Batch:
        """Carry many changes out that were agreed to, and show what becomes of each."""
        return await perform_agreed_batch(plan, self._workspace, self._ui())

    async def may_lose(self, count: int) -> bool:
        """Whether a form may be left, which is asked if something typed is lost with it."""
        loss = f"{count} change{'s' * (count > 1)}"
        return not count or await self._host.overlays.prompt.open(
            lambda _: f"Leave and lose {loss}?"
        )

    def stop_waiting(self) -> bool:
        """Give up the last change that waits; whether there was one."""
        if self._stops:
            self._stops[max(self._stops)].set()
        return bool(self._stops)
