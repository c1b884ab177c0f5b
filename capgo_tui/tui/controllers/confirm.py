"""Confirm, carry out, tell: the way of every change, whatever it changes."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.api.errors import InvalidArgument, Refused
from capgo_tui.tui.overlays.confirmation import Choice, Listing
from capgo_tui.workspace.changes.carry_out import carry_out, not_sent
from capgo_tui.workspace.changes.change import Outdated
from capgo_tui.workspace.changes.duration import estimate
from capgo_tui.workspace.changes.guard import MANY, Guard, guard_of
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.changes.run import TICK, Run
from capgo_tui.workspace.changes.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.overlay import Overlay
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace

    Again = Callable[[Change], Change | None]

GONE = "no longer in the list"


class Stopped(Refused):
    """A change was given up while it waited for its turn."""


def _again(change: Change, width: int) -> str:
    return "Changed! " + change.question(width - 9)


def _same(change: Change) -> Change | None:
    return change


@dataclass(frozen=True, slots=True)
class Many:
    """Some changes that are to be confirmed together."""

    title: str
    changes: Sequence[Change]
    undoes: Sequence[int | None]
    again: Again = _same
    """Makes a change anew of its record as it now is; None when that is gone."""
    notes: Sequence[str] = ()
    gone: int = 0
    """How many of the records have gone since the key was pressed."""

    def made_again(self) -> Many:
        """The same of the records as they now are."""
        again = [self.again(change) for change in self.changes]
        left = [(c, u) for c, u in zip(again, self.undoes, strict=True) if c is not None]
        return replace(
            self,
            changes=[change for change, _ in left],
            undoes=[undoes for _, undoes in left],
            gone=self.gone + len(again) - len(left),
        )

    def needed(self, workspace: Workspace) -> list[Change]:
        """Those there is something to do for."""
        return [each for each in self.changes if not (each.unsendable or each.needless(workspace))]

    def left_alone(self, workspace: Workspace) -> list[str]:
        """In sentences, those there is nothing to do for."""
        whys = (change.unsendable or change.needless(workspace) for change in self.changes)
        reasons = Counter(filter(None, whys))
        if self.gone:
            reasons[GONE] += self.gone
        return [f"{count} left alone: {reason}" for reason, count in reasons.items()]


class Writing:
    """Asks for the yes a change needs, carries it out, and says what became of it.

    The target is the record that was under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, screen: Host, workspace: Workspace) -> None:
        self._screen = screen
        self._workspace = workspace
        self._waits: list[asyncio.Event] = []
        """For each change that waits for a limit of the server, what ends its wait."""

    def is_busy(self, noun: str, row: str) -> bool:
        """Whether a write for that record is under way, after saying so."""
        if (f"{noun}s", row) not in self._workspace.writing:
            return False
        self._screen.say(f"A write for this {noun} is under way; wait for its end.")
        return True

    def confirm(
        self, change: Change, again: Callable[[], Change | None], choice: Choice | None = None
    ) -> Coroutine[None, None, Outcome | None]:
        """Ask for a yes; the question has the keyboard when this returns.

        What is left to await carries the change out and gives its end, or None after a no.
        `again` makes the same change of the record as it then is, or None when that is gone: it
        is asked anew if it has changed since, for what was agreed to is then no longer what
        would happen. A `choice` of what is done besides is there for `again` to look at.
        """
        if change.unsendable:
            return self._end(change, not_sent(InvalidArgument(change.unsendable)))
        return self._await_yes(change, again, choice, self._ask_one(change, choice))

    def _ask_one(
        self, change: Change, choice: Choice | None = None, *, changed: bool = False
    ) -> asyncio.Future[bool]:
        line = partial(_again, change) if changed else change.question
        return self.ask([change], line, Listing(changed=changed, choice=choice))

    def ask(
        self,
        changes: Sequence[Change],
        line: Callable[[int], str] | None,
        listing: Listing,
    ) -> asyncio.Future[bool]:
        """Ask for a yes to changes: every question about one is put here, and judged alike.

        Args:
            changes: at least one.
            line: the question where one line is enough; None where it never is.
            listing: what a dialog says of them.

        """
        target = self._screen.target
        guard = guard_of((change.guard for change in changes), target)
        if target.profile is not None and target.production:
            listing = replace(listing, place=target.profile.badge)
        if guard is Guard.LINE and line is not None:
            return self._screen.overlays.prompt.open(line, changes[0].identity)
        one = changes[0].to_type(self._workspace) if len(changes) == 1 else str(len(changes))
        listing = replace(listing, effort=self._effort(changes), typed=one)
        return self._screen.overlays.confirmation.open(changes, guard, listing)

    async def _await_yes(
        self,
        change: Change,
        again: Callable[[], Change | None],
        choice: Choice | None,
        answer: asyncio.Future[bool],
    ) -> Outcome | None:
        while True:
            yes = await answer
            now = again() if yes else None
            if now is None:
                gone = f" The {change.noun} is no longer in the list." if yes else ""
                self._screen.say(f"Nothing was changed.{gone}")
                return None
            if now.before == change.before:
                change = change if choice is None else now
                over = self._open_overlays()
                outcome = await self._send(change)
                # It is looked at right before it is sent, too: that may tell what no list did.
                outdated = isinstance(outcome.refused, Outdated) and self._open_overlays() <= over
                now = again() if outdated else None
                if now is None or now.before == change.before:
                    return await self._end(change, outcome)
                self._screen.status.dismiss()
            change = now
            answer = self._ask_one(change, choice, changed=True)

    def _open_overlays(self) -> set[Overlay | None]:
        """What lies over the lists: a question that nobody waits for is put over nothing new."""
        elsewhere = set() if self._screen.is_current else {None}
        return {modal for modal in self._screen.overlays.mounted if modal.visible} | elsewhere

    def confirm_run(
        self,
        changes: Sequence[Change],
        title: str,
        *,
        undoes: Sequence[int | None] = (),
        again: Again = _same,
        notes: Sequence[str] = (),
    ) -> Coroutine[None, None, Run | None]:
        """Ask for a yes to many changes, listed; the dialog has the keyboard when this returns.

        What is left to await carries them out one by one, shows what becomes of each, and gives
        the run once that was seen; None after a no.

        Args:
            changes: what to do; those that turn out needless are left alone.
            title: what it is called.
            undoes: for each the journal's number of what it takes back.
            again: as for `confirm`, for each of them.
            notes: sentences to be read before it is confirmed.

        """
        many = Many(title, changes, undoes or [None] * len(changes), again, notes)
        return self._await_yes_to_run(many, self._ask_about(many))

    def _ask_about(self, many: Many, *, changed: bool = False) -> asyncio.Future[bool] | None:
        """Ask for a yes; None when there is nothing to ask about."""
        needed = many.needed(self._workspace)
        left_alone = many.left_alone(self._workspace)
        if not needed:
            self._screen.say(f"Nothing to do: {' · '.join(left_alone)}.")
            return None
        notes = (*many.notes, *left_alone)
        return self.ask(needed, None, Listing(many.title, changed=changed, notes=notes))

    def _effort(self, changes: Sequence[Change]) -> str:
        """What it takes to do all of it, where that is more than a moment."""
        return estimate(changes, self._workspace.pacing) if len(changes) > MANY else ""

    async def _await_yes_to_run(
        self, many: Many, answer: asyncio.Future[bool] | None
    ) -> Run | None:
        while answer is not None:
            if not await answer:
                self._screen.say("Nothing was changed.")
                return None
            now = many.made_again()
            if [c.before for c in now.changes] == [c.before for c in many.changes]:
                return await self.carry_out_run(now.changes, now.title, now.undoes)
            many = now
            answer = self._ask_about(many, changed=True)
        return None

    async def carry_out_run(
        self, changes: Sequence[Change], title: str, undoes: Sequence[int | None] = ()
    ) -> Run:
        """Carry many changes out that were agreed to, and show what becomes of each."""
        dialog = self._screen.overlays.run_dialog
        run = Run(changes, self._workspace, undoes=undoes)
        dialog.open(title, run)
        try:
            await self._screen.app.see_through(run.go(), run.stop)
        finally:
            dialog.end()
        self._screen.tell(f"{title} · {dialog.summary}")
        for step in run.steps:
            if step.outcome is not None and step.outcome.bug is not None:
                self._screen.app.report_bug(step.outcome.bug)
        await dialog.seen()
        return run

    async def may_lose(self, count: int) -> bool:
        """Whether a form may be left, which is asked if something typed is lost with it."""
        lost = f"{count} change{'s' * (count > 1)}"
        return not count or await self._screen.overlays.prompt.open(
            lambda _: f"Leave and lose {lost}?"
        )

    async def carry_out(self, change: Change, undoes: int | None = None) -> Outcome:
        """Carry a change out that was agreed to, and tell its end."""
        return await self._end(change, await self._send(change, undoes))

    async def _send(self, change: Change, undoes: int | None = None) -> Outcome:
        why_not = await self._await_turn(change)
        if why_not:
            return not_sent(Stopped(why_not))
        self._screen.say(f"⟳ {change.summary(self._screen.size.width - 5)}…")
        outcome: Outcome = await self._screen.app.see_through(
            carry_out(change, self._workspace, undoes=undoes)
        )
        return outcome

    async def _end(self, change: Change, outcome: Outcome) -> Outcome:
        if isinstance(outcome.refused, Stopped):
            self._screen.say(f"Nothing was changed: {change.name}: {outcome.refused}.")
            return outcome
        self._screen.tell(told(change, outcome))
        if outcome.bug is not None:
            self._screen.app.report_bug(outcome.bug)
        await self._offer_repair(change, outcome)
        return outcome

    async def _await_turn(self, change: Change) -> str:
        """Wait until the server's limits let a change through; why it is not to be sent, if so."""
        pacing = self._workspace.pacing
        if not change.limits:
            return ""
        await recall(self._workspace)
        if not pacing.wait(change.limits):
            return ""
        stop = asyncio.Event()
        self._waits.append(stop)
        try:
            with self._workspace.marked_as_writing(change):
                while (left := pacing.wait(change.limits)) > 0 and not stop.is_set():
                    told = f" · the server takes it in {math.ceil(left)} s · esc stops"
                    room = self._screen.size.width - len(told) - 4
                    self._screen.say(f"⟳ {change.summary(room)}{told}")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), min(left, TICK))
        finally:
            self._waits.remove(stop)
        # Much can have happened in a minute.
        return "stopped before it was sent" if stop.is_set() else change.needless(self._workspace)

    def stop_waiting(self) -> bool:
        """Give up the last change that waits; whether there was one."""
        if self._waits:
            self._waits[-1].set()
        return bool(self._waits)

    async def _offer_repair(self, change: Change, outcome: Outcome) -> None:
        repair = change.repair(outcome.lost) if outcome.lost else None
        if repair is None:
            return
        if self._screen.overlays.channel_form.is_at_work:
            # It would hide the line that says why this is asked; another one's stays.
            self._screen.overlays.channel_form.close()
        if await self._ask_one(repair):
            await self.carry_out(repair)
