"""Retries of reads are shown while they wait, and Esc stops them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.support.clock import Clock
from tests.support.retry_policy import Naps
from tests.support.server import FAULT, HTML, Gate, answering
from tests.support.world import NOW, device_id
from tests.tui.bundles import confirm
from tests.tui.driving import on_devices, open_app

if TYPE_CHECKING:
    from tests.support.server import App, Receive, Scope, Send, Server

WAIT_43 = answering(429, b'{"error":"too_many_requests","moreInfo":{"retryAfterSeconds":43}}')


async def test_the_first_page_waits_with_a_countdown_and_then_comes(server: Server) -> None:
    naps = Naps(Clock(NOW))
    server.on("GET", "/channel", FAULT)
    async with open_app(
        server, retry_policy=naps.retry_policy, now=naps.clock, wait_for="Try 2 of 4 in 1 s."
    ) as driver:
        assert "The server failed (503). The server said: Out to lunch." in driver.text
        assert "the server failed (503) · try 2 of 4 in 1 s · esc stops" in driver.status
        assert "Channels …" in driver.line(0)
        naps.pass_seconds(1)
        await driver.until("Try 3 of 4 in 2 s. Esc stops.")
        naps.clock.advance(1)
        await driver.until("Try 3 of 4 in 1 s. Esc stops.")
        server.off("GET", "/channel")
        naps.pass_seconds(1)
        await driver.until("6 loaded · end of list · as of")
        assert server.count("GET", "/channel") == 3


async def test_a_refresh_waits_beside_the_old_rows_until_esc(server: Server) -> None:
    naps = Naps(Clock(NOW))
    async with on_devices(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        server.on("GET", "/device", HTML)
        before = server.count("GET", "/device")
        await driver.type("r")
        await driver.until("12 loaded · unreadable answer · try 2 of 4 in 1 s · esc stops")
        assert "tester-01" in driver.text
        await driver.type("j", "escape")
        await driver.until("STALE")
        assert "Devices 12!" in driver.line(0)
        assert server.count("GET", "/device") == before + 1
        server.off("GET", "/device")
        await driver.type("r")
        await driver.until("12 loaded · end of list · as of")


async def test_how_to_end_a_wait_is_told_before_marks_and_a_filter(server: Server) -> None:
    naps = Naps(Clock(NOW))
    async with on_devices(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        await driver.type("*", "slash", *"r-04", "enter")
        await driver.until("12 marked (11 hidden by filter)")
        server.on("GET", "/device", HTML)
        await driver.type("r")
        await driver.until("1 of 12 loaded · unreadable answer · try 2 of 4 in 1 s · esc stops")
        server.off("GET", "/device")
        naps.pass_seconds(1)
        await driver.until("12 marked (11 hidden by filter)")


async def test_all_lists_wait_as_long_as_the_server_asks(server: Server) -> None:
    naps = Naps(Clock(NOW))
    server.on("GET", "/channel", WAIT_43)
    async with open_app(
        server, retry_policy=naps.retry_policy, now=naps.clock, wait_for="try 2 of 4 in 43 s"
    ) as driver:
        await driver.type("2")
        await driver.until("the server asks to slow down · try 1 of 4 in 4")
        server.off("GET", "/channel")
        naps.pass_seconds(45)
        await driver.until("12 loaded · end of list")
        await driver.type("1")
        await driver.until("6 loaded · end of list")


async def test_a_wait_for_one_device_is_told_and_ended_in_the_same_place(server: Server) -> None:
    naps = Naps(Clock(NOW))
    async with on_devices(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("slash", *device_id(99), "enter")
        await driver.until("the server failed (503) · try 2 of 4 in 1 s · esc stops")
        await driver.type("escape")
        await driver.until("✗ The server failed (503).")


async def test_the_reading_back_of_a_write_waits_and_esc_leaves_it_unverified(
    server: Server,
) -> None:
    naps = Naps(Clock(NOW))
    async with on_devices(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")

        async def fail_behind_the_write(
            app: App, scope: Scope, receive: Receive, send: Send
        ) -> None:
            if server.writes:
                await FAULT(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        server.on("GET", "/device", fail_behind_the_write)
        await driver.type("y")
        await driver.until("reading back: the server failed (503) · try 2 of 4 in 1 s · esc stops")
        naps.pass_seconds(1)
        await driver.until("try 3 of 4 in 2 s")
        assert server.writes == 1
        await driver.type("escape")
        await driver.until("? tester-01: accepted, but reading it back failed: Out to lunch")
        assert server.overrides() == {device_id(1): "beta"}


async def test_a_list_that_is_read_back_after_a_write_waits_in_plain_sight(
    server: Server,
) -> None:
    naps = Naps(Clock(NOW))
    async with open_app(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        await driver.type("3")
        await driver.until("5 loaded · end of list")
        await driver.type("D")
        await driver.until("type 1.0.5 ›")
        server.on("GET", "/bundle", FAULT)
        await confirm(driver, "1.0.5")
        await driver.until("reading back: the server failed (503) · try 2 of 4 in 1 s · esc stops")
        assert server.writes == 1
        server.off("GET", "/bundle")
        naps.pass_seconds(1)
        await driver.until("✓ 1.0.5: gone, read back from the server")


async def test_leaving_ends_reads_that_wait_or_hang_at_once(server: Server) -> None:
    naps, gate = Naps(Clock(NOW)), Gate()
    server.on("GET", "/channel", FAULT)
    server.on("GET", "/device", gate.before)
    async with open_app(
        server, retry_policy=naps.retry_policy, now=naps.clock, wait_for="Try 2 of 4"
    ) as driver:
        await gate.arrival.wait()
        await driver.type("q")
        await driver.wait_until_closed()
        assert driver.app.bug is None


async def test_leaving_waits_for_a_write_but_not_for_another_try_to_read_it_back(
    server: Server,
) -> None:
    naps, gate, end = Naps(Clock(NOW)), Gate(), asyncio.Event()

    async def hang(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            end.set()

    async with on_devices(server, retry_policy=naps.retry_policy, now=naps.clock) as driver:
        server.on("GET", "/channel", hang)
        await driver.type("1", "r")
        await driver.until("refreshing…")
        await driver.type("2")
        server.on("POST", "/device", gate.after)
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")
        await driver.type("y")
        await gate.arrival.wait()
        server.on("GET", "/device", FAULT)
        await driver.type("q")
        await driver.until("Waiting for the write under way, then quitting…")
        await driver.until(end.is_set, "the hanging read ended")
        gate.open.set()
        await driver.wait_until_closed()
        assert len(driver.app.last_words) == 1
        assert server.overrides() == {device_id(1): "beta"}
