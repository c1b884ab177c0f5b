"""What everything that iterates over the resources relies on."""

from __future__ import annotations

import pytest

from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.workspace.resources.registry import RESOURCE_BY_NAME, RESOURCE_NAMES, RESOURCES
from tests.support.world import open_world

NAMES = list(RESOURCE_NAMES)


def test_each_resource_has_a_tab_with_a_digit_of_its_own() -> None:
    tabs = {action.id: action.key for action in ACTIONS if action.id.startswith("tab.")}
    digits = [tabs[f"tab.{name}"] for name in RESOURCE_NAMES]
    assert digits == [str(digit) for digit in range(1, len(RESOURCES) + 1)]


@pytest.mark.parametrize("name", NAMES)
def test_ids_of_columns_are_unique_and_the_first_is_never_dropped(name: str) -> None:
    columns = RESOURCE_BY_NAME[name].columns
    assert len({column.id for column in columns}) == len(columns)
    assert columns[0].priority == 0


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_resource_joins_can_be_loaded_in_its_workspace(name: str) -> None:
    async with open_world() as world:
        workspace = world.open()
        resource = RESOURCE_BY_NAME[name]
        assert workspace.list_of(resource).name == name
        for other_name in resource.joins(workspace.client.traits):
            collection = workspace.list_of(RESOURCE_BY_NAME[other_name])
            await collection.load_all()
            assert collection.at_end
