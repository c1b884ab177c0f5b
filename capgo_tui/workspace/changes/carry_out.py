"""Carry out one change: write it to the journal, send it once, read it back, settle it.

No write is retried. When the reply is lost, what is read back decides; when that cannot be read
either, the outcome is «unknown», never «failed».
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind, InvalidArgument, Refusal
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class SentChange:
    """A change whose request was sent."""

    change: Change
    entry: int
    """The id of its journal entry."""
    error: CapgoError | None = None
    """Why the reply did not arrive or says nothing; None for a good reply."""
    bug: Exception | None = None
    """An exception of this program while it was sent."""


async def carry_out(change: Change, workspace: Workspace, *, undoes: int | None = None) -> Outcome:
    """Carry out one change and return its outcome; raises nothing but a cancellation.

    Args:
        change: the change to carry out.
        workspace: the app it belongs to.
        undoes: the id of the journal entry that this change undoes.

    """
    with workspace.mark_as_writing(change):
        result = await send_once(change, workspace, undoes=undoes)
        return result if isinstance(result, Outcome) else await conclude(result, workspace)


async def send_once(
    change: Change,
    workspace: Workspace,
    *,
    undoes: int | None = None,
    batch_id: str | None = None,
    alone: bool = True,
) -> SentChange | Outcome:
    """Write a change to the journal and send it; return its outcome where it failed.

    What this program refuses is not journalled, unless it is a step of an undo: without it the
    steps before it would look like the whole undo. `alone` is for `Change.check`.
    """
    if why_not := describe(change).unsendable:
        return make_unsent_outcome(InvalidArgument(why_not)).with_time(workspace.now())
    try:
        traits = await workspace.client.get_traits_for_write(change.app_id)
        change = await change.check(workspace, alone=alone)
        request = change.request(traits)
        entry = await asyncio.to_thread(
            workspace.journal.intend, change, request, undoes=undoes, batch=batch_id
        )
    except Exception as why:  # noqa: BLE001 - nothing has been sent, whatever it is
        outcome = make_unsent_outcome(why).with_time(workspace.now())
        if batch_id is None or undoes is None or isinstance(why, JournalUnusable):
            return outcome
        return await write_refusal(change, workspace, outcome, undoes, batch_id)
    try:
        await workspace.client.send(request)
    except CapgoError as error:
        workspace.write_limits.note(change.limits, error, entry)
        if error.maybe_sent:
            return SentChange(change, entry, error)
        return await settle(
            workspace, entry, Outcome(OutcomeState.FAILED, error=error, is_read_back=False)
        )
    except Exception as bug:  # noqa: BLE001 - it may be out: what it did must be told
        workspace.write_limits.note(change.limits, entry=entry)
        return SentChange(change, entry, _make_bug_error(bug, maybe_sent=True), bug)
    workspace.write_limits.note(change.limits, entry=entry)
    return SentChange(change, entry)


def make_unsent_outcome(why: Exception) -> Outcome:
    """Return the outcome of a change that failed before it was sent."""
    if isinstance(why, CapgoError):
        return Outcome(OutcomeState.FAILED, error=why, is_read_back=False)
    if isinstance(why, Refusal):
        return Outcome(OutcomeState.FAILED, refusal=why, is_read_back=False)
    return Outcome(OutcomeState.FAILED, error=_make_bug_error(why), bug=why, is_read_back=False)


def _make_bug_error(bug: Exception, *, maybe_sent: bool = False) -> CapgoError:
    """Return the error that stands for a bug of this program."""
    message = f"{type(bug).__name__}, a bug in capgo-tui"
    return CapgoError(message, kind=ErrorKind.SERVER_FAULT, maybe_sent=maybe_sent, lasting=True)


async def write_refusal(
    change: Change, workspace: Workspace, outcome: Outcome, undoes: int, batch_id: str
) -> Outcome:
    """Write a step of an undo that was never sent to the journal, with its outcome."""
    try:
        entry = await asyncio.to_thread(
            workspace.journal.intend, change, None, undoes=undoes, batch=batch_id
        )
    except JournalUnusable:
        return replace(outcome, is_journalled=False)
    return await settle(workspace, entry, outcome)


async def conclude(sent_change: SentChange, workspace: Workspace) -> Outcome:
    """Read the target of a change back, judge it, and settle the journal entry."""
    try:
        state = await sent_change.change.read(workspace)
        outcome = judge(sent_change.change, state, sent_change.error)
    except Exception as why:  # noqa: BLE001 - the request is out: what it did must be told
        outcome = make_unread_outcome(sent_change, why)
    return await settle(
        workspace, sent_change.entry, replace(outcome, bug=sent_change.bug or outcome.bug)
    )


async def settle(workspace: Workspace, entry: int, outcome: Outcome) -> Outcome:
    """Write an outcome to the journal; return it with time, number and whether that worked."""
    outcome = replace(outcome.with_time(workspace.now()), entry=entry)
    try:
        await asyncio.to_thread(workspace.journal.settle, entry, outcome)
    except JournalUnusable:
        return replace(outcome, is_journalled=False)
    return outcome


def make_unread_outcome(sent_change: SentChange, why: Exception) -> Outcome:
    """Return the outcome of a change that was sent and whose read-back failed."""
    if isinstance(why, CapgoError):
        return make_unverified_outcome(sent_change.error, why)
    return replace(make_unverified_outcome(sent_change.error, _make_bug_error(why)), bug=why)


def make_unverified_outcome(
    send_error: CapgoError | None, read_error: CapgoError | None = None
) -> Outcome:
    """Return the outcome of a change that was sent and cannot be verified."""
    return Outcome(
        OutcomeState.UNKNOWN if send_error else OutcomeState.UNVERIFIED,
        None,
        send_error or read_error,
        is_read_back=False,
    )


def judge(change: Change, state: State | None, error: CapgoError | None = None) -> Outcome:
    """Return the outcome of a change by the state that was read back."""
    dropped_fields: State = {
        field: value
        for field, value in change.invariants.items()
        # A server drops a value; another value was set by somebody else.
        if state is not None and value is not None and state.get(field, value) is None
    }
    has_fields = bool(change.creates_record or (change.after or {}).keys() & (state or {}).keys())
    is_readable = bool(dropped_fields) or (state is not None and has_fields)
    if change.after is not None and not is_readable:
        # A device that the server has not seen takes an override, but cannot be read (§7.2);
        # older servers do not tell overrides. A new record is verified by its existence.
        return replace(make_unverified_outcome(error), readback=state)
    is_done = change.is_done(state)
    side_effects = change.list_side_effects(state)
    if is_done and not dropped_fields and change.is_expected(side_effects):
        return Outcome(OutcomeState.VERIFIED, state, side_effects=side_effects)
    # A request whose reply was lost may still be carried out.
    outcome_state = OutcomeState.UNKNOWN if error and not is_done else OutcomeState.DIFFERENT
    return Outcome(
        outcome_state, state, error, dropped_fields=dropped_fields, side_effects=side_effects
    )
