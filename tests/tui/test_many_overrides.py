"""Overrides of many devices: marked records, or a list of ids."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from capgo_tui.short_ids import shorten_id
from capgo_tui.tui.overlays.ids_form import IdsText
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.server import Gate, Server, answering
from tests.support.world import CHANNELS, device, device_id, state, store_of
from tests.tui.driving import on_devices, post_paste

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from capgo_tui.workspace.journal_entry import Entry
    from tests.support.server import App, Message, Receive, Scope, Send
    from tests.tui.driving import Driver

UNSEEN = "ABCDEF00-0000-4000-8000-00000000000F"


async def confirm(driver: Driver, question: str) -> None:
    """Wait for the dialog that lists the changes and answer yes."""
    await driver.until(question)
    await driver.wait_for_dialog()
    await driver.type("y")


async def wait_for_summary(driver: Driver, summary: str) -> None:
    """Wait for the end of the batch and check its summary."""
    await driver.until("esc close")
    assert summary in driver.text


def entries(driver: Driver) -> Sequence[Entry]:
    """Return the journal, newest first."""
    assert driver.main.workspace is not None
    return driver.main.workspace.journal.list_entries()


async def test_marked_devices_are_overridden_and_cleared_together(server: Server) -> None:
    server.override(device_id(3), "beta")
    async with on_devices(server) as driver:
        await driver.type("space", "space", "space", "o")
        await driver.until("Override 3 devices")
        await driver.type(*"beta", "enter")
        await driver.until("1 left alone: already on beta")
        assert "Override 2 devices → beta" in driver.text
        assert "tester-01 · 00000001…00000001  none → beta" in driver.text
        await confirm(driver, "Override 2 devices → beta")
        await wait_for_summary(driver, "3 of 3 · ✓ 2 · 1 left alone")
        assert "tester-03 · 00000003…00000003  – left alone: already on beta" in driver.text
        assert server.overrides() == {device_id(n): "beta" for n in (1, 2, 3)}
        assert server.count("POST", "/device") == 2
        await driver.type("enter")
        await driver.until("Override 2 devices → beta · 3 of 3")
        run = {entry.batch for entry in entries(driver)}
        assert len(run) == 1
        assert run != {None}
        assert [entry.state for entry in entries(driver)] == [OutcomeState.VERIFIED] * 2
        await driver.type("escape", "asterisk", "x")
        await confirm(driver, "Clear the override of 3 devices")
        await wait_for_summary(driver, "12 of 12 · ✓ 3 · 9 left alone")
        assert server.overrides() == {}
        assert server.count("DELETE", "/device") == 3


async def test_one_marked_device_is_asked_about_in_one_line(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("j", "space", "g", "o", *"beta", "enter")
        await driver.wait_for_question("Override tester-02: none → beta?")
        await driver.type("n")


async def test_nothing_is_asked_when_all_of_them_are_there_already(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("space", "space", "x")
        await driver.until("Nothing to do: 2 left alone: has no override.")
        assert server.writes == 0


async def test_a_failure_stops_nothing_and_what_failed_stays_marked(server: Server) -> None:
    refused_ids = {device_id(2), device_id(4)}

    async def refuse_some(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        read = iter([message])

        async def receive_again() -> Message:
            return next(read, None) or await receive()

        no = answering(400, b'{"error":"channel_device_error","message":"No"}')
        requested_id = json.loads(message["body"])["device_id"]
        await (
            no(app, scope, receive_again, send)
            if requested_id in refused_ids
            else app(scope, receive_again, send)
        )

    server.on("POST", "/device", refuse_some)
    async with on_devices(server) as driver:
        await driver.type(*["space"] * 5, "o", *"beta", "enter")
        await confirm(driver, "Override 5 devices → beta")
        await wait_for_summary(driver, "5 of 5 · ✓ 3 · ✗ 2")
        rows = [line.split()[0] for line in driver.text.split("\n") if "tester-0" in line][-5:]
        assert rows[:2] == ["tester-02", "tester-04"], "the worst first"
        await driver.type("escape")
        await driver.until("✗ 2")
        await driver.type("escape")
        await driver.until("2 marked")
        assert set(server.overrides()) == {device_id(n) for n in (1, 3, 5)}


async def test_a_run_is_stopped_after_the_change_under_way(server: Server) -> None:
    gate = Gate()
    server.on("POST", "/device", gate.before)
    async with on_devices(server) as driver:
        await driver.type(*["space"] * 4, "o", *"beta", "enter")
        await confirm(driver, "Override 4 devices → beta")
        await driver.until(gate.arrival.is_set)
        await driver.until("esc stops")
        await driver.type("escape")
        await driver.until("stopping after the change under way…")
        gate.open.set()
        await wait_for_summary(driver, "1 of 4 · ✓ 1 · 3 not tried")
        assert "tester-04 · 00000004…00000004  – not tried" in driver.text
        assert server.overrides() == {device_id(1): "beta"}


async def test_a_refused_key_ends_the_run(server: Server) -> None:
    refusal = b'{"error":"invalid_apikey","message":"Invalid apikey","moreInfo":{}}'
    server.on("POST", "/device", answering(401, refusal))
    async with on_devices(server) as driver:
        await driver.type(*["space"] * 4, "o", *"beta", "enter")
        await confirm(driver, "Override 4 devices → beta")
        await wait_for_summary(driver, "1 of 4 · ✓ 0 · ✗ 1 · 3 not tried")
        assert server.count("POST", "/device") == 1


async def test_what_must_wait_is_done_last_and_counted_down(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01")
        server.change("DELETE FROM overrides")
        await driver.type("escape", "r")
        await driver.until(lambda: "▲" not in driver.text)
        server.pass_time(20)
        await driver.type("g", "space", "space", "o", *"beta", "enter")
        await confirm(driver, "Override 2 devices → beta")
        await driver.until("one waits for the server: on in 40 s")
        assert "tester-02 · 00000002…00000002  ✓ override is beta" in driver.text
        assert "tester-01 · 00000001…00000001  … in 40 s" in driver.text
        server.pass_time(15)
        await driver.until("on in 25 s")
        assert server.count("POST", "/device") == 2
        server.pass_time(25)
        await wait_for_summary(driver, "2 of 2 · ✓ 2")
        assert server.count("POST", "/device") == 3, "the rule was not run into"
        assert server.overrides() == {device_id(1): "beta", device_id(2): "beta"}


async def test_a_wait_can_be_stopped(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01")
        server.change("DELETE FROM overrides")
        await driver.type("escape", "r")
        await driver.until(lambda: "▲" not in driver.text)
        await driver.type("g", "space", "space", "o", *"beta", "enter")
        await confirm(driver, "Override 2 devices → beta")
        await driver.until("one waits for the server: on in 60 s")
        await driver.type("escape")
        await wait_for_summary(driver, "1 of 2 · ✓ 1 · 1 not tried")
        assert server.count("POST", "/device") == 2


async def test_after_too_many_requests_the_next_one_waits(server: Server) -> None:
    busy = (
        b'{"error":"too_many_requests","message":"Too many requests","moreInfo":'
        b'{"reason":"ip_rate_limit_exceeded","retryAfterSeconds":30}}'
    )
    server.on("POST", "/device", answering(429, busy))
    async with on_devices(server) as driver:
        await driver.type("space", "space", "o", *"beta", "enter")
        await confirm(driver, "Override 2 devices → beta")
        await driver.until("one waits for the server: on in 30 s")
        assert server.count("POST", "/device") == 1, "the other one was not tried in vain"
        server.off("POST", "/device")
        server.pass_time(30)
        await wait_for_summary(driver, "2 of 2 · ✓ 1 · ✗ 1")
        assert server.count("POST", "/device") == 2, "what was refused is not sent again by itself"
        fates = [entry.state for entry in entries(driver)]
        assert fates == [OutcomeState.VERIFIED, OutcomeState.FAILED]


async def test_pasted_ids_are_counted_looked_up_and_overridden(server: Server) -> None:
    text = f'device_id,name\n"{device_id(1).upper()}",x\n\n{device_id(2)},y\n{UNSEEN},z\n'
    async with on_devices(server) as driver:
        post_paste(driver.app, text)
        await driver.until("3 devices · 2 loaded · 1 not loaded: the server will be asked")
        await driver.type("o")
        await driver.until("1 unknown to the server, left out: abcdef00…0000000f")
        await driver.type("k")
        await driver.until("1 unknown to the server, kept: abcdef00…0000000f")
        await driver.type("o")
        await driver.until("Override 3 devices")
        assert server.requests[-1].query["device_id"] == UNSEEN.lower()
        await driver.type(*"qa", "enter")
        await driver.until("1 the server has not seen: it takes them, but cannot be read back")
        await confirm(driver, "Override 3 devices → qa")
        await wait_for_summary(driver, "3 of 3 · ✓ 2 · ? 1")
        assert server.overrides() == {
            device_id(1): "qa",
            device_id(2): "qa",
            UNSEEN.lower(): "qa",
        }
        await driver.type("escape", "escape")
        # An override of an unknown id can be cleared by the same id.
        await driver.type("O")
        await driver.until("0 devices")
        post_paste(driver.app, UNSEEN)
        await driver.until("1 device · 0 loaded")
        await driver.type("tab", "x")
        await driver.until("1 unknown to the server, left out")
        await driver.type("x")
        await driver.until("none is left: 1 unknown to the server, left out")
        await driver.type("k", "x")
        await confirm(driver, "Clear the override of abcdef00")
        await wait_for_summary(driver, "1 of 1 · ✓ 0 · ? 1")
        assert UNSEEN.lower() not in server.overrides()


async def test_a_device_that_is_not_loaded_is_found_by_the_server(server: Server) -> None:
    async with on_devices(server) as driver:
        late = "feedface-0000-4000-8000-00000000000f"
        server.change("UPDATE devices SET device_id = ? WHERE device_id = ?", late, device_id(12))
        post_paste(driver.app, late)
        await driver.until("1 device · 0 loaded")
        await driver.type("o")
        await driver.until("Override tester-12 · now none")
        await driver.type(*"beta", "enter")
        await driver.wait_for_question("Override tester-12: none → beta?")
        await driver.type("y")
        await driver.until("✓ tester-12: override is beta, read back")


async def test_the_cursor_goes_to_the_one_device_of_a_pasted_id(server: Server) -> None:
    late = "feedface-0000-4000-8000-00000000000f"
    async with on_devices(server) as driver:
        await driver.type("/", *"tester-01", "enter")
        await driver.until("1 of 12 loaded")
        server.change("UPDATE devices SET device_id = ? WHERE device_id = ?", late, device_id(12))
        before = len(server.requests)
        post_paste(driver.app, late)
        await driver.until("1 device · 0 loaded")
        assert driver.cursor == device_id(1)
        await driver.type("o")
        await driver.until("Override tester-12 · now none")
        assert driver.cursor == late, "in view, although the filter hid it"
        await driver.type(*"beta", "enter")
        await driver.wait_for_question("Override tester-12: none → beta?")
        assert driver.cursor == late
        await driver.type("y")
        await driver.until("✓ tester-12: override is beta, read back")
        assert driver.cursor == late
        assert [each.method for each in server.requests[before:]] == ["GET", "GET", "POST", "GET"]


async def test_the_cursor_stays_when_nothing_or_more_than_one_device_is_meant(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("j")
        post_paste(driver.app, f"{device_id(7)} {device_id(8)}")
        await driver.until("2 devices · 2 loaded")
        await driver.type("x")
        await driver.until("has no override")
        assert driver.cursor == device_id(2)
        post_paste(driver.app, device_id(9))
        await driver.until("1 device · 1 loaded")
        await driver.type("x")
        await driver.until("tester-09 has no override to clear")
        assert driver.cursor == device_id(9), "the one that the message is about"


async def test_a_custom_id_means_its_device_and_an_unclear_one_none(server: Server) -> None:
    server.change("UPDATE devices SET custom_id = 'lab' WHERE device_id > ?", device_id(10))
    async with on_devices(server) as driver:
        post_paste(driver.app, "tester-03 lab")
        await driver.until("2 devices · 1 loaded · 1 unclear")
        await driver.type("o")
        await driver.until("lab: the custom id of 2 devices")
        await driver.type("shift+tab", *["backspace"] * 4, "tab", "o")
        await driver.until("Override tester-03 · now none")
        assert server.writes == 0


async def test_typed_ids_are_not_dropped_without_a_word(server: Server) -> None:
    async with on_devices(server) as driver:
        post_paste(driver.app, f"lab-1 lab-2 {UNSEEN}")
        await driver.until("1 device · not read as ids: lab-1 lab-2 · 0 loaded")
        await driver.type("escape", "O", *"some-id", "enter", *"oxy")
        await driver.until("2 devices · 0 loaded")
        await driver.type("escape")
        await driver.until("esc again drops this list")
        await driver.type("escape")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        assert server.writes == 0


async def test_a_look_up_can_be_stopped_and_fails_in_place(server: Server) -> None:
    gate = Gate()
    async with on_devices(server) as driver:
        server.on("GET", "/device", gate.before)
        post_paste(driver.app, "\n".join(device_id(n) for n in range(50, 60)))
        await driver.until("10 devices · 0 loaded")
        await driver.type("o")
        await driver.until("asking the server: 0 of 10 · esc stops")
        await driver.type("escape")
        await driver.until("stopped; nothing was changed")
        server.on("GET", "/device", answering(400, b'{"error":"x_y","message":"Out of order"}'))
        await driver.type("x")
        await driver.until("Out of order")
        gate.open.set()
        assert server.writes == 0


async def test_leaving_ends_a_look_up_and_leaves_no_task_behind(server: Server) -> None:
    before = asyncio.all_tasks()
    gate = Gate()
    async with on_devices(server) as driver:
        server.on("GET", "/device", gate.before)
        post_paste(driver.app, device_id(50))
        await driver.until("1 device · 0 loaded")
        await driver.type("o")
        await driver.until("asking the server: 0 of 1")
        await driver.type("ctrl+q")
        await driver.wait_until_closed()
    assert asyncio.all_tasks() <= before


async def test_a_paste_means_nothing_to_a_question_and_leads_to_the_devices_elsewhere(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        post_paste(driver.app, f"y\n{device_id(3)}")
        await driver.settle()
        assert "y yes" in driver.line(-1)
        await driver.type("n", "1")
        post_paste(driver.app, device_id(3))
        await driver.until(lambda: driver.main.tab == "devices", "the devices")
        assert server.writes == 0


async def test_ids_that_mean_no_device_are_left_out_and_named_in_the_plan(server: Server) -> None:
    server.change("UPDATE devices SET custom_id = 'lab' WHERE device_id > ?", device_id(10))
    async with on_devices(server) as driver:
        post_paste(driver.app, f"{device_id(1)}\n{device_id(2)}\n{UNSEEN}\nlab\nnonsense")
        await driver.until("5 devices · 2 loaded")
        await driver.type("o")
        await driver.until("2 unknown to the server, left out: abcdef00…0000000f nonsense")
        assert "k keep 2 unknown  d drop 3" in driver.line(-1)
        assert "lab: the custom id of 2 devices" in " ".join(driver.text.split()), "nothing is cut"
        await driver.type("o")
        await driver.until("Override 2 devices")
        await driver.type(*"beta", "enter")
        await driver.until("2 left out: the server has not seen them (abcdef00…0000000f, nonsense)")
        assert "1 left out: lab: the custom id of 2 devices" in driver.text
        await confirm(driver, "Override 2 devices → beta")
        await wait_for_summary(driver, "2 of 2 · ✓ 2")
        assert set(server.overrides()) == {device_id(1), device_id(2)}


@pytest.mark.parametrize(
    ("width", "row", "waits"),
    [
        (
            *(140, "k keep 2 unknown  d drop 2  shift+tab back to the list  esc leave"),
            " ⏎ new line  tab on, then o override or x clear  esc leave",
        ),
        (
            *(80, "o override  x clear  k keep 2 unknown  d drop 2  shift+tab list  esc"),
            " ⏎ new line  tab on, then o override or x clear  esc leave",
        ),
        (
            *(60, "o override  x clear  k keep 2 unknown  d drop 2  esc"),
            " ⏎ new line  tab on, then o override or x clear  esc leave",
        ),
        (40, "k keep 2 unknown  d drop 2", " tab on, then o or x  esc leave"),
    ],
)
async def test_the_keys_of_the_list_of_ids_are_never_cut(
    server: Server, width: int, row: str, waits: str
) -> None:
    async with on_devices(server, size=(width, 24)) as driver:
        await driver.type("O")
        await driver.until(lambda: driver.line(-1).rstrip() == waits)
        post_paste(driver.app, f"{device_id(1)}\n{UNSEEN}\nnonsense\n{device_id(2)}")
        await driver.settle()
        await driver.type("tab", "o")
        await driver.until(lambda: driver.line(-1).rstrip().endswith(row))
        assert server.writes == 0


async def test_one_key_drops_what_means_no_device(server: Server) -> None:
    async with on_devices(server) as driver:
        post_paste(driver.app, f"{device_id(1)} please\n{UNSEEN}\nnonsense\n{device_id(2)}")
        await driver.until("4 devices")
        await driver.type("x")
        await driver.until("2 unknown to the server, left out")
        await driver.type("d")
        await driver.until("3 dropped · 2 left")
        assert driver.app.screen.query_one(IdsText).text == f"{device_id(1)}\n{device_id(2)}"
        count = len(server.requests)
        await driver.type("o")
        await driver.until("Override 2 devices")
        assert len(server.requests) == count, "what was looked up is not asked for again"
        assert server.writes == 0


async def test_another_list_is_looked_up_again(server: Server) -> None:
    async with on_devices(server) as driver:
        post_paste(driver.app, UNSEEN)
        await driver.type("o")
        await driver.until("1 unknown to the server, left out")
        await driver.type("k", "shift+tab", "end", "enter", *"nonsense", "tab")
        await driver.until("2 devices · 0 loaded")
        assert "k keep" not in driver.line(-1)
        await driver.type("o")
        await driver.until("2 unknown to the server, left out")


# Telling devices apart


async def test_namesakes_are_told_apart_in_the_plan_and_in_the_run(server: Server) -> None:
    server.change("UPDATE devices SET custom_id = 'lab'")
    server.change("UPDATE devices SET custom_id = '' WHERE device_id = ?", device_id(3))
    async with on_devices(server) as driver:
        await driver.type("space", "space", "space", "o", *"beta", "enter")
        await driver.until("Override 3 devices → beta")
        short_ids = [shorten_id(device_id(n)) for n in (1, 2, 3)]
        names = (f"lab · {short_ids[0]}", f"lab · {short_ids[1]}", f"  {short_ids[2]}")
        await driver.until(lambda: all(name in driver.text for name in names), "the three names")
        await confirm(driver, "Override 3 devices → beta")
        await wait_for_summary(driver, "3 of 3 · ✓ 3")
        assert all(name in driver.text for name in names)


async def test_a_question_about_one_device_names_its_id_as_well(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question("Override tester-01: none → beta?")
        assert driver.line(-1).startswith(f" {shorten_id(device_id(1))}: Override")
        await driver.type("n")


async def test_an_id_has_the_same_short_form_in_the_list(server: Server) -> None:
    async with on_devices(server, size=(60, 20)) as driver:
        assert shorten_id(device_id(1)) in driver.line(2)


# More than fifty


@pytest.fixture
def large_server() -> Iterator[Server]:
    store = store_of(state(devices=[device(number) for number in range(1, 61)]))
    yield Server(store)
    store.close()


async def test_more_than_fifty_want_their_number_typed_and_say_how_long(
    large_server: Server,
) -> None:
    async with on_devices(large_server, rows=60) as driver:
        await driver.type("asterisk", "o", *"beta", "enter")
        await driver.until("type 60 ›")
        assert "120 requests, about 72 s at 100 a minute" in driver.text
        await driver.type("y", "enter")
        await driver.until("not the same")
        assert large_server.writes == 0
        await driver.type("backspace", *"60", "enter")
        await driver.wait_for_dialog()
        await driver.type("y")
        await wait_for_summary(driver, "60 of 60 · ✓ 60")
        assert len(large_server.overrides()) == 60


async def test_fifty_are_listed_and_confirmed_by_y(large_server: Server) -> None:
    async with on_devices(large_server, rows=60) as driver:
        await driver.type("asterisk", *(["space", "j"] * 10), "o", *"beta", "enter")
        await driver.until("Override 50 devices → beta")
        await driver.wait_for_dialog()
        assert "type 50" not in driver.text
        assert "a minute" not in driver.text
        await driver.type("n")


async def test_a_bar_says_how_far_a_run_is(large_server: Server) -> None:
    gate = Gate()
    async with on_devices(large_server, rows=60) as driver:
        large_server.on("POST", "/device", gate.before)
        await driver.type(*["space"] * 4, "o", *"beta", "enter")
        await confirm(driver, "Override 4 devices → beta")
        await driver.until(f"{'░' * 40} 0 of 4")
        gate.open.set()
        await driver.until(f"{'▓' * 40} 4 of 4")


# The older revisions


@pytest.fixture(params=["documented", "legacy"])
def old(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each revision whose overrides name a bundle."""
    store = store_of(state())
    yield Server(store, revision=request.param)
    store.close()


