"""Many changes as one run: one after the other, each with its own end, to be stopped any time."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.changes.carry_out import Sent, conclude, judge, send_once, settle, unread
from capgo_tui.workspace.changes.outcome import Fate, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


@dataclass(slots=True)
class Step:
    """One change of a run and what became of it; None while nothing has."""

    change: Change
    outcome: Outcome | None = None
    under_way: bool = False


class Run:
    """Some changes that were confirmed together.

    A failure ends its own change alone, except for a refused key: after that nothing is sent.
    Changes that can only be verified by reading a whole list are verified together, at the end.
    """

    def __init__(
        self,
        changes: Sequence[Change],
        workspace: Workspace,
        *,
        undoes: Sequence[int | None] = (),
    ) -> None:
        self.id = uuid.uuid4().hex[:8]
        self.steps = [Step(change) for change in changes]
        self.waits_until: float | None = None
        """The event loop's time until which the server asked to wait."""
        self._undoes = undoes or [None] * len(changes)
        self._workspace = workspace
        self._stopping = asyncio.Event()
        self._sent: list[tuple[Step, Sent]] = []

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
        return sum(step.outcome is not None for step in self.steps)

    def count(self, *fates: Fate) -> int:
        """How many came to one of these ends."""
        return sum(step.outcome is not None and step.outcome.fate in fates for step in self.steps)

    async def go(self) -> None:
        """Carry all of it out; raises nothing but a cancellation."""
        for step, undoes in zip(self.steps, self._undoes, strict=True):
            if self._stopping.is_set():
                break
            step.under_way = True
            with self._workspace.marked_as_writing(step.change):
                step.outcome = await self._carry_out(step, undoes)
            step.under_way = False
            if await self._must_end(step.outcome):
                break
        await self._verify_together()

    async def _carry_out(self, step: Step, undoes: int | None) -> Outcome:
        sent = await send_once(step.change, self._workspace, undoes=undoes, run=self.id)
        if isinstance(sent, Outcome):
            return sent
        if not step.change.reads_whole_list:
            return await conclude(sent, self._workspace)
        self._sent.append((step, sent))
        return await settle(self._workspace, sent.entry, unread(sent.lost))

    async def _must_end(self, outcome: Outcome) -> bool:
        error = outcome.error
        if error is None:
            return False
        if error.kind is ErrorKind.KEY_REFUSED:
            return True
        if error.kind is ErrorKind.RATE_LIMITED and error.retry_after:
            self.waits_until = asyncio.get_running_loop().time() + error.retry_after
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), error.retry_after)
            self.waits_until = None
        return False

    async def _verify_together(self) -> None:
        if not self._sent:
            return
        first = self._sent[0][1].change
        try:
            await first.read(self._workspace)
        except CapgoError:
            return  # accepted, and not read back: that is what each of them says already
        for step, sent in self._sent:
            found = sent.change.find(self._workspace)
            step.outcome = await settle(
                self._workspace, sent.entry, judge(sent.change, found, sent.lost)
            )
