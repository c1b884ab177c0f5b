"""Many combining marks, and old Hangul: drawn within their cell, exported unchanged."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest

from capgo_tui.combining_marks import MOST_MARKS
from capgo_tui.tui.widgets.line_input import LineInput
from tests.support.server import Server
from tests.support.world import device, state, store_of
from tests.tui.driving import assert_sound, on_devices, post_paste
from tests.tui.test_hostile_text import assert_aligned

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (140, 40)
HEAPS = {
    "accents": "Z" + "\u0301" * 200 + "y",
    "vowels": "\u1112" + "\u1161" * 200 + "y",
    "of extended jamo": "\u1112" + "\ud7b0" * 200 + "y",
    "old Hangul": "\u1112\u1161\u11ab" * 3,
}


@pytest.mark.parametrize("name", HEAPS)
async def test_it_is_drawn_within_its_cell_and_exported_as_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HEAPS[name]
    looks: list[tuple[str, ...]] = [
        (),
        ("enter",),
        ("escape", "w"),
        ("w", "o"),
        ("escape", "space"),
    ]
    pattern = re.compile(f"[\u0301\u1161\ud7b0]{{{MOST_MARKS + 1}}}")
    store = store_of(state(devices=[device(1, custom_id=text), device(2, custom_id=text + "2")]))
    async with on_devices(Server(store), size=SIZE, rows=2) as driver:
        for keys in looks:
            await driver.type(*keys)
            await driver.settle()
            assert_sound(driver.app, SIZE)
            assert not pattern.search(driver.text)
        assert_aligned(driver.text)
        assert text[0] in driver.text
        for tabs in ((), ("tab",)):
            await driver.type("E", *tabs, "enter")
            await driver.until("✓ Exported")
            await driver.type("escape")
    store.close()
    assert custom_ids(tmp_path) == [[text, text + "2"]] * 2


@pytest.mark.parametrize("name", HEAPS)
async def test_what_is_typed_is_drawn_within_its_cell_and_kept_as_it_is(
    name: str, server: Server
) -> None:
    text = HEAPS[name]
    pattern = re.compile(f"[\u0301\u1161\ud7b0]{{{MOST_MARKS + 1}}}")
    async with on_devices(server, size=SIZE) as driver:
        await driver.type("slash")
        post_paste(driver.app, text)
        for keys in ((), ("left",), ("left", "left"), ("home",), ("shift+end",)):
            await driver.type(*keys)
            await driver.settle()
            assert text[0] in driver.text
            assert not pattern.search(driver.text)
            assert_sound(driver.app, SIZE)
        box = driver.app.screen.focused
        assert isinstance(box, LineInput)
        assert box.value == text


def custom_ids(folder: Path) -> list[list[str]]:
    """Return the texts of the CSV and of the JSON export."""
    (table,), (document,) = folder.glob("*.csv"), folder.glob("*.json")
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("custom")
    objects = json.loads(document.read_text(encoding="utf-8"))
    return [[row[at] for row in rows[1:]], [row["custom_id"] for row in objects]]
