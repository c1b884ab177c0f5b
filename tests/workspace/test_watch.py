"""Watching a change: when it is shown, how long that took, and when it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.watch import LAST_PAUSE, LONGEST, PAUSES, Look, Sight, judge, watch
from tests.support.front_door import Reply
from tests.support.world import World, open_world
from tests.workspace.channels import channel, load_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

OFF = "UPDATE channels SET allow_emulator = 0 WHERE name = 'beta'"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as world:
        world.run("UPDATE channels SET allow_emulator = 1 WHERE name = 'beta'")
        yield world


def change_of(workspace: Workspace) -> SettingsChange:
    return make_settings_change(workspace, channel(workspace, "beta"), {"allow_emulator": False})


async def look_on(
    world: World, workspace: Workspace, during: Callable[[int], None] = lambda _: None
) -> list[Look]:
    """Watch a change of beta; `during` runs in each pause, with the number of the pause."""
    change, sent_at, pauses = change_of(workspace), world.clock(), list[float]()
    world.door.requests.clear()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        world.clock.advance(seconds)
        during(len(pauses))

    return [look async for look in watch(change, sent_at, workspace, sleep)]


async def test_it_ends_with_the_read_that_shows_the_change(world: World) -> None:
    workspace = await load_workspace(world)
    looks = await look_on(world, workspace, lambda n: world.run(OFF) if n == 3 else None)
    assert [look.sight for look in looks] == [Sight.PENDING] * 3 + [Sight.SHOWN]
    assert looks[-1].age.total_seconds() == sum(PAUSES[:3])
    assert [look.count for look in looks] == [1, 2, 3, 4]
    assert {request.method for request in world.door.requests} == {"GET"}
    assert len(world.door.requests) == 4


async def test_a_change_that_shows_at_once_takes_one_read(world: World) -> None:
    workspace = await load_workspace(world)
    change = change_of(workspace)
    world.run(OFF)
    looks = [each async for each in watch(change, world.clock(), workspace, _never)]
    assert [look.sight for look in looks] == [Sight.SHOWN]


async def test_it_stops_within_five_minutes_with_growing_pauses(world: World) -> None:
    workspace = await load_workspace(world)
    looks = await look_on(world, workspace)
    assert looks[-1].sight is Sight.TIMED_OUT
    assert LONGEST.total_seconds() - LAST_PAUSE < looks[-1].age.total_seconds()
    assert looks[-1].age <= LONGEST
    pauses = [look.pause for look in looks]
    assert pauses == sorted(pauses)
    assert pauses[: len(PAUSES)] == list(PAUSES)


async def test_it_stops_though_the_clock_stands_still(world: World) -> None:
    workspace = await load_workspace(world)
    change, slept = change_of(workspace), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    looks = [each async for each in watch(change, world.clock(), workspace, sleep)]
    assert looks[-1].sight is Sight.TIMED_OUT
    assert sum(slept) <= LONGEST.total_seconds()


async def test_a_failure_that_may_pass_is_told_and_waited_out(world: World) -> None:
    workspace = await load_workspace(world)
    world.door.fail("GET /channel", times=2)
    looks = await look_on(world, workspace, lambda n: world.run(OFF) if n == 2 else None)
    assert [look.sight for look in looks] == [Sight.PENDING, Sight.PENDING, Sight.SHOWN]
    assert [bool(look.problem) for look in looks] == [True, True, False]


async def test_a_pause_that_the_server_asks_for_is_kept(world: World) -> None:
    async def refuse(_: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = Reply.of(429, {"error": "too_many_requests"})
        return replace(reply, headers=[*reply.headers, (b"retry-after", b"77")])

    workspace = await load_workspace(world)
    world.door.on("GET /channel", refuse)
    looks = await look_on(world, workspace)
    assert looks[0].pause == 77
    assert looks[1].pause == PAUSES[1]


async def test_a_refusal_ends_it(world: World) -> None:
    workspace = await load_workspace(world)
    world.door.answer("GET /channel", {"error": "invalid_apikey"}, 401)
    looks = await look_on(world, workspace)
    assert [look.sight for look in looks] == [Sight.FAILED]
    assert looks[0].problem


@pytest.mark.parametrize(
    ("state", "sight"),
    [
        ({"allow_emulator": False}, Sight.SHOWN),
        ({"allow_emulator": True}, Sight.PENDING),
        ({"bundle": "1.0.0"}, Sight.UNTOLD),
        ({}, Sight.UNTOLD),
        (None, Sight.PENDING),
    ],
)
async def test_what_a_state_says(world: World, state: State | None, sight: Sight) -> None:
    workspace = await load_workspace(world)
    assert judge(change_of(workspace), state) is sight


async def test_a_deletion_is_shown_by_the_absence(world: World) -> None:
    workspace = await load_workspace(world)
    deletion = change_of(workspace).model_copy(update={"after": None})
    assert judge(deletion, None) is Sight.SHOWN
    assert judge(deletion, {"bundle": None}) is Sight.PENDING


async def _never(seconds: float) -> None:
    raise AssertionError(f"a pause of {seconds} s")
