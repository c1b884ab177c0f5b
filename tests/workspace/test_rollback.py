"""Where a channel goes back to: what the journal knows it carried, else the next older bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.promotions import Rollback, promotion
from capgo_tui.workspace.rollback import FROM_JOURNAL, NEXT_OLDER, Candidate, candidate
from tests.workspace.channel_world import bundle, carried, carry, channel, done, loaded, names
from tests.workspace.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as made:
        yield made


async def found(workspace: Workspace) -> Candidate:
    one = await candidate(workspace, channel(workspace, "beta"))
    assert isinstance(one, Candidate), one
    return one


async def test_without_a_journal_it_is_the_next_older_bundle(world: World) -> None:
    for at in (0, 5):
        carry(world, "beta", names(world)[at])
        one = await found(await loaded(world))
        assert (one.bundle.name, one.why) == (names(world)[at + 1], NEXT_OLDER)


async def test_the_journal_knows_better_and_skips_what_is_deleted(world: World) -> None:
    workspace = await loaded(world)
    oldest, second = names(world)[-1], names(world)[-2]
    before = carried(world, "beta")
    assert before == names(world)[0]
    for name in (second, oldest, names(world)[1]):
        await done(
            workspace, promotion(workspace, channel(workspace, "beta"), bundle(workspace, name))
        )
    one = await found(workspace)
    assert (one.bundle.name, one.why) == (oldest, FROM_JOURNAL)
    world.run("UPDATE bundles SET deleted = 1 WHERE name = ?", oldest)
    await workspace.bundles.reread()
    assert (await found(workspace)).bundle.name == second
    world.run("UPDATE bundles SET deleted = 1 WHERE name = ?", second)
    await workspace.bundles.reread()
    assert (await found(workspace)).bundle.name == before


async def test_a_write_that_failed_or_is_another_channels_is_no_history(world: World) -> None:
    workspace = await loaded(world)
    newest, older = names(world)[0], names(world)[-1]
    carry(world, "beta", newest)
    await workspace.channels.reread()
    await done(workspace, promotion(workspace, channel(workspace, "qa"), bundle(workspace, older)))
    world.door.fail("PUT /bundle", 400)
    await carry_out(
        promotion(workspace, channel(workspace, "beta"), bundle(workspace, older)), workspace
    )
    assert (await found(workspace)).why == NEXT_OLDER


async def test_back_and_forth(world: World) -> None:
    workspace = await loaded(world)
    before, newest = carried(world, "beta"), names(world)[-1]
    await done(
        workspace, promotion(workspace, channel(workspace, "beta"), bundle(workspace, newest))
    )
    for expected in (before, newest):
        one = await found(workspace)
        assert one.bundle.name == expected
        back = promotion(
            workspace, channel(workspace, "beta"), one.bundle, kind=Rollback, note=one.why
        )
        assert f"→ {expected} (from the journal)?" in back.question(200)
        await done(workspace, back)
        assert carried(world, "beta") == expected


async def test_there_may_be_none(world: World) -> None:
    carry(world, "beta", names(world)[-1])
    workspace = await loaded(world)
    assert await candidate(workspace, channel(workspace, "beta")) == (
        "There is no bundle older than the one beta carries."
    )
    world.run("UPDATE channels SET version = NULL WHERE name = 'beta'")
    await workspace.channels.reread()
    none = await candidate(workspace, channel(workspace, "beta"))
    assert isinstance(none, str)
    assert "carries no bundle" in none


async def test_bundles_that_are_not_loaded_yet_are_loaded(world: World) -> None:
    workspace = world.open()
    await workspace.channels.load_all()
    carry(world, "beta", names(world)[5])
    await workspace.channels.reread()
    assert (await found(workspace)).bundle.name == names(world)[6]
    failing = world.open()
    await failing.channels.load_all()
    world.door.fail("GET /bundle", times=9)
    told = await candidate(failing, channel(failing, "beta"))
    assert isinstance(told, str)
    assert told.startswith("The bundles could not be read")