@pytest.fixture
async def old_driver(old: Server) -> AsyncIterator[Driver]:
    """Run the app on that server."""
    async with on_devices(old) as driver:
        yield driver


def sent_bundle(old: Server, number: int) -> list[str]:
    """Return the bundle of an override, from the database."""
    with old.store.open_for_reading() as db:
        rows = db.execute(
            "SELECT b.name FROM version_overrides o JOIN bundles b ON b.id = o.bundle_id"
            " WHERE o.device_id = ? UNION"
            " SELECT version_name FROM devices WHERE device_id = ? AND version_name != '1.0.1'",
            [device_id(number), device_id(number)],
        ).fetchall()
    return [row[0] for row in rows]


async def test_a_link_takes_a_bundle_too(old: Server, old_driver: Driver) -> None:
    driver = old_driver
    await driver.type("o", *"beta", "enter")
    await driver.until("→ beta, with a bundle?")
    await driver.until("no bundle")
    await driver.type(*"1.0.3", "enter")
    await driver.wait_for_question("→ beta with 1.0.3?")
    await driver.type("y")
    await driver.until("accepted, but this server does not report it")
    assert old.overrides() == {device_id(1): "beta"}
    assert sent_bundle(old, 1) == ["1.0.3"]
    assert json.loads(entries(driver)[0].change_json)["after"]["bundle"] == "1.0.3"


