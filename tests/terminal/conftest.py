"""The installed ``capgo-tui sandbox`` for the tests in a real terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND
from tests.support.sandbox_process import Sandbox, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = Path(__file__).parents[1] / "data" / "state.json"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the recorded state."""
    with serving([str(COMMAND), "sandbox", "--port", "0", "--state", str(STATE)]) as sandbox:
        yield sandbox
