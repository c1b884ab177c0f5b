"""What the bottom row offers: what is useful here, and first what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.server import FAULT
from tests.tui.driving import on_devices, open_app

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_a_device_is_explained_and_a_channel_has_a_history(server: Server) -> None:
    async with on_devices(server) as driver:
        assert " i explain" in driver.line(-1)
        await driver.type("1")
        await driver.until("HOLDS")
        await driver.until(lambda: " / filter" in driver.line(-1))
        await driver.pilot.resize_terminal(140, 40)
        await driver.until(lambda: " H history" in driver.line(-1))
        assert " i explain" not in driver.line(-1)


async def test_two_marked_records_can_be_compared(server: Server) -> None:
    async with open_app(server) as driver:
        await driver.type("space")
        await driver.until("1 marked")
        assert "compare" not in driver.line(-1)
        await driver.type("space")
        await driver.until(lambda: driver.line(-1).startswith(" = compare"))
        await driver.type("space")
        await driver.until(lambda: "compare" not in driver.line(-1))


async def test_a_write_without_a_clear_answer_can_be_watched(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta-two", "enter")
        await driver.wait_for_question()
        server.on("POST", "/device", FAULT)
        server.on("GET", "/device", server.after_first_write(FAULT))
        await driver.type("y")
        await driver.until("is no clear answer")
        await driver.until(lambda: driver.line(-1).startswith(" W watch"))
        server.off("GET", "/device")
        await driver.type("W")
        await driver.until(lambda: not driver.line(-1).startswith(" W watch"))
