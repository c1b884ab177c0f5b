"""``W``: a change is followed in the status line until the server shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.clock import Clock
from tests.support.retry_policy import Naps
from tests.support.server import Server
from tests.support.world import NOW, device_id, state, store_of
from tests.tui.channels import workspace
from tests.tui.driving import assert_sound, on_devices
from tests.tui.make_writes import answer
from tests.tui.writes import ALL as REVISIONS
from tests.tui.writes import LIVE

if TYPE_CHECKING:
    from tests.tui.driving import Driver

BACK = "UPDATE channels SET version = 1 WHERE name = 'beta'"
THERE = "UPDATE channels SET version = 5 WHERE name = 'beta'"


def naps() -> Naps:
    return Naps(Clock(NOW))


async def promote(driver: Driver) -> None:
    await driver.type("1")
    driver.main.table.move_to_key("3")
    await driver.type("l", *"1.0.5", "enter")
    await answer(driver, "")


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_change_is_followed_until_a_read_shows_it(revision: str) -> None:
    server, waits = Server(store_of(state()), revision=revision), naps()
    async with on_devices(server, retry_policy=waits.retry_policy) as driver:
        await promote(driver)
        server.change(BACK)
        writes = server.writes
        await driver.type("W")
        await driver.until("not shown yet")
        assert "next read in 2 s · esc stops" in " ".join(driver.status.split())
        assert_sound(driver.app, (80, 24))
        server.change(THERE)
        server.pass_time(7)
        waits.pass_seconds(7)
        await driver.until("✓ beta")
        status = " ".join(driver.status.split())
        assert "the server shows it, 7 s after it was sent (2 reads)" in status
        assert server.writes == writes
        assert driver.app.bug is None


async def test_esc_stops_it_and_no_further_request_is_made(server: Server) -> None:
    waits = naps()
    async with on_devices(server, retry_policy=waits.retry_policy) as driver:
        await promote(driver)
        server.change(BACK)
        await driver.type("W")
        await driver.until("not shown yet")
        count = len(server.requests)
        await driver.type("escape")
        await driver.until("Stopped watching")
        waits.pass_seconds(60)
        await driver.settle()
        assert len(server.requests) == count


async def test_it_stops_by_itself_after_five_minutes(server: Server) -> None:
    async with on_devices(server) as driver:  # whose policy sleeps at once
        await promote(driver)
        server.change(BACK)
        await driver.type("W")
        end = "still not shown after five minutes"
        await driver.until(lambda: end in " ".join(driver.status.split()), end)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_entry_of_the_list_of_changes_is_followed(revision: str) -> None:
    server = Server(store_of(state()), revision=revision)
    async with on_devices(server) as driver:
        await promote(driver)
        await driver.type("Z")
        await driver.until("from here")
        await driver.type("W")
        end = "the server shows it"
        await driver.until(lambda: end in " ".join(driver.status.split()), end)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_override_is_followed_where_it_is_told(revision: str) -> None:
    server = Server(store_of(state(overrides={device_id(1): "beta"})), revision=revision)
    async with on_devices(server) as driver:
        await driver.type("g", "x")
        await answer(driver, "")
        await driver.type("W")
        told = "the server shows it" if revision in LIVE else "this server does not report it"
        await driver.until(lambda: told in " ".join(driver.status.split()), told)
        assert workspace(driver).journal.list_entries()


async def test_without_a_change_there_is_nothing_to_watch(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("W")
        await driver.until("There is no change to watch")
