"""Where the custom ids have no column, the name that a person gave a device comes first."""

from __future__ import annotations

from capgo_tui.short_ids import shorten_id
from capgo_tui.tui.widgets.record_table.drawing import MARGIN
from tests.support.server import Server
from tests.support.world import ALL, device, device_id, state, store_of
from tests.tui.driving import open_app


async def test_a_custom_id_stands_for_an_id_only_where_it_has_no_column() -> None:
    named, unnamed = device(1, custom_id="kiosk-berlin-3"), device(2, custom_id="")
    server = Server(store_of(state(devices=[named, unnamed])))
    async with open_app(server, key=ALL, size=(40, 20)) as driver:
        await driver.type("2")
        await driver.until("kiosk-berlin-3")
        assert "CUSTOM ID" not in driver.line(1)
        rows = [driver.line(y)[MARGIN:].split()[0] for y in (2, 3)]
        assert rows == ["kiosk-berlin-3", shorten_id(device_id(2))]
        assert driver.cursor == device_id(1)
        await driver.pilot.resize_terminal(80, 20)
        await driver.until("CUSTOM ID")
        rows = [driver.line(y)[MARGIN:].split()[0] for y in (2, 3)]
        assert rows == [shorten_id(device_id(1)), shorten_id(device_id(2))]
        await driver.pilot.resize_terminal(40, 20)
        await driver.type("w")
        await driver.until("›")
        assert driver.line(2)[MARGIN:].startswith(device_id(1)[:8]), "each column can be slid to"
