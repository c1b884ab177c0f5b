"""A sandbox in a process of its own, and what was asked of it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import astuple
from math import ceil
from typing import TYPE_CHECKING, Any

import httpx

from tests.budgets.counting_sandbox import ASKED
from tests.budgets.figures import PAGE
from tests.support import sandbox_process
from tests.support.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sandbox(sandbox_process.Sandbox):
    """A sandbox that counts."""

    @property
    def environ(self) -> dict[str, str]:
        """As for any sandbox, but it is this tree that is measured, not what is installed."""
        return {**super().environ, "PYTHONPATH": str(ROOT)}

    def asked(self) -> list[str]:
        """Every request that came so far, such as ``GET /device?app_id=…``."""
        asked: list[str] = httpx.get(self.url + ASKED).json()
        return asked

    def devices(self, pages: int) -> list[dict[str, Any]]:
        """The first pages of devices in the server's order, read without any code of ours."""
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
        """Give a device of each page an override; how many of all then have one."""
        with httpx.Client(base_url=self.url, headers={"authorization": self.key}) as client:
            rows = self.devices(ceil(devices / PAGE))
            forced = {row["device_id"] for row in rows[::PAGE]}
            for device_id in forced:
                body = {"app_id": self.app, "device_id": device_id, "channel": "beta"}
                client.post("/device", json=body).raise_for_status()
        return len(forced | {row["device_id"] for row in rows if "channel" in row})

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        """One page of a list as the server tells it, read without any code of ours."""
        reply = httpx.get(
            self.url + path,
            params={"app_id": self.app, **query},
            headers={"authorization": self.key},
        ).json()
        rows: list[dict[str, Any]] = reply if isinstance(reply, list) else reply["data"]
        return rows


@contextmanager
def sandbox(devices: int, channels: int = 6, bundles: int = 48) -> Iterator[Sandbox]:
    """Serve a made-up app with so many of each."""
    counts = [str(count) for count in (devices, channels, bundles)]
    command = [sys.executable, "-m", "tests.budgets.counting_sandbox", *counts]
    with sandbox_process.serving(command) as served:
        yield Sandbox(*astuple(served))
