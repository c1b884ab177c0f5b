"""Lone surrogates in ids and names: they are drawn safely and never written to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.server import Server, rewriting
from tests.support.world import device_id, state, store_of
from tests.tui.channels import on_channels
from tests.tui.driving import assert_sound, on_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tui.driving import Driver

HALF = "\ud800"
REFUSAL = "half a character"
SIZE = (140, 30)


def halving(*texts: str) -> Any:
    """Return a behaviour that puts a lone surrogate into some texts of the reply."""

    def change(document: Any) -> Any:
        text = json.dumps(document)
        for each in texts:
            text = text.replace(f'"{each}"', json.dumps(f"{each[:2]}{HALF}{each[2:]}"))
        return json.loads(text)

    return rewriting(change)


@pytest.fixture
def server() -> Iterator[Server]:
    store = store_of(state(overrides={device_id(12): "qa"}))
    server = Server(store)
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, halving(device_id(1), device_id(12), "beta", "1.0.6", "1.0.5"))
    yield server
    store.close()


async def assert_refused(driver: Driver, server: Server) -> None:
    """Answer yes to each question and assert that the write is refused."""
    for _ in range(4):
        await driver.until(
            lambda: REFUSAL in driver.text or driver.main.is_taken, "a question or a refusal"
        )
        if REFUSAL in driver.text:
            break
        await driver.wait_for_question()
        await driver.type("y")
    await driver.until(REFUSAL)
    assert_sound(driver.app, SIZE)
    assert server.writes == 0
    assert driver.app.bug is None


@pytest.mark.parametrize(
    "keys",
    [("g", "o", *"qa", "enter"), ("G", "x"), ("G", "v", "x")],
    ids=["override", "clear", "run"],
)
async def test_no_override_of_a_device(server: Server, keys: tuple[str, ...]) -> None:
    async with on_devices(server, size=SIZE) as driver:
        await driver.type(*keys)
        await assert_refused(driver, server)


async def test_no_override_to_a_channel(server: Server) -> None:
    async with on_devices(server, size=SIZE) as driver:
        await driver.type("g", "j", "j", "o", *"be", "enter")
        await assert_refused(driver, server)


CHANNEL_WRITES = {
    "take off": ("x",),
    "promote": ("l", "1.0.4", "enter"),
    "delete": ("D",),
    "edit": ("e", "down", "down", "down", "down", "space", "ctrl+s", "enter"),
}


@pytest.mark.parametrize("keys", CHANNEL_WRITES.values(), ids=CHANNEL_WRITES)
async def test_no_write_to_a_channel(server: Server, keys: tuple[str, ...]) -> None:
    async with on_channels(server, "be\ufffdta", size=SIZE) as driver:
        await driver.type(*keys)
        await assert_refused(driver, server)
