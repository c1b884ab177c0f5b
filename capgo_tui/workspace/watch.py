"""Follow the record of a change by plain reads, until one shows the change."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from itertools import chain, count, repeat
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

LONGEST: Final = timedelta(minutes=5)
"""How long a record is followed."""
PAUSES: Final = (2, 3, 5, 8, 13, 20)
"""Seconds between the first reads."""
LAST_PAUSE: Final = 30
_PASSING: Final = {ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.RATE_LIMITED}


class Sight(StrEnum):
    """What a read says of a change."""

    SHOWN = "shown"
    PENDING = "not shown yet"
    UNTOLD = "not reported by this server"
    TIMED_OUT = "still not shown"
    FAILED = "not readable"


@dataclass(frozen=True, slots=True)
class Look:
    """One read of the record."""

    sight: Sight
    age: timedelta
    """The time since the change was sent."""
    count: int
    """How many reads there were."""
    pause: float
    """Seconds until the next read; of no meaning where it is the last one."""
    problem: str = ""
    """Why the record could not be read."""


async def watch(
    change: Change,
    sent_at: datetime,
    workspace: Workspace,
    sleep: Callable[[float], Awaitable[object]],
) -> AsyncIterator[Look]:
    """Yield each look at the record of a change, the last one when it shows or after the limit.

    A pause asked for by the server is kept.
    """
    began, slept = workspace.now(), 0.0
    for number, usual_pause in zip(count(1), chain(PAUSES, repeat(LAST_PAUSE)), strict=False):
        pause, problem = float(usual_pause), ""
        try:
            sight = judge(change, await change.read(workspace))
        except CapgoError as error:
            can_pass = error.kind in _PASSING and not error.locks_address
            sight, problem = (Sight.PENDING if can_pass else Sight.FAILED), str(error)
            pause = max(pause, error.retry_after or 0)
        now = workspace.now()
        # The clock may stand still or be set; the pauses count in any case.
        followed = max(now - began, timedelta(seconds=slept))
        if sight is Sight.PENDING and followed + timedelta(seconds=pause) > LONGEST:
            sight = Sight.TIMED_OUT
        yield Look(sight, max(now - sent_at, timedelta()), number, pause, problem)
        if sight is not Sight.PENDING:
            return
        await sleep(pause)
        slept += pause


def judge(change: Change, state: State | None) -> Sight:
    """Return whether a state that was read shows a change."""
    after = change.after
    if after is None or state is None or change.creates_record:
        return Sight.SHOWN if (state is None) == (after is None) else Sight.PENDING
    fields = after.keys() & state.keys()
    if not fields:
        return Sight.UNTOLD
    is_shown = all(state[field] == after[field] for field in fields)
    return Sight.SHOWN if is_shown else Sight.PENDING
