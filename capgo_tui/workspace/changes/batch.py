"""Batches: changes sent one after the other, each with its own outcome, stoppable at any time."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import ErrorKind, Refusal
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.carry_out import (
    SentChange,
    conclude,
    judge,
    make_unread_outcome,
    make_unverified_outcome,
    send_once,
    settle,
    write_refusal,
)
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.changes.rights import learn_rights
from capgo_tui.workspace.failures import find_next_step, shorten_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.next_step import NextStep
    from capgo_tui.workspace.session import Workspace

TICK: Final = 0.2
"""Seconds between two looks at the clock while a batch waits."""

MIN_SAMPLES: Final = 5
"""The fewest finished changes from which the remaining time is estimated."""
BROKEN_OFF: Final = "the step before it did not succeed"
_CONTINUING_STATES: Final = (OutcomeState.VERIFIED, OutcomeState.UNVERIFIED)


@dataclass(slots=True, eq=False)
class Step:
    """One change of a batch with its progress and outcome."""

    change: Change
    undoes: int | None = None
    outcome: Outcome | None = None
    skip_reason: str = ""
    """The skip reason: it was not needed, or its record has changed."""
    untried_reason: str = ""
    """Why it was not tried: the server had refused another change for this reason."""
    next_step: NextStep | None = None
    """What the operator can do about that reason."""
    is_under_way: bool = False
    is_waiting: bool = False
    is_unread: bool = False
    """Whether it was sent, and will be read back with others of its kind at the end."""

    @property
    def target(self) -> tuple[str, str]:
        """The record it changes: changes of one record keep their order."""
        return self.change.noun, self.change.wire_id

    @property
    def is_finished(self) -> bool:
        """Whether it was skipped or has an outcome."""
        return bool(self.skip_reason) or self.outcome is not None


class Batch:
    """Changes that were confirmed together.

    A failure ends its own change alone, with two exceptions: after a refused API key nothing is
    sent, and after a missing right no change that needs it.
    Of the steps that together undo one change, none is sent after one that failed: each relies
    on those before it.
    Changes that wait for a rate limit are sent last. Changes that are verified by reading a
    whole list are verified together, at the end.
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
        self.wait_seconds = 0.0
        """Seconds until it continues, while all remaining changes wait for a rate limit."""
        self._ready_steps = deque(self.steps)
        self._waiting_steps: list[Step] = []
        self._waiting_targets: set[tuple[str, str]] = set()
        """The records of waiting steps: no later change of them may overtake."""
        self._broken_off: set[int] = set()
        """The ids of journal entries whose undo failed in a step: it is not continued."""
        self._workspace = workspace
        self._stopping = asyncio.Event()
        self._unread_steps: list[tuple[Step, SentChange]] = []

    def stop(self) -> None:
        """Stop after the current change."""
        self._stopping.set()

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopping.is_set()

    @property
    def finished_count(self) -> int:
        """The number of changes that are finished or skipped."""
        return sum(step.is_finished for step in self.steps)

    @property
    def seconds_left(self) -> float | None:
        """The estimated seconds that remain; None with too few finished changes."""
        sent_count = self.finished_count - self.skipped_count
        if self._began is None or sent_count < MIN_SAMPLES:
            return None
        seconds = (self._workspace.now() - self._began).total_seconds()
        return (
            seconds / sent_count * (len(self.steps) - self.finished_count) if seconds > 0 else None
        )

    @property
    def skipped_count(self) -> int:
        """The number of skipped changes."""
        return sum(bool(step.skip_reason) for step in self.steps)

    def count(self, *states: OutcomeState) -> int:
        """Return the number of changes whose outcome has one of these states."""
        return sum(step.outcome is not None and step.outcome.state in states for step in self.steps)

    async def carry_out(self) -> None:
        """Carry out all changes; raises nothing but a cancellation."""
        await recall(self._workspace)
        self._began = self._workspace.now()
        while (step := await self._find_next()) is not None:
            step.is_under_way = True
            with self._workspace.mark_as_writing(step.change):
                step.outcome = await self._carry_out(step)
            step.is_under_way = False
            if step.undoes is not None and step.outcome.state not in _CONTINUING_STATES:
                self._broken_off.add(step.undoes)
            self._hold_after_limit(step.outcome)
            if self._ends_batch(step.outcome):
                step_next = find_next_step(step.outcome.error)
                self._give_up(_describe_end(step.outcome), lambda _: True, step_next)
                break
            if lacks := learn_rights(step.change, step.outcome, self._workspace):
                self._give_up(str(lacks), lacks.concerns)
        await self._verify_together()
        await self._write_untried()

    def wait_of(self, step: Step) -> float:
        """Return the seconds that a change has to wait for the rate limits."""
        return self._workspace.write_limits.wait(step.change.limits)

    async def _find_next(self) -> Step | None:
        """Wait for and return the next step to send; None at the end or when stopped."""
        while not self.is_stopped:
            if self._ready_steps:
                step = self._ready_steps.popleft()
                must_wait = step.target in self._waiting_targets
            elif self._waiting_steps:
                at, self.wait_seconds = self._find_soonest()
                if self.wait_seconds > 0:
                    await self._pause()
                    continue
                step, must_wait = self._waiting_steps.pop(at), False
                step.is_waiting = False
                self._waiting_targets = {each.target for each in self._waiting_steps}
            else:
                return None
            broken_off = BROKEN_OFF if step.undoes in self._broken_off else ""
            step.skip_reason = broken_off or step.change.skip_reason(self._workspace)
            if step.skip_reason:
                continue
            if not must_wait and self.wait_of(step) <= 0:
                return step
            step.is_waiting = True
            self._waiting_steps.append(step)
            self._waiting_targets.add(step.target)
        return None

    def _give_up(
        self, reason: str, concerns: Callable[[Change], bool], next_step: NextStep | None = None
    ) -> None:
        """Mark the remaining changes that would fail for the same reason as not to be tried.

        The other steps of an undo that has such a step are not tried either.
        """
        remaining = [*self._ready_steps, *self._waiting_steps]
        blocked_steps = {
            step
            for step in remaining
            if concerns(step.change) and not step.change.skip_reason(self._workspace)
        }
        undoes = {step.undoes for step in blocked_steps} - {None}
        for step in remaining:
            if step in blocked_steps or step.undoes in undoes:
                step.untried_reason, step.next_step, step.is_waiting = reason, next_step, False
        self._ready_steps = deque(step for step in self._ready_steps if not step.untried_reason)
        self._waiting_steps = [step for step in self._waiting_steps if not step.untried_reason]
        self._waiting_targets = {each.target for each in self._waiting_steps}

    async def _write_untried(self) -> None:
        """Write the unsent steps of a started undo to the journal: the undo is not complete."""
        started_undoes = {step.undoes for step in self.steps if step.outcome is not None}
        for step in self.steps:
            if step.undoes is None or step.is_finished or step.undoes not in started_undoes:
                continue
            refusal = Refusal(step.untried_reason or "stopped before it was sent")
            outcome = Outcome(OutcomeState.FAILED, refusal=refusal, is_read_back=False)
            await write_refusal(step.change, self._workspace, outcome, step.undoes, self.id)

    def _find_soonest(self) -> tuple[int, float]:
        """Return the index of the waiting step that may be sent first, and its seconds.

        It is the first waiting step of its record.
        """
        heads: dict[tuple[str, str], int] = {}
        for at, step in enumerate(self._waiting_steps):
            heads.setdefault(step.target, at)
        wait_seconds = [(self.wait_of(self._waiting_steps[at]), at) for at in heads.values()]
        ready = [at for wait, at in wait_seconds if wait <= 0]
        if ready:
            return ready[0], 0
        wait, at = min(wait_seconds)
        return at, wait

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), min(self.wait_seconds, TICK))

    async def _carry_out(self, step: Step) -> Outcome:
        result = await send_once(
            step.change,
            self._workspace,
            undoes=step.undoes,
            batch_id=self.id,
            alone=len(self.steps) == 1,
        )
        if isinstance(result, Outcome):
            return result
        if not step.change.reads_whole_list:
            return await conclude(result, self._workspace)
        self._unread_steps.append((step, result))
        step.is_unread = True
        return await settle(self._workspace, result.entry, make_unverified_outcome(result.error))

    def _hold_after_limit(self, outcome: Outcome) -> None:
        """Pause after a change, or its read-back, that the rate limiter of the server refused.

        The refused change is not sent again.
        """
        error = outcome.error
        if error is not None and error.kind is ErrorKind.RATE_LIMITED and not error.locks_address:
            self._workspace.write_limits.hold(error)

    def _ends_batch(self, outcome: Outcome) -> bool:
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
            step.is_unread = False

    def _list_deleted_rows(self) -> list[str]:
        """Return the row keys of records that the server has said it deleted."""
        deletions = (
            s.change for _, s in self._unread_steps if s.change.after is None and s.error is None
        )
        return [change.row_key for change in deletions if change.row_key is not None]


def _describe_end(outcome: Outcome) -> str:
    return shorten_failure(outcome.error, "do that") if outcome.error is not None else ""
