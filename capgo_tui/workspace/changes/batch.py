"""Many changes as one batch: one after the other, each with its own end, to be stopped any time."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import ErrorKind, Refused
from capgo_tui.workspace.changes.carry_out import (
    SentChange,
    conclude,
    journal_refusal,
    judge,
    make_unread_outcome,
    make_unverified_outcome,
    send_once,
    settle,
)
from capgo_tui.workspace.changes.outcome import Fate, Outcome
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.changes.rights import find_missing_right
from capgo_tui.workspace.failures import brief, next_step_after

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.next_step import NextStep
    from capgo_tui.workspace.session import Workspace

TICK: Final = 0.2
"""Seconds after which a run that waits looks at the clock again."""

MIN_SAMPLES: Final = 5
"""So many changes have to have ended before their pace tells how long the others take."""
BROKEN_OFF: Final = "the step before it did not succeed"
_CONTINUING_FATES: Final = (Fate.VERIFIED, Fate.UNVERIFIED)


@dataclass(slots=True, eq=False)
class Step:
    """One change of a batch and what became of it; None while nothing has."""

    change: Change
    undoes: int | None = None
    outcome: Outcome | None = None
    skipped: str = ""
    """Why it was not sent: there was no need, or its record is no longer what it was."""
    untried: str = ""
    """Why it was not sent although it was to be: the server had refused another for that."""
    next_step: NextStep | None = None
    """What can be done about it, where it was not sent for that."""
    under_way: bool = False
    waiting: bool = False
    unread: bool = False
    """Whether it was accepted, and is read back with others of its kind at the end."""

    @property
    def target(self) -> tuple[str, str]:
        """What it is about: changes of the same record keep their order."""
        return self.change.noun, self.change.key

    @property
    def ended(self) -> bool:
        """Whether nothing more will be done."""
        return bool(self.skipped) or self.outcome is not None


class Batch:
    """Some changes that were confirmed together.

    A failure ends its own change alone, except for a refused key: after that nothing is sent;
    and for a right that the key lacks: after that nothing is sent that needs the same.
    Of the steps that together take back one change, none is sent after one that did not do what
    it was to do: each of them relies on those before it.
    What has to wait for a limit of the server is done last. Changes that can only be verified
    by reading a whole list are verified together, at the end.
    """

    def __init__(
        self,
        changes: Sequence[Change],
        workspace: Workspace,
        *,
        undoes: Sequence[int | None] = (),
    ) -> None:
        self.id = uuid.uuid4().hex[:8]
        taken_back = undoes or [None] * len(changes)
        self.steps = [Step(*pair) for pair in zip(changes, taken_back, strict=True)]
        self._began: datetime | None = None
        self.waits = 0.0
        """Seconds until it goes on, while all that is left has to wait."""
        self._ready_steps = deque(self.steps)
        self._waiting_steps: list[Step] = []
        self._waiting_targets: set[tuple[str, str]] = set()
        """The records of those that wait: no later change may overtake them."""
        self._broken_off: set[int] = set()
        """What is not taken back any further: a step of that went wrong."""
        self._workspace = workspace
        self._stopping = asyncio.Event()
        self._unread_steps: list[tuple[Step, SentChange]] = []

    def stop(self) -> None:
        """End it after the change that is under way."""
        self._stopping.set()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopping.is_set()

    @property
    def done(self) -> int:
        """How many changes have come to an end."""
        return sum(step.ended for step in self.steps)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left at the pace so far; None while that tells too little."""
        sent_count = self.done - self.skipped
        if self._began is None or sent_count < MIN_SAMPLES:
            return None
        seconds = (self._workspace.now() - self._began).total_seconds()
        return seconds / sent_count * (len(self.steps) - self.done) if seconds > 0 else None

    @property
    def skipped(self) -> int:
        """How many were left alone."""
        return sum(bool(step.skipped) for step in self.steps)

    @property
    def untried(self) -> dict[str, int]:
        """How many were not tried for each reason; only those that have one."""
        return Counter(step.untried for step in self.steps if step.untried)

    def count(self, *fates: Fate) -> int:
        """How many came to one of these ends."""
        return sum(step.outcome is not None and step.outcome.fate in fates for step in self.steps)

    async def go(self) -> None:
        """Carry all of it out; raises nothing but a cancellation."""
        await recall(self._workspace)
        self._began = self._workspace.now()
        while (step := await self._next()) is not None:
            step.under_way = True
            with self._workspace.marked_as_writing(step.change):
                step.outcome = await self._carry_out(step)
            step.under_way = False
            if step.undoes is not None and step.outcome.fate not in _CONTINUING_FATES:
                self._broken_off.add(step.undoes)
            self._hold_after_limit(step.outcome)
            if self._must_end(step.outcome):
                step_next = next_step_after(step.outcome.error)
                self._give_up(_describe_end(step.outcome), lambda _: True, step_next)
                break
            if lacks := find_missing_right(step.change, step.outcome):
                self._give_up(str(lacks), lacks.concerns)
        await self._verify_together()
        await self._journal_untried()

    def wait_of(self, step: Step) -> float:
        """Seconds that a change has to wait for the server's limits."""
        return self._workspace.pacing.wait(step.change.limits)

    async def _next(self) -> Step | None:
        """The next change to send, once it may be sent; None when that was all, or to stop."""
        while not self.stopped:
            if self._ready_steps:
                step = self._ready_steps.popleft()
                must_wait = step.target in self._waiting_targets
            elif self._waiting_steps:
                at, self.waits = self._soonest()
                if self.waits > 0:
                    await self._pause()
                    continue
                step, must_wait = self._waiting_steps.pop(at), False
                step.waiting = False
                self._waiting_targets = {each.target for each in self._waiting_steps}
            else:
                return None
            broken_off = BROKEN_OFF if step.undoes in self._broken_off else ""
            step.skipped = broken_off or step.change.needless(self._workspace)
            if step.skipped:
                continue
            if not must_wait and self.wait_of(step) <= 0:
                return step
            step.waiting = True
            self._waiting_steps.append(step)
            self._waiting_targets.add(step.target)
        return None

    def _give_up(
        self, reason: str, concerns: Callable[[Change], bool], next_step: NextStep | None = None
    ) -> None:
        """Try none of those left that would come to the same end, and that are still needed.

        An undo of one change that could not be carried through is not begun, nor gone on with.
        """
        remaining = [*self._ready_steps, *self._waiting_steps]
        blocked_steps = {
            step
            for step in remaining
            if concerns(step.change) and not step.change.needless(self._workspace)
        }
        undoes = {step.undoes for step in blocked_steps} - {None}
        for step in remaining:
            if step in blocked_steps or step.undoes in undoes:
                step.untried, step.next_step, step.waiting = reason, next_step, False
        self._ready_steps = deque(step for step in self._ready_steps if not step.untried)
        self._waiting_steps = [step for step in self._waiting_steps if not step.untried]
        self._waiting_targets = {each.target for each in self._waiting_steps}

    async def _journal_untried(self) -> None:
        """Write down steps that were not sent of an undo that was begun: it is not all done."""
        started_undoes = {step.undoes for step in self.steps if step.outcome is not None}
        for step in self.steps:
            if step.undoes is None or step.ended or step.undoes not in started_undoes:
                continue
            refusal = Refused(step.untried or "stopped before it was sent")
            outcome = Outcome(Fate.FAILED, refused=refusal, is_read_back=False)
            await journal_refusal(step.change, self._workspace, outcome, step.undoes, self.id)

    def _soonest(self) -> tuple[int, float]:
        """Which of those that wait may go first, and in how many seconds.

        It is never one that stands behind another change of the same record.
        """
        heads: dict[tuple[str, str], int] = {}
        for at, step in enumerate(self._waiting_steps):
            heads.setdefault(step.target, at)
        waits = [(self.wait_of(self._waiting_steps[at]), at) for at in heads.values()]
        ready = [at for wait, at in waits if wait <= 0]
        if ready:
            return ready[0], 0
        wait, at = min(waits)
        return at, wait

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), min(self.waits, TICK))

    async def _carry_out(self, step: Step) -> Outcome:
        result = await send_once(
            step.change,
            self._workspace,
            undoes=step.undoes,
            run=self.id,
            alone=len(self.steps) == 1,
        )
        if isinstance(result, Outcome):
            return result
        if not step.change.reads_whole_list:
            return await conclude(result, self._workspace)
        self._unread_steps.append((step, result))
        step.unread = True
        return await settle(self._workspace, result.entry, make_unverified_outcome(result.error))

    def _hold_after_limit(self, outcome: Outcome) -> None:
        """Let the next one wait where the server's limiter refused this one, or its reading back.

        What was refused is not sent again by itself: it stays marked, for whoever sees it.
        """
        error = outcome.error
        if error is not None and error.kind is ErrorKind.RATE_LIMITED and not error.locks_address:
            self._workspace.pacing.hold(error)

    def _must_end(self, outcome: Outcome) -> bool:
        error = outcome.error
        return error is not None and (error.kind is ErrorKind.KEY_REFUSED or error.locks_address)

    async def _verify_together(self) -> None:
        if not self._unread_steps:
            return
        first = self._unread_steps[0][1].change
        failure: Exception | None = None
        try:
            if len(self._unread_steps) == 1:
                await first.read(self._workspace)
            else:
                await first.read_list(self._workspace, deleted_rows=self._list_deleted_rows())
        except Exception as why:  # noqa: BLE001 - all of them are out: what they did must be told
            failure = why
        for step, sent_change in self._unread_steps:
            if failure is None:
                state = sent_change.change.find(self._workspace)
                outcome = judge(sent_change.change, state, sent_change.error)
            else:
                outcome = make_unread_outcome(sent_change, failure)
            outcome = replace(outcome, bug=sent_change.bug or outcome.bug)
            step.outcome = await settle(self._workspace, sent_change.entry, outcome)
            step.unread = False

    def _list_deleted_rows(self) -> list[str]:
        """The rows of which the server has said that they are gone."""
        deletions = (
            s.change for _, s in self._unread_steps if s.change.after is None and s.error is None
        )
        return [change.row for change in deletions if change.row is not None]


def _describe_end(outcome: Outcome) -> str:
    return brief(outcome.error, "do that") if outcome.error is not None else ""
