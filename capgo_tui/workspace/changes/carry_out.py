"""How a write travels: journalled, sent exactly once, read back, journalled again.

Nothing here tries a write a second time. When its answer is lost, what the server then says
decides; and when that cannot be read either, the outcome is «unknown», never «failed».
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind, InvalidArgument, Refused
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import Fate, Outcome
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class Sent:
    """A change whose request is out."""

    change: Change
    entry: int
    """Its number in the journal."""
    lost: CapgoError | None = None
    """Why the answer did not arrive or does not tell, if it is so."""
    bug: Exception | None = None
    """What went wrong on this side while it was sent."""


async def carry_out(change: Change, workspace: Workspace, *, undoes: int | None = None) -> Outcome:
    """Carry one change out and tell what became of it; raises nothing but a cancellation.

    Args:
        change: what to do.
        workspace: the app it is about.
        undoes: the journal's number of the change that this one takes back.

    """
    with workspace.marked_as_writing(change):
        sent = await send_once(change, workspace, undoes=undoes)
        return sent if isinstance(sent, Outcome) else await conclude(sent, workspace)


async def send_once(
    change: Change,
    workspace: Workspace,
    *,
    undoes: int | None = None,
    run: str | None = None,
    alone: bool = True,
) -> Sent | Outcome:
    """Journal a change and send it; an outcome when it failed, and so has come to its end.

    What is refused on this side is not journalled, unless it is a step of an undo: without it
    the steps before it would look like the whole. `alone` is for `Change.check`.
    """
    if why_not := describe(change).unsendable:
        return not_sent(InvalidArgument(why_not)).known_at(workspace.now())
    try:
        traits = await workspace.client.traits_for_write(change.app_id)
        change = await change.check(workspace, alone=alone)
        request = change.request(traits)
        entry = await asyncio.to_thread(
            workspace.journal.intend, change, request, undoes=undoes, run=run
        )
    except Exception as why:  # noqa: BLE001 - nothing has been sent, whatever it is
        outcome = not_sent(why).known_at(workspace.now())
        if run is None or undoes is None or isinstance(why, JournalUnusable):
            return outcome
        return await journal_refusal(change, workspace, outcome, undoes, run)
    try:
        await workspace.client.send(request)
    except CapgoError as error:
        workspace.pacing.note(change.limits, error, entry)
        if error.maybe_sent:
            return Sent(change, entry, error)
        return await settle(workspace, entry, Outcome(Fate.FAILED, error=error, seen=False))
    except Exception as bug:  # noqa: BLE001 - it may be out: what it did must be told
        workspace.pacing.note(change.limits, entry=entry)
        return Sent(change, entry, _fault(bug, maybe_sent=True), bug)
    workspace.pacing.note(change.limits, entry=entry)
    return Sent(change, entry)


def not_sent(why: Exception) -> Outcome:
    """The outcome of a change that was given up before its request went out."""
    if isinstance(why, CapgoError):
        return Outcome(Fate.FAILED, error=why, seen=False)
    if isinstance(why, Refused):
        return Outcome(Fate.FAILED, refused=why, seen=False)
    return Outcome(Fate.FAILED, error=_fault(why), bug=why, seen=False)


def _fault(bug: Exception, *, maybe_sent: bool = False) -> CapgoError:
    """The error that a fault of ours is told as."""
    message = f"{type(bug).__name__}, a bug in capgo-tui"
    return CapgoError(message, kind=ErrorKind.SERVER_FAULT, maybe_sent=maybe_sent, lasting=True)


async def journal_refusal(
    change: Change, workspace: Workspace, outcome: Outcome, undoes: int, run: str
) -> Outcome:
    """Journal a step of an undo that was never sent, with the outcome that says why."""
    try:
        entry = await asyncio.to_thread(
            workspace.journal.intend, change, None, undoes=undoes, run=run
        )
    except JournalUnusable:
        return replace(outcome, journalled=False)
    return await settle(workspace, entry, outcome)


async def conclude(sent: Sent, workspace: Workspace) -> Outcome:
    """Read the target of a change again, judge by it, and journal that."""
    try:
        found = await sent.change.read(workspace)
        outcome = judge(sent.change, found, sent.lost)
    except Exception as why:  # noqa: BLE001 - the request is out: what it did must be told
        outcome = not_read(sent, why)
    return await settle(workspace, sent.entry, replace(outcome, bug=sent.bug or outcome.bug))


async def settle(workspace: Workspace, entry: int, outcome: Outcome) -> Outcome:
    """Journal the end of a change; the outcome tells when that could not be done."""
    outcome = outcome.known_at(workspace.now())
    try:
        await asyncio.to_thread(workspace.journal.settle, entry, outcome)
    except JournalUnusable:
        return replace(outcome, journalled=False)
    return outcome


def not_read(sent: Sent, why: Exception) -> Outcome:
    """The outcome of a change that was sent, and whose reading back failed."""
    if isinstance(why, CapgoError):
        return unread(sent.lost, why)
    return replace(unread(sent.lost, _fault(why)), bug=why)


def unread(lost: CapgoError | None, error: CapgoError | None = None) -> Outcome:
    """The outcome of a change that was sent and whose target could not be read."""
    return Outcome(Fate.UNKNOWN if lost else Fate.UNVERIFIED, None, lost or error, seen=False)


def judge(change: Change, found: State | None, lost: CapgoError | None = None) -> Outcome:
    """Compare what was read back with what was meant."""
    dropped: State = {
        field: value
        for field, value in change.invariants.items()
        # Another value than before is somebody else's doing; none at all is what servers do.
        if found is not None and value is not None and found.get(field, value) is None
    }
    tells = change.makes_one or (change.after or {}).keys() & (found or {}).keys()
    readable = dropped or (found is not None and tells)
    if change.after is not None and not readable:
        # A device the server has not seen takes an override, yet cannot be read (§7.2); and
        # older servers do not tell overrides. That a new record is there is told by itself.
        return replace(unread(lost), found=found)
    done = change.is_done(found)
    besides = change.side_effects(found)
    if done and not dropped and change.is_expected(besides):
        return Outcome(Fate.VERIFIED, found, side_effects=besides)
    # A request whose answer was lost may still be carried out: not seen yet is not failed.
    fate = Fate.UNKNOWN if lost and not done else Fate.DIFFERENT
    return Outcome(fate, found, lost, lost=dropped, side_effects=besides)
