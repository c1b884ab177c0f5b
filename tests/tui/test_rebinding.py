"""Other keys for actions: what runs them, what shows them, and which mistakes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.actions import DEVICES_ONLY
from capgo_tui.tui.rebinding import RebindingError, action_of_key, is_key, rebind, split_keys
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.tui.driving import on_devices

if TYPE_CHECKING:
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
