"""What is known beforehand of the server's limits, counted against the sandbox's own limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.revisions import TRAITS, Revision
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.write_limits import WriteLimits, link_limits, unlink_limits
from tests.support.clock import Clock
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.changes.overrides import OverrideChange
    from capgo_tui.workspace.session import Workspace

BETA = link_limits("A-Device", "beta")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40, limits="device") as world:
        yield world


async def link(world: World, workspace: Workspace, channel: str = "beta") -> OverrideChange:
    await workspace.devices.load_all()
    await workspace.channels.load_all()
    device = workspace.devices.records[world.free_devices()[0]]
    target = next(c for c in workspace.channels.records.values() if c.name == channel)
    return make_override(workspace, device, target)


async def test_a_link_is_known_to_be_refused_for_as_long_as_the_server_refuses_it(
    world: World,
) -> None:
    workspace = world.open()
    change = await link(world, workspace)
    assert workspace.write_limits.wait(change.limits) == 0
    assert (await carry_out(change, workspace)).state is OutcomeState.VERIFIED
    assert workspace.write_limits.wait(change.limits) == 60
    change = change.model_copy(update={"before": change.after})  # as it now is
    world.clock.advance(59)
    assert workspace.write_limits.wait(change.limits) == 1
    assert (await carry_out(change, workspace)).state is OutcomeState.FAILED, (
        "the limiter's own word"
    )
    world.clock.advance(1)
    assert workspace.write_limits.wait(change.limits) == 0, (
        "what the limiter refuses does not count"
    )
    assert (await carry_out(change, workspace)).state is OutcomeState.VERIFIED


async def test_other_channels_devices_and_clears_are_free(world: World) -> None:
    workspace = world.open()
    change = await link(world, workspace)
    await carry_out(change, workspace)
    wait = workspace.write_limits.wait
    assert wait(link_limits(change.wire_id, "qa")) == 0
    assert wait(link_limits("another", "beta")) == 0
    assert wait(unlink_limits(change.wire_id)) == 0
    assert wait(link_limits(change.wire_id.upper(), "beta")) == 60


async def test_an_attempt_that_failed_counts_too(world: World) -> None:
    workspace = world.open()
    change = await link(world, workspace)
    world.run("DELETE FROM channels WHERE name = 'beta'")
    assert (await carry_out(change, workspace)).state is OutcomeState.FAILED
    assert workspace.write_limits.wait(change.limits) == 60


async def test_what_was_never_sent_does_not_count() -> None:
    write_limits = WriteLimits(Clock())
    write_limits.note(BETA, CapgoError("no such host", kind=ErrorKind.UNREACHABLE))
    assert write_limits.wait(BETA) == 0
    write_limits.note(BETA, CapgoError("cut", kind=ErrorKind.UNREACHABLE, maybe_sent=True))
    assert write_limits.wait(BETA) == 60


def test_five_calls_a_second_for_one_device() -> None:
    clock = Clock()
    write_limits = WriteLimits(clock)
    for _ in range(5):
        assert write_limits.wait(unlink_limits("d")) == 0
        write_limits.note(unlink_limits("d"))
    assert write_limits.wait(unlink_limits("d")) == 1
    clock.advance(1)
    assert write_limits.wait(unlink_limits("d")) == 0


def test_what_the_server_asks_for_is_waited_for_by_one_device_or_by_all() -> None:
    clock = Clock()
    write_limits = WriteLimits(clock)
    rate_limit = {"kind": ErrorKind.RATE_LIMITED, "status": 429}
    write_limits.note(BETA, CapgoError("x", **rate_limit, retry_after=7, detail={"device_id": "d"}))  # type: ignore[arg-type]
    assert write_limits.wait(BETA) == 7
    assert write_limits.wait(()) == 0
    reason = {"reason": "ip_rate_limit_exceeded"}
    write_limits.note(BETA, CapgoError("x", **rate_limit, retry_after=30, detail=reason))  # type: ignore[arg-type]
    assert write_limits.wait(()) == 30
    clock.advance(30)
    waits = []
    for _ in range(5):
        write_limits.note((), CapgoError("x", **rate_limit))  # type: ignore[arg-type]
        waits.append(write_limits.wait(()))
        clock.advance(60)
    assert waits == [4, 8, 8, 8, 8], "longer and longer, after two that told"


def test_a_clock_that_is_set_back_holds_up_nothing() -> None:
    clock = Clock()
    write_limits = WriteLimits(clock)
    write_limits.note(BETA)
    clock.advance(-3600)
    assert write_limits.wait(BETA) == 0


async def test_another_copys_attempts_are_known_from_the_journal(world: World) -> None:
    one, two = world.open(), world.open()
    change = await link(world, one)
    two.journal = one.journal
    await carry_out(change, one)
    world.clock.advance(20)
    # Refused by the limiter, this one counts for nothing.
    assert (await carry_out(change, one)).state is OutcomeState.FAILED
    assert two.write_limits.wait(change.limits) == 0
    await recall(two)
    await recall(two)
    assert two.write_limits.wait(change.limits) == 40
    world.clock.advance(40)
    assert two.write_limits.wait(change.limits) == 0


@pytest.mark.parametrize(("seconds", "waits"), [(60.0, 57.0), (5.0, 2.0), (0.0, 0.0)])
def test_how_long_the_same_link_waits_is_the_revisions(seconds: float, waits: float) -> None:
    clock = Clock()
    write_limits = WriteLimits(clock, lambda: seconds)
    write_limits.note(link_limits("a", "beta"))
    clock.advance(3)
    assert write_limits.wait(link_limits("A", "beta")) == waits
    assert TRAITS[Revision.LIVE].same_link_seconds == 60.0
    assert TRAITS[Revision.NEXT].same_link_seconds == 5.0
    for oldest in (Revision.DOCUMENTED, Revision.LEGACY):
        assert TRAITS[oldest].same_link_seconds == 0.0
        assert TRAITS[oldest].links_default_channels
