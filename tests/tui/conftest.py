"""The sandbox in process, and a screen that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.server import Server
from tests.tui.world import state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests reaches the app, and no export of it their folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "TEXTUAL_THEME", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    """Twelve devices, six channels, five bundles."""
    store = store_of(state())
    yield Server(store)
    store.close()
