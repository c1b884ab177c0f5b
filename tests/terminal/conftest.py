"""A sandbox as a process of its own, reached over a real socket."""

from __future__ import annotations

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.terminal.emulator import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = Path(__file__).parents[1] / "data" / "state.json"


@dataclass(frozen=True)
class Sandbox:
    """Where a sandbox is, and what opens it."""

    url: str
    app: str
    key: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which ``capgo-tui`` opens it."""
        return {"CAPGO_API_URL": self.url, "CAPGO_APP_ID": self.app, "CAPGO_TOKEN": self.key}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The installed ``capgo-tui sandbox``, started with the recorded state."""
    with subprocess.Popen(
        [str(COMMAND), "sandbox", "--port", "0", "--state", str(STATE)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().split(maxsplit=1) for _ in range(3))
        yield Sandbox(*(told[name].strip() for name in ("url", "app", "key")))
        process.send_signal(signal.SIGINT)
