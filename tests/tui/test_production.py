"""A production profile: every change requires a typed name or number; the profile's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.profiles import Profile
from capgo_tui.text import clean
from capgo_tui.tui.launch import Launch
from tests.support.server import Server
from tests.support.world import ALL, APP, device_id, state, store_of
from tests.support.world import device as build_device
from tests.tui.channels import on_channels, put_cursor, wait_for_dialog, workspace
from tests.tui.driving import assert_sound, on_devices, open_app, strips
from tests.tui.make_writes import journal, on_tab, prepare, type_keys, wait_for_end
from tests.tui.writes import WRITES, shop

if TYPE_CHECKING:
    from rich.style import Style

    from tests.tui.driving import Driver

PROD = Profile("prod", production=True)
SIZES = [(140, 40), (80, 24), (60, 20), (40, 12)]
SAMPLES = {"1": {"e", "l", "b", "pause", "D"}, "2": {"O, x"}, "3": {"e", "D", "D marked", "C"}}
"""The writes of each list whose questions differ."""


async def read_required_text(driver: Driver) -> str:
    """Wait for the dialog and return the text it requires."""
    dialog = driver.overlays.confirmation
    await driver.until(lambda: dialog.visible and dialog.required_text, "something to type")
    assert "prod 🔒 · " in driver.text
    assert not driver.overlays.prompt.visible
    return str(dialog.required_text)


async def agree(driver: Driver, server: Server, text: str) -> None:
    """Confirm a change after y, Enter and another name have had no effect."""
    assert await read_required_text(driver) == clean(text)
    writes = server.writes
    await driver.type("y", "enter", "y", "enter")
    await driver.until("not the same")
    assert server.writes == writes, "nothing is written before the name is typed"
    await driver.type("backspace", "backspace", *text, "enter")
    await wait_for_dialog(driver)
    assert server.writes == writes
    await driver.type("y")


@pytest.mark.parametrize("tab", sorted(WRITES))
async def test_every_way_to_write_wants_something_typed(tab: str) -> None:
    server = Server(store_of(shop()))
    async with on_tab(server, tab, profile=PROD) as driver:
        for write in WRITES[tab]:
            if "live" not in write.revisions or write.name not in SAMPLES[tab]:
                continue
            await prepare(driver, server, write)
            await type_keys(driver, write.keys)
            await agree(driver, server, await read_required_text(driver))
            await wait_for_end(driver)
            assert write.holds(server) == write.after, write.name
            assert {each.state for each in journal(driver)[: write.count]} == {write.state}
    server.store.close()


async def test_one_is_confirmed_by_its_name_and_many_by_their_number(server: Server) -> None:
    async with on_devices(server, profile=PROD) as driver:
        await driver.type("o", *"beta", "enter")
        await agree(driver, server, "tester-01")
        await driver.until("✓ tester-01: override is beta, read back")
        assert server.overrides() == {device_id(1): "beta"}
        await driver.type("z")
        await driver.until("Undo: Override tester-01")
        await agree(driver, server, "tester-01")
        await driver.until("✓ tester-01: override is none")
        server.pass_time(61)
        await driver.type("space", "space", "space", "o", *"qa", "enter")
        await agree(driver, server, "3")
        await driver.until("3 of 3 · ✓ 3")
        await driver.type("escape", "z")
        await driver.until("Undo 3 changes")
        await driver.type("escape")
        await driver.until("Nothing was changed.")
        assert set(server.overrides().values()) == {"qa"}


async def test_no_and_a_record_that_changes_meanwhile_write_nothing(server: Server) -> None:
    server.override(device_id(1), "beta")
    async with on_devices(server, profile=PROD) as driver:
        await driver.type("x")
        await driver.type(*await read_required_text(driver), "enter")
        await wait_for_dialog(driver)
        await driver.type("enter")
        await driver.until("Nothing was changed.")
        await driver.type("x")
        await read_required_text(driver)
        server.override(device_id(1), "qa")
        await workspace(driver).look_up_device(device_id(1))
        await driver.type(*"tester-01", "enter")
        await wait_for_dialog(driver)
        await driver.type("y")
        await driver.until("prod 🔒 · Changed! Clear the override of tester-01")
        assert await read_required_text(driver) == "tester-01", "it is typed once more"
        assert server.writes == 0


async def test_the_journal_holds_what_the_change_itself_takes(server: Server) -> None:
    async with on_channels(server, profile=PROD) as driver:
        put_cursor(driver, "beta")
        await driver.type("l", *"1.0.5", "enter")
        await agree(driver, server, "beta")
        await driver.until("✓")
        assert '"guard":1' in journal(driver)[0].change_json.replace(" ", "")


@pytest.mark.parametrize(
    ("custom_id", "text"),
    [
        (" spaced  ", " spaced  "),
        ("nbsp\u00a0", "device"),
        ("evil\x1b[2J", "device"),
        ("x" * 900, "device"),
        ("käfig", "käfig"),
    ],
)
async def test_what_no_keyboard_has_need_not_be_typed(custom_id: str, text: str) -> None:
    server = Server(store_of(state(devices=[build_device(1, custom_id=custom_id)])))
    server.override(device_id(1), "beta")
    async with on_devices(server, rows=1, profile=PROD) as driver:
        await driver.type("x")
        await agree(driver, server, text)
        await driver.until("✓")
        assert server.overrides() == {}
        assert_sound(driver.app, (80, 24))
    server.store.close()


# The title


def style_of(driver: Driver, text: str) -> Style:
    match = next(segment for segment in strips(driver.app)[0] if text in segment.text)
    assert match.style is not None
    return match.style


@pytest.mark.parametrize("size", SIZES)
async def test_the_profile_is_on_the_screen_whatever_its_size(
    server: Server, size: tuple[int, int]
) -> None:
    async with on_devices(server, size=size, profile=PROD) as driver:
        assert " · prod 🔒 " in driver.line(0)
        assert style_of(driver, "prod 🔒").bgcolor != style_of(driver, "com.ac").bgcolor
        assert_sound(driver.app, size)
    async with on_devices(server, size=size, profile=Profile("staging")) as driver:
        assert " · staging " in driver.line(0)
        assert "🔒" not in driver.line(0)
        assert_sound(driver.app, size)


@pytest.mark.parametrize("size", SIZES)
async def test_a_changed_profile_is_marked_and_the_server_comes_first(
    server: Server, size: tuple[int, int]
) -> None:
    changed = Profile("prod", production=True, is_changed=True)
    async with on_devices(server, size=size, profile=changed) as driver:
        place, app, profile = (driver.line(0).index(text) for text in ("de", "com", "prod≠ 🔒"))
        assert place < app < profile
        assert driver.line(0).count("demo") <= 1
        assert_sound(driver.app, size)


def test_a_key_typed_in_place_of_the_profiles_changes_it() -> None:
    launch = Launch(ApiKey(ALL), APP, profile=PROD)
    assert not launch.open_with(ApiKey(ALL), APP).is_profile_changed
    assert launch.open_with(ApiKey("other"), APP).is_profile_changed
    assert launch.open_with(ApiKey(ALL), "com.acme.other").is_profile_changed
    assert not Launch(profile=PROD).open_with(ApiKey(ALL), APP).is_profile_changed


async def test_without_colour_it_stands_out_as_well(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_devices(server, profile=PROD) as driver:
        assert style_of(driver, "prod 🔒").reverse
        assert not style_of(driver, "com.ac").reverse


async def test_a_long_name_leaves_room_and_keeps_its_lock(server: Server) -> None:
    async with on_devices(server, profile=Profile("p" * 32, production=True)) as driver:
        assert "pppppppp" in driver.line(0)
        assert "… 🔒 " in driver.line(0)
        assert "com.acme" in driver.line(0)
        assert_sound(driver.app, (80, 24))


async def test_the_first_screen_tells_the_profile_as_well(server: Server) -> None:
    async with open_app(server, wait_for="App id", profile=PROD, app_id=None) as driver:
        assert "· prod 🔒" in driver.line(0)
        await driver.until("Acme Shop")
        await driver.press(*["backspace"] * len(APP), *APP, "enter")
        await driver.until("as of")
        assert driver.main.target.production


# Read-only


async def test_a_profile_is_read_only_as_the_option_is_and_says_so(server: Server) -> None:
    look = Profile("look", read_only=True, production=True)
    async with on_devices(server, size=(140, 40), profile=look) as driver:
        assert "look 🔒 · " in driver.line(0)
        assert "read-only" in driver.line(0)
        await driver.type("o")
        await driver.until("✗ Read-only: profile look; nothing is changed or sent.")
        assert workspace(driver).client.read_only
        assert server.writes == 0


async def test_a_question_that_holds_the_id_does_not_say_it_twice(server: Server) -> None:
    async with on_devices(server, profile=Profile("prod", production=True)) as driver:
        await driver.type("o", *"beta-two", "enter")
        await driver.until("type ")
        assert driver.line(-1).startswith(" Override tester-01 · 00000001…00000001?  ⏎ when typed")
        await driver.pilot.resize_terminal(60, 24)
        await driver.settle()
        assert driver.line(-1).startswith(" …00000001: Override tester-01?  ⏎ when typed")
