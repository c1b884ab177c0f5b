"""The question before a write: only ``y`` means yes, and only after it was drawn."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from textual import events

from capgo_tui.short_ids import find_id_end, shorten_id
from capgo_tui.tui.terminal.input import doubt
from tests.support.server import Server, rewriting
from tests.support.world import channel, device, device_id, state, store_of
from tests.tui.driving import on_devices, open_app, post_keys, post_paste

if TYPE_CHECKING:
    from typing import Any

    from tests.tui.driving import Driver


async def ask(driver: Driver, name: str = "beta") -> None:
    """Open the question for the device under the cursor."""
    await driver.type("o", *name, "enter")
    await driver.wait_for_question()


async def test_only_y_writes_and_every_way_out_means_no(server: Server) -> None:
    async with on_devices(server) as driver:
        for key in ("enter", "escape", "n", "q"):
            await ask(driver)
            await driver.type(key)
            await driver.until("Nothing was changed.", key)
            await driver.wait_until_gone("y yes")
            assert driver.main.focused is driver.main.table
        await ask(driver)
        await driver.type("Y", "x", "o", "j", "space", "tab", "1", "question_mark", "slash", "r")
        post_paste(driver.app, "y")
        await driver.settle()
        assert "y yes" in driver.line(-1), "other keys mean nothing"
        assert server.writes == 0
        await driver.type("y")
        await driver.until("✓ tester-01: override is beta, read back")
        assert server.writes == 1
        assert server.overrides() == {device_id(1): "beta"}


async def test_a_y_typed_before_the_question_was_drawn_is_dropped(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter", *"yyyy")
        await driver.wait_for_question("none → beta?")
        assert "y yes" in driver.line(-1)
        await driver.type("n")
        await driver.until("Nothing was changed.")
        server.override(device_id(1), "qa")
        await driver.type("r")
        await driver.until("▲ qa")
        await driver.type("x", "y")
        await driver.wait_for_question("qa → none?")
        assert "y yes" in driver.line(-1)
        assert server.writes == 0


async def test_a_y_that_nobody_may_have_typed_answers_nothing(server: Server) -> None:
    async with on_devices(server) as driver:
        await ask(driver)
        doubtful = events.Key("y", "y")
        doubt(doubtful)
        doubtful.set_sender(driver.app)
        driver.app.post_message(doubtful)
        await driver.settle()
        assert "y yes" in driver.line(-1), "the question is still there"
        assert server.writes == 0
        await driver.type("y")
        await driver.until("✓ tester-01: override is beta")


async def test_the_mouse_answers_nothing_and_the_keyboard_stays_with_the_question(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await ask(driver)
        for offset in ((5, 6), (5, 6), (70, 0), (3, 23), (40, 22)):
            await driver.pilot.click(offset=offset)
        await driver.settle()
        assert "Override tester-01: none → beta?" in driver.line(-1)
        await driver.type("j", "y")
        await driver.until("✓ tester-01")
        assert server.overrides() == {device_id(1): "beta"}


async def test_five_hundred_random_keys_without_y_never_write(server: Server) -> None:
    chance = random.Random(1)  # noqa: S311 - a walk that can be repeated
    keys = [
        *("o", "x", "enter", "escape", "slash", "tab", "shift+tab", "up", "down", "j", "k", "g"),
        *("G", "n", "1", "2", "3", "r", "J", "question_mark", "space", "backspace", "b", "e"),
        *("pagedown", "pageup", "ctrl+u", "ctrl+d", "home", "end", "t", "a", "delete", "Y"),
    ]
    async with on_devices(server) as driver:
        for _ in range(20):
            post_keys(driver.app, chance.choices([*keys, *["o", "enter", "x"] * 5, "2"], k=25))
            await driver.pilot.pause()
        await driver.settle()
        assert server.writes == 0
        assert server.overrides() == {}
        assert driver.app.bug is None
        # Each overlay that they opened can be closed.
        for _ in range(4):
            await driver.type("escape")
            if "Leave and lose" in driver.text:  # a form with something typed in it
                await driver.wait_for_question("Leave and lose")
                await driver.type("y")
                await driver.settle()
        await driver.type("2", "g")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        await driver.type("o")
        await driver.until("Override tester-01 · now")


LONG = "release-candidate-for-the-north-european-stores"


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    ("custom_id", "name"),
    [
        ("tester-01", "beta"),
        ("", "beta"),
        ("a-very-long-custom-id-of-a-device-in-the-lab-of-berlin-01", LONG),
    ],
)
async def test_the_question_names_the_device_and_both_channels(
    width: int, custom_id: str, name: str
) -> None:
    names = ["production", "beta", "qa", LONG]
    content = state(
        devices=[device(1, custom_id=custom_id)],
        channels=[channel(number, one) for number, one in enumerate(names, 1)],
        overrides={device_id(1): "qa"},
    )
    server = Server(store_of(content))
    async with on_devices(server, size=(width, 24), rows=1) as driver:
        await ask(driver, name)
        question = driver.line(-1)
        label = custom_id or device_id(1)
        assert label[:4] in question
        assert label[-4:] in question
        assert ": qa → " in question
        assert name[:4] in question
        assert name[-4:] + "?" in question
        assert question.rstrip().endswith("y yes  n no")
        if len(custom_id) > width - 30:
            assert question.startswith(f" {find_id_end(device_id(1))}: "), "no name hides the id"
        if width == 200:
            assert label[:20] in question
            assert name in question
    server.store.close()


async def test_a_device_that_changed_meanwhile_is_asked_about_again(server: Server) -> None:
    async with on_devices(server) as driver:
        await ask(driver)
        server.override(device_id(1), "qa")
        assert driver.main.workspace is not None
        await driver.main.workspace.devices.refresh()
        await driver.type("y")
        await driver.wait_for_question("Changed")
        assert "tester-01: qa → beta?" in driver.line(-1)
        assert server.writes == 0
        await driver.type("y")
        await driver.until("✓ tester-01: override is beta")
        assert server.writes == 1


async def test_a_device_that_vanished_is_not_written_to(server: Server) -> None:
    async with on_devices(server) as driver:
        await ask(driver)
        server.change("DELETE FROM devices WHERE device_id = ?", device_id(1))
        assert driver.main.workspace is not None
        await driver.main.workspace.devices.refresh()
        await driver.until("11 loaded")
        assert "Override tester-01" in driver.line(-1), "it is still asked about the same device"
        await driver.type("y")
        await driver.wait_until_gone("y yes")
        await driver.settle()
        assert server.writes == 0
        assert driver.cursor == device_id(2)


async def test_clearing_asks_too_and_says_when_there_is_nothing_to_clear(server: Server) -> None:
    server.override(device_id(2), "qa")
    async with on_devices(server) as driver:
        await driver.type("x")
        await driver.until("tester-01 has no override to clear.")
        await driver.type("j", "x")
        await driver.wait_for_question("Clear the override of tester-02: qa → none?")
        await driver.type("y")
        await driver.until("✓ tester-02: override is none, read back")
        assert "▲" not in driver.text
        assert server.overrides() == {}


async def test_an_override_that_a_large_page_lost_is_not_said_to_be_none(server: Server) -> None:
    server.override(device_id(1), "qa")

    def lose(page: Any) -> object:
        rows = [{k: v for k, v in row.items() if k != "channel"} for row in page["data"]]
        more = [{**rows[0], "device_id": f"more-{number:04}"} for number in range(200)]
        return {**page, "data": [*rows, *more]}

    server.on("GET", "/device", rewriting(lose))
    async with on_devices(server, rows=212) as driver:
        server.off("GET", "/device")
        await driver.until("?")
        await driver.type("enter")
        await driver.until("override     not reported for this device")
        await driver.type("escape", "x")
        await driver.wait_for_question("Clear the override of tester-01: unknown → none?")
        await driver.type("y")
        await driver.until("✓ tester-01: override is none, read back")
        assert server.overrides() == {}


async def test_only_a_device_can_be_overridden(server: Server) -> None:
    async with open_app(server) as driver:
        await driver.type("o")
        await driver.until("Overrides are set on a device: 2 shows the devices.")
        await driver.type("3", "x")
        await driver.until("Overrides are set on a device: 2 shows the devices.")
        await driver.type("2", "slash", *"no such", "enter")
        await driver.until("✗ This server cannot look up custom ids.")
        await driver.type("o")
        await driver.until("There is no device under the cursor.")
        assert not driver.overlays.link_form.is_open


def test_a_key_event_knows_when_it_was_typed() -> None:
    one, two = events.Key("y", "y"), events.Key("y", "y")
    assert one.time <= two.time, "what the question's dropping of early keys stands on"


async def test_even_on_forty_columns_the_question_names_the_channel(server: Server) -> None:
    async with on_devices(server, size=(40, 12)) as driver:
        await ask(driver, "beta-two")
        assert "two?" in driver.line(-1)


async def test_a_question_in_place_of_another_answers_that_with_no(server: Server) -> None:
    async with on_devices(server) as driver:
        main = driver.main
        await ask(driver)
        first = main.overlays.prompt.open(lambda _: "Something?")
        second = main.overlays.prompt.open(lambda _: "Something else?")
        assert first.done()
        assert not first.result()
        await driver.wait_for_question("Something else?")
        await driver.type("y")
        await driver.until(second.done)
        assert second.result()
        assert server.writes == 0
        assert main.focused is main.table
        await driver.type("j")
        await driver.until(lambda: driver.cursor == device_id(2))


@pytest.mark.parametrize(("width", "whole"), [(140, True), (80, True), (60, False), (40, False)])
async def test_a_question_names_the_device_by_its_id_as_well(
    server: Server, width: int, whole: bool
) -> None:
    async with on_devices(server, size=(width, 24)) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question(": none → beta?")
        name = shorten_id(device_id(1)) if whole else find_id_end(device_id(1))
        assert driver.line(-1).startswith(f" {name}: ")
        assert driver.line(-1).rstrip().endswith("y yes  n no" if width > 40 else "y/n")
