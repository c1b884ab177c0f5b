"""A sandbox on a real socket for the tests in a real terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.sandbox_thread import serving_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox_process import Sandbox

STATE = Path(__file__).parents[1] / "data" / "state.json"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the recorded state."""
    with serving_state(STATE) as sandbox:
        yield sandbox
