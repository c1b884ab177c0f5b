"""Every state of a list has a text, and no failure empties the screen or ends the app."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.screens.setup import SetupScreen
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.changes.overrides import OverrideChange
from tests.support.server import FAULT, HTML, Gate, Server, answering
from tests.support.world import ALL, APP, NOW, OTHER_APP, OUTSIDER, READER, SECRETS, WRONG
from tests.tui.driving import assert_secret, on_devices, open_app

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace
    from tests.support.server import Behaviour


async def test_loading_empty_and_filtered_empty_are_three_states(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await driver.until("loading…")
        assert "Channels …" in driver.line(0)
        await driver.type("o", "enter", "J", "r", "G")
        await driver.settle()
        gate.open.set()
        await driver.until("6 loaded · end of list")
        await driver.type("slash", *"nothing")
        await driver.until("0 of 6 loaded channels match «nothing».")
        assert "Esc clears the filter." in driver.text
        await driver.type("escape")
        await driver.until("6 loaded · end of list")
    async with open_app(
        server, app_id=OTHER_APP, wait_for="com.acme.till has no channels."
    ) as driver:
        assert "can create one" in driver.text
        assert "Channels 0" in driver.line(0)
        await driver.type("2")
        await driver.until("com.acme.till has no devices.")
        await driver.type("3")
        await driver.until("com.acme.till has no bundles.")
        assert "end of list" in driver.status


async def test_a_key_without_the_right_is_told_apart_from_a_refused_one(server: Server) -> None:
    async with open_app(server, key=OUTSIDER, wait_for="may not read the channels") as driver:
        assert f"This key may not read the channels of {APP}." in driver.text
        assert "no such app" in driver.text
        assert "Channels !" in driver.line(0)
        await driver.type("r")
        await driver.settle()
        assert not isinstance(driver.app.screen, SetupScreen)


async def test_a_refused_key_is_asked_for_anew_and_then_it_works(server: Server) -> None:
    async with open_app(server, key=WRONG, wait_for="The key was refused") as driver:
        assert "r asks for another key." in " ".join(driver.text.split())
        await driver.settle()
        before = len(server.requests)
        assert before <= 3
        await driver.type("2", "3", "1")
        await driver.settle()
        assert len(server.requests) == before, "twenty failures would lock the address"
        await driver.type("r")
        await driver.until("The key was refused; give another one.")
        await driver.type(*ALL, "enter")
        await driver.until("6 loaded · end of list")
        assert APP in driver.line(0)
        await driver.type("2", "o", *"beta", "enter")
        await driver.wait_for_question("none → beta?")
        await driver.type("n")
        assert_secret(driver, SECRETS)


async def test_nobody_there_says_so_and_r_tries_again(server: Server) -> None:
    launch = Launch(ApiKey(ALL), APP, server="http://127.0.0.1:9")
    async with open_app(server, launch=launch, wait_for="r tries again") as driver:
        assert "Check the network and the address" in driver.text
        assert "127.0.0.1:9" in driver.line(0)
        await driver.type("r", "o", "enter", "G", "2", "r")
        await driver.until("r tries again")
        assert driver.app.is_running
        assert driver.app.bug is None


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (FAULT, "Out to lunch"),
        (HTML, "The server failed"),
        (answering(200, b'{"data": [{"device'), "The server failed"),
        (answering(429, b"{}"), "slow down"),
        (answering(404, b"<html>nginx</html>", media="text/html"), "Not found"),
    ],
    ids=["fault", "web page", "cut off", "limited", "not found"],
)
async def test_a_first_page_that_fails_says_why_and_r_reads_it(
    server: Server, behaviour: Behaviour, words: str
) -> None:
    for path in ("/channel", "/channel/"):  # some servers are only found with a slash
        server.on("GET", path, behaviour)
    async with open_app(server, wait_for=words) as driver:
        assert "Channels !" in driver.line(0)
        for path in ("/channel", "/channel/"):
            server.off("GET", path)
        await driver.type("r")
        await driver.until("6 loaded · end of list")


async def test_a_failed_refresh_keeps_the_old_rows_and_says_they_are_old(server: Server) -> None:
    async with on_devices(server) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("j", "r")
        await driver.until("STALE")
        assert "12 loaded" in driver.status
        assert "tester-01" in driver.text
        assert "Devices 12!" in driver.line(0)
        await driver.type("j", "enter")
        await driver.until("custom id    tester")
        await driver.type("escape", "slash", *"ios", "enter")
        await driver.until("6 of 12 loaded · the server failed (503) · read again in 10 s · STALE")
        server.off("GET", "/device")
        await driver.type("r")
        await driver.until("6 of 12 loaded · end of list · as of")
        assert "STALE" not in driver.text


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (FAULT, "the server failed (503)"),
        (answering(429, b"{}"), "the server asks to slow down"),
        (answering(401, b'{"error":"invalid_apikey","message":"Invalid apikey"}'), "key refused"),
    ],
    ids=["fault", "limited", "key refused"],
)
async def test_a_failed_refresh_says_why(server: Server, behaviour: Behaviour, words: str) -> None:
    async with on_devices(server) as driver:
        server.on("GET", "/device", behaviour)
        await driver.type("r")
        await driver.until("STALE")
        assert words in driver.status


async def test_a_bug_beside_the_handlers_is_told_and_ends_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None

        async def fail(*_: object) -> None:
            raise LookupError(f"with the key {ALL} in it")

        monkeypatch.setattr(workspace.devices, "refresh", fail)
        await driver.type("r")
        await driver.until("✗ Failed to refresh the devices: LookupError, a bug in capgo-tui.")
        monkeypatch.undo()
        await driver.type("j", "r")
        await driver.until("12 loaded · end of list")
        assert driver.app.bug is not None
        assert "LookupError" in driver.app.bug
        assert_secret(driver, SECRETS)
        assert driver.app.is_running


async def test_a_bug_in_an_action_is_told_and_ends_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_devices(server) as driver:

        def fail(rows: int) -> None:
            raise LookupError(f"with the key {ALL} in it")

        monkeypatch.setattr(driver.main.table, "action_move", fail)
        await driver.type("j")
        await driver.until("A bug in capgo-tui (LookupError)")
        monkeypatch.undo()
        await driver.type("j", "3")
        await driver.until("5 loaded")
        assert_secret(driver, SECRETS)


async def test_a_bug_in_a_message_handler_ends_the_app_without_a_traceback_or_the_key(
    server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    app = CapgoApp(Launch(ApiKey(ALL), APP, asgi_app=lambda: server))

    def fail(table: RecordTable, event: object) -> None:
        secret = ALL
        raise LookupError(f"with the key {secret} in it")

    monkeypatch.setattr(RecordTable, "on_resize", fail)
    with pytest.raises(LookupError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
    out, err = capfd.readouterr()
    assert ALL not in out + err
    assert "Traceback" not in out + err
    assert app.return_code == 1
    assert app.bug is not None
    assert "LookupError" in app.bug
    assert ALL not in app.bug


async def test_a_bug_after_the_write_went_out_does_not_claim_that_it_failed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = OverrideChange.read

    async def fail(change: OverrideChange, workspace: Workspace) -> State | None:
        if server.writes:
            raise LookupError
        return await read(change, workspace)

    async with on_devices(server) as driver:
        monkeypatch.setattr(OverrideChange, "read", fail)
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("? tester-01: accepted, but reading it back failed: LookupError")
        assert server.overrides() != {}
        assert "Failed" not in driver.status
        assert (driver.app.bug or "").startswith("LookupError")


async def test_a_key_refused_by_a_write_is_asked_for_anew_with_the_first_r(server: Server) -> None:
    async with on_devices(server) as driver:
        server.change("UPDATE keys SET expired = 1")
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("key refused, r asks for another")
        await driver.type("r")
        await driver.settle()
        assert isinstance(driver.app.screen, SetupScreen)


async def test_a_key_refused_by_a_refresh_is_asked_for_anew_and_the_rows_come_back(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        server.change("UPDATE keys SET expired = 1 WHERE key = ?", ALL)
        await driver.type("r")
        await driver.until("STALE")
        assert "key refused, r asks for another" in driver.status
        assert "tester-12" in driver.text
        await driver.type("r")
        await driver.until(lambda: isinstance(driver.app.screen, SetupScreen))
        await driver.settle()
        await driver.type(*READER, "enter")
        await driver.until("6 loaded · end of list")
        assert_secret(driver, SECRETS)


async def test_json_and_fields_are_two_views_of_one_record(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("enter")
        await driver.until("What it is")
        assert "none: its platform's default" in driver.text
        await driver.type("J")
        await driver.until('"device_id"')
        await driver.type("J")
        await driver.until("What it is")
        await driver.type("escape")
        await driver.until("12 loaded")


async def test_j_shows_json_each_time_it_opens_the_detail(server: Server) -> None:
    async with on_devices(server) as driver:
        for _ in range(2):
            await driver.type("J")
            await driver.settle()
            assert '"device_id"' in driver.text
            await driver.type("escape")
            await driver.settle()


LOCKED_ANSWER = answering(
    429,
    b'{"error": "too_many_requests", "message": "Too many requests",'
    b' "moreInfo": {"reason": "too_many_failed_auth_attempts"}}',
    more=[(b"retry-after", b"900")],
)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_locked_address_says_until_when_at_any_width_and_under_any_filter(
    server: Server, size: tuple[int, int]
) -> None:
    message = f"locked for 15 minutes, until {format_clock_time(NOW + timedelta(minutes=15))}"
    async with open_app(server, size=size, wait_for="") as driver:
        await driver.until("6 loaded")
        server.on("GET", "/channel", LOCKED_ANSWER)
        await driver.type("space", "space", "slash", *"a filter of many words", "enter")
        await driver.type("r")
        await driver.until(message)
        assert message in driver.status
    async with open_app(server, size=size, wait_for="") as driver:
        await driver.until(lambda: message in " ".join(driver.text.split()), message)


async def test_a_bundle_claims_no_channels_while_they_are_still_loading(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, wait_for="Loading channels…") as driver:
        await driver.type("3")
        await driver.until("1.0.5")
        rows = [line for line in driver.text.split("\n") if "1.0." in line]
        assert all("…" in line for line in rows[:5])
        gate.open.set()
        await driver.until("production, ")
        await driver.until(lambda: "…" not in driver.line(2), "all channels are known")


async def test_bundles_learn_that_their_channels_cannot_be_read(server: Server) -> None:
    server.on("GET", "/channel", FAULT)
    async with open_app(server, wait_for="The server failed") as driver:
        await driver.type("3")
        await driver.until("1.0.5")
        await driver.until(lambda: " ? " in driver.line(2), "what is not known")
