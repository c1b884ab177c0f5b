"""Questions about one of two devices that have the same custom id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.profiles import Profile
from tests.support.server import Server
from tests.support.world import device, device_id, state, store_of
from tests.tui.channels import wait_for_dialog
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from tests.support.sampling import Sampling

PROD = Profile("prod", production=True)
WIDTHS = (200, 140, 100, 80, 70, 60, 50, 45, 40)
NAMES = ("ceo-phone", "ceo-phone-" + "x" * 60, "ceo-phone · 00000002…00000002", "東京" * 20)
ENDS = {number: f"…{device_id(number)[-8:]}" for number in (1, 2)}


def make_twins(name: str) -> Server:
    """Return a server with two devices of one custom id."""
    return Server(store_of(state(devices=[device(number, custom_id=name) for number in (1, 2)])))


@pytest.mark.parametrize("name", NAMES)
async def test_a_question_tells_the_end_of_the_id_on_every_width(
    name: str, sampling: Sampling
) -> None:
    server = make_twins(name)
    if not sampling.whole:
        sampling.note(len(WIDTHS), 2 * len(WIDTHS))
    async with on_devices(server, rows=2) as driver:
        for number in (1, 2):
            await driver.type("o", *"beta", "enter")
            await driver.until(lambda: driver.overlays.prompt.is_drawn, "a question")
            # Every width is asked about one of the two, beginning with the other for each name.
            widths = WIDTHS if sampling.whole else WIDTHS[(number + NAMES.index(name)) % 2 :: 2]
            for width in widths:
                await driver.pilot.resize_terminal(width, 20)
                await driver.settle()
                line = driver.line(-1)
                assert ENDS[number] in line.partition(": ")[0], line
                assert "beta?" in line
                assert name[:2] in line
                assert line.rstrip().endswith(("y yes  n no", "y/n"))
            await driver.type("n", "j")
            await driver.until("Nothing was changed.")
    server.store.close()


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("width", [80, 60, 40])
async def test_on_production_the_dialog_tells_it_and_wants_it_typed(width: int, name: str) -> None:
    server = make_twins(name)
    server.override(device_id(2), "beta")
    async with on_devices(server, rows=2, size=(width, 20), profile=PROD) as driver:
        await driver.type("j", "x")
        dialog = driver.overlays.confirmation
        await driver.until(lambda: dialog.visible and dialog.required_text, "something to type")
        assert dialog.required_text == device_id(2).rpartition("-")[2]
        title = next(line for line in driver.text.split("\n") if "prod 🔒 · C" in line)
        assert ENDS[2] in title
        await driver.type(*"ceo-phone", "enter")
        await driver.until("not the same")
        await driver.type("ctrl+u", *str(dialog.required_text), "enter")
        await wait_for_dialog(driver)
        assert ENDS[2] in driver.line(-1)
        await driver.type("y")
        await driver.until("✓ ")
        assert server.overrides() == {}
    server.store.close()


async def test_a_custom_id_of_one_device_alone_is_typed_until_another_one_takes_it() -> None:
    server = Server(store_of(state(devices=[device(1, custom_id="ceo-phone"), device(2)])))
    server.override(device_id(1), "beta")
    async with on_devices(server, rows=2, profile=PROD) as driver:
        dialog = driver.overlays.confirmation
        await driver.type("x")
        await driver.until(lambda: dialog.visible and dialog.required_text, "something to type")
        assert dialog.required_text == "ceo-phone"
        await driver.type("escape")
        await driver.until("Nothing was changed.")
        server.change("UPDATE devices SET custom_id = 'ceo-phone'")
        await driver.type("r")
        await driver.until(lambda: driver.text.count("ceo-phone") > 1)
        await driver.type("x")
        await driver.until(lambda: dialog.visible and dialog.required_text, "something to type")
        assert dialog.required_text == device_id(1).rpartition("-")[2]
    server.store.close()
