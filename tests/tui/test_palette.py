"""`:` by keyboard: the matches of a query, and where each leads."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.memory import Memory
from capgo_tui.tui import palette
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.palette_bar import ROWS
from capgo_tui.tui.palette import Act, Find, Offer, Quit, Show
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.tabs import TABS, Tab
from capgo_tui.tui.theme_choice import ThemeChoice
from capgo_tui.tui.widgets.tab_page import TabPage
from tests.support.hostile import TEXTS, spoiled_page
from tests.support.server import rewriting
from tests.support.world import ALL, APP, device_id
from tests.tui.driving import assert_sound, on_devices, open_app, post_paste

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capgo_tui.api.models import Device
    from capgo_tui.tui.palette import Entry
    from tests.support.server import Server
    from tests.tui.driving import Driver


def read_titles(driver: Driver) -> list[str]:
    return [entry.title for entry in driver.overlays.palette_bar.matches.entries]


async def ask(driver: Driver, text: str) -> None:
    await driver.type("colon", *text)
    await wait_for_matches(driver)


async def wait_for_matches(driver: Driver) -> None:
    await driver.until(lambda: not driver.overlays.palette_bar.is_searching, "all that matches")


@pytest.fixture
async def offer(server: Server) -> Offer:
    """Return the entries of the palette while the devices are in view."""
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        return Offer(
            action_context(driver.main),
            driver.main.actions,
            list(workspace.channels.records.values()),
            list(workspace.bundles.records.values()),
            ["ansi-dark", "nord"],
        )


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", []),
        ("  ", []),
        ("devi", ["devices", "override", "clear", "explain", "list of ids", "filter", "overrides"]),
        ("dev qa", ["devices /qa"]),
        ("d a  b", ["devices /a  b"]),
        ("ch beta", ["channels /beta", "alpha-beta", "beta", "beta-two"]),
        ("bun 1.0.1", ["bundles /1.0.1", "1.0.1"]),
        ("theme", ["theme"]),
        ("theme n", ["theme nord", "theme ansi-dark"]),
        ("t nothing", []),
        ("export", ["export"]),
        ("export j", ["export json"]),
        ("ex csv my file.csv", ["export csv my file.csv"]),
        ("overr", ["override", "clear", "list of ids", "overrides"]),
        ("all marked", ["override", "copy", "clear"]),
        ("nothing is called like this", []),
    ],
)
async def test_what_is_offered(offer: Offer, text: str, titles: list[str]) -> None:
    matches = [entry.title for entry in offer.match(text)]
    assert sorted(matches) == sorted(titles)
    assert matches[:1] == titles[:1]


async def test_q_quits_and_no_longer_word_does(offer: Offer) -> None:
    assert offer.match("q")[0].command == Quit()
    assert offer.match("qa")[0].command == Find("channels", offer.match("qa")[0].command.key)  # type: ignore[union-attr]


async def test_every_action_of_the_tab_is_reached_by_its_label(offer: Offer) -> None:
    for action in ACTIONS:
        if "devices" in action.tabs and action.id not in palette.EXCLUDED_ACTIONS:
            deeds = [entry.command for entry in offer.match(action.label)]
            assert Act(action.id) in deeds, action.id
    assert offer.match("promote") == [], "it is done to a channel"


async def test_a_list_is_shown_with_a_filter(server: Server) -> None:
    async with open_app(server) as driver:
        await ask(driver, "dev ios")
        assert read_titles(driver)[0] == "devices /ios"
        await driver.type("enter")
        await driver.until("/ios · 6 of 12 loaded")
        await driver.type("colon", *"ch beta", "enter")
        await driver.until("/beta · 3 of 6 loaded")
        await driver.type("colon", *"dev", "enter")
        await driver.until("/ios · 6 of 12 loaded")
        assert driver.main.focused is driver.main.table
        assert server.writes == 0


async def test_a_record_is_gone_to_even_behind_a_filter(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"tester-01", "enter")
        await ask(driver, "tester-07")
        assert read_titles(driver) == ["tester-07"]
        await driver.type("enter")
        await driver.until(lambda: driver.cursor == device_id(7), "the device")
        await driver.until("12 loaded")
        await driver.type("ctrl+p", *"beta-two", "enter")
        await driver.until(lambda: driver.main.tab == "channels", "the channels")
        assert driver.main.rows.view.collection.records[driver.cursor or ""].wire_id == "beta-two"


async def test_typed_ahead_it_waits_for_what_is_found(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()
    plain = palette.find_devices

    def slow(text: str, devices: Sequence[Device]) -> list[Entry]:
        # Only the whole text: each search that is cancelled keeps its thread, and these are few.
        assert text != "tester-09" or gate.wait(30)
        return plain(text, devices)

    monkeypatch.setattr(palette, "find_devices", slow)
    async with on_devices(server) as driver:
        await driver.type("colon", *"tester-09", "enter")
        await driver.settle()
        assert driver.overlays.palette_bar.visible
        gate.set()
        await driver.until(lambda: driver.cursor == device_id(9), "the device")
        assert not driver.overlays.palette_bar.visible


async def test_an_action_does_what_its_key_does_and_asks_as_it_asks(server: Server) -> None:
    server.override(device_id(1), "beta")
    async with on_devices(server) as driver:
        await driver.type("r")
        await driver.until("▲ beta")
        await ask(driver, "clear")
        await driver.type("enter")
        await driver.wait_for_question()
        await driver.type("enter")
        await driver.until("Nothing was changed")
        assert server.writes == 0
        await driver.type("colon", *"clear", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01")
        assert server.overrides() == {}
        await driver.type("colon", *"override", "enter", *"beta-two")
        await driver.until("channel › beta-two")


async def test_what_is_disabled_says_why_and_does_nothing(server: Server) -> None:
    async with on_devices(server, read_only=True) as driver:
        await ask(driver, "overr")
        assert "✗ read-only: --read-only" in driver.text
        await driver.type("enter")
        await driver.until("ead-only: --read-only; nothing is changed")
        assert not driver.main.is_taken


async def test_tab_completes_and_the_arrows_choose(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", "t", "tab")
        await driver.until(":theme")
        await driver.settle()
        assert len(read_titles(driver)) > ROWS
        for _ in range(ROWS + 1):
            await driver.type("down")
        await driver.settle()
        entry = driver.overlays.palette_bar.matches.selection
        assert entry is not None
        assert entry.title in driver.text, "the cursor is in sight"
        await driver.type("up", "shift+tab", "escape")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")
        await driver.type("colon", *"theme nord", "enter")
        await driver.until("Theme nord.")
        assert driver.app.theme == "nord"


async def test_without_colour_there_are_no_themes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_devices(server) as driver:
        await driver.type("colon", *"theme nord", "enter")
        await driver.until("✗ NO_COLOR is set.")
        assert driver.app.theme == "ansi-dark"


async def test_export_begins_with_the_format_and_the_file(server: Server, tmp_path: Path) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", *"export nd mine", "enter")
        await driver.until("to file › mine.ndjson")
        await driver.type("enter")
        await driver.until("✓ Exported 12 of 12 loaded to mine.ndjson")
        assert len((tmp_path / "mine.ndjson").read_text().splitlines()) == 12
        await driver.type("colon", *"export csv a.csv", "enter")
        await driver.until("to file › a.csv")
        await driver.type("escape", "colon", *"export", "enter")
        await driver.until("to file › ./devices-")


async def test_q_leaves(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", "q", "enter")
        await driver.wait_until_closed()


async def test_esc_and_what_matches_nothing_do_nothing(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", *"dev ios", "escape")
        assert not driver.main.is_taken
        await driver.type("colon", "enter")
        assert not driver.main.is_taken
        await driver.type("colon", *"nothing like it", "enter")
        await driver.until("Nothing matches «nothing like it».")
        assert driver.overlays.palette_bar.visible
        assert_sound(driver.app, (80, 24))
        await driver.type("escape")
        assert not driver.main.is_taken
        assert "12 loaded" in driver.status


@pytest.mark.parametrize("size", [(60, 20), (40, 8), (20, 4), (140, 40)])
async def test_it_fits_any_size(server: Server, size: tuple[int, int]) -> None:
    async with on_devices(server, size=size, wait_for="loaded") as driver:
        for key in ("colon", *"de", "down", "down", "down", "tab"):
            await driver.type(key)
            await driver.settle()
            assert_sound(driver.app, size)


async def test_names_of_the_corpus_are_entries_like_any_other(server: Server) -> None:
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, rewriting(spoiled_page))
    size = (80, 24)
    async with on_devices(server, rows=len(TEXTS) + 1) as driver:
        for text in ("ch 2", "bun 3", "dev 3", "MMM", "[", "\x1b]0;x\x07"):
            await driver.type("colon")
            post_paste(driver.app, text)
            await driver.settle()
            await wait_for_matches(driver)
            for _ in read_titles(driver):
                await driver.type("down")
                assert_sound(driver.app, size)
            await driver.type("enter")
            await driver.settle()
            assert_sound(driver.app, size)
        assert driver.app.bug is None


async def test_a_device_is_named_by_what_people_call_it(server: Server) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        devices = list(workspace.devices.records.values())
        by_id = palette.find_devices(device_id(3)[:8], devices)
        assert [entry.title for entry in by_id] == ["tester-03"]
        assert len(palette.find_devices("TESTER", devices)) == palette.MOST_NAMES
        assert palette.parse_device_pattern("t") == ""
        assert palette.parse_device_pattern("ch tester") == ""
        assert palette.parse_device_pattern("dev tester") == "tester"
        assert Show("devices", "x") != Show("devices")


async def test_what_matches_nothing_is_offered_what_is_near(server: Server) -> None:
    async with on_devices(server) as driver:
        for text, title in (("overide", "override"), ("alpa-beta", "alpha-beta")):
            bar = driver.overlays.palette_bar
            await driver.type("colon", *text)
            await driver.until("is near · ")
            assert read_titles(driver)[0] == title
            await driver.type("enter")
            await driver.until(lambda: bar.text.strip() == title, "its name")  # noqa: B023
            assert bar.visible
            await driver.type("escape")
        await driver.type("colon", *"devcies qa")
        await driver.until("is near")
        await driver.type("enter")
        await driver.until(lambda: driver.overlays.palette_bar.text == "devices qa", "the command")


async def test_up_brings_earlier_lines_and_down_goes_back(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", *"dev ios", "enter")
        await driver.until("/ios · 6 of 12 loaded")
        await driver.type("colon", *"ch", "enter")
        await driver.until("1 Channels")
        bar = driver.overlays.palette_bar
        await driver.type("colon", "up")
        await driver.until(lambda: bar.text == "channels", "the latest")
        await driver.type("up")
        await driver.until(lambda: bar.text == "dev ios", "the one before")
        await driver.type("down", "down")
        await driver.until(lambda: bar.text == "", "what was typed")
        await driver.type("up", "up", "enter")
        await driver.until("/ios · 6 of 12 loaded")


async def test_a_theme_is_previewed_and_only_enter_keeps_it(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "state" / "memory.json"
    launch = Launch(ApiKey(ALL), APP, asgi_app=lambda: server, memory=file)
    async with on_devices(server, launch=launch) as driver:
        before = driver.app.theme
        await driver.type("colon", *"theme nor")
        await driver.settle()
        assert driver.app.theme == before
        await driver.type("d")
        await driver.until(lambda: driver.app.theme == "nord", "the preview")
        await driver.type("home", "ctrl+k", *"theme ", "down", "down")
        await driver.until(lambda: driver.app.theme not in ("nord", before), "another one")
        await driver.type("escape")
        await driver.until(lambda: driver.app.theme == before, "the theme before")
        await driver.type("colon", *"theme nord", "backspace")
        await driver.until(lambda: driver.app.theme == before, "no preview")
        await driver.type("d", "enter")
        await driver.until("Theme nord.")
        await driver.until(file.exists)
    assert Memory(file).theme == "nord"


async def test_a_theme_that_is_named_elsewhere_lasts_for_this_run(server: Server) -> None:
    theme = ThemeChoice("dracula", place="config.toml:3: theme")
    async with on_devices(server, theme=theme) as driver:
        await driver.type("colon", *"theme nord", "enter")
        await driver.until("Theme nord; config.toml:3: theme names that of the next run.")


def test_a_tab_is_found_by_its_title_as_well(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = Tab("audit_logs", "Change record", "4", TabPage)
    monkeypatch.setattr(palette, "TABS", (*TABS, tab))
    for text, title in (
        ("audit", "audit_logs"),
        ("chan", "channels"),
        ("change", "change record"),
        ("Change Rec", "change record"),
    ):
        entry = offer.match(text)[0]
        assert (entry.title, isinstance(entry.command, Show)) == (title, True), text
    assert Show("audit_logs") in [entry.command for entry in offer.match("chan")]
