"""A sandbox in a process of its own, and what was asked of it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from tests.budgets.counting_sandbox import ASKED
from tests.budgets.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Sandbox:
    """Where it is, and what opens it."""

    url: str
    app: str
    key: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which ``capgo-tui`` opens it."""
        return {"CAPGO_API_URL": self.url, "CAPGO_APP_ID": self.app, "CAPGO_TOKEN": self.key}

    def asked(self) -> list[str]:
        """Every request that came so far, such as ``GET /device?app_id=…``."""
        asked: list[str] = httpx.get(self.url + ASKED).json()
        return asked

    def devices(self, pages: int) -> list[dict[str, Any]]:
        """The first devices in the server's order, 500 a page, read without any code of ours."""
        rows: list[dict[str, Any]] = []
        query = {"app_id": self.app, "limit": "500"}
        for _ in range(pages):
            reply = httpx.get(
                self.url + "/device", params=query, headers={"authorization": self.key}
            ).json()
            rows += reply["data"]
            query["cursor"] = reply.get("nextCursor", "")
        return rows


@contextmanager
def sandbox(devices: int) -> Iterator[Sandbox]:
    """Serve a made-up app with so many devices."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.budgets.counting_sandbox", str(devices)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = dict(process.stdout.readline().split(maxsplit=1) for _ in range(3))
            yield Sandbox(*(told[name].strip() for name in ("url", "app", "key")))
        finally:
            process.kill()
