"""Reading again after an outage: pauses that grow, and none after what will not pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.reconnection import FIRST_SECONDS, LONGEST_SECONDS, Reconnection

START = datetime(2026, 1, 1, tzinfo=UTC)
OUTAGE = CapgoError("no route", kind=ErrorKind.UNREACHABLE)


def test_the_pause_grows_with_each_failure_up_to_a_bound() -> None:
    reconnection, now, pauses = Reconnection(), START, []
    for _ in range(12):
        pause = reconnection.count_seconds_left(OUTAGE, now, now)
        assert pause is not None
        assert reconnection.count_seconds_left(OUTAGE, now, now + timedelta(seconds=1)) == pause - 1
        pauses.append(pause)
        failed_at, now = now, now + timedelta(seconds=pause)
        assert reconnection.count_seconds_left(OUTAGE, failed_at, now) == 0
        now += timedelta(seconds=3)
    assert pauses[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_SECONDS


def test_an_answer_ends_the_outage() -> None:
    reconnection = Reconnection()
    for second in range(5):
        at = START + timedelta(seconds=second)
        reconnection.count_seconds_left(OUTAGE, at, at)
    assert reconnection.count_seconds_left(None, None, START) is None
    assert reconnection.count_seconds_left(OUTAGE, START, START) == FIRST_SECONDS


@pytest.mark.parametrize("kind", [each for each in ErrorKind if each is not ErrorKind.UNREACHABLE])
def test_what_does_not_pass_by_itself_is_not_asked_again(kind: ErrorKind) -> None:
    error = CapgoError("no", kind=kind)
    assert Reconnection().count_seconds_left(error, START, START + timedelta(days=1)) is None
