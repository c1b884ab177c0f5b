"""Short descriptions of failures for every front end."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import LOCKED_SECONDS, CapgoError, EndlessList, ErrorKind
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.next_step import NextStep

if TYPE_CHECKING:
    from datetime import datetime

REVISION_GUESSED: Final = "Which API the server speaks was only guessed: --revision names it."


def shorten_failure(
    error: CapgoError, doing: str, seconds_waited: float = 0, *, failed_at: datetime | None = None
) -> str:
    """Return a failure in a few words, for a line that has little room.

    Args:
        error: what went wrong.
        doing: completes «may not …», such as «read the devices».
        seconds_waited: seconds that have passed since, which are no longer to be waited.
        failed_at: when it happened, where that is known.

    """
    match error.kind:
        case ErrorKind.RATE_LIMITED if error.locks_address:
            return f"{describe_lock(error, failed_at)} · 20 refused keys"
        case ErrorKind.RATE_LIMITED:
            return (
                f"wait {format_time_to_wait(error, seconds_waited)}, the server asks to slow down"
            )
        case ErrorKind.NOT_ALLOWED:
            return f"this key may not {doing}"
        case ErrorKind.KEY_REFUSED:
            return "key refused"
        case ErrorKind.SERVER_FAULT if not isinstance(error, EndlessList):
            return f"the server failed ({error.status or error.message})"
        case _:
            return error.message


def find_next_step(error: CapgoError | None) -> NextStep | None:
    """Return what a failure calls for before anything else is tried; None for nothing."""
    if isinstance(error, EndlessList):
        return NextStep.READ_ON
    is_refused = error is not None and error.kind is ErrorKind.KEY_REFUSED
    return NextStep.OTHER_KEY if is_refused else None


def format_time_to_wait(error: CapgoError, seconds_waited: float) -> str:
    """Return the time still to wait, never rounded down."""
    if error.retry_after is None:
        return "a little"
    seconds = max(0 if seconds_waited else 1, math.ceil(error.retry_after - seconds_waited))
    return f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"


def describe_lock(error: CapgoError, failed_at: datetime | None) -> str:
    """Return how long the address is locked, and until when where that is known."""
    minutes = LOCKED_SECONDS // 60
    if failed_at is None:
        return f"locked for {minutes} minutes"
    left = LOCKED_SECONDS if error.retry_after is None else math.ceil(error.retry_after)
    end = format_clock_time(failed_at + timedelta(seconds=left))
    return f"locked for {minutes} minutes, until {end}"
