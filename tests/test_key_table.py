"""The README's table of keys is made of the actions."""

from __future__ import annotations

from capgo_tui.tui.screens.controllers import ACTIONS
from tests.key_table import README, key_table, with_key_table


def test_the_readme_has_the_table_that_its_command_writes() -> None:
    text = README.read_text("utf-8")
    assert key_table() in text
    assert with_key_table(text) == text, "python -m tests.key_table"


def test_every_action_has_a_row_and_no_cell_breaks_the_table() -> None:
    rows = key_table().splitlines()
    for action in ACTIONS:
        assert sum(f"`{action.id}`" in row for row in rows) == 1
    assert {row.count("|") for row in rows} == {5}
