"""`y` by keyboard: a letter for each part, marked records one a line, and the message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.overlays.value_screen import ValueScreen
from tests.support.hostile import TEXTS
from tests.support.server import answering, rewriting
from tests.support.world import SECRETS, device_id
from tests.tui.driving import assert_secret, assert_sound, list_unsafe, on_devices, open_app

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.tui.driving import Driver

LETTERS = "inrjcs"


@pytest.fixture(autouse=True)
def no_multiplexer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)


async def read_copy(driver: Driver, *keys: str) -> str:
    """Type keys that copy and return the clipboard."""
    driver.app.copy_to_clipboard("")
    await driver.type(*keys)
    await driver.until(lambda: driver.app.clipboard, "a copy")
    await driver.until(" characters: ")
    return driver.app.clipboard


async def test_each_letter_copies_its_part(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("y")
        await driver.until("i id  n name  r row  j JSON  c curl  s command line")
        await driver.type("escape")
        assert driver.main.focused is driver.main.table
        assert driver.app.clipboard == ""
        assert await read_copy(driver, "y", "i") == device_id(1)
        assert (
            "The id of tester-01, 36 characters: to the terminal, if it takes it." in driver.status
        )
        assert await read_copy(driver, "y", "enter") == device_id(1), "the part of the last time"
        assert await read_copy(driver, "y", "n") == "tester-01"
        assert (await read_copy(driver, "y", "r")).startswith(f"{device_id(1)}  tester-01  ios")
        assert json.loads(await read_copy(driver, "y", "j"))["device_id"] == device_id(1)
        assert await read_copy(driver, "y", "right", "enter") == (
            'curl -sS -H "authorization: $CAPGO_TOKEN"'
            f" 'https://demo.invalid/device?app_id=com.acme.shop&device_id={device_id(1)}'"
        )
        assert await read_copy(driver, "y", "s") == (
            f"capgo-tui device get --api-url https://demo.invalid {device_id(1)} com.acme.shop"
        )
        assert_secret(driver, SECRETS)
        assert server.writes == 0


async def test_v_shows_the_part_under_the_cursor_and_copies_nothing(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("y", "right", "v")
        await driver.until(lambda: isinstance(driver.app.screen, ValueScreen), "the value")
        assert driver.app.clipboard == ""
        await driver.type("escape")
        await driver.until(lambda: driver.app.screen is driver.main, "the list")
        assert await read_copy(driver, "y", "enter") == "tester-01"
        await driver.type("at", "v")
        await driver.until(lambda: isinstance(driver.app.screen, ValueScreen), "the command")
        await driver.type("q", "q")
        await driver.until(lambda: driver.app.screen is driver.main, "the list")


async def test_marks_are_copied_one_a_line_and_the_hidden_ones_are_told(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("space", "space", "space")
        assert await read_copy(driver, "y", "n") == "tester-01\ntester-02\ntester-03"
        assert "The names of 3 devices, " in driver.status
        await driver.type("slash", *"tester-01", "enter")
        assert (await read_copy(driver, "y", "i")).split("\n") == [
            device_id(at) for at in (1, 2, 3)
        ]
        assert "The ids of 3 devices (2 hidden by filter)" in driver.status
        rows = [json.loads(line) for line in (await read_copy(driver, "y", "j")).split("\n")]
        assert [row["device_id"] for row in rows] == [device_id(at) for at in (1, 2, 3)]


async def test_channels_and_bundles_and_the_open_detail_too(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("1")
        assert await read_copy(driver, "y", "n") == "production"
        await driver.type("3", "enter")
        name = await read_copy(driver, "y", "n")
        assert name in driver.text
        assert driver.main.focused is driver.main.detail


async def test_nothing_is_copied_of_nothing(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"!tester", "enter", "y")
        await driver.until("There is nothing under the cursor.")
        await driver.type("escape", "g", "y")
        await driver.until("i id")
        server.on("GET", "/device", answering(200, b'{"data": []}'))
        assert driver.main.workspace is not None
        await driver.main.workspace.devices.refresh([])
        await driver.type("i")
        await driver.until("The record to copy is no longer among the devices.")
    async with open_app(server, app_id=None, wait_for="App id") as driver:
        assert driver.app.clipboard == ""


async def test_more_than_a_clipboard_holds_is_sent_to_a_file(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_devices(server) as driver:
        await read_copy(driver, "y", "i")
        monkeypatch.setattr("capgo_tui.tui.controllers.copy.MOST", 11)
        await driver.type("asterisk", "y")
        await driver.until("✗ Not copied: 12 are too many for a clipboard. E exports them.")


@pytest.mark.parametrize("size", [(60, 20), (40, 8), (20, 4)])
async def test_it_fits_any_size(server: Server, size: tuple[int, int]) -> None:
    async with on_devices(server, size=size, wait_for="loaded") as driver:
        for _ in LETTERS:
            await driver.type("y", "right")
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("enter")
            await driver.settle()
            assert_sound(driver.app, size)


def only_texts(document: object) -> object:
    """Return the page of devices with hostile texts in all fields."""
    rows = [
        {"device_id": f"{at}{text}", "custom_id": text, "os_version": text, text: text}
        for at, text in enumerate(TEXTS.values())
    ]
    return {"data": rows} if isinstance(document, dict) else document


async def test_no_text_of_the_corpus_gets_at_the_terminal_or_into_what_is_pasted(
    server: Server,
) -> None:
    """Of each alone what it is called in is a matter of the words; here all are copied at once."""
    server.on("GET", "/device", rewriting(only_texts))
    async with on_devices(server, rows=len(TEXTS)) as driver:
        for keys in ("asterisk", "u", "j", "j"):
            await driver.type(keys)
            for letter in LETTERS:
                driver.app.copy_to_clipboard("")
                driver.main.say("")
                await driver.type("y", letter)
                await driver.until(lambda: driver.status.strip()[:1] in "T✗", "an end")
                assert_sound(driver.app, (80, 24))
                bad = list_unsafe(driver.app.clipboard)
                assert not bad, (letter, bad)
        assert driver.app.bug is None
