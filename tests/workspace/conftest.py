"""The keys of the interface, whose words some tests of the workspace read."""

from __future__ import annotations

import pytest

from capgo_tui.tui.keys import use_keys
from capgo_tui.tui.screens.controllers import ACTIONS


@pytest.fixture(autouse=True)
def usual_keys() -> None:
    """Name the keys of an app whose settings name no others."""
    use_keys(ACTIONS)
