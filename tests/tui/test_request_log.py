"""``@``: the request log, on the screen and on the clipboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.tui.screens.request_log import RequestLogScreen
from capgo_tui.tui.screens.unreadable import UnreadableScreen
from tests.support.server import FAULT, answering
from tests.support.world import SECRETS
from tests.tui.driving import assert_secret, assert_sound, on_devices, open_app

if TYPE_CHECKING:
    import pytest

    from tests.support.server import Server
    from tests.tui.driving import Driver


def rows(driver: Driver) -> list[str]:
    """Return the requests on the screen, newest first."""
    return [line for line in driver.text.split("\n")[2:] if line[:2].strip() in {"✓", "✗", "!"}]


async def test_the_log_shows_the_latest_first_and_tells_one_in_full(server: Server) -> None:
    async with on_devices(server) as driver:
        server.on("GET", "/device", FAULT)
        await driver.type("r")
        await driver.until("STALE")
        await driver.type("at")
        await driver.until("Requests · 4 requests")
        assert isinstance(driver.app.screen, RequestLogScreen)
        assert_sound(driver.app, (80, 24))
        assert_secret(driver, SECRETS)
        for title in ("TIME", "METHOD", "PATH", "ANSWER", "TRY", "MS"):
            assert title in driver.line(1)
        latest, *others = rows(driver)
        assert latest.split()[:3] == ["✗", "14:02:11", "GET"]
        assert " 503 " in latest
        assert [row.split()[0] for row in others] == ["✓"] * 3
        assert "server_fault: Out to lunch" in driver.text
        await driver.type("j")
        await driver.until(lambda: "outcome  ok" in driver.text, "the next one in full")
        await driver.type("escape")
        await driver.until("STALE")
        assert driver.main.focused is driver.main.table
        assert driver.app.bug is None


async def test_what_is_asked_meanwhile_comes_in_on_top_and_the_cursor_stays(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        main = driver.main
        await driver.type("at")
        await driver.until("Requests · 3 requests")
        assert main.workspace is not None
        await main.workspace.channels.refresh()
        await driver.until("Requests · 4 requests")
        await driver.type("y")
        await driver.until("to the terminal, if it")
        # The third request was the latest when the log was opened.
        third = main.workspace.requests.get_newest(1)
        assert third.number == 3
        assert driver.app.clipboard == main.workspace.requests.format_curl(third)


async def test_a_write_is_copied_as_curl_without_the_key(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta-two", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓")
        await driver.type("at")
        await driver.until("Requests ·")
        for _ in range(3):
            if "POST     /device" not in driver.text:
                await driver.type("j")
        await driver.type("y")
        await driver.until("The curl command (key: $CAPGO_TOKEN)")
        await driver.until("to the terminal, if it")
        command = driver.app.clipboard
        assert command.startswith('curl -sS -X POST -H "authorization: $CAPGO_TOKEN"')
        assert '"channel": "beta-two"' in command
        assert not any(secret in command for secret in SECRETS)
        assert_secret(driver, SECRETS)
        assert_sound(driver.app, (80, 24))


async def test_unreadable_rows_are_shown_with_their_json_and_the_reason(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capgo_tui.workspace.unreadable_rows.MOST", 3)
    page = [{"id": 7, "name": "fine"}, *({"id": None, "n": n} for n in range(4)), "\x1b[31mred"]
    server.on("GET", "/channel", answering(200, json.dumps(page).encode()))
    async with open_app(server, wait_for="1 loaded · 5 unreadable (!)") as driver:
        await driver.type("exclamation_mark")
        await driver.until("5 of the channels cannot be read · the first 3")
        assert isinstance(driver.app.screen, UnreadableScreen)
        assert "1. id: no id" in driver.text
        assert '"n": 2' in driver.text
        assert_sound(driver.app, (80, 24))
        await driver.type("escape", "at", "G")
        await driver.until("5 rows unreadable: id: no id")
        assert rows(driver)[-1].split()[0] == "!"
        await driver.type("escape")
        server.off("GET", "/channel")
        await driver.type("r")
        await driver.until("6 loaded")
        await driver.type("exclamation_mark")
        await driver.until("Every row of the channels could be read.")


async def test_on_a_narrow_screen_the_request_itself_stays(server: Server) -> None:
    async with on_devices(server, size=(60, 20)) as driver:
        await driver.type("at")
        await driver.until("Requests · 3 requests")
        assert_sound(driver.app, (60, 20))
        assert all("/" in row and " 200" in row for row in rows(driver))
        assert len(rows(driver)) == 3
