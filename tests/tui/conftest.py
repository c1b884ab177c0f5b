"""Fixtures: the sandbox in process, and an environment that does not affect the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.keys import use_keys
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.support.server import Server
from tests.support.world import state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def usual_keys() -> None:
    """Name the keys of an app whose settings name no others."""
    use_keys(ACTIONS)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the environment and the folder of whoever runs the tests from the app."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "TEXTUAL_THEME", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with twelve devices, six channels and five bundles."""
    store = store_of(state())
    yield Server(store)
    store.close()
