"""Clean-ups confirmed over HTTP by a front end that has no screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.bundle_deletions import FRESH, prepare_cleanup
from capgo_tui.workspace.changes.clean_up import agree_on_cleanup
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.perform import perform_agreed_batch
from capgo_tui.workspace.cleanup import Rules
from tests.support.world import World, open_world
from tests.workspace.changes.headless import Headless
from tests.workspace.channels import bundle, channel, load_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.question import Question
    from capgo_tui.workspace.cleanup import Plan
    from capgo_tui.workspace.session import Workspace

DELETE = "DELETE /bundle"
RULES = Rules(newest=3)


@dataclass
class HeadlessCleanup:
    """Answers as `headless` does, and keeps what it was shown."""

    headless: Headless = field(default_factory=Headless)
    plans: list[Plan] = field(default_factory=list)
    rereadings: int = 0
    warnings: list[str] = field(default_factory=list)
    leaves_while_rereading: bool = False

    def is_closed(self) -> bool:
        return self.leaves_while_rereading and self.rereadings > 0

    def ask(self, question: Question, plan: Plan) -> Awaitable[bool]:
        self.plans.append(plan)
        return self.headless.ask(question)

    def show_rereading(self) -> None:
        self.rereadings += 1

    def say(self, text: str) -> None:
        self.headless.say(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as new_world:
        yield new_world


@pytest.fixture
async def workspace(world: World) -> Workspace:
    return await load_workspace(world)


async def agree(
    workspace: Workspace, ui: HeadlessCleanup, rules: Rules = RULES
) -> BatchPlan | None:
    async def make_plan() -> Plan:
        return prepare_cleanup(workspace, rules)()

    return await agree_on_cleanup(workspace, ui, make_plan)


def reading_for(
    world: World, sql: str = "", *values: object, seconds: float = 0
) -> Callable[[], Awaitable[None]]:
    """Return what happens while the operator reads the plan."""

    async def read() -> None:
        world.clock.advance(seconds or FRESH.total_seconds() + 1)
        if sql:
            world.run(sql, *values)

    return read


def left(world: World) -> set[str]:
    """The names of the bundles that the server still has."""
    return set(
        world.column("SELECT name FROM bundles WHERE app_id = ? AND NOT deleted", world.app_id)
    )


def deleted_names(plan: Plan) -> set[str]:
    return {verdict.bundle.name for verdict in plan.deleted_verdicts}


async def test_what_was_agreed_on_is_deleted_and_nothing_else(
    world: World, workspace: Workspace
) -> None:
    before, ui = left(world), HeadlessCleanup()
    batch_plan = await agree(workspace, ui)
    assert batch_plan is not None
    assert world.door.writes == 0, "it only asks"
    (plan,) = ui.plans
    (question,) = ui.headless.questions
    assert (question.is_listed, question.is_repeated) == (True, False)
    assert len(question.changes) == len(deleted_names(plan)) > 1
    batch = await perform_agreed_batch(batch_plan, workspace, ui.headless)
    assert batch.count(OutcomeState.VERIFIED) == len(batch.steps)
    assert before - left(world) == deleted_names(plan)


async def test_lists_that_grew_old_are_read_once_more_after_the_yes(
    world: World, workspace: Workspace
) -> None:
    ui = HeadlessCleanup(Headless(before_answer=reading_for(world)))
    assert await agree(workspace, ui) is not None
    assert ui.rereadings == 1
    asked = {request.name for request in world.door.requests}
    assert {"GET /bundle", "GET /channel"} <= asked


async def test_lists_that_are_fresh_are_not_read_again(world: World, workspace: Workspace) -> None:
    ui = HeadlessCleanup(Headless(before_answer=reading_for(world, seconds=1)))
    assert await agree(workspace, ui) is not None
    assert world.door.requests == []


@pytest.mark.parametrize("agrees", [True, False])
async def test_it_is_asked_again_where_a_bundle_came_into_use_meanwhile(
    world: World, workspace: Workspace, agrees: bool
) -> None:
    first = prepare_cleanup(workspace, RULES)().deleted_verdicts[0].bundle
    link = "UPDATE channels SET version = ? WHERE name = 'qa'"
    ui = HeadlessCleanup(Headless([True, agrees], reading_for(world, link, first.id)))
    batch_plan = await agree(workspace, ui)
    assert [question.is_repeated for question in ui.headless.questions] == [False, True]
    assert deleted_names(ui.plans[0]) - deleted_names(ui.plans[1]) == {first.name}
    assert (batch_plan is not None) is agrees
    if batch_plan is None:
        assert ui.headless.messages == ["Nothing was deleted."]
        return
    await perform_agreed_batch(batch_plan, workspace, ui.headless)
    assert first.name in left(world), "a channel carries it"
    assert str(first.id) == str(bundle(workspace, first.name).id)
    carried = channel(workspace, "qa").bundle
    assert carried is not None
    assert carried.id == first.id


async def test_nothing_is_deleted_after_a_no(world: World, workspace: Workspace) -> None:
    ui = HeadlessCleanup(Headless([False]))
    assert await agree(workspace, ui) is None
    assert (ui.headless.messages, ui.rereadings) == (["Nothing was deleted."], 0)
    assert world.door.requests == []


async def test_who_leaves_while_it_is_read_again_deletes_nothing(
    world: World, workspace: Workspace
) -> None:
    ui = HeadlessCleanup(Headless(before_answer=reading_for(world)), leaves_while_rereading=True)
    assert await agree(workspace, ui) is None
    assert ui.headless.messages == ["Nothing was deleted."]
    assert world.door.count(DELETE) == 0


async def test_rules_that_delete_nothing_are_not_asked_about(workspace: Workspace) -> None:
    ui = HeadlessCleanup()
    assert await agree(workspace, ui, Rules(newest=10_000)) is None
    assert (ui.warnings, ui.plans) == (["These rules delete nothing."], [])


async def test_where_the_server_protects_nothing_all_channels_must_be_known() -> None:
    async with open_world("documented", devices=4) as world:
        workspace = world.open()
        await workspace.client.learn_revision(world.app_id)
        await workspace.bundles.load_all()
        world.door.fail("GET /channel", 500)
        await workspace.channels.load_all()
        ui = HeadlessCleanup()
        assert await agree(workspace, ui, Rules(newest=0, older_than=timedelta(0))) is None
        assert ui.plans == []
        assert ui.warnings == [
            "Nothing can be deleted: not all channels could be read, so nobody knows which"
            " bundles they use."
        ]
