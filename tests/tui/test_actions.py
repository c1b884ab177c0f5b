"""Actions: each is declared by the controller that runs it, and belongs to one key of a tab."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.actions import action_on_tab
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.tui.driving import on_devices
from tests.tui.writes import WRITES

if TYPE_CHECKING:
    from tests.support.server import Server

TABS = {"1": "channels", "2": "devices", "3": "bundles"}
UNDO = "change.undo"
"""The action that undoes the writes; it has no entry of its own."""


def test_no_two_actions_have_one_id_or_one_place() -> None:
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    assert max(Counter(action.rank for action in ACTIONS).values()) == 1


def test_a_key_does_one_thing_on_a_tab() -> None:
    uses = Counter((key, tab) for a in ACTIONS for key in a.keys.split(",") for tab in a.tabs)
    assert [use for use, count in uses.items() if count > 1] == []


async def test_every_action_has_a_controller_that_runs_it(server: Server) -> None:
    async with on_devices(server) as driver:
        assert set(driver.main.controllers.runs) == {action.id for action in ACTIONS}


@pytest.mark.parametrize("tab", TABS.values())
def test_a_key_runs_the_action_of_its_tab(tab: str) -> None:
    for action in ACTIONS:
        if tab in action.tabs:
            assert action_on_tab(ACTIONS, action.id, tab) is action
        else:
            other = action_on_tab(ACTIONS, action.id, tab)
            assert other is action or (other.keys == action.keys and tab in other.tabs)


@pytest.mark.parametrize("digit", TABS)
def test_every_action_that_writes_is_in_the_catalogue_of_writes(digit: str) -> None:
    keys = {write.action_key for write in WRITES[digit]}
    writing = [each for each in ACTIONS if each.writes and TABS[digit] in each.tabs]
    assert [each.id for each in writing if each.keys not in keys] == [UNDO]
