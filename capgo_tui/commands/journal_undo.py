"""Undo changes of the journal by a command."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.output import say, show_progress
from capgo_tui.workspace.changes.perform import NOTHING_CHANGED
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.changes.undo import find_batch, find_latest, plan_undo
from capgo_tui.workspace.journal import MOST_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.changes.undo import UndoPlan
    from capgo_tui.workspace.journal_entry import Entry


async def undo_change(operation: Operation, number: int | None) -> Exit:
    """Undo the change of a number, or the last one, and what was confirmed together with it."""
    workspace = operation.workspace
    journal_entries = await asyncio.to_thread(workspace.journal.list_entries, MOST_ENTRIES)
    plan = await plan_undo(
        _choose(journal_entries, number),
        workspace,
        lambda count, of: show_progress(f"{count} of {of} records read" if of > 1 else ""),
    )
    show_progress("")
    if isinstance(plan, str):
        raise CommandError(Exit.REFUSED, f"not undone: {plan}")
    is_single = len(plan.changes) == 1
    question = Question(plan.changes, workspace, plan.title, is_listed=not is_single)
    if operation.options.dry_run:
        return await operation.show_question(question)
    if not await operation.ui.ask(question):
        say(NOTHING_CHANGED)
        return Exit.REFUSED
    if (objection := plan.find_objection(workspace)) is not None:
        raise CommandError(Exit.REFUSED, f"not undone: {objection}")
    code = await _carry_out(operation, plan)
    return Exit.IN_PART if plan.skip_reasons and code is Exit.OK else code


async def _carry_out(operation: Operation, plan: UndoPlan) -> Exit:
    if len(plan.changes) == 1:
        return await operation.perform_agreed(plan.changes[0], plan.undoes[0])
    return await operation.perform_agreed_batch(plan.batch)


def _choose(entries: Sequence[Entry], number: int | None) -> Sequence[Entry]:
    """Return the entries to undo: those of a number, or the last that can be undone."""
    if number is not None:
        entry = next((each for each in entries if each.id == number), None)
        if entry is None:
            raise CommandError(Exit.NOT_FOUND, f"the journal has no change {number} of this app")
        return find_batch(entry, entries)
    choice = find_latest(entries)
    if choice.entries:
        if choice.skip_reason:
            say(f"the last change stays; this is an earlier one · {choice.skip_reason}")
        return choice.entries
    if choice.skip_reason:
        raise CommandError(Exit.REFUSED, f"not undone: {choice.skip_reason}")
    raise CommandError(Exit.NOT_FOUND, "there is no change to undo")
