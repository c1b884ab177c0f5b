"""Where a channel goes back to: what the journal knows it carried, else the next older bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.promotions import Rollback, make_promotion
from capgo_tui.workspace.rollback import (
    FROM_AUDIT,
    FROM_JOURNAL,
    NEXT_OLDER,
    Candidate,
    find_rollback_candidate,
)
from tests.support.world import World, open_world
from tests.workspace.channels import (
    bundle,
    bundle_name_of,
    carry,
    carry_out_verified,
    channel,
    load_workspace,
    names,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as world:
        yield world


def forget_history(world: World) -> None:
    """Let the sandbox know nothing of earlier changes."""
    world.run("DELETE FROM audit_logs")


async def promote(workspace: Workspace, name: str) -> None:
    beta = channel(workspace, "beta")
    await carry_out_verified(workspace, make_promotion(workspace, beta, bundle(workspace, name)))


async def roll_back(world: World, workspace: Workspace) -> Candidate:
    """Do what `b` does, and give what it went back to."""
    one = await find_candidate(workspace)
    back = make_promotion(
        workspace, channel(workspace, "beta"), one.bundle, kind=Rollback, note=one.why
    )
    assert f"→ {one.bundle.name} ({one.why})?" in describe(back).ask(200)
    await carry_out_verified(workspace, back)
    assert bundle_name_of(world, "beta") == one.bundle.name
    return one


async def find_candidate(workspace: Workspace) -> Candidate:
    one = await find_rollback_candidate(workspace, channel(workspace, "beta"))
    assert isinstance(one, Candidate), one
    return one


async def test_without_any_history_it_is_the_next_older_bundle(world: World) -> None:
    forget_history(world)
    for at in (0, 5):
        carry(world, "beta", names(world)[at])
        one = await find_candidate(await load_workspace(world))
        assert (one.bundle.name, one.why) == (names(world)[at + 1], NEXT_OLDER)


async def test_the_journal_knows_better_and_skips_what_is_deleted(world: World) -> None:
    forget_history(world)
    workspace = await load_workspace(world)
    oldest, second, third = names(world)[-1], names(world)[-2], names(world)[-3]
    for name in (third, second, oldest, names(world)[1]):
        await promote(workspace, name)
    for expected_name in (oldest, second, third):
        one = await find_candidate(workspace)
        assert (one.bundle.name, one.why) == (expected_name, FROM_JOURNAL)
        world.run("UPDATE bundles SET deleted = 1 WHERE name = ?", expected_name)
        await workspace.bundles.reread()
    one = await find_candidate(workspace)
    assert (one.bundle.name, one.why) == (names(world)[2], NEXT_OLDER)


async def test_a_write_that_failed_or_is_another_channels_is_no_history(world: World) -> None:
    forget_history(world)
    workspace = await load_workspace(world)
    newest, older = names(world)[0], names(world)[-1]
    carry(world, "beta", newest)
    await workspace.channels.reread()
    await carry_out_verified(
        workspace, make_promotion(workspace, channel(workspace, "qa"), bundle(workspace, older))
    )
    world.door.fail("PUT /bundle", 400)
    await carry_out(
        make_promotion(workspace, channel(workspace, "beta"), bundle(workspace, older)), workspace
    )
    assert (await find_candidate(workspace)).why == NEXT_OLDER


async def test_rolling_back_twice_never_goes_forward(world: World) -> None:
    forget_history(world)
    workspace = await load_workspace(world)
    first, last = names(world)[4], names(world)[1]
    for name in (first, last):
        await promote(workspace, name)
    one = await roll_back(world, workspace)
    assert (one.bundle.name, one.why) == (first, FROM_JOURNAL)
    for _ in range(2):
        before = names(world).index(one.bundle.name)
        one = await roll_back(world, workspace)
        assert (names(world).index(one.bundle.name) > before, one.why) == (True, NEXT_OLDER)


async def test_a_newer_bundle_that_an_older_one_was_put_over_is_not_gone_back_to(
    world: World,
) -> None:
    forget_history(world)
    workspace = await load_workspace(world)
    for at in (1, 3):
        await promote(workspace, names(world)[at])
    assert (await find_candidate(workspace)).bundle.name == names(world)[4]


async def test_the_audit_history_tells_what_others_put_there(world: World) -> None:
    forget_history(world)
    first, last = names(world)[9], names(world)[2]
    others = await load_workspace(world)
    for name in (first, last):
        await promote(others, name)
    workspace = await load_workspace(world)
    one = await find_candidate(workspace)
    assert (one.bundle.name, one.why) == (first, FROM_AUDIT)
    request_names = [each.name for each in world.door.requests]
    assert request_names == ["GET /app/com.acme.shop", "GET /organization/audit"]


async def test_a_key_that_may_not_read_the_audit_is_refused_once_and_goes_on(world: World) -> None:
    workspace = await load_workspace(world, "app_developer")
    for _ in range(2):
        assert (await find_candidate(workspace)).why == NEXT_OLDER
    request_names = [each.name for each in world.door.requests]
    assert request_names.count("GET /organization/audit") == 1
    assert not workspace.client.key_refused


@pytest.mark.parametrize(
    ("present", "older", "expected_name", "warns"),
    [
        ("1.6.3-ios", ["1.6.2-android", "1.6.2-ios", "1.6.1-ios"], "1.6.2-ios", 0),
        ("ios-1.6.3", ["android-1.6.2", "ios-1.6.2"], "ios-1.6.2", 0),
        ("2.0.0-beta.10", ["2.0.0-alpha.1", "2.0.0-beta.9"], "2.0.0-beta.9", 0),
        ("2.0.0+a1b2", ["2.0.0-rc.1", "1.9.0+77ff"], "1.9.0+77ff", 0),
        ("1.6.3-ios", ["1.6.2-android", "1.6.1"], "1.6.2-android", 1),
        ("2.0.0", ["1.9.0-pr-481", "1.8.0-hotfix"], "1.8.0-hotfix", 1),
        ("2.0.0-web", ["1.9.0-pr-481"], "1.9.0-pr-481", 2),
        ("2.4.2", ["2.5.0", "2.4.1"], "2.4.1", 0),
        ("1.6.1-ios", ["2.5.0-beta.3", "1.6.1", "1.5.0"], "1.6.1", 1),
    ],
)
async def test_the_next_older_one_is_of_the_same_line(
    world: World, present: str, older: list[str], expected_name: str, warns: int
) -> None:
    forget_history(world)
    world.run("UPDATE bundles SET name = 'x' || id, deleted = id > ?", 1 + len(older))
    for at, name in enumerate([present, *older]):
        moment = f"2026-11-0{9 - at}T00:00:00.000000+00:00"
        row = (name, moment, at + 1)
        world.run("UPDATE bundles SET name = ?, created_at = ?, deleted = 0 WHERE id = ?", *row)
    world.run("UPDATE channels SET version = 1, public = 1 WHERE name = 'beta'")
    workspace = await load_workspace(world)
    one = await find_candidate(workspace)
    assert (one.bundle.name, len(one.warnings)) == (expected_name, warns)
    beta = channel(workspace, "beta")
    change = make_promotion(workspace, beta, one.bundle, kind=Rollback, warnings=one.warnings)
    assert set(one.warnings) <= set(change.impact), "read before it is confirmed"


async def test_a_higher_version_is_no_guess_and_a_warning_where_it_was_carried(
    world: World,
) -> None:
    """A fix of an old line is made after bundles of the next one."""
    forget_history(world)
    fix, before = names(world)[0], names(world)[1]
    world.run("UPDATE bundles SET name = 'fix' || id WHERE name NOT IN (?, ?)", fix, before)
    world.run("UPDATE bundles SET name = '2.5.0' WHERE name = ?", before)
    world.run("UPDATE bundles SET name = '2.4.2' WHERE name = ?", fix)
    world.run("UPDATE bundles SET deleted = 1 WHERE name LIKE 'fix%'")
    carry(world, "beta", "2.4.2")
    workspace = await load_workspace(world)
    assert await find_rollback_candidate(workspace, channel(workspace, "beta")) == (
        "No older bundle has a lower version than the one beta carries."
    )
    for name in ("2.5.0", "2.4.2"):
        await promote(workspace, name)
    one = await find_candidate(workspace)
    assert (one.bundle.name, one.why) == ("2.5.0", FROM_JOURNAL)
    assert one.warnings == ("2.5.0 is a higher version than 2.4.2, though it was made before it",)


async def test_there_may_be_none(world: World) -> None:
    forget_history(world)
    carry(world, "beta", names(world)[-1])
    workspace = await load_workspace(world)
    assert await find_rollback_candidate(workspace, channel(workspace, "beta")) == (
        "There is no bundle older than the one beta carries."
    )
    world.run("UPDATE channels SET version = NULL WHERE name = 'beta'")
    await workspace.channels.reread()
    none = await find_rollback_candidate(workspace, channel(workspace, "beta"))
    assert isinstance(none, str)
    assert "carries no bundle" in none


async def test_bundles_that_are_not_loaded_yet_are_loaded(world: World) -> None:
    forget_history(world)
    workspace = world.open()
    await workspace.channels.load_all()
    carry(world, "beta", names(world)[5])
    await workspace.channels.reread()
    assert (await find_candidate(workspace)).bundle.name == names(world)[6]
    failing = world.open()
    await failing.channels.load_all()
    world.door.fail("GET /bundle", times=9)
    reason = await find_rollback_candidate(failing, channel(failing, "beta"))
    assert isinstance(reason, str)
    assert reason.startswith("The bundles could not be read")
