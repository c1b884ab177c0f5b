"""A sandbox in a process of its own, and its requests."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import astuple
from math import ceil
from typing import TYPE_CHECKING, Any

import httpx

from tests.budgets.counting_sandbox import LOG_PATH
from tests.budgets.figures import PAGE
from tests.support import sandbox_process
from tests.support.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sandbox(sandbox_process.Sandbox):
    """A sandbox that logs its requests."""

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables, with this source tree instead of the installed package."""
        return {**super().environ, "PYTHONPATH": str(ROOT)}

    def requests(self) -> list[str]:
        """Return every request so far, such as ``GET /device?app_id=…``."""
        requests: list[str] = httpx.get(self.url + LOG_PATH).json()
        return requests

    def devices(self, pages: int) -> list[dict[str, Any]]:
        """Return the first pages of devices in the server's order, without using the client."""
        rows: list[dict[str, Any]] = []
        query = {"app_id": self.app, "limit": str(PAGE)}
        for _ in range(pages):
            reply = httpx.get(
                self.url + "/device", params=query, headers={"authorization": self.key}
            ).json()
            rows += reply["data"]
            query["cursor"] = reply.get("nextCursor", "")
        return rows

    def force_one_of_each_page(self, devices: int) -> int:
        """Give one device of each page an override; return the number of all overrides."""
        with httpx.Client(base_url=self.url, headers={"authorization": self.key}) as client:
            rows = self.devices(ceil(devices / PAGE))
            device_ids = {row["device_id"] for row in rows[::PAGE]}
            for device_id in device_ids:
                body = {"app_id": self.app, "device_id": device_id, "channel": "beta"}
                client.post("/device", json=body).raise_for_status()
        return len(device_ids | {row["device_id"] for row in rows if "channel" in row})

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return one page of a list, without using the client."""
        reply = httpx.get(
            self.url + path,
            params={"app_id": self.app, **query},
            headers={"authorization": self.key},
        ).json()
        rows: list[dict[str, Any]] = reply if isinstance(reply, list) else reply["data"]
        return rows


@contextmanager
def sandbox(devices: int, channels: int = 6, bundles: int = 48) -> Iterator[Sandbox]:
    """Serve a generated app with this many of each."""
    counts = [str(count) for count in (devices, channels, bundles)]
    command = [sys.executable, "-m", "tests.budgets.counting_sandbox", *counts]
    with sandbox_process.serving(command) as process:
        yield Sandbox(*astuple(process))
