"""What loading all devices takes is said as far as it is known, and never more."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from capgo_tui.api.revisions import Revision
from capgo_tui.tui.words import describe_status
from capgo_tui.workspace import fleet_size
from capgo_tui.workspace.load_effort import LoadEffort, announce, ask_to_load, describe_progress
from capgo_tui.workspace.numbers import format_duration
from capgo_tui.workspace.query import Query
from tests.support.clock import NOON
from tests.support.world import open_world

STATISTICS = "GET /statistics/app/com.acme.shop"


def effort(
    expected_count: int | None = 100_000,
    loaded_count: int = 0,
    *,
    is_slowed: bool = False,
    page: int = 150,
) -> LoadEffort:
    return LoadEffort(
        expected_count=expected_count,
        loaded_count=loaded_count,
        page_size=lambda: page,
        is_slowed=lambda: is_slowed,
        began=NOON,
    )


def test_before_it_begins() -> None:
    assert announce(effort()) == (
        "~100 000 active in 30 days · 667 requests, 7 min · at 100 a minute"
    )
    assert announce(effort(5_000, 150)) == (
        "~5 000 active in 30 days · 33 requests, 20 s · at 100 a minute"
    )
    assert announce(effort(151, 150)) == (
        "~151 active in 30 days · 1 request, 1 s · at 100 a minute"
    )
    assert announce(effort(100_000, page=95)).startswith("~100 000 active in 30 days · 1 053 r")


@pytest.mark.parametrize(("expected_count", "loaded_count"), [(None, 150), (100, 150), (150, 150)])
def test_where_it_is_not_known_no_number_is_made_up(
    expected_count: int | None, loaded_count: int
) -> None:
    load_effort = effort(expected_count, loaded_count)
    assert announce(load_effort) == "total unknown · 150 a request · at most 100 a minute"
    assert not load_effort.is_long
    load_effort.note(1, loaded_count + 150)
    assert describe_progress(load_effort, NOON) == "1 request · what is left is unknown"
    load_effort.note(2, loaded_count + 300)
    assert describe_progress(load_effort, NOON) == "3 requests · what is left is unknown"


@pytest.mark.parametrize(("expected_count", "long"), [(15_000, False), (15_001, True)])
def test_more_than_a_hundred_requests_are_asked_about(expected_count: int, long: bool) -> None:
    assert effort(expected_count).is_long is long


def test_the_question_fits_and_keeps_what_it_costs() -> None:
    wide = ask_to_load(effort(), 120)
    assert wide == (
        "Load all? About 100 000 devices active in 30 days: 667 requests, 7 min at 100 a minute"
    )
    for width in range(47, 120):
        sentence = ask_to_load(effort(), width)
        assert len(sentence) <= width
        assert "667 requests, 7 min" in sentence
    assert "active in 30 days" in ask_to_load(effort(), 80 - 15), "at 80 columns"


def test_while_it_goes_on_the_time_left_is_that_of_the_pace_so_far() -> None:
    going = effort()
    going.note(83, 12_450)
    assert (
        describe_progress(going, NOON + timedelta(seconds=41.5))
        == "83 of ~667 requests · ~5 min left"
    )
    assert (
        describe_progress(going, NOON + timedelta(seconds=8.3))
        == "83 of ~667 requests · ~59 s left"
    )
    assert describe_progress(going, NOON) == "83 of ~667 requests · ~1 s left", (
        "a clock that stands still"
    )


def test_once_slowed_down_it_is_at_least_that_of_the_documented_pace() -> None:
    going = effort(is_slowed=True)
    going.note(83, 12_450)
    assert (
        describe_progress(going, NOON + timedelta(seconds=8.3))
        == "83 of ~667 requests · ~6 min left"
    )
    assert (
        describe_progress(going, NOON + timedelta(seconds=830))
        == "83 of ~667 requests · ~98 min left"
    )


def test_more_than_were_expected_is_no_end() -> None:
    going = effort(1_000)
    going.note(7, 1_050)
    assert describe_progress(going, NOON) == "7 requests · what is left is unknown"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (0.4, "1 s"), (99, "99 s"), (99.5, "2 min"), (400.2, "7 min"), (5_940, "99 min"),
     (5_941, "2 h"), (40_000, "12 h")],
)  # fmt: skip
def test_a_time_is_rounded_up(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


async def test_the_status_says_it_and_how_to_stop_at_eighty_columns() -> None:
    async with open_world(devices=700) as world:
        workspace = world.open(revision=Revision.LIVE)
        devices = workspace.devices
        world.door.answer(STATISTICS, [{"date": "2026-11-22", "mau": 12_000}])
        await devices.load_more()
        await workspace.fleet_size.learn()
        first, second = world.door.hold("GET /device"), world.door.hold("GET /device")
        loading = asyncio.ensure_future(devices.load_all())
        await first.ready.wait()
        line = describe_status(devices, 150, Query(), world.clock())
        assert line == (
            "150 loaded · ~12 000 active in 30 days · 79 requests, 48 s · at 100 a minute"
            " · esc stops"
        )
        world.clock.advance(2)
        first.let_go()
        await second.ready.wait()
        line = describe_status(devices, 300, Query(), world.clock())
        assert line == "300 loaded · 1 of ~79 requests · ~3 min left · esc stops"
        devices.stop()
        second.let_go()
        await loading
        assert "esc stops" not in describe_status(devices, 450, Query(), world.clock())


async def test_it_is_asked_once_and_kept() -> None:
    async with open_world(devices=5) as world:
        workspace = world.open(revision=Revision.LIVE)
        for _ in range(3):
            await workspace.fleet_size.learn()
        assert workspace.fleet_size.active == 5
        (request,) = (one for one in world.door.requests if one.name == STATISTICS)
        assert request.query == {"from": "2026-10-23", "to": "2026-11-22"}


async def test_an_unknown_server_and_one_without_statistics_are_not_asked() -> None:
    for revision in ("documented", "legacy"):
        async with open_world(revision, devices=5) as world:
            workspace = world.open()
            await workspace.fleet_size.learn()
            await workspace.channels.load_all()
            await workspace.bundles.load_all()
            await workspace.fleet_size.learn()
            assert workspace.fleet_size.active is None
            assert world.door.count(STATISTICS) == 0


@pytest.mark.parametrize(
    ("status_code", "code", "again"),
    [(401, "no_access_to_app", False), (402, "subscription_required", False),
     (404, "not_found", False), (500, "cannot_get_app_statistics", True), (429, "x", True)],
)  # fmt: skip
async def test_a_refusal_is_final_and_a_failure_that_passes_is_not(
    status_code: int, code: str, again: bool
) -> None:
    async with open_world(devices=5) as world:
        workspace = world.open(revision=Revision.LIVE)
        world.door.answer(STATISTICS, {"error": code, "message": "x"}, status_code)
        await workspace.fleet_size.learn()
        assert workspace.fleet_size.active is None
        assert not workspace.client.key_refused
        await workspace.fleet_size.learn()
        assert world.door.count(STATISTICS) == (2 if again else 1)
        assert workspace.fleet_size.active == (5 if again else None)


async def test_an_answer_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_size, "LONGEST", 0)
    async with open_world(devices=5) as world:
        workspace = world.open(revision=Revision.LIVE)
        world.door.hold(STATISTICS)
        await workspace.fleet_size.learn()
        assert workspace.fleet_size.active is None
        assert not workspace.fleet_size.is_settled
        assert json.dumps(workspace.load_effort(5).expected_count) == "null"
