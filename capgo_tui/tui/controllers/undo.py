"""Undo of the last or a chosen change, and the outcome of writes that an earlier run left open."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.keys import fill_keys, name_key
from capgo_tui.tui.words import step_label
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.undo import UndoPlan
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

LEAD = "Undo: "
EARLIER = "The last change stays; this is an earlier one"
"""Shown first: the reason may be longer than the line."""
READING = "Reading what is there now…"
READING_LEFT = "Reading what an earlier run left midway…"


def _import_kinds() -> None:
    """Import the models of all kinds of change: 0.1 s for a thread, not for the event loop."""
    from capgo_tui.workspace.changes import kinds  # noqa: F401, PLC0415


class UndoController:
    """The controller of undo, which reads the record before it asks."""

    def __init__(self, host: Host, workspace: Workspace, changes: ChangeController) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes

    async def look_back(self) -> None:
        """Determine the outcome of writes that an earlier run of the program left open."""
        try:
            if not await asyncio.to_thread(self._workspace.journal.cut_off_entries):
                return
            await asyncio.to_thread(_import_kinds)
            from capgo_tui.workspace.changes.resolve import resolve  # noqa: PLC0415

            resolution = await resolve(self._workspace, partial(self._say_read, READING_LEFT))
        except JournalUnusable:
            self._host.say(
                "✗ The journal cannot be used, so nothing can be changed:"
                f" {name_key('change.list')} shows more."
            )
            return
        if text := str(resolution):
            self._host.tell(text + step_label(resolution.next_step))

    async def undo_last(self) -> None:
        """Undo the last change that can be undone, and all that was confirmed with it."""
        self._host.status.dismiss()
        entries = await self.list_entries()
        from capgo_tui.workspace.changes.undo import find_latest  # noqa: PLC0415

        choice = find_latest(entries)
        if choice.entries:
            await self._undo(choice.entries, choice.skip_reason)
        elif choice.skip_reason:
            self._host.say(
                f"✗ Not undone: {choice.skip_reason}. {name_key('change.list')} lists all changes."
            )
        else:
            self._host.say(fill_keys("There is no change to undo. {change.list} lists them all."))

    async def undo(self, entry: Entry) -> None:
        """Undo a change that was chosen, and all that was confirmed with it."""
        from capgo_tui.workspace.changes.undo import find_batch  # noqa: PLC0415

        await self._undo(find_batch(entry, await self.list_entries()))

    async def list_entries(self) -> Sequence[Entry]:
        """Read the journal, and import what its entries are made of."""
        await asyncio.to_thread(_import_kinds)

        return await asyncio.to_thread(self._workspace.journal.list_entries)

    async def _undo(self, entries: Sequence[Entry], passed_over: str = "") -> None:
        from capgo_tui.workspace.changes.undo import plan_undo  # noqa: PLC0415

        self._host.say(READING)
        undo = await plan_undo(entries, self._workspace, partial(self._say_read, READING))
        if isinstance(undo, str):
            before = f"{passed_over}; before that: " if passed_over else ""
            self._host.say(f"✗ Not undone: {before}{undo}.")
            return
        if self.report_taken() or any(self._report_busy(each.change) for each in undo.targets):
            return
        self._host.say(f"{EARLIER} · {passed_over}" if passed_over else "")
        if not await self._ask(undo):
            self._host.say("Nothing was changed.")
        elif (objection := undo.find_objection(self._workspace)) is not None:
            self._host.say(f"✗ Not undone: {objection}.")
        elif len(undo.changes) == 1:
            await self._changes.carry_out(undo.changes[0], undo.undoes[0])
        else:
            await self._changes.carry_out_batch(undo.batch)

    def _say_read(self, what: str, count: int, of: int) -> None:
        """Show how many records have been read, if there are several."""
        if of > 1:
            self._host.say(f"{what} {count} of {of}")

    def _ask(self, undo: UndoPlan) -> asyncio.Future[bool]:
        one = len(undo.changes) == 1 and not undo.skip_reasons
        question = Question(undo.changes, self._workspace, undo.title, lead=LEAD, is_listed=not one)
        return self._changes.ask(question)

    def report_taken(self) -> bool:
        """Return whether something else was opened during the read, after saying so."""
        is_something_open = self._host.is_taken or not self._host.is_current
        if is_something_open:
            self._host.say("Nothing was undone: answer what is open first.")
        return is_something_open

    def _report_busy(self, change: Change) -> bool:
        return change.row_key is not None and self._changes.report_busy(change.noun, change.row_key)
