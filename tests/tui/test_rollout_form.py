"""The form of a rollout, by the keyboard: what it says, what it sends, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.server import Server
from tests.support.world import CHANNELS, channel, device, device_id, state, store_of
from tests.tui.channels import flat, on_channels, put_cursor, row, wait_for_dialog, wait_for_outcome
from tests.tui.make_writes import on_tab
from tests.tui.test_every_write import check_write_and_undo
from tests.tui.writes import CHANNELS_OWN, LIVE, ROLLOUT_ON, ROLLOUT_PAUSED, shop

if TYPE_CHECKING:
    from tests.tui.driving import Driver

POST = ("POST", "/channel")


def fleet(revision: str = "live") -> Server:
    """Return a server whose beta has ten overridden devices."""
    content = state(
        devices=[device(number) for number in range(1, 13)],
        overrides={device_id(number): "beta" for number in range(1, 11)},
    )
    return Server(store_of(content), revision=revision)


def lines(driver: Driver) -> list[str]:
    """Return the rows of the form."""
    return [line.strip() for line in driver.text.split("\n")[-8:]]


@pytest.mark.parametrize("revision", LIVE)
async def test_each_step_is_one_write_and_taken_back(revision: str) -> None:
    server = Server(store_of(shop()), revision=revision)
    async with on_tab(server, "1") as driver:
        for write in CHANNELS_OWN:
            if write.name.startswith("R,"):
                before = server.count(*POST)
                await check_write_and_undo(driver, server, write)
                assert server.count(*POST) - before <= 3, "one, and at most two to take it back"


async def test_a_start_sends_target_share_and_state_in_one_request(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("R")
        await driver.until("no target yet")
        await driver.type("s")
        await driver.until("Roll out on beta")
        await driver.type(*"1.0.4", "enter")
        await driver.until("target 1.0.4")
        await driver.type("right", "s")
        await driver.wait_for_question("Roll 1.0.4 out to 25 % of devices on beta?")
        assert server.writes == 0
        await driver.type("y")
        line = await wait_for_outcome(driver, "✓")
        assert line.startswith("✓ beta: 25 % of devices get 1.0.4, read back")
        assert server.count(*POST) == server.writes == 1
        beta = row(server, "beta")
        assert (beta["rollout_version"], beta["rollout_percentage_bps"]) == (4, 2500)
        assert "▓░░░ 25% 1.0.4" in driver.text
        assert not driver.overlays.rollout_form.is_open


async def test_the_steps_say_how_many_devices_they_concern() -> None:
    server = fleet()
    server.change(ROLLOUT_ON)
    async with on_channels(server) as driver:
        await driver.type("R")
        await driver.until("about 1 of 10 devices")
        assert "0 run 1.0.3 now" in driver.text
        await driver.type("right", "right")
        await driver.until("10 % → 50 %")
        assert "s share    50 %, about 5 of 10 devices, get 1.0.3" in lines(driver)
        assert "f finish   all 10 devices get 1.0.3 as stable; the rollout ends" in lines(driver)
        assert "k stop     all 10 devices get the stable 1.0.1; the rollout ends" in lines(driver)
        await driver.type("left", "left", "left")
        await driver.until("10 % → 5 %")


async def test_platforms_that_are_not_told_are_said_to_be_assumed(server: Server) -> None:
    async with on_channels(server, "production") as driver:
        await driver.type("R")
        await driver.until("about 1 of 12 devices · if it serves all platforms, which is unknown")


async def test_what_is_not_known_is_never_cut_off(server: Server) -> None:
    target = "1.0.3-a.rather-long.pre-release+5"
    server.change("UPDATE bundles SET name = ? WHERE name = '1.0.3'", target)
    server.change(ROLLOUT_ON.replace("'beta'", "'production'"))
    async with on_channels(server, "production") as driver:
        await driver.type("R")
        await driver.until("about 1 of 12 devices · if it serves all platforms")
        assert f"0 run {target} now" not in driver.text
        await driver.pilot.resize_terminal(100, 24)
        await driver.until(f"12 devices · 0 run {target} now · if it serves all platforms")
        assert "which is unknown" not in driver.text
        await driver.pilot.resize_terminal(140, 40)
        await driver.until(f"0 run {target} now · if it serves all platforms, which is unknown")


async def test_without_loaded_devices_no_number_is_said() -> None:
    server = Server(store_of(state(devices=[])))
    server.change(ROLLOUT_ON)
    async with on_channels(server) as driver:
        await driver.type("R")
        await driver.until("how many follow it is not known")
        await driver.type("right")
        await driver.until("s share    25 % of devices get 1.0.3")


async def test_a_typed_share_is_taken_as_it_is_typed_and_taken_back(server: Server) -> None:
    server.change(ROLLOUT_ON)
    async with on_channels(server) as driver:
        await driver.type("R", *"12.5")
        await driver.until("10 % → 12.5 %")
        await driver.type("9", "9")  # no share has four decimals
        await driver.until("10 % → 12.59 %")
        await driver.type(*["backspace"] * 5)
        await driver.until("10 % · running")
        await driver.type(*"400")
        await driver.until("10 % → 40 %")


async def test_what_cannot_be_done_says_why_and_asks_nothing(server: Server) -> None:
    server.change("UPDATE channels SET version = NULL WHERE name = 'qa'")
    async with on_channels(server) as driver:
        await driver.type("R")
        await driver.until("no target yet")
        for key, verb in (("p", "pause"), ("f", "finish"), ("k", "stop")):
            await driver.type(key)
            await driver.until(f"✗ {verb}: there is no rollout target")
        await driver.type("escape")
        put_cursor(driver, "qa")
        await driver.type("R", "t", *"1.0.4", "enter", "s")
        await driver.until("✗ start: a rollout needs a bundle on the channel first")
        await driver.type("escape")
        server.change(ROLLOUT_ON)
        put_cursor(driver, "beta")
        await driver.type("r")
        await driver.until("▓░░░ 10% 1.0.3")
        await driver.type("R", "s")
        await driver.until("✗ share: 10 % of devices get it already")
        assert server.writes == 0


async def test_a_no_leaves_the_form_open_with_what_was_chosen(server: Server) -> None:
    server.change(ROLLOUT_PAUSED)
    async with on_channels(server) as driver:
        await driver.type("R", "right", "s")
        await driver.wait_for_question("Resume the rollout of 1.0.3 on beta at 25 %?")
        await driver.type("n")
        await driver.until("10 % → 25 % · paused")
        assert server.writes == 0
        await driver.type("escape")
        await driver.until(lambda: not driver.overlays.rollout_form.is_open)
        assert driver.main.focused is driver.main.table


async def test_a_start_warns_of_devices_that_will_not_take_the_target() -> None:
    server = fleet()
    server.change("UPDATE channels SET disable_auto_update = 'version_number' WHERE name = 'beta'")
    server.change("UPDATE bundles SET min_update_version = '3.0.0' WHERE name = '1.0.4'")
    async with on_channels(server) as driver:
        await driver.type("R", "t", *"1.0.4", "enter", "s")
        await wait_for_dialog(driver)
        assert "10 of 10 loaded devices run native 2.4.0 and will not take 1.0.4" in flat(driver)


@pytest.mark.parametrize("revision", ["documented", "legacy"])
async def test_servers_without_rollouts_say_so(revision: str) -> None:
    server = Server(store_of(state()), revision=revision)
    async with on_channels(server) as driver:
        await driver.type("R")
        await driver.until("has no rollouts")
        assert not driver.overlays.rollout_form.is_open
        assert "R rollout" not in driver.line(-1)


async def test_a_long_name_leaves_the_share_in_the_question() -> None:
    name = "a-channel-with-a-name-that-is-much-longer-than-the-line"
    channels = [channel(1, name), *(channel(n, each) for n, each in enumerate(CHANNELS, 2))]
    server = Server(store_of(state(channels=channels)))
    server.change("UPDATE channels SET rollout_version = 3, rollout_enabled = 1 WHERE id = 1")
    async with on_channels(server, name) as driver:
        await driver.type("R", *"50", "s")
        await driver.wait_for_question("0 % → 50 %?")
