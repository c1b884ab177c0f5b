"""Other keys for actions: what runs them, what shows them, and which mistakes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from textual.binding import Binding
from textual.widgets import Input

from capgo_tui.tui.actions import DEVICES_ONLY
from capgo_tui.tui.overlay_keys import CURSOR_KEYS, OVERLAY_GROUPS, OVERLAY_KEYS
from capgo_tui.tui.overlays.confirmation import Confirmation
from capgo_tui.tui.overlays.filter_bar import FilterBar
from capgo_tui.tui.overlays.form import Form
from capgo_tui.tui.overlays.ids_form import IdsForm
from capgo_tui.tui.overlays.link_form import LinkForm
from capgo_tui.tui.overlays.palette_bar import PaletteBar
from capgo_tui.tui.rebinding import (
    RebindingError,
    action_of_key,
    is_key,
    rebind,
    rebind_overlays,
    split_keys,
)
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.support.world import device_id
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from textual.widget import Widget

    from tests.support.server import Server


async def test_a_key_of_the_settings_runs_its_action_and_the_old_one_nothing(
    server: Server,
) -> None:
    keys = {"device.override": "f2,X", "list.filter": "f3", "help": "f1", "record.raw": "B"}
    async with on_devices(server, keys=keys) as driver:
        assert driver.line(-1).startswith(" f2 override")
        assert driver.line(-1).rstrip().endswith("f1 help")
        await driver.type("o")
        await driver.settle()
        assert not driver.overlays.link_form.visible
        for key in ("f2", "X"):
            await driver.type(key)
            await driver.until(lambda: driver.overlays.link_form.visible, key)
            await driver.type("escape")
        await driver.type("f3", *"ios", "enter")
        await driver.until("/ios · 6 of 12 loaded")
        await driver.type("enter")
        await driver.until("B JSON")
        await driver.type("B")
        await driver.until('"device_id": "00000001')
        await driver.type("escape", "f1")
        await driver.until("Keys on devices")
        assert "f2" in driver.line(2)
        await driver.type("q", "1", "f2")
        await driver.until("✗ Overrides are set on a device")
        assert driver.app.bug is None


async def test_a_key_shared_by_two_tabs_in_part_runs_what_the_tab_in_view_has(
    server: Server,
) -> None:
    keys = {"device.override": "o,f2", "channel.new": "n,f2"}
    async with on_devices(server, keys=keys) as driver:
        await driver.type("f2")
        await driver.until(lambda: driver.overlays.link_form.visible, "the channels")
        await driver.type("escape", "1", "f2")
        await driver.until(lambda: driver.overlays.channel_form.visible, "the form")


async def test_two_actions_can_change_places(server: Server) -> None:
    keys = {"device.override": "x", "device.clear": "o"}
    async with on_devices(server, keys=keys) as driver:
        await driver.type("x")
        await driver.until(lambda: driver.overlays.link_form.visible, "the channels")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"device.overide": "o"}, "no such action; did you mean device.override?"),
        ({"device.override": "x"}, "x runs device.clear; give that another key too"),
        ({"list.sort": "o"}, "o runs device.override on devices; give that another key too"),
        ({"list.sort": "f5", "list.all": "f5"}, "f5 runs list.sort; both are named here"),
        ({"list.sort": "j"}, "j moves the cursor"),
        ({"list.sort": "ctrl+c"}, "ctrl+c is the program's own"),
        ({"list.sort": "contrl+s"}, "«contrl+s» is no key"),
        ({"list.sort": " , "}, "names no key"),
        ({"device.override": "o,ctrl+o"}, "ctrl+o must not write"),
        ({"channel.delete": "enter"}, "enter must not write"),
        ({"form.reviev": "f2"}, "no such action; did you mean form.review?"),
        ({"form.review": "contrl+s"}, "«contrl+s» is no key"),
        ({"form.review": ""}, "names no key"),
        ({"form.review": "ctrl+c"}, "ctrl+c is the program's own"),
        ({"form.review": "r"}, "r is typed there"),
        ({"picker.leave": "f2,space"}, "space does something else there"),
        ({"picker.leave": "down"}, "↓ does something else there"),
        ({"picker.choose": "tab"}, "tab does something else there"),
        ({"ids.cancel": "enter"}, "⏎ does something else there"),
        ({"filter.enter": "ctrl+u"}, "ctrl+u edits the text there"),
        ({"palette.choose": "escape"}, "esc runs palette.cancel; give that another key too"),
        ({"form.leave": "f4", "form.enter": "f4"}, "f4 runs form.leave; both are named here"),
    ],
)
def test_what_cannot_be_bound_is_told(changes: dict[str, str], why: str) -> None:
    with pytest.raises(RebindingError) as error:
        rebind(ACTIONS, changes)
    assert why in str(error.value)
    assert error.value.action_id in changes


@pytest.mark.parametrize("key", ["o", "*", "asterisk", "f2", "ctrl+o", "alt+x", "ctrl+shift+up"])
def test_keys_are_known_by_their_signs_and_by_their_names(key: str) -> None:
    assert all(is_key(each) for each in split_keys(key))


OVERLAYS: Final[dict[str, type[Widget]]] = {
    "filter": FilterBar,
    "palette": PaletteBar,
    "picker": LinkForm,
    "form": Form,
    "ids": IdsForm,
    "confirmation": Confirmation,
}


def test_the_keys_of_overlays_are_those_of_their_bindings() -> None:
    for group in OVERLAY_GROUPS:
        (name,) = {each.id.split(".")[0] for each in group.keys}
        bindings = [each for each in OVERLAYS[name].BINDINGS if isinstance(each, Binding)]
        own = {each.id: each.keys for each in group.keys}
        assert own.items() <= {each.id: each.key for each in bindings}.items()
        fixed = [key for each in bindings if each.id not in own for key in each.key.split(",")]
        letters = {key for key in fixed if len(key) == 1}
        assert set(fixed) - letters <= CURSOR_KEYS | group.fixed_keys, group.title
    assert {each.id for each in OVERLAY_KEYS}.isdisjoint(action.id for action in ACTIONS)
    assert {each.id.split(".")[0] for each in OVERLAY_KEYS} == set(OVERLAYS)


def test_every_overlay_can_keep_its_own_keys() -> None:
    assert rebind_overlays({each.id: each.keys for each in OVERLAY_KEYS}) == OVERLAY_KEYS
    swapped = {"palette.choose": "escape", "palette.cancel": "enter"}
    bound = {each.id: each.key for each in rebind_overlays(swapped)}
    assert (bound["palette.choose"], bound["palette.cancel"]) == ("esc", "⏎")


OTHERS: Final = {each.id: f"f{number}" for number, each in enumerate(OVERLAY_KEYS, 1)}
"""Another key for each; there are f1 to f24."""


def other(overlay_id: str) -> str:
    return OTHERS[overlay_id]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80", "140"])
async def test_the_filter_and_the_palette_take_other_keys(
    server: Server, size: tuple[int, int]
) -> None:
    async with on_devices(server, size=size, keys=OTHERS) as driver:
        bar = driver.overlays.filter_bar
        await driver.type("slash", *"platf", "escape", "enter", "tab")
        await driver.wait_for_keys()
        assert bar.visible
        assert bar.text == "platf"
        await driver.until(f"{other('filter.complete')} platform:")
        await driver.type(other("filter.complete"))
        await driver.until(lambda: bar.text == "platform:")
        await driver.type(*"ios", other("filter.enter"))
        await driver.until(lambda: not bar.visible)
        await driver.until("6 of 12 loaded")
        await driver.type("slash", other("filter.clear"))
        await driver.until("12 loaded · end of list")
        palette = driver.overlays.palette_bar
        await driver.type("colon", *"channels", "escape", "enter")
        await driver.wait_for_keys()
        assert palette.visible
        await driver.type(other("palette.cancel"))
        await driver.until(lambda: not palette.visible)
        await driver.type("colon", *"channels", other("palette.choose"))
        await driver.until("6 loaded")
        assert driver.app.bug is None


async def test_the_picker_takes_other_keys_and_names_them(server: Server) -> None:
    choose, leave, mark = (other(f"picker.{each}") for each in ("choose", "leave", "mark"))
    async with on_devices(server, keys=OTHERS) as driver:
        form = driver.overlays.link_form
        await driver.type("o", *"qa", "escape", "enter")
        await driver.until(f"↑↓ move  {choose} choose  {leave} leave · 1 of 6 channels")
        await driver.type(choose)
        await driver.wait_for_question("none → qa?")
        await driver.type("n", "o", *"zz")
        await driver.until(f"no channel matches · 0 of 6 channels · {leave} leave")
        await driver.type(leave)
        await driver.until(lambda: not form.is_open)
        await driver.type("3", "l", *"beta")
        await driver.until(f"{mark} mark  {choose} choose")
        await driver.type("space")
        await driver.until(lambda: form.query_one(Input).value == "beta ")
        await driver.type("backspace", mark, mark)
        await driver.until(f"{choose} choose 2 marked")
        await driver.type(choose)
        await driver.until("on 2 channels")
        await driver.type(other("confirmation.cancel"))
        await driver.until("Nothing was changed.")
        assert driver.app.bug is None


async def test_a_form_and_the_question_take_other_keys_and_name_them(server: Server) -> None:
    enter, review, leave = (other(f"form.{each}") for each in ("enter", "review", "leave"))
    async with on_devices(server, keys=OTHERS) as driver:
        form = driver.overlays.channel_form
        await driver.type("1", "e")
        await driver.until(f"{enter} next  {review} review  {leave} leave")
        await driver.type("escape", "ctrl+s")
        await driver.wait_for_keys()
        assert form.is_open
        await driver.type(leave)
        await driver.until(lambda: not form.is_open)
        await driver.type("D")
        typed, cancel = other("confirmation.typed"), other("confirmation.cancel")
        await driver.until(f"{typed} when typed  {cancel} no")
        await driver.type("escape", *"production", typed)
        await driver.until("y yes  n no")
        await driver.type("n")
        await driver.until("Nothing was changed.")
        await driver.type("question_mark")
        await driver.until("Keys on channels")
        await driver.type("slash", *"review and send")
        await driver.until(f"{review} ")
        assert server.writes == 0
        assert driver.app.bug is None


async def test_the_list_of_ids_takes_other_keys_and_names_them(server: Server) -> None:
    on, back, cancel = (other(f"ids.{each}") for each in ("on", "back", "cancel"))
    async with on_devices(server, keys=OTHERS) as driver:
        await driver.type("O")
        await driver.until("Device ids")
        form = driver.main.query_one(IdsForm)
        await driver.type(*device_id(1), "escape")
        await driver.wait_for_keys()
        assert form.is_open
        await driver.until(f"{on} on, then o override or x clear  {cancel} leave")
        await driver.type(on)
        await driver.until(f"{back} back to the list  {cancel} leave")
        await driver.type(back, cancel)
        await driver.until(f"{cancel} again drops this list")
        await driver.type(cancel)
        await driver.until(lambda: not form.is_open)
        assert driver.app.bug is None


def test_every_action_can_keep_its_own_keys() -> None:
    same = {action.id: action.keys for action in ACTIONS if action.id not in ("record.open",)}
    bound = rebind(ACTIONS, same)
    for before, after in zip(ACTIONS, bound, strict=True):
        assert split_keys(before.keys) == split_keys(after.keys)
        assert before.key == after.key


def test_a_key_runs_an_action_of_its_tab_first() -> None:
    for tab in ("channels", "devices", "bundles"):
        for action in ACTIONS:
            if tab in action.tabs:
                assert action_of_key(ACTIONS, split_keys(action.keys)[0], tab) is action
    other = action_of_key(ACTIONS, "o", "channels")
    assert other is not None
    assert other.tabs == DEVICES_ONLY
    assert action_of_key(ACTIONS, "f9", "devices") is None
