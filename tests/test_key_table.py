"""The help's page of keys is made of the actions."""

from __future__ import annotations

from capgo_tui.tui.screens.controllers import ACTIONS
from tests.key_table import PAGE, key_page


def test_the_page_is_what_its_command_writes() -> None:
    assert PAGE.read_text("utf-8") == key_page(), "python -m tests.key_table"


def test_every_action_has_one_entry_with_its_key_and_its_words() -> None:
    page = " ".join(key_page().split())
    for action in ACTIONS:
        assert page.count(f"{action.key} {action.id} {action.description}") == 1, action.id
