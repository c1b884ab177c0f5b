"""Read a change again until the server shows it, for ``--wait``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.carry_out import judge, settle
from capgo_tui.workspace.changes.outcome import OutcomeState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace

LONGEST: Final = 180.0
"""Seconds after which it is given up: a server may take two minutes."""
PAUSES: Final = (2.0, 3.0, 5.0)
"""Seconds between two readings; the last one is repeated."""
_LASTING: Final = (ErrorKind.KEY_REFUSED, ErrorKind.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the last reading of a change showed, and after how many seconds."""

    outcome: Outcome
    seconds: float
    is_shown: bool


def is_worth_waiting(change: Change, outcome: Outcome) -> bool:
    """Whether a later reading may show a change that its own reading did not."""
    match outcome.state:
        case OutcomeState.DIFFERENT | OutcomeState.UNKNOWN:
            return not (outcome.is_read_back and change.is_done(outcome.readback))
        case OutcomeState.UNVERIFIED:  # without an error, this server never tells
            return outcome.error is not None
        case _:
            return False


async def follow(
    change: Change,
    outcome: Outcome,
    workspace: Workspace,
    began: datetime,
    sleep: Callable[[float], Awaitable[object]],
) -> Sighting:
    """Read a change that was sent at `began` until the server shows it or the time is over.

    What is then known goes into its journal entry.
    """
    pauses = iter(PAUSES)
    while is_worth_waiting(change, outcome):
        if (workspace.now() - began).total_seconds() >= LONGEST:
            break
        await sleep(next(pauses, PAUSES[-1]))
        try:
            state = await change.read(workspace)
        except CapgoError as error:
            if error.kind in _LASTING:
                break
            continue
        # A lost reply says nothing any more once the change is there to be read.
        new_outcome = judge(change, state, None if change.is_done(state) else outcome.error)
        if outcome.entry is not None and new_outcome.state is not outcome.state:
            new_outcome = await settle(workspace, outcome.entry, new_outcome)
            outcome = new_outcome
    is_shown = outcome.state is OutcomeState.VERIFIED or (
        outcome.state is OutcomeState.DIFFERENT and change.is_done(outcome.readback)
    )
    return Sighting(outcome, (workspace.now() - began).total_seconds(), is_shown)
