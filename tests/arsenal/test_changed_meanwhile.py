"""A record changes on the server while a question about it is open, and no list is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.server import Server
from tests.support.world import bundle, device_id, open_world, state, store_of
from tests.tui.bundles import on_bundles
from tests.tui.channels import on_channels, put_cursor, workspace
from tests.tui.driving import on_devices
from tests.tui.make_writes import journal
from tests.workspace.changes.overriding import READ, SET, change_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.workspace.changes.states import State
    from tests.tui.driving import Driver

FIRST = device_id(1)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(store_of(state()))
    yield server
    server.store.close()


def read_state_before(driver: Driver) -> State | None:
    """Return the state before the latest change, from the journal."""
    return CHANGES.validate_json(journal(driver)[0].change_json).before


@pytest.mark.parametrize("keys", [("o", *"beta", "enter"), ("x",)], ids=["override", "clear"])
async def test_an_override_set_meanwhile_is_asked_about_and_not_overwritten(
    server: Server, keys: tuple[str, ...]
) -> None:
    server.override(FIRST, "internal")
    async with on_devices(server) as driver:
        await driver.type(*keys)
        await driver.wait_for_question("internal → ")
        server.override(FIRST, "qa")
        await driver.type("y")
        await driver.wait_for_question("Changed!")
        assert "qa → " in driver.line(-1)
        assert server.writes == 0
        assert journal(driver) == []
        server.requests.clear()
        await driver.type("y")
        await driver.until("✓ tester-01: override is ")
        assert server.writes == 1
        assert read_state_before(driver) == {"channel": "qa"}


def put_on_beta(server: Server, bundle_name: str) -> None:
    """Put a bundle on beta, as somebody else would."""
    server.change(
        "UPDATE channels SET version = (SELECT id FROM bundles WHERE name = ?) WHERE name = 'beta'",
        bundle_name,
    )


async def test_what_was_done_meanwhile_by_somebody_else_is_not_done_again(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")
        server.override(FIRST, "beta")
        await driver.type("y")
        await driver.until("Nothing to do: tester-01: already on beta.")
        assert server.writes == 0


async def test_a_promotion_made_meanwhile_by_somebody_else_is_not_made_again(
    server: Server,
) -> None:
    async with on_channels(server) as driver:
        put_cursor(driver, "beta")
        await driver.type("l", *"1.0.5", "enter")
        await driver.wait_for_question()
        put_on_beta(server, "1.0.5")
        await driver.type("y")
        await driver.until("Nothing to do: beta: carries 1.0.5 already.")
        assert server.writes == 0
        assert journal(driver) == []


async def test_notes_written_meanwhile_by_somebody_else_are_not_written_again() -> None:
    server = Server(store_of(state(bundles=[bundle(number) for number in range(1, 7)])))
    async with on_bundles(server) as driver:
        await driver.type("e", "end", *"!", "ctrl+s", "enter")
        await driver.wait_for_question()
        server.change("UPDATE bundles SET comment = comment || '!'")
        await driver.type("y")
        await driver.until("Nothing was sent.")
        await driver.until("nothing is sent: it is so already")
        await driver.type("ctrl+s", "enter")
        await driver.until("Nothing to do: it is so already.")
        assert server.writes == 0
        assert journal(driver) == []
    server.store.close()


async def test_one_of_several_promotions_made_meanwhile_is_left_alone(server: Server) -> None:
    async with on_bundles(server, name="1.0.5") as driver:
        await driver.type("l", *"beta", "space", "space", "enter")
        await driver.until("Put 1.0.5 on 2 channels")
        put_on_beta(server, "1.0.5")
        await workspace(driver).channels.reread()
        await driver.type("y")
        await driver.until("Changed! Put 1.0.5 on")
        assert "1 left alone: carries 1.0.5 already" in driver.text
        assert server.writes == 0
        await driver.type("y")
        await driver.until("left alone: carries 1.0.5 already")
        await driver.until("2 of 2 · ✓ 1 · 1 left alone")
        assert server.writes == 1
        assert len(journal(driver)) == 1


async def test_a_no_to_the_second_question_leaves_what_the_other_one_did(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")
        server.override(FIRST, "qa")
        await driver.type("y")
        await driver.wait_for_question("Changed!")
        await driver.type("n")
        await driver.until("Nothing was changed.")
        assert server.writes == 0
        assert server.overrides() == {FIRST: "qa"}


async def test_a_device_that_is_gone_meanwhile_is_not_written_to(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")
        server.change("DELETE FROM devices WHERE device_id = ?", FIRST)
        await driver.type("y")
        await driver.until("✗ Not changed: the server does not know this device any more")
        assert server.writes == 0


async def test_a_promotion_made_meanwhile_is_asked_about_and_not_overwritten(
    server: Server,
) -> None:
    async with on_channels(server) as driver:
        put_cursor(driver, "beta")
        await driver.type("l", *"1.0.5", "enter")
        await driver.wait_for_question()
        put_on_beta(server, "1.0.3")
        await driver.type("y")
        await driver.wait_for_question("Changed!")
        assert "1.0.3" in driver.line(-1)
        assert server.writes == 0
        await driver.type("y")
        await driver.until("✓ beta: bundle is 1.0.5")
        assert (read_state_before(driver) or {})["bundle"] == "1.0.3"


async def test_notes_written_meanwhile_are_asked_about_and_the_form_keeps_what_was_typed() -> None:
    server = Server(store_of(state(bundles=[bundle(number) for number in range(1, 7)])))
    async with on_bundles(server) as driver:
        await driver.type("e", "end", *"!", "ctrl+s", "enter")
        await driver.wait_for_question()
        server.change("UPDATE bundles SET comment = 'theirs'")
        await driver.type("y")
        await driver.wait_for_question("Changed!")
        assert "theirs → " in driver.line(-1)
        assert server.writes == 0
        await driver.type("n")
        await driver.until("Nothing was sent.")
        assert "!" in driver.text
        assert workspace(driver).bundles.error is None
    server.store.close()


async def test_a_device_is_looked_at_once_unless_that_was_done_just_now() -> None:
    async with open_world(devices=20) as world:
        workspace = world.open()
        change = await change_for(world, workspace, "beta")
        await workspace.look_up_device(change.wire_id)
        world.clock.advance(4.9)
        world.door.requests.clear()
        run = Batch([change], workspace)
        await run.carry_out()
        assert [request.name for request in world.door.requests] == [SET, READ]
        world.set_override(change.wire_id, "qa")
        world.clock.advance(60)
        clear_change = change.model_copy(
            update={"before": {"channel": "beta"}, "after": {"channel": None}}
        )
        world.door.requests.clear()
        run = Batch([clear_change], workspace)
        await run.carry_out()
        assert [request.name for request in world.door.requests] == [READ]
        assert run.steps[0].outcome is not None
        assert run.steps[0].outcome.state is OutcomeState.FAILED
        assert world.override_of(change.wire_id) == "qa"


async def test_a_run_of_many_still_costs_two_requests_a_device() -> None:
    async with open_world(devices=20) as world:
        workspace = world.open()
        devices = world.free_devices()[:5]
        changes = [await change_for(world, workspace, "beta", each) for each in devices]
        world.door.requests.clear()
        await Batch(changes, workspace).carry_out()
        assert [request.name for request in world.door.requests] == [SET, READ] * 5
