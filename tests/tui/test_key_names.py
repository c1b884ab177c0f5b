"""Other keys for all actions: no text of the screen names one of the old keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from capgo_tui.tui.keys import PAGE_KEYS, capitalize_key, fill_keys, name_key, use_keys
from capgo_tui.tui.overlay_keys import OVERLAY_KEYS
from capgo_tui.tui.rebinding import rebind, split_keys
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.support.server import FAULT, answering
from tests.tui.driving import open_app, post_paste
from tests.workspace.test_no_key_names import ROOT, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.server import Server
    from tests.tui.driving import Driver

LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξπρστυφχψωАБВГДЕЖЗИКЛ"
"""Letters that no text of the interface has: which key one stands for is unmistakable."""
OF_OVERLAYS: Final = frozenset({"enter", "escape", "space", "tab", "shift+tab", "backspace"})
"""Keys that overlays and pages have of their own besides."""


def other_keys() -> dict[str, str]:
    """Return another key for every action; those of one key share the other one as well."""
    by_key: dict[str, str] = {}
    letters = iter(LETTERS)
    return {
        action.id: by_key.get(action.keys) or by_key.setdefault(action.keys, next(letters))
        for action in ACTIONS
    }


KEYS: Final = other_keys()
OLD: Final = {a.key for a in ACTIONS if a.keys not in OF_OVERLAYS and a.key not in "?!=0123v"}
SIGNS: Final = "|".join(map(re.escape, sorted(OLD)))
NAMED: Final = re.compile(
    rf"(?:^|(?<=[\s(«;:·]))(?:(?:{SIGNS}) +[a-z]{{3,}}\b|[0-3?!=] (?:shows|help|compare))"
    rf"|\((?:{SIGNS}|!)\)"
)
"""An old key that does something, in a sentence or a hint: «r reads», « z undo»."""


def names_old_key(text: str) -> list[str]:
    """Return where a screen names one of the old keys."""
    return [found[0] for line in text.split("\n") for found in NAMED.finditer(line)]


def test_the_check_sees_sentences_and_hints() -> None:
    for text in (" r reads again", "z undo this one  W watch", "1 unreadable (!)", " (o override)"):
        assert names_old_key(text)
    assert not names_old_key(" а reads again  esc stops  12 loaded · 3 marked · more ↓")


def test_every_text_in_braces_names_an_action() -> None:
    ids = {action.id for action in ACTIONS} | {each.id for each in OVERLAY_KEYS}
    named = {
        name
        for path in (ROOT / "tui").rglob("*.py")
        for _, text in sentences(path)
        for name in re.findall(r"\{([a-z]+\.[a-z-]+)\}", text)
    }
    assert named <= ids
    assert {"list.refresh", "change.undo"} <= named
    assert set(PAGE_KEYS.values()) <= ids


def test_a_key_begins_a_sentence_with_a_capital_where_it_is_a_word() -> None:
    use_keys(ACTIONS)
    assert capitalize_key("back") == "Esc"
    assert capitalize_key("list.refresh") == name_key("list.refresh") == "r"
    assert fill_keys("{list.all} reads on; {no braces}") == "L reads on; {no braces}"


def press(action_id: str) -> str:
    """Return the other key of an action."""
    return split_keys(KEYS[action_id])[0]


async def look(driver: Driver, until: str, *action_ids: str) -> None:
    """Press the other keys of some actions, and see that no old key is named."""
    await driver.type(*(press(each) for each in action_ids))
    await driver.until(until)
    await driver.settle()
    assert names_old_key(driver.text) == []


SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80", "200"])


@SIZES
async def test_no_list_page_or_form_names_an_old_key(server: Server, size: tuple[int, int]) -> None:
    rebind(ACTIONS, KEYS)
    async with open_app(server, size=size, keys=KEYS) as driver:
        await driver.type(press("tab.devices"))
        await driver.until("12 loaded")
        await look(driver, "12 loaded")
        await look(driver, "What it is", "record.open")
        await look(driver, '"device_id"', "record.raw")
        await driver.type(press("back"))
        await look(driver, "does not report", "device.explain")
        await driver.type(press("device.explain"))
        await look(driver, "Requests", "log")
        await look(driver, "12 loaded", "log")
        await look(driver, "Changes made", "change.list")
        await look(driver, "12 loaded", "change.list")
        await look(driver, "Keys on devices", "help")
        await driver.type("pagedown")
        await look(driver, "")
        await look(driver, "12 loaded", "help")
        await look(driver, "There is no change to undo.", "change.undo")
        await look(driver, "Device ids", "device.ids")
        post_paste(driver.app, "ffffffff-ffff-4fff-8fff-ffffffffffff")
        await driver.settle()
        await driver.type("tab")
        await look(driver, f"{KEYS['device.override']} override")
        await driver.type("escape", "escape")
        await look(driver, "That is done to a channel", "channel.promote")
        await look(driver, "HOLDS" if size[0] > 80 else "CHANNEL", "tab.channels")
        await look(driver, "Only bundles are cleaned up", "bundle.clean-up")
        await look(driver, "BEFORE", "channel.history")
        await look(driver, "FORCED", "channel.history")
        await look(driver, "It takes two marked", "list.compare")
        await look(driver, "Edit ", "channel.edit")
        await driver.type("escape")
        await look(driver, "ROUTING", "tab.overview")
        assert driver.app.bug is None


@SIZES
async def test_no_failure_names_an_old_key(server: Server, size: tuple[int, int]) -> None:
    async with open_app(server, size=size, keys=KEYS) as driver:
        await driver.type(press("tab.devices"))
        await driver.until("12 loaded")
        await driver.type(press("list.filter"), *"zzzz", "enter")
        await look(driver, "0 of 12 loaded")
        await driver.type(press("back"))
        odd = b'{"data": [17]}'
        failures: Mapping[str, object] = {
            "unreadable": answering(200, odd),
            "failed (503)": FAULT,
            "slow down": answering(429, b"{}"),
            "refused": answering(401, b'{"error": "invalid_apikey"}'),
        }
        for text, behaviour in failures.items():
            server.on("GET", "/device", behaviour)  # type: ignore[arg-type]
            await look(driver, text, "list.refresh")
        assert driver.app.bug is None
