"""A terminal window that loses and regains the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from tests.support.server import Gate
from tests.support.world import device_id
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.tui.driving import Driver


async def leave(driver: Driver) -> None:
    """Post the event of a window that loses the focus."""
    driver.app.post_message(events.AppBlur())
    await driver.settle()
    assert not driver.app.is_watched


async def regain_focus(driver: Driver) -> None:
    driver.app.post_message(events.AppFocus())
    await driver.settle()
    assert driver.app.is_watched


async def test_a_question_that_comes_meanwhile_gives_the_keyboard_back(server: Server) -> None:
    gate = Gate()
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01")
        server.on("GET", "/device", gate.before)
        await driver.type("z")
        await gate.arrival.wait()
        await leave(driver)
        gate.open.set()
        await driver.wait_for_question("Undo: ")
        await regain_focus(driver)
        assert driver.main.focused is driver.overlays.prompt
        await driver.type("n")
        await driver.until("Nothing was changed.")
        await driver.type("j")
        await driver.until(lambda: driver.cursor == device_id(2), "the cursor moved")


async def test_a_screen_that_comes_meanwhile_has_the_keyboard(server: Server) -> None:
    async with on_devices(server) as driver:
        await leave(driver)
        driver.main.controllers.pages.show_requests()
        await driver.until("Requests ·")
        await regain_focus(driver)
        assert driver.app.screen.focused is not None
        await driver.type("escape")
        await driver.wait_until_gone("Requests ·")
        assert driver.main.focused is driver.main.table


async def test_whoever_types_is_there_whatever_the_terminal_told(server: Server) -> None:
    async with on_devices(server) as driver:
        await leave(driver)
        await driver.type("j")
        assert driver.app.is_watched
        assert driver.cursor == device_id(2)
