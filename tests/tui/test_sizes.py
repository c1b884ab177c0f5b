"""Drawing at every size, also during a resize and with overlays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.widgets.record_table.drawing import MARGIN
from tests.support.server import Server, Wire
from tests.support.world import (
    ALL,
    APP,
    CHANNELS,
    bundle,
    channel,
    device,
    device_id,
    state,
    store_of,
)
from tests.tui.driving import assert_sound, on_devices, open_app, strips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tui.driving import Driver

SIZES = [(60, 20), (80, 24), (120, 30), (200, 60), (40, 8)]
WIDTHS = (60, 80, 100, 119, 120, 160, 200)
HEIGHTS = (6, 10, 12, 24, 60)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_chrome_is_where_it_belongs(server: Server, size: tuple[int, int]) -> None:
    width, height = size
    async with on_devices(server, size=size) as driver:
        assert_sound(driver.app, size)
        assert "Devices" in driver.line(0)
        assert driver.line(1).lstrip().startswith("DEVICE")
        assert "0000001" in driver.line(2)
        low = height < 10
        assert "12 loaded" in driver.line(-1 if low else -2)
        assert driver.line(-1).rstrip().endswith("? help") is not low
        if width >= 120:
            await driver.until("What it is")
        assert ("What it is" in driver.text) is (width >= 120)
        await driver.type("enter")
        await driver.until("What it is" if height > 10 else "tester-01")
        assert_sound(driver.app, size)
        await driver.type("escape", "o")
        await driver.until("Override tester-01" if height >= 10 else "channel ›")
        await driver.settle()
        assert_sound(driver.app, size)
        await driver.type(*"beta-two", "enter")
        await driver.wait_for_question()
        assert_sound(driver.app, size)
        if width >= 60:
            assert "tester-01: none → beta-two?  y yes  n no" in driver.line(-1)
        await driver.type("n")
        await driver.wait_until_gone("y yes")
        await driver.type("question_mark")
        await driver.until("Keys on devices")
        assert_sound(driver.app, size)


LONG = "a-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on"
WIDE = "漢字の名前はとても長いです漢字の名前はとても長いです"


@pytest.fixture
def crowded_server() -> Iterator[Server]:
    """A server with seventy devices, names of all lengths and scripts, and long texts elsewhere."""
    odd = ["", LONG, WIDE, "e\u0301" * 40, "🙂" * 30, "[/red]" * 9, "한국어 device"]
    channels = [channel(number, name) for number, name in enumerate((*CHANNELS, LONG, WIDE), 1)]
    bundles = [bundle(1), *(bundle(n, name=f"{n}.0.0-{LONG}", comment=WIDE) for n in (2, 3))]
    devices = [
        device(n, custom_id=odd[n % len(odd)], version_name=f"2.0.0-{LONG}", os_version="17.10.11")
        for n in range(1, 71)
    ]
    overrides = {device_id(n): (LONG, WIDE)[n % 2] for n in range(2, 70, 3)}
    store = store_of(
        state(devices=devices, channels=channels, bundles=bundles, overrides=overrides)
    )
    yield Server(store)
    store.close()


def assert_looks_right(driver: Driver, size: tuple[int, int]) -> None:
    """Assert what holds for a list at every size."""
    width, height = size
    app, main = driver.app, driver.main
    assert_sound(app, size)
    table, low = main.table, height < 10
    lines = strips(app)
    # The chrome: tabs, titles, state, and below ten rows no hints.
    assert main.rows.resource.title in lines[0].text
    assert "loaded" in lines[-1 if low else -2].text
    assert lines[-1].text.rstrip().endswith("? help") is not low
    assert main.hints.display is not low
    # Titles stand where their cells do, and nothing of the table is under its neighbour.
    region = table.region
    titles = lines[1].crop(0, region.width).text
    at = MARGIN
    layout = table.column_layout
    gap = layout.gap
    for column, cells in layout.columns:
        title = _cells(titles, at, cells + 1)
        assert title.lstrip(" " * column.align_right).startswith(column.title[: cells - 1])
        for line in lines[2 : 2 + min(len(main.rows), table.rows_on_screen)]:
            # A wide character in two columns at once would be cut in half, and shown as blank.
            text = _cells(line.text, at, cells)
            assert cell_len(text) == cells
            assert _cells(line.text, at + cells, 1) in {"", " ", "▕"}, line.text
        at += cells + gap
    assert at - gap <= region.width
    # The cursor is in view, on its record.
    state = table.state
    assert state.top <= state.index < state.top + table.rows_on_screen
    assert driver.cursor == main.rows.get_key_at(state.index)
    assert table.rows_on_screen == height - (3 if low else 4)
    # The detail has its place from 120 columns on, and is of the cursor's record.
    assert main.detail.display is (width >= 120)
    if width >= 120:
        assert region.right < main.detail.region.x, "air between the table and the line"
        assert main.detail.region.right == width
        assert main.detail.region.width >= 46


def is_filled(driver: Driver) -> bool:
    """Whether the detail is of the record under the cursor."""
    key = driver.cursor
    return key is not None and list(
        driver.main.detail.lines
    ) == driver.main.controllers.detail.list_lines(key)


def _cells(text: str, start: int, count: int) -> str:
    """Return a range of cells of a line."""
    return Strip([Segment(text)]).crop(start, start + count).text


@pytest.mark.sampled
@pytest.mark.parametrize("tab", ["1", "2", "3"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_list_looks_right_at_every_size(
    crowded_server: Server, width: int, tab: str
) -> None:
    async with open_app(crowded_server, size=(width, 24)) as driver:
        await driver.type(tab)
        await driver.until(lambda: driver.main.table.row_count == len(driver.main.rows) > 0)
        await driver.type("G")
        for height in HEIGHTS:
            await driver.pilot.resize_terminal(width, height)
            await driver.settle()
            assert_looks_right(driver, (width, height))
        assert driver.app.bug is None


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_the_detail_is_of_the_cursors_record_as_soon_as_there_is_room_for_it(
    crowded_server: Server, tab: str
) -> None:
    async with open_app(crowded_server, size=(200, 24)) as driver:
        await driver.type("2", "j", "3", "j", "1")
        await driver.until("Who it serves")
        await driver.pilot.resize_terminal(100, 24)
        await driver.type(tab, "g")
        await driver.settle()
        count = len(crowded_server.requests)
        for width in (120, 119, 160):
            await driver.pilot.resize_terminal(width, 24)
            await driver.until(lambda: len(driver.line(0)) == width, "drawn at the new size")  # noqa: B023
            await driver.until(lambda: not driver.main.detail.display or is_filled(driver))
            assert_looks_right(driver, (width, 24))
        assert len(crowded_server.requests) == count, "nothing is asked of the server for it"


async def test_it_follows_the_terminal_while_everything_is_open(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("G", "o", *"beta")
        await driver.until("3 of 6 channels")
        for size in SIZES:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
        await driver.pilot.resize_terminal(60, 20)
        await driver.settle()
        assert any("0000012" in line for line in driver.text.split("\n")[:-6])
        await driver.type("enter")
        await driver.wait_for_question()
        for size in [(200, 60), (60, 20), (80, 24)]:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
            assert "Override tester-12: none → beta?  y yes  n no" in driver.line(-1)
        await driver.type("n")
        await driver.wait_until_gone("y yes")
        await driver.type("enter")
        await driver.until("What it is")
        for size in [(120, 30), (40, 8), (60, 20), (200, 60), (80, 24)]:
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert_sound(driver.app, size)
            assert driver.cursor == device_id(12)
        await driver.type("escape")
        await driver.until("DEVICE")
        assert any("tester-12" in line for line in driver.text.split("\n"))
        assert driver.app.bug is None


async def test_beside_a_wide_table_the_detail_follows_the_cursor(server: Server) -> None:
    async with on_devices(server, size=(140, 30)) as driver:
        await driver.until("system version")
        count = len(server.requests)
        await driver.type("j", "j")
        await driver.until(lambda: driver.text.count("tester-03") == 2, "in the list and beside")
        assert len(server.requests) == count, "following asks the server nothing"
        await driver.type("slash", *"tester-09")
        await driver.until(lambda: driver.text.count("tester-09") == 4)
        await driver.type("escape", "1")
        await driver.until("Who it serves")
        await driver.type("J")
        await driver.until('"allow_emulator"')
        assert driver.main.focused is driver.main.table


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_help_names_every_key_and_leaves_with_each_of_its_own(
    server: Server, tab: str
) -> None:
    async with on_devices(server, size=(80, 180)) as driver:
        for key in ("escape", "q", "question_mark"):
            await driver.type(tab, "question_mark")
            await driver.until("Keys on ")
            for name in (
                "Force this device",
                "rows that have all of them",
                "as the server sent it",
                "pgup",
                "only key",
            ):
                assert name in driver.text
            await driver.type(key)
            await driver.until("as of")
        assert driver.app.is_running


async def test_the_app_is_always_named(server: Server) -> None:
    async with Wire(server) as wire:
        launch = Launch(ApiKey(ALL), APP, server=wire.url)
        async with open_app(server, size=(60, 20), launch=launch) as driver:
            assert "com.acme" in driver.line(0)
            assert "3 Bundles" in driver.line(0)
