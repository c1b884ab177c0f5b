"""`E` by keyboard: format, file and message."""

from __future__ import annotations

import csv
import json
import os
from contextlib import asynccontextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.export import export
from capgo_tui.workspace.export.file import WholeFile
from tests.support.world import device_id
from tests.tui.driving import assert_sound, on_devices, post_paste

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.server import Server
    from tests.tui.driving import Driver


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The empty folder that the app runs in."""
    return tmp_path


@asynccontextmanager
async def exporting(server: Server, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    """Run the app with the devices in view and the export bar open."""
    async with on_devices(server, size=size) as driver:
        await driver.type("E")
        await driver.until("Export 12 of 12 loaded devices")
        yield driver


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def type_name(driver: Driver, name: str) -> None:
    await driver.type("ctrl+a", "ctrl+k")
    post_paste(driver.app, name)
    await driver.settle()


async def test_what_the_filter_shows_becomes_a_file(server: Server, folder: Path) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"ios", "enter", "s", "right", "enter", "s", "enter", "E")
        await driver.until("Export 6 of 12 loaded devices")
        name = driver.line(-1).split("›")[1].strip()
        assert name.startswith("./devices-com.acme.shop-20261121-")
        assert name.endswith(".csv")
        assert names(folder) == []
        await driver.type("enter")
        await driver.until("✓ Exported 6 of 12 loaded to ./devices-com.acme.shop")
        assert driver.main.focused is driver.main.table
        assert names(folder) == [name[2:]]
        rows = list(csv.DictReader((folder / name).read_text().splitlines()))
        assert [row["device"] for row in rows] == [device_id(at) for at in (11, 9, 7, 5, 3, 1)]
        assert server.writes == 0


async def test_tab_changes_the_format_and_the_end_of_the_name(server: Server, folder: Path) -> None:
    async with exporting(server) as driver:
        for keys, end in ((["tab"], "json"), (["tab"], "ndjson"), (["tab"], "csv"),
                          (["shift+tab", "up"], "json")):  # fmt: skip
            await driver.type(*keys)
            await driver.settle()
            assert driver.line(-1).rstrip().endswith(f".{end}")
        await type_name(driver, "mine.txt")
        await driver.type("tab", "enter")
        await driver.until("✓ Exported 12 of 12 loaded to mine.txt")
        lines = (folder / "mine.txt").read_text().splitlines()
        assert len([json.loads(line) for line in lines]) == 12
        await driver.type("E")
        await driver.until("Export 12 of 12")
        assert driver.line(-1).rstrip().endswith(".ndjson"), "the format of the last time"


async def test_more_that_could_be_loaded_is_no_secret(server: Server) -> None:
    async with exporting(server) as driver:
        driver.main.rows.view.collection.at_end = False
        await type_name(driver, "a.csv")
        await driver.type("enter")
        await driver.until("✓ Exported 12 of 12 loaded (more exists: L loads it) to a.csv")


async def test_what_is_in_the_way_stands_beside_it(server: Server, folder: Path) -> None:
    (folder / "closed").mkdir()
    (folder / "link.csv").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.csv")
    async with exporting(server) as driver:
        for name, trouble in (
            ("", "Type the name of a file."),
            ("none/a.csv", "There is no such folder."),
            ("closed", "It is a folder."),
            ("link.csv", "It is a link."),
            ("pipe.csv", "It is no plain file."),
            ("a" * 300, "File name too long."),
        ):
            await type_name(driver, name)
            await driver.type("enter")
            await driver.until(f"✗ {trouble}")
            assert_sound(driver.app, (80, 24))
        await driver.type("b")
        await driver.until("Export 12 of 12 loaded devices")
        await driver.type("escape")
        await driver.until("Nothing was exported.")
        assert driver.main.focused is driver.main.table
        assert sorted(names(folder)) == ["closed", "link.csv", "pipe.csv"]


async def test_a_file_that_is_there_is_replaced_by_y_alone(server: Server, folder: Path) -> None:
    file = folder / "a.csv"
    file.write_text("before")
    async with exporting(server) as driver:
        await type_name(driver, "a.csv")
        for no in ("enter", "n", "escape"):
            await driver.type("enter")
            await driver.wait_for_question("a.csv exists. Replace it?  y yes  n no")
            await driver.type(no)
            await driver.until("✗ That file exists: type another name.")
        assert file.read_text() == "before"
        await driver.type("enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ Exported 12 of 12 loaded to a.csv")
        assert len(file.read_text().splitlines()) == 13
        assert names(folder) == ["a.csv"]


@pytest.mark.parametrize("name", ["new.csv", "old.csv"])
async def test_quitting_in_the_midst_of_it_leaves_no_half_file(
    server: Server, folder: Path, name: str
) -> None:
    (folder / "old.csv").write_text("before")
    async with exporting(server) as driver:
        await type_name(driver, name)
        await driver.type("enter", "ctrl+c", "ctrl+c")
        await driver.wait_until_closed()
    assert set(names(folder)) <= {"old.csv", name}
    assert (folder / "old.csv").read_text() == "before"


async def test_esc_stops_an_export_and_so_does_leaving(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()
    plain = WholeFile.write

    def write_late(file: WholeFile, text: str) -> None:
        assert gate.wait(30)
        plain(file, text)

    monkeypatch.setattr(export, "SLICE", 1)
    monkeypatch.setattr(WholeFile, "write", write_late)
    async with exporting(server) as driver:
        await driver.type("enter")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")
        await driver.type("E")
        await driver.until("An export is under way; esc stops it.")
        await driver.type("escape")
        await driver.settle()
        gate.set()
        await driver.until("Nothing was exported: stopped.")
        gate.clear()
        await driver.type("E")
        await driver.until("Export 12 of 12")
        await driver.type("enter")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")
        await driver.type("q")
        await driver.until("Waiting for the write under way")
        gate.set()
        await driver.wait_until_closed()
    assert names(folder) == []


async def test_a_long_name_keeps_both_its_ends(server: Server) -> None:
    async with exporting(server) as driver:
        await type_name(driver, f"{'x' * 90}.csv")
        await driver.type("enter")
        await driver.until("✓ Exported 12 of 12 loaded to xxx")
        assert driver.status.rstrip().endswith("xxx.csv")
        assert_sound(driver.app, (80, 24))


@pytest.mark.parametrize("size", [(60, 20), (40, 8), (20, 4), (140, 40)])
async def test_it_fits_any_size(server: Server, size: tuple[int, int]) -> None:
    async with on_devices(server, size=size, wait_for="loaded") as driver:
        await driver.type("E")
        await driver.until(lambda: driver.main.is_taken, "the question")
        await driver.settle()
        assert_sound(driver.app, size)
        await driver.type("tab", "enter")
        await driver.until("✓")
        assert_sound(driver.app, size)
