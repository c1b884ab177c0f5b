"""Ages in few cells, and moments in the reader's own zone."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.ages import (
    describe_span,
    drop_age,
    format_age,
    format_clock_time,
    format_full_time,
    parse_age,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@contextmanager
def zone(name: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    with zone("Asia/Tokyo"):
        yield


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("Asia/Tokyo", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("America/New_York", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_ends_of_the_calendar_are_told_as_well(name: str, moment: datetime) -> None:
    with zone(name):
        assert f"{moment:%Y-%m-%d}" in format_full_time(moment, NOW)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "now"),
        (timedelta(milliseconds=999), "now"),
        (timedelta(seconds=1), "1s"),
        (timedelta(seconds=59, milliseconds=999), "59s"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=6, hours=23), "6d"),
        (timedelta(days=7), "1w"),
        (timedelta(days=29), "4w"),
        (timedelta(days=30), "1mo"),
        (timedelta(days=364), "12mo"),
        (timedelta(days=365), "1y"),
        (timedelta(days=3650), "10y"),
        (timedelta(seconds=-5), "now"),
        (timedelta(days=-400), "now"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(span: timedelta, text: str) -> None:
    assert format_age(NOW - span, NOW) == text


def test_an_unknown_moment_has_no_age() -> None:
    assert format_age(None, NOW) == ""
    assert format_full_time(None, NOW) == "unknown"


def test_an_age_never_takes_more_than_five_cells() -> None:
    ages = [format_age(NOW - timedelta(seconds=2**n), NOW) for n in range(33)]
    assert max(map(len, ages)) <= 5


@pytest.mark.usefixtures("in_tokyo")
def test_moments_are_told_in_the_readers_zone() -> None:
    moment = datetime(2026, 11, 21, 20, 30, 5, tzinfo=UTC)
    assert format_clock_time(moment) == "05:30:05"
    assert format_full_time(moment, NOW) == "15h ago, 2026-11-22 05:30:05"
    assert format_full_time(NOW, NOW) == "now, 2026-11-22 21:00:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("90s", "90 s"),
        ("5m", "5 m"),
        ("36h", "36 h"),
        ("48h", "2 d"),
        ("3mo", "90 d"),
        ("0d", "0 d"),
    ],
)
def test_a_span_is_told_in_a_unit_that_it_is_whole_in(text: str, words: str) -> None:
    span = parse_age(text)
    assert span is not None
    assert describe_span(span) == words


def test_a_span_of_part_of_a_second_is_told_in_seconds() -> None:
    assert describe_span(timedelta(seconds=1.5)) == "1.5 s"


@pytest.mark.parametrize("age", [timedelta(), timedelta(minutes=3), timedelta(days=400)])
def test_an_age_is_dropped_from_a_time_and_from_nothing_else(age: timedelta) -> None:
    now = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)
    text = format_full_time(now - age, now)
    assert text.endswith(drop_age(text))
    assert len(drop_age(text)) == len("2026-11-21 14:02:11")
    for other in ("unknown", "3d ago, or later", "beta, 2.4.1", ""):
        assert drop_age(other) == other
