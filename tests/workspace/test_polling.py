"""Polling keeps its pace, and rests before the server shuts the key out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from capgo_tui.workspace.polling import LEAST_SECONDS, REQUESTS_BEFORE_REST, REST_SECONDS, Polling

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """That many seconds after the start."""
    return START + timedelta(seconds=seconds)


def times(polling: Polling, until: int, requests_each: int = 1) -> list[int]:
    """The seconds at which it was time, looked at every second."""
    requests, found = 0, []
    for second in range(until + 1):
        if polling.due(after(second), requests):
            requests += requests_each
            found.append(second)
    return found


def test_it_is_time_again_and_again_after_the_seconds_asked_for() -> None:
    assert times(Polling(30), 120) == [30, 60, 90, 120]


def test_nobody_polls_faster_than_they_can_look() -> None:
    assert times(Polling(0.1), 3 * LEAST_SECONDS) == [5, 10, 15]


def test_it_rests_so_long_that_the_server_forgets() -> None:
    polling = Polling(10)
    each = REQUESTS_BEFORE_REST // 4
    found = times(polling, 40 + 2 * REST_SECONDS, each)
    assert found[:4] == [10, 20, 30, 40]
    gap = found[4] - found[3]
    assert gap > REST_SECONDS
    assert found[5] - found[4] == 10


def test_it_says_when_it_rests() -> None:
    polling = Polling(10)
    assert not polling.due(START, 0)
    assert not polling.resting
    assert not polling.due(after(10), REQUESTS_BEFORE_REST)
    assert polling.resting
    assert polling.due(after(11 + REST_SECONDS), REQUESTS_BEFORE_REST)
    assert not polling.resting


def test_requests_made_before_it_began_do_not_count() -> None:
    polling = Polling(10)
    assert not polling.due(START, 5 * REQUESTS_BEFORE_REST)
    assert polling.due(after(10), 5 * REQUESTS_BEFORE_REST)
