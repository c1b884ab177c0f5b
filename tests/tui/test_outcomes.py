"""Outcomes of writes on the status line at 80 columns, after every kind of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.http_client import Timeouts
from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from tests.support.server import FAULT, HTML, Gate, Server, Wire, answering
from tests.support.world import ALL, APP, READER, device_id
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from tests.support.server import App, Receive, Scope, Send
    from tests.tui.driving import Driver

FIRST = device_id(1)


async def write(driver: Driver, name: str = "beta") -> None:
    """Override the device under the cursor and answer yes."""
    await driver.type("o", *name, "enter")
    await driver.wait_for_question()
    await driver.type("y")


async def wait_for_outcome(driver: Driver, mark: str) -> str:
    """Wait for the outcome of a write and return its line."""
    await driver.until(lambda: driver.status.strip().startswith(mark), f"a line with {mark}")
    return driver.status.strip()


async def test_a_write_shows_that_it_is_under_way_and_then_what_was_read_back(
    server: Server,
) -> None:
    gate = Gate()
    server.on("POST", "/device", gate.before)
    async with on_devices(server) as driver:
        await write(driver)
        await driver.until(gate.arrival.is_set)
        await driver.until("⟳ 00000001")
        assert "⟳ tester-01: none → beta" in driver.status
        await driver.type("o")
        await driver.until("A write for this device is under way; wait for its end.")
        await driver.type("j", "o")
        await driver.until("Override tester-02 · now none")
        await driver.type("escape")
        gate.open.set()
        assert (
            await wait_for_outcome(driver, "✓")
            == "✓ tester-01: override is beta, read back from the server"
        )
        assert server.count("POST", "/device") == 1
        assert driver.cursor == device_id(2)


async def test_the_same_override_again_within_a_minute_is_known_and_counted_down(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await write(driver)
        await wait_for_outcome(driver, "✓")
        server.change("DELETE FROM overrides")
        server.pass_time(5)
        await driver.type("r")
        await driver.until(lambda: "▲" not in driver.text)
        await driver.type("o", *"beta")
        await driver.until("linked a moment ago: again in 55 s")
        server.pass_time(10)
        await driver.until("again in 45 s")
        await driver.type("enter")
        await driver.until("beta: linked a moment ago: again in 45 s")
        server.pass_time(10)
        await driver.until("beta: linked a moment ago: again in 35 s")
        server.pass_time(45)
        await driver.wait_until_gone("× beta")
        await driver.type("enter")
        await driver.wait_for_question("none → beta?")
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert server.count("POST", "/device") == 2
        assert server.overrides() == {FIRST: "beta"}


async def test_a_link_by_somebody_else_is_run_into_once_and_then_known(server: Server) -> None:
    async with on_devices(server) as other:
        await write(other)
        await wait_for_outcome(other, "✓")
    server.change("DELETE FROM overrides")
    server.pass_time(5)
    async with on_devices(server) as driver:
        await write(driver)
        line = await wait_for_outcome(driver, "✗")
        assert "Not changed" in line
        assert "55 s" in line
        await driver.type("o", *"beta")
        await driver.until("again in 55 s")
        assert server.overrides() == {}


async def test_a_key_that_may_not_is_told_so(server: Server) -> None:
    async with on_devices(server, key=READER) as driver:
        await write(driver)
        line = await wait_for_outcome(driver, "✗")
        assert "Not changed" in line
        assert "this key may not change overrides" in line
        assert server.overrides() == {}
        assert "▲" not in driver.text


async def test_a_channel_that_became_public_meanwhile_is_refused_with_the_reason(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        server.change("UPDATE channels SET public = 1 WHERE name = 'beta'")
        await driver.type("y")
        line = await wait_for_outcome(driver, "✗")
        assert "Not changed" in line
        assert "public channel" in line
        assert server.overrides() == {}


async def test_an_override_that_was_accepted_but_is_not_there_is_no_success(
    server: Server,
) -> None:
    server.on("POST", "/device", answering(200, b'{"status":"ok"}'))
    async with on_devices(server) as driver:
        await write(driver)
        line = await wait_for_outcome(driver, "!")
        assert "accepted, but the server now says override is none, not beta" in line
        assert "▲" not in driver.text


@pytest.mark.parametrize("took_effect", [True, False])
async def test_a_web_page_for_an_answer_is_looked_into(server: Server, took_effect: bool) -> None:
    page = answering(200, b"<html>gateway</html>", media="text/html", first=took_effect)
    server.on("POST", "/device", page)
    async with on_devices(server) as driver:
        await write(driver)
        line = await wait_for_outcome(driver, "✓" if took_effect else "?")
        assert ("is beta, read back" if took_effect else "override is none so far") in line
        assert ("▲ beta" in driver.text) is took_effect
        assert server.count("POST", "/device") == 1


async def test_a_write_that_cannot_be_looked_into_is_unknown_and_stays_so(server: Server) -> None:
    server.on("POST", "/device", FAULT)
    async with on_devices(server) as driver:
        server.on("GET", "/device", server.after_first_write(HTML))
        await write(driver)
        line = await wait_for_outcome(driver, "?")
        assert "it may have taken effect" in line
        assert "not changed" not in line.lower()
        server.off("GET", "/device")
        server.override(FIRST, "beta")
        await driver.type("r")
        await driver.until("▲ beta")


@pytest.mark.parametrize(("cut", "mark"), [("after", "✓"), ("before", "?")])
async def test_a_connection_that_drops_is_looked_into(server: Server, cut: str, mark: str) -> None:
    async with Wire(server) as wire:
        launch = Launch(ApiKey(ALL), APP, server=wire.url)
        async with on_devices(server, launch=launch) as driver:
            wire.cut["POST", "/device"] = cut
            await write(driver)
            line = await wait_for_outcome(driver, mark)
            if cut == "after":
                assert "override is beta, read back from the server" in line
                assert server.overrides() == {FIRST: "beta"}
            else:
                assert "the answer was lost; override is none so far" in line
                assert server.overrides() == {}
            assert ("▲ beta" in driver.text) is (cut == "after")


async def test_a_connection_that_drops_and_stays_down_is_unknown_never_failed(
    server: Server,
) -> None:
    async with Wire(server) as wire:
        launch = Launch(ApiKey(ALL), APP, server=wire.url)
        async with on_devices(server, launch=launch) as driver:
            wire.cut["POST", "/device"] = "after"

            async def cut_reads(app: App, scope: Scope, receive: Receive, send: Send) -> None:
                wire.cut["GET", "/device"] = "before"
                await app(scope, receive, send)

            server.on("POST", "/device", cut_reads)
            await write(driver)
            assert "it may have taken effect" in await wait_for_outcome(driver, "?")
            assert "12 loaded" not in driver.status


@pytest.mark.parametrize("took_effect", [True, False])
async def test_a_time_out_is_looked_into(server: Server, took_effect: bool) -> None:
    gate = Gate()

    async def hang(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        transport._timeouts = Timeouts()  # what comes after may take its time again
        await (gate.after if took_effect else gate.before)(app, scope, receive, send)

    server.on("POST", "/device", hang)
    async with on_devices(server) as driver:
        assert driver.main.workspace is not None
        await driver.main.workspace.client.learn_revision(APP)
        transport = driver.main.workspace.client._transport
        transport._timeouts = Timeouts(total=0.3)
        await write(driver)
        line = await wait_for_outcome(driver, "✓" if took_effect else "?")
        assert ("read back from" in line) is took_effect
        assert ("override is none so far" in line) is not took_effect
        assert server.overrides() == ({FIRST: "beta"} if took_effect else {})
        assert server.count("POST", "/device") == 1


async def test_quitting_however_often_waits_for_the_write_under_way_and_says_so(
    server: Server,
) -> None:
    gate = Gate()
    server.on("POST", "/device", gate.before)
    async with on_devices(server) as driver:
        await write(driver)
        await driver.until(gate.arrival.is_set)
        await driver.type("q")
        await driver.until("Waiting for the write under way, then quitting…")
        await driver.type("q", "ctrl+q")
        await driver.settle()
        assert driver.app.is_running
        assert server.overrides() == {}
        gate.open.set()
        await driver.wait_until_closed()
    assert server.overrides() == {FIRST: "beta"}
    assert [one.method for one in server.requests[-2:]] == ["POST", "GET"], (
        "it was read back as well"
    )
    assert driver.app.return_code == 0


@pytest.mark.parametrize("keys", [["q"], ["ctrl+q"], ["ctrl+c", "ctrl+c"]])
async def test_without_a_write_quitting_is_at_once(server: Server, keys: list[str]) -> None:
    async with on_devices(server) as driver:
        await driver.type("escape", "escape", keys[0])
        if len(keys) == 2:
            await driver.until("ctrl+c again quits.")
            assert driver.app.is_running
            await driver.type(*keys[1:])
        await driver.wait_until_closed()
    assert driver.app.return_code == 0
    assert server.writes == 0