async def test_without_a_bundle_it_is_one_enter_more(old: Server, old_driver: Driver) -> None:
    driver = old_driver
    await driver.type("o", *"beta", "enter", "enter")
    await driver.wait_for_question("→ beta?")
    await driver.type("y")
    await driver.until("accepted, but this server does not report it")
    assert old.overrides() == {device_id(1): "beta"}
    assert sent_bundle(old, 1) == []


async def test_leaving_the_bundles_leaves_it_all(old: Server, old_driver: Driver) -> None:
    await old_driver.type("o", *"beta", "enter")
    await old_driver.until("with a bundle?")
    await old_driver.type("escape")
    await old_driver.until(lambda: old_driver.main.focused is old_driver.main.table)
    assert old.writes == 0


async def test_documented_servers_take_no_bundle_of_a_default_channel() -> None:
    server = Server(store_of(state()), revision="documented")
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.until("with a bundle?")
        await driver.type(*"1.0.1", "enter")
        await driver.until("1.0.1: a default channel carries it")
        await driver.type("escape")
    server.store.close()


async def test_marked_devices_take_a_bundle_together(old: Server, old_driver: Driver) -> None:
    driver = old_driver
    await driver.type("space", "space", "o", *"qa", "enter")
    await driver.until("with a bundle?")
    await driver.type(*"1.0.4", "enter")
    await confirm(driver, "Override 2 devices → qa")
    await wait_for_summary(driver, "2 of 2 · ✓ 0 · ? 2")
    assert old.overrides() == {device_id(1): "qa", device_id(2): "qa"}
    assert sent_bundle(old, 2) == ["1.0.4"]


async def test_legacy_takes_no_override_for_an_id_it_has_not_seen() -> None:
    server = Server(store_of(state()), revision="legacy")
    async with on_devices(server) as driver:
        post_paste(driver.app, f"{UNSEEN} {device_id(1)} {device_id(2).upper()}")
        await driver.until("3 devices · 2 loaded")
        await driver.type("o")
        await driver.until("Override 2 devices")
        assert server.requests[-1].query["device_id"] == UNSEEN, "spelt as it was given"
        await driver.type(*"qa", "enter", "enter")
        await driver.until("1 left out: the server has not seen them")
        await confirm(driver, "Override 2 devices → qa")
        await wait_for_summary(driver, "2 of 2")
        assert set(server.overrides()) == {device_id(1), device_id(2)}
    server.store.close()


def test_the_names_of_the_world() -> None:
    assert {"beta", "qa"} <= set(CHANNELS)
