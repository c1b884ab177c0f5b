"""``/`` on the pages: the request log and the changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.widgets.record_table import RecordTable
from tests.support.server import FAULT
from tests.tui.driving import assert_sound, on_devices

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_words_narrow_the_request_log_and_esc_shows_all_before_it_closes(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("r")
        await driver.until("STALE")
        await driver.type("at")
        await driver.until("Requests · 4 requests")
        table = driver.app.screen.query_one(RecordTable)
        assert table.row_count == 4
        await driver.type("slash", *"server_fault q")
        await driver.until(lambda: table.row_count == 0, "no such request")
        assert "No request has these words." in driver.text
        await driver.type("backspace", "backspace", "enter")
        await driver.until(lambda: table.row_count == 1, "the failed request")
        assert driver.app.screen.focused is table
        assert "/server_fault" in driver.line(-1).replace(" ", "")
        assert_sound(driver.app, (80, 24))
        await driver.type("y")
        await driver.until("curl command")
        await driver.type("escape")
        await driver.until(lambda: table.row_count == 4, "all again")
        await driver.type("escape")
        await driver.until("STALE")
        assert driver.main.focused is driver.main.table


async def test_words_narrow_the_changes(server: Server) -> None:
    async with on_devices(server) as driver:
        for name in ("beta-two", "internal"):
            await driver.type("o", *name, "enter")
            await driver.wait_for_question()
            await driver.type("y")
            await driver.until(f"override is {name}, read back")
        await driver.type("Z")
        await driver.until("Changes made from here")
        table = driver.app.screen.query_one(RecordTable)
        await driver.until(lambda: table.row_count == 2, "both")
        await driver.type("slash", *"!none", "enter")
        await driver.until(lambda: table.row_count == 1, "the second one")
        await driver.type("r")
        await driver.settle()
        assert table.row_count == 1
        await driver.type("slash", "home", "ctrl+k", *"xyz")
        await driver.until("None of 2 changes match.")
        await driver.type("escape")
        await driver.until(lambda: table.row_count == 2, "both again")
        await driver.type("q")
        await driver.until(lambda: driver.app.screen.query("TitleBar"), "the list")
        assert driver.app.bug is None
