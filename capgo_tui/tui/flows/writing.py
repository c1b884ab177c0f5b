"""Confirm, carry out, tell: the way of every change, whatever it changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.changes.run import Run
from capgo_tui.workspace.changes.told import told

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Sequence

    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace


def _again(change: Change, width: int) -> str:
    return "Changed! " + change.question(width - 9)


class Writing:
    """Asks for the yes a change needs, carries it out, and says what became of it.

    The target is the record that was under the cursor when the key was pressed, whatever the
    list does meanwhile.
    """

    def __init__(self, screen: MainScreen, workspace: Workspace) -> None:
        self._screen = screen
        self._workspace = workspace

    def is_busy(self, noun: str, row: str) -> bool:
        """Whether a write for that record is under way, after saying so."""
        if (f"{noun}s", row) not in self._workspace.writing:
            return False
        self._screen.say(f"A write for this {noun} is under way; wait for its end.")
        return True

    def confirm(
        self, change: Change, again: Callable[[], Change | None]
    ) -> Coroutine[None, None, Outcome | None]:
        """Ask for a yes; the question has the keyboard when this returns.

        What is left to await carries the change out and gives its end, or None after a no.
        `again` makes the same change of the record as it then is, or None when that is gone: it
        is asked anew if it has changed since, for what was agreed to is then no longer what
        would happen.
        """
        return self._await_yes(change, again, self._ask(change))

    def _ask(self, change: Change, *, changed: bool = False) -> asyncio.Future[bool]:
        if change.guard is Guard.LINE:
            ask = partial(_again, change) if changed else change.question
            return self._screen.prompt.open(ask)
        return self._screen.confirmation.open([change], changed=changed)

    async def _await_yes(
        self,
        change: Change,
        again: Callable[[], Change | None],
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
                return await self.carry_out(change)
            change = now
            answer = self._ask(change, changed=True)

    def confirm_run(
        self, changes: Sequence[Change], title: str, *, undoes: Sequence[int | None] = ()
    ) -> Coroutine[None, None, None]:
        """Ask for a yes to many changes, listed; the dialog has the keyboard when this returns.

        What is left to await carries them out one by one and shows what becomes of each.
        """
        answer = self._screen.confirmation.open(changes, title=title)
        return self._await_yes_to_run(changes, title, undoes, answer)

    async def _await_yes_to_run(
        self,
        changes: Sequence[Change],
        title: str,
        undoes: Sequence[int | None],
        answer: asyncio.Future[bool],
    ) -> None:
        if await answer:
            await self.carry_out_run(changes, title, undoes)
        else:
            self._screen.say("Nothing was changed.")

    async def carry_out_run(
        self, changes: Sequence[Change], title: str, undoes: Sequence[int | None] = ()
    ) -> Run:
        """Carry many changes out that were agreed to, and show what becomes of each."""
        dialog = self._screen.run_dialog
        run = Run(changes, self._workspace, undoes=undoes)
        dialog.open(title, run)
        await self._screen.app.see_through(run.go())
        dialog.end()
        self._screen.tell(f"{title} · {dialog.summary}")
        await dialog.seen()
        return run

    async def may_lose(self, count: int) -> bool:
        """Whether a form may be left, which is asked if something typed is lost with it."""
        lost = f"{count} change{'s' * (count > 1)}"
        return not count or await self._screen.prompt.open(lambda _: f"Leave and lose {lost}?")

    async def carry_out(self, change: Change, undoes: int | None = None) -> Outcome:
        """Carry a change out that was agreed to, and tell its end."""
        self._screen.say(f"⟳ {change.summary(self._screen.size.width - 5)}…")
        outcome: Outcome = await self._screen.app.see_through(
            carry_out(change, self._workspace, undoes=undoes)
        )
        self._screen.tell(told(change, outcome))
        if outcome.bug is not None:
            self._screen.app.report_bug(outcome.bug)
        await self._offer_repair(change, outcome)
        return outcome

    async def _offer_repair(self, change: Change, outcome: Outcome) -> None:
        repair = change.repair(outcome.lost) if outcome.lost else None
        if repair is None:
            return
        self._screen.channel_form.close()  # it would hide the line that says why this is asked
        if await self._ask(repair):
            await self.carry_out(repair)
