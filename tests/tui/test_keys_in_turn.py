"""Keys typed ahead do the same as keys typed slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from capgo_tui.tui.screens.help import HelpScreen
from tests.support.world import device_id
from tests.tui.driving import on_devices, post_keys, post_paste

if TYPE_CHECKING:
    from tests.support.server import Server


@pytest.mark.parametrize("burst", [True, False], ids=["at once", "slowly"])
async def test_a_whole_override_up_to_its_question(server: Server, burst: bool) -> None:
    async with on_devices(server) as driver:
        typing = driver.type if burst else driver.press
        await typing("j", "j", "o", *"beta-t", "enter")
        await driver.until("Override tester-03: none → beta-two?")
        assert server.writes == 0
        assert driver.cursor == device_id(3)


@pytest.mark.parametrize(
    "burst",
    [
        pytest.param(True, id="at once"),
        pytest.param(False, id="slowly"),
    ],
)
async def test_keys_behind_a_no_reach_the_list(server: Server, burst: bool) -> None:
    async with on_devices(server) as driver:
        typing = driver.type if burst else driver.press
        await typing("o", "escape", "j", "o", *"beta", "enter")
        await driver.wait_for_question()
        assert "tester-02" in driver.line(-1)
        await typing("n", "G", "J")
        await driver.settle()
        assert '"device_id": "00000012' in driver.text
        assert server.writes == 0


@pytest.mark.parametrize("burst", [True, False], ids=["at once", "slowly"])
async def test_a_filter_a_device_and_its_form(server: Server, burst: bool) -> None:
    async with on_devices(server) as driver:
        typing = driver.type if burst else driver.press
        await typing("slash", *"tester-07", "enter", "o")
        await driver.until("Override tester-07 · now none")
        assert "1 of 12 loaded" not in driver.line(-1)
        await typing("escape", "escape", "3")
        await driver.until("5 loaded")


async def test_a_key_that_ends_its_own_screen_does_not_freeze_the_keyboard(server: Server) -> None:
    async with on_devices(server) as driver:
        table = driver.main.table
        for _ in range(5):
            await driver.type("question_mark", "j", "q", "j")
        await driver.until(lambda: table.cursor_key == device_id(6), "five times down")
        await driver.type(*["question_mark", "escape"] * 5, "j")
        await driver.until(lambda: table.cursor_key == device_id(7), "one more")
        await driver.until(lambda: not isinstance(driver.app.screen, HelpScreen), "no help")


async def test_a_key_whose_widget_disappears_does_not_hold_up_the_ones_behind_it(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        box = Input()
        await driver.main.mount(box)
        box.focus()
        await driver.pilot.pause()
        post_keys(driver.app, "ab")
        await box.remove()
        driver.main.set_focus(driver.main.table)
        await driver.type("j", "j", "3")
        await driver.until("3 Bundles 5")
        await driver.until("5 loaded · end of list")
        await driver.type("2")
        await driver.until("12 loaded")
        await driver.type("g", "j")
        await driver.until(lambda: driver.cursor == device_id(2))


async def test_pastes_and_keys_keep_their_order(server: Server) -> None:
    async with on_devices(server) as driver:
        post_keys(driver.app, ["slash", "t"])
        post_paste(driver.app, "ester-")
        post_keys(driver.app, ["0"])
        post_paste(driver.app, "8")
        post_keys(driver.app, ["enter", "o", "q"])
        post_paste(driver.app, "a")
        post_keys(driver.app, ["enter"])
        await driver.until("Override tester-08: none → qa?")
        assert server.writes == 0


async def test_a_paste_into_the_list_is_no_command(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("1")
        post_paste(driver.app, "o\nbeta\n\ny")
        await driver.type("2", "j")
        await driver.until(lambda: driver.cursor == device_id(2))
        assert not driver.overlays.link_form.is_open
        post_paste(driver.app, "o\nbeta\n\ny")
        await driver.until("3 devices · 0 loaded", "the ids that were pasted, in a form")
        assert server.writes == 0


async def test_five_hundred_keys_at_once_are_all_counted(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type(*["j", "k"] * 250, *["j"] * 4)
        await driver.until(lambda: driver.cursor == device_id(5))


async def test_what_is_typed_ahead_of_a_screen_waits_until_it_is_there(server: Server) -> None:
    async with on_devices(server) as driver:
        # As a worker opens a screen: no key is in hand for it.
        driver.main.controllers.pages.show_requests()
        await driver.app.run_action("screen.copy")
        assert driver.app.bug is None
        await driver.until("The curl command")
