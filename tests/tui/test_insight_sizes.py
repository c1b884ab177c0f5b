"""The pages that explain, while the terminal gets smaller and larger."""

from __future__ import annotations

import pytest

from capgo_tui.tui.screens.channel_history import ChannelHistoryScreen
from capgo_tui.tui.screens.comparison import ComparisonScreen
from capgo_tui.tui.screens.report import ReportScreen
from tests.support.server import Server
from tests.support.world import bundle, state, store_of
from tests.tui.driving import assert_sound, on_devices
from tests.tui.writes import CHANGE_BY_OTHERS

SIZES = ((60, 20), (40, 8), (20, 4), (200, 60), (80, 24))


@pytest.mark.parametrize(
    ("keys", "text", "page"),
    [
        (("i",), "Rules", ReportScreen),
        (("1", "j", "j", "H"), "1.0.2 → 1.0.1", ChannelHistoryScreen),
        (("3", "asterisk", "equals_sign"), "Compared", ComparisonScreen),
    ],
)
async def test_a_page_fits_every_size(keys: tuple[str, ...], text: str, page: type[object]) -> None:
    server = Server(store_of(state(bundles=[bundle(1), bundle(2)])))
    server.change(CHANGE_BY_OTHERS.replace("'version', 6", "'version', 2"))
    async with on_devices(server) as driver:
        await driver.type(*keys)
        await driver.until(text)
        for size in SIZES:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("j", "G", "enter")
            assert_sound(driver.app, size)
            if page is not ReportScreen:
                await driver.type("escape", "g")
            assert isinstance(driver.app.screen, page)
        await driver.type("escape")
        await driver.settle()
        assert driver.main.is_current
        assert driver.app.bug is None
