"""A sandbox as a process of its own, on a real socket."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Sandbox:
    """The address, app and API key of a sandbox."""

    url: str
    app: str
    key: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables with which ``capgo-tui`` opens it."""
        return {"CAPGO_API_URL": self.url, "CAPGO_APP_ID": self.app, "CAPGO_TOKEN": self.key}


@contextmanager
def serving(command: Sequence[str], folder: Path = ROOT) -> Iterator[Sandbox]:
    """Run a command that prints a url, an app and a key, as ``capgo-tui sandbox`` does."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, text=True) as process:
        try:
            assert process.stdout is not None
            entrance = dict(process.stdout.readline().split(maxsplit=1) for _ in range(3))
            yield Sandbox(*(entrance[name].strip() for name in ("url", "app", "key")))
        finally:
            process.kill()
