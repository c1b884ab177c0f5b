"""Anybody's phone can send any text: on no screen does it steer the terminal or the layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.tui.driving import assert_sound, on_devices, unsafe
from tests.tui.server import Server, answering
from tests.tui.world import bundle, channel, device, state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = {
    "escape": "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "c1": "\x9b2J\x9d0;x\x9c",
    "bidi": "\u202ereversed\u2066iso\u200f",
    "zero width": "ze\u200bro\u200d\ufeff\u2060wi",
    "closing tag": "[/red][/]",
    "link": "[@click=app.quit]click[/]",
    "open bracket": "[bold",
    "long": "L" * 10_000,
    "wide": "漢字かな交じり文🙂👍🏽" * 4,
    "combining": "Z\u0351\u036b\u0343\u036a\u0302" * 12,
    "lines": "one\r\ntwo\u2028three\ttab",
    "rtl": "שלום עולם مرحبا",
}


@pytest.fixture(scope="module")
def hostile() -> Iterator[Server]:
    """An app whose every text is hostile; of each kind one device, channel and bundle."""
    texts = list(HOSTILE.values())
    content = state(
        devices=[
            device(number, custom_id=text, os_version=text, version_build=text, version_name=text,
                   plugin_version=text, install_source=text, country_code=text)
            for number, text in enumerate(texts, 1)
        ],
        channels=[channel(number, f"c{number} {text}") for number, text in enumerate(texts, 1)],
        bundles=[
            bundle(number, name=f"{number} {text}", comment=text, link=text, checksum=text,
                   min_update_version=text, storage_provider=text)
            for number, text in enumerate(texts, 1)
        ],
    )  # fmt: skip
    store = store_of(content)
    yield Server(store, limits="none")
    store.close()


@pytest.mark.parametrize("size", [(60, 20), (140, 40)], ids=lambda size: str(size[0]))
async def test_no_text_steers_the_terminal_on_any_tab_or_in_any_view(
    hostile: Server, size: tuple[int, int]
) -> None:
    async with on_devices(hostile, size=size) as driver:

        async def look(*keys: str) -> None:
            await driver.type(*keys)
            assert_sound(driver.app, size)

        for tab in ("1", "2", "3"):
            await look(tab)
            assert_aligned(driver.text)
            before: list[str] = []
            for _ in HOSTILE:
                await look(*before, "enter")
                await look("J")
                before = ["J", "escape", "j"]
            await look("J", "escape")
        assert driver.app.bug is None


def assert_aligned(text: str) -> None:
    """In every row of the list the second column begins on the same cell as in its header."""
    header, *rows = text.split("\n")[1:-2]
    start = header.index(header.split()[1])
    for row in rows:
        if row.strip() and "│" not in row:
            before = _cells(row, start)
            assert before.endswith(" "), row


def _cells(text: str, cells: int) -> str:
    """The beginning of a text that takes so many cells."""
    taken = ""
    for char in text:
        if cell_len(taken + char) > cells:
            break
        taken += char
    assert cell_len(taken) == cells, f"a wide character stands across cell {cells} of {text!r}"
    return taken


async def test_no_text_steers_the_terminal_in_the_form_the_question_or_the_outcome(
    hostile: Server,
) -> None:
    size = (80, 24)
    async with on_devices(hostile, size=size) as driver:
        for number in range(1, len(HOSTILE) + 1):
            await driver.until(lambda: driver.main.focused is driver.main.table)
            await driver.type("o", *f"c{number} ")
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("enter")
            await driver.asked()
            assert_sound(driver.app, size)
            assert f"c{number}" in driver.line(-1), "the channel is named"
            await driver.type("y")
            await driver.until(lambda: driver.status.strip()[:1] in "✓✗!?", "the outcome")
            assert_sound(driver.app, size)
            assert "✓" in driver.status
            await driver.type("j")
        assert len(hostile.overrides()) == len(HOSTILE)
        await driver.type("2", "g", "x")
        await driver.asked()
        assert_sound(driver.app, size)
        await driver.type("n")


async def test_lone_surrogates_and_hostile_errors_are_drawn_as_plain_text() -> None:
    server = Server(store_of(state()))
    async with on_devices(server) as driver:
        row = {
            "device_id": "aaaa\ud800\x1b[31m",
            "custom_id": "\udfff\ud800 lone",
            "platform": "\ud83d",
            "os_version": "[/red]\x00",
            "channel": "\ud800beta",
        }
        server.on("GET", "/device", answering(200, json.dumps({"data": [row]}).encode()))
        await driver.type("r")
        await driver.until("1 loaded")
        assert_sound(driver.app, (80, 24))
        for key in ("enter", "J", "escape", "o", "escape", "x"):
            await driver.type(key)
            await driver.settle()
            assert_sound(driver.app, (80, 24))
        driver.app.export_screenshot().encode()
        await driver.type("n")
        message = {"error": "unknown_error", "message": "\x1b]0;x\x07\u202e[/red]\ud800 sorry"}
        server.on("GET", "/device", answering(500, json.dumps(message).encode()))
        server.on("GET", "/channel", answering(500, json.dumps(message).encode()))
        await driver.type("r")
        await driver.until("STALE")
        message["error"] = "invalid_something"
        server.on("DELETE", "/device", answering(400, json.dumps(message).encode()))
        await driver.type("x")
        await driver.asked()
        await driver.type("y")
        await driver.until(lambda: driver.status.strip()[:1] in "✗?!")
        assert "[/red]" in driver.status
        assert_sound(driver.app, (80, 24))
        assert driver.app.bug is None
    server.store.close()


def test_the_check_itself_sees_what_it_looks_for() -> None:
    assert all(unsafe(char) for char in "\x1b\x9b\x07\x00\u202e\u200b\u2028\ud800\ufeff")
    assert not any(unsafe(char) for char in "a漢🙂é\u0301 [/]")
