"""Overrides of all devices behind a gateway that limits URLs to 8 KB."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.commands.shell import shell_on
from tests.support.server import Server
from tests.support.world import ALL, APP, device, state, store_of
from tests.tui.channels import workspace
from tests.tui.driving import open_app, screen_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = 2_000
GATEWAY = 8_192


def uuid_of(number: int) -> str:
    return f"{number:08}-0000-4000-8000-{number:012}"


def long_id_of(number: int) -> str:
    """60 characters, of which 150 are too many for the gateway."""
    return f"{uuid_of(number)}-{number:023}"


@pytest.fixture(params=[uuid_of, long_id_of], ids=["36", "60"])
def fleet(request: pytest.FixtureRequest) -> Iterator[tuple[Server, dict[str, str]]]:
    """2 000 devices, of which every third has an override."""
    ids = [request.param(number) for number in range(COUNT)]
    overrides = {each: ("beta", "qa")[at % 2] for at, each in enumerate(ids) if at % 3 == 0}
    rows = [device(at + 1, device_id=each) for at, each in enumerate(ids)]
    store = store_of(state(devices=rows, overrides=overrides))
    yield Server(store, url_limit=GATEWAY), overrides
    store.close()


def read_export(folder: Path) -> dict[str, str]:
    """Return the overrides in the one exported file."""
    (file,) = folder.glob("*.csv")
    rows = csv.DictReader(file.read_text().splitlines())
    return {row["device"]: row["override"] for row in rows if row["override"]}


async def test_the_gateway_loses_the_overrides_of_a_large_page(
    fleet: tuple[Server, dict[str, str]],
) -> None:
    server, _ = fleet
    transport = httpx.ASGITransport(server)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        reply = await client.get(
            "/device", params={"app_id": APP, "limit": "500"}, headers={"authorization": ALL}
        )
    rows = reply.json()["data"]
    assert len(rows) == 500
    assert not any(row.get("channel") for row in rows), "or the others here show nothing"


async def test_the_tab_and_all_of_the_list_and_the_export(
    fleet: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    server, overrides = fleet
    async with open_app(server) as driver:
        await driver.type("2")
        await driver.until("more ↓")
        devices = workspace(driver).devices
        first = list(devices.records.values())
        assert {d.wire_id: d.channel for d in first if d.channel} == {
            d.wire_id: overrides[d.wire_id] for d in first if d.wire_id in overrides
        }
        assert "▲" in screen_text(driver.app)
        await driver.type("L")
        await driver.until("2 000 loaded · end of list")
        records = devices.records.values()
        assert {d.wire_id: d.channel for d in records if d.channel} == overrides
        assert all(d.is_override_known for d in records)
        await driver.type("E")
        await driver.until("Export 2 000 of 2 000 loaded devices")
        await driver.type("enter")
        await driver.until("✓ Exported 2 000")
        assert read_export(tmp_path) == overrides
        await driver.type("r")
        await driver.until(lambda: "end of list" in driver.status, "all of it read again")
        assert {d.wire_id: d.channel for d in records if d.channel} == overrides


def test_the_command_line(
    fleet: tuple[Server, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, overrides = fleet
    shell = shell_on(server, monkeypatch, tmp_path)
    rows = csv.DictReader(shell.data("device", "list", "--csv").splitlines())
    assert {row["device"]: row["override"] for row in rows if row["override"]} == overrides
    lines = map(json.loads, shell.data("device", "list", "--ndjson").splitlines())
    assert {row["device_id"]: row["channel"] for row in lines if row.get("channel")} == overrides
