"""The filter row: completion with tab, earlier filters with ↑ and ↓."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from tests.support.world import ALL, APP
from tests.tui.driving import assert_sound, on_devices

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server
    from tests.tui.driving import Driver


def typed(driver: Driver) -> str:
    """Return the text of the filter row."""
    return driver.overlays.filter_bar.text


async def test_tab_goes_through_the_completions_and_shows_them(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"is:")
        await driver.until("⇥ is:")
        assert "is:override" in driver.line(-1)
        words = driver.main.rows.view.vocabulary.complete("is:")
        for word in words:
            await driver.type("tab")
            await driver.until(lambda: typed(driver) == word, word)  # noqa: B023 - awaited here
            assert_sound(driver.app, (80, 24))
        await driver.type("tab")
        await driver.until(lambda: typed(driver) == "is:", "the word as it was typed")
        await driver.type("shift+tab")
        await driver.until(lambda: typed(driver) == words[-1], "the last one")
        await driver.type("shift+tab", "space", "x")
        await driver.until(lambda: "⇥" not in driver.line(-1), "no completions")
        assert typed(driver) == f"{words[-2]} x"


async def test_a_completed_column_narrows_and_its_values_complete_further(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"!ha", "tab")
        await driver.until(lambda: typed(driver) == "!has:", "the name")
        await driver.type("tab")
        await driver.until(lambda: typed(driver) == "!has:custom-id", "the value")
        await driver.until("!has:custom-id · ")
        await driver.type("tab")
        assert typed(driver) == "!has:custom-id"
        await driver.type("home", "tab")
        assert driver.app.bug is None


async def test_tab_on_an_empty_row_offers_every_column(server: Server) -> None:
    async with on_devices(server, size=(140, 40)) as driver:
        await driver.type("slash", "tab")
        await driver.until(lambda: typed(driver).endswith(":"), "a column")
        first, second, *_ = driver.main.rows.view.vocabulary.names
        await driver.until(lambda: f"‹{first}:› {second}:" in driver.line(-1), "the columns")


async def test_up_brings_earlier_filters_of_this_tab_and_down_what_was_typed(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"ios", "enter", "slash", "home", "ctrl+k", *"qa")
        await driver.type("enter")
        await driver.until("cannot look up custom ids")
        await driver.type("escape")
        await driver.until(lambda: not driver.main.rows.view.query, "no filter")
        await driver.type("1", "slash", "up")
        assert typed(driver) == ""
        await driver.type("escape", "2", "slash", *"nothing", "up")
        await driver.until(lambda: typed(driver) == "qa", "the latest")
        await driver.type("up")
        await driver.until("/ios · 6 of 12 loaded")
        await driver.type("up")
        assert typed(driver) == "ios"
        await driver.type("down", "down", "down")
        await driver.until(lambda: typed(driver) == "nothing", "what was typed")


async def test_filters_come_back_in_the_next_run_but_never_the_key(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "memory.json"
    launch = Launch(ApiKey(ALL), APP, asgi_app=lambda: server, memory=file)
    async with on_devices(server, launch=launch) as driver:
        await driver.type("slash", *"ios", "enter")
        await driver.until(file.exists)
        await driver.type("slash", "home", "ctrl+k", *ALL, "enter")
        await driver.until("0 of 12 loaded")
        await driver.type("slash", "home", "ctrl+k", *"test", "enter")
        await driver.until(lambda: "test" in file.read_text(), "the last one")
    assert json.loads(file.read_text())["lines"] == {"filter.devices": ["ios", "test"]}
    async with on_devices(server, launch=launch) as driver:
        await driver.type("slash", "up", "up")
        await driver.until("/ios · 6 of 12 loaded")
