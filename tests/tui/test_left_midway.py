"""Leaving what waits for a reply: nothing continues unseen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.server import Gate, Server, answering
from tests.support.world import CHANNELS, bundle, channel, state, store_of
from tests.tui.bundles import confirm, form, left, on_bundles
from tests.tui.bundles import put_cursor as put_bundle_cursor
from tests.tui.channels import entry, go_to, on_channels, put_cursor, review, workspace
from tests.tui.driving import on_devices, open_app
from tests.tui.test_cleanup import LAST, make_server, plan

if TYPE_CHECKING:
    from tests.support.server import App, Receive, Scope, Send
    from tests.tui.driving import Driver

ONE_AGE = "2026-11-01T00:00:00.000000+00:00"


async def wait_until_idle(driver: Driver) -> None:
    await driver.until(lambda: all(w.is_finished for w in driver.app.workers), "the end of it all")
    await driver.settle()


async def test_a_clean_up_left_after_its_yes_deletes_nothing() -> None:
    server, gate = make_server(), Gate()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        server.pass_time(61)
        server.on("GET", "/bundle", gate.before)
        await confirm(driver, "18")
        await gate.arrival.wait()
        await driver.until("Reading bundles and channels once more… esc stops")
        await driver.type("escape")
        await driver.until(lambda: not form(driver).is_open, "the form left")
        gate.open.set()
        await wait_until_idle(driver)
        assert "Nothing was deleted." in driver.status
        assert server.writes == 0


async def test_a_reading_back_that_was_stopped_says_nothing_of_what_it_did_not_read() -> None:
    content = state(
        # Of one age: a page alone cannot tell that one of them is gone, so the list is read.
        bundles=[bundle(number, created_at=ONE_AGE) for number in range(1, 121)],
        channels=[channel(number, name, version=1) for number, name in enumerate(CHANNELS, 1)],
    )
    server, gate, reads = Server(store_of(content)), Gate(), 0

    async def hold(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal reads
        reads += server.writes > 0
        await (gate.before if reads == 3 else pass_on)(app, scope, receive, send)

    async def pass_on(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    async with open_app(server) as driver:
        bundles = workspace(driver).bundles
        await driver.until(lambda: bundles.has_answer, "bundles")
        await driver.type("3", "L")
        await driver.until(lambda: bundles.at_end and not bundles.loading_all, "all bundles")
        put_bundle_cursor(driver, "1.0.50")
        server.on("GET", "/bundle", hold)
        await driver.type("D")
        await confirm(driver, "1.0.50")
        await gate.arrival.wait()
        await driver.settle()
        await driver.type("escape")
        gate.open.set()
        await driver.until(lambda: entry(driver).state is not None, "its end")
        assert "1.0.50" not in left(server)
        assert entry(driver).state is OutcomeState.UNVERIFIED
        await driver.until("reading it back failed: stopped before the bundles")


async def test_a_refusal_is_told_in_no_other_form(server: Server) -> None:
    gate = Gate()
    refusal = answering(400, b'{"error":"x","message":"no such thing"}')

    async def refuse(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        gate.arrival.set()
        await gate.open.wait()
        await refusal(app, scope, receive, send)

    async with on_bundles(server, "1.0.5") as driver:
        server.on("POST", "/bundle/metadata", refuse)
        await driver.type("e", "end", *"!", "ctrl+s", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await gate.arrival.wait()
        await driver.type("escape")
        await driver.until(lambda: not form(driver).is_open, "the form left")
        put_bundle_cursor(driver, "1.0.4")
        await driver.type("e", *"other")
        await driver.until("Edit bundle 1.0.4")
        gate.open.set()
        await driver.until(lambda: entry(driver).state is not None, "its end")
        await driver.settle()
        assert form(driver).message == ""


async def test_another_key_is_asked_for_once_no_write_is_under_way(server: Server) -> None:
    gate = Gate()
    async with on_devices(server) as driver:
        client = workspace(driver).client
        server.on("POST", "/device", gate.after)
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await gate.arrival.wait()
        refusal = b'{"error":"invalid_apikey","message":"Invalid apikey"}'
        server.on("GET", "/device", answering(401, refusal))
        await driver.type("r")
        await driver.until(lambda: client.key_refused, "the refusal")
        await driver.settle()
        await driver.type("r")
        await driver.until("A write is under way: r asks for another key after it.")
        gate.open.set()
        await driver.until(lambda: entry(driver).state is not None, "its end")
        await driver.until(lambda: not driver.app.is_writing, "the end of the write")
        await driver.type("r")
        await driver.until("give another one")


async def test_a_repair_leaves_the_form_of_another_channel_open(server: Server) -> None:
    gate = Gate()
    async with on_channels(server) as driver:
        server.on("POST", "/channel", gate.after)
        await driver.type("e")
        await go_to(driver, "iOS")
        await driver.type("space")
        await review(driver)
        await driver.until(
            lambda: driver.overlays.prompt.asking or driver.overlays.confirmation.visible
        )
        await driver.wait_for_question()
        await driver.type("y")
        await gate.arrival.wait()
        server.change("UPDATE channels SET version = NULL WHERE name = 'beta'")
        await driver.type("escape")
        await driver.until(lambda: not driver.overlays.channel_form.is_open, "the form left")
        put_cursor(driver, "qa")
        await driver.type("e")
        await driver.until("Edit qa")
        await driver.type("backspace", "4")
        draft = driver.overlays.channel_form.draft
        gate.open.set()
        await driver.until(lambda: driver.overlays.prompt.asking, "the repair")
        assert driver.overlays.channel_form.shows(draft) if draft else False
        await driver.wait_for_question()
        await driver.type("n", "escape")
        await driver.wait_for_question("Leave and lose")
        await driver.type("y")
        await wait_until_idle(driver)


async def test_a_form_that_is_closed_keeps_nobody_waiting(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("e")
        await driver.until(lambda: form(driver).is_open, "the form")
        form(driver).close()
        await wait_until_idle(driver)
        assert driver.app.bug is None


async def test_a_program_left_with_a_dialog_open_ends_without_a_fault() -> None:
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    async with on_bundles(make_server(), LAST) as driver:
        await driver.type("1", "j", "D")
        await driver.wait_for_dialog()
    assert not faults
