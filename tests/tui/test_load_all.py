"""L on devices states its cost, asks before many requests, and can be stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.server import FAULT, Gate, Server, answering
from tests.support.world import APP, READER, device, state, store_of
from tests.tui.channels import workspace
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import App, Receive, Scope, Send

STATISTICS = f"/statistics/app/{APP}"
COUNT = 400


@pytest.fixture
def large_server() -> Iterator[Server]:
    """Return a server with more devices than two pages hold."""
    store = store_of(state(devices=[device(number) for number in range(1, COUNT + 1)]))
    yield Server(store)
    store.close()


def statistics_body(active: object) -> bytes:
    return json.dumps([{"date": "2026-11-21", "mau": active}]).encode()


async def test_much_is_asked_about_and_a_no_loads_nothing(large_server: Server) -> None:
    large_server.on("GET", STATISTICS, answering(200, statistics_body(100_000)))
    async with on_devices(large_server, rows=150) as driver:
        count = large_server.count("GET", "/device")
        await driver.type("L")
        await driver.until("y yes")
        bottom = driver.line(-1)
        assert "Load all? ~100 000 active in 30 days: 666 requests, 7 min" in bottom
        await driver.type("n")
        await driver.until("Nothing more was loaded.")
        assert large_server.count("GET", "/device") == count
        await driver.type("L")
        await driver.until("y yes")
        await driver.type("y")
        await driver.until(f"{COUNT} loaded · end of list")
        assert large_server.count("GET", STATISTICS) == 1, "it is asked once"


async def test_little_begins_at_once_and_says_how_far_it_is(large_server: Server) -> None:
    gate = Gate()
    async with on_devices(large_server, rows=150) as driver:
        large_server.on("GET", "/device", gate.before)
        await driver.type("L")
        await driver.until("150 loaded · ~400 active in 30 days · 2 requests, 2 s … esc stops")
        gate.open.set()
        await driver.until(f"{COUNT} loaded · end of list")
        assert "y yes" not in driver.text


@pytest.mark.parametrize("behaviour", [FAULT, answering(402, b'{"error":"subscription_required"}')])
async def test_where_the_number_is_not_told_it_begins_at_once(
    large_server: Server, behaviour: object
) -> None:
    gate = Gate()
    large_server.on("GET", STATISTICS, behaviour)  # type: ignore[arg-type]
    async with on_devices(large_server, rows=150) as driver:
        large_server.on("GET", "/device", gate.before)
        await driver.type("L")
        await driver.until(
            "150 loaded · total unknown · 150 a request · at most 100 a minute · esc stops"
        )
        gate.open.set()
        await driver.until(f"{COUNT} loaded · end of list")


async def test_a_key_that_may_not_know_is_not_taken_for_refused(large_server: Server) -> None:
    refusal = b'{"error":"no_access_to_app","message":"No access to app"}'
    large_server.on("GET", STATISTICS, answering(401, refusal))
    async with on_devices(large_server, rows=150, key=READER) as driver:
        await driver.type("L")
        await driver.until(f"{COUNT} loaded · end of list")
        assert not workspace(driver).client.key_refused


async def test_a_question_does_not_come_up_in_something_else(large_server: Server) -> None:
    gate = Gate()

    async def answer_late(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await gate.open.wait()
        await answering(200, statistics_body(100_000))(app, scope, receive, send)

    large_server.on("GET", STATISTICS, answer_late)
    async with on_devices(large_server, rows=150) as driver:
        await driver.type("L")
        await driver.until("Asking how many devices there are…")
        await driver.type("L", "slash", *"tester-1")
        count = large_server.count("GET", "/device")
        gate.open.set()
        await driver.until(lambda: not driver.main.controllers.loading.is_counting, "the answer")
        await driver.settle()
        assert driver.line(-1).startswith(" /tester-1")
        assert large_server.count("GET", STATISTICS) == 1, "a second L asks for no second answer"
        assert large_server.count("GET", "/device") == count, "nothing is loaded unasked either"
        await driver.type("escape", "L")
        await driver.until("y yes")


async def test_other_lists_are_loaded_without_any_of_this(large_server: Server) -> None:
    async with on_devices(large_server, rows=150) as driver:
        await driver.type("1", "L")
        await driver.until("6 loaded · end of list")
        assert large_server.count("GET", STATISTICS) == 0


async def test_the_end_of_a_list_that_was_left_loads_no_page_of_the_next() -> None:
    """The message of a short list may be handled after another one is in view."""
    server = Server(store_of(state(devices=[device(number) for number in range(1, 211)])))
    async with on_devices(server, rows=150) as driver:
        before = server.count("GET", "/device")
        driver.main.table.near_end(is_requested=False)
        await driver.settle()
        assert server.count("GET", "/device") == before
        await driver.type("G")
        await driver.until(lambda: driver.main.table.row_count == 210, "the second page")
    server.store.close()
