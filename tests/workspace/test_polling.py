"""Polling keeps its pace, and rests before the server shuts the key out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.limits import KEY_LIMIT
from capgo_tui.workspace.polling import LEAST_SECONDS, REQUESTS_BEFORE_REST, REST_SECONDS, Polling
from tests.support.world import open_world

if TYPE_CHECKING:
    import pytest

    from tests.support.world import World

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """That many seconds after the start."""
    return START + timedelta(seconds=seconds)


def times(polling: Polling, until: int, requests_each: int = 1) -> list[int]:
    """The seconds at which it was time, looked at every second."""
    requests, seconds = 0, []
    for second in range(until + 1):
        if polling.is_due(after(second), requests):
            requests += requests_each
            seconds.append(second)
    return seconds


def test_it_is_time_again_and_again_after_the_seconds_asked_for() -> None:
    assert times(Polling(30), 120) == [30, 60, 90, 120]


def test_nobody_polls_faster_than_they_can_look() -> None:
    assert times(Polling(0.1), 3 * LEAST_SECONDS) == [5, 10, 15]


def test_it_rests_so_long_that_the_server_forgets() -> None:
    polls = REQUESTS_BEFORE_REST // 10
    seconds = times(Polling(10), 10 * polls + 2 * REST_SECONDS, 10)
    assert seconds[:polls] == list(range(10, 10 * polls + 1, 10))
    gap = seconds[polls] - seconds[polls - 1]
    assert gap > REST_SECONDS
    assert seconds[polls + 1] - seconds[polls] == 10


def test_what_costs_many_requests_comes_less_often() -> None:
    assert times(Polling(10), 100, requests_each=30) == [10, 40, 70, 100]
    assert times(Polling(10), 200, requests_each=500) == [10, 76, 142], "a minute is forgotten"


def test_a_refused_poll_rests_until_the_server_has_forgotten() -> None:
    polling = Polling(10)
    assert not polling.is_due(START, 0)
    assert polling.is_due(after(10), 0)
    seconds = [second for second in range(11, 300) if polling.is_due(after(second), 1, 0)]
    assert seconds[0] == 11 + REST_SECONDS
    assert not any(polling.is_due(after(second), 2, 900) for second in range(300, 1_200))
    assert polling.resting
    assert polling.is_due(after(1_200), 2, 900)


def test_whoever_makes_a_request_while_it_rests_makes_it_rest_anew() -> None:
    polling = Polling(10)
    assert not polling.is_due(START, 0)
    assert not polling.is_due(after(10), REQUESTS_BEFORE_REST)
    assert not polling.is_due(after(60), REQUESTS_BEFORE_REST + 1)
    assert not polling.is_due(after(20 + REST_SECONDS), REQUESTS_BEFORE_REST + 1)
    assert polling.is_due(after(60 + REST_SECONDS), REQUESTS_BEFORE_REST + 1)


def test_it_says_when_it_rests() -> None:
    polling = Polling(10)
    assert not polling.is_due(START, 0)
    assert not polling.resting
    assert not polling.is_due(after(10), REQUESTS_BEFORE_REST)
    assert polling.resting
    assert polling.is_due(after(11 + REST_SECONDS), REQUESTS_BEFORE_REST)
    assert not polling.resting


def test_requests_made_before_it_began_do_not_count() -> None:
    polling = Polling(10)
    assert not polling.is_due(START, 5 * REQUESTS_BEFORE_REST)
    assert polling.is_due(after(10), 5 * REQUESTS_BEFORE_REST)


# Against the sandbox, whose limits have the same clock


async def poll(world: World, seconds: float, until: int) -> tuple[int, int]:
    """Poll a list; tells how often it was read again and how often that was refused."""
    workspace = world.open()
    channels, polling = workspace.channels, Polling(seconds)
    await channels.load_all()
    poll_count = refusal_count = 0
    for _ in range(until):
        world.clock.advance(1)
        if polling.is_due(world.clock(), workspace.requests.total, channels.asked_to_wait):
            await channels.refresh()
            poll_count += 1
            refusal_count += channels.error is not None
    return poll_count, refusal_count


async def test_an_hour_of_polling_is_never_refused() -> None:
    async with open_world(limits="hosted", channels=6) as world:
        assert await poll(world, 30, 3_600) == (119, 0)


async def test_rests_are_what_keeps_polling_from_being_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Both sides scaled down alike, or it takes thousands of requests to show.
    monkeypatch.setattr("capgo_tui.sandbox.limits.KEY_LIMIT", KEY_LIMIT // 40)
    async with open_world(limits="hosted", channels=6) as world:
        _, refusal_count = await poll(world, 5, 600)
        assert refusal_count > 0
    rest = "capgo_tui.workspace.polling.REQUESTS_BEFORE_REST"
    monkeypatch.setattr(rest, REQUESTS_BEFORE_REST // 40)
    async with open_world(limits="hosted", channels=6) as world:
        poll_count, refusal_count = await poll(world, 5, 600)
        assert refusal_count == 0
        assert poll_count > KEY_LIMIT // 40


async def test_polling_goes_on_once_a_lock_out_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_world(limits="hosted", channels=6) as world:
        workspace = world.open()
        channels, polling = workspace.channels, Polling(5)
        await channels.load_all()
        assert not polling.is_due(world.clock(), workspace.requests.total)
        monkeypatch.setattr("capgo_tui.sandbox.limits.KEY_LIMIT", 1)
        await channels.refresh()
        assert channels.asked_to_wait == 60
        assert channels.stale
        for _ in range(REST_SECONDS + 2):
            world.clock.advance(1)
            if polling.is_due(world.clock(), workspace.requests.total, channels.asked_to_wait):
                await channels.refresh()
        assert world.door.count("GET /channel") == 3, "a try in between would have prolonged it"
        assert not channels.stale
