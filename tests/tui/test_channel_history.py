"""``H``: the history of a channel in every revision, and going back to an earlier state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.tui.screens.channel_history import ChannelHistoryScreen
from tests.support.hostile import TEXTS, spoil
from tests.support.server import FAULT, Server, rewriting
from tests.support.world import READER, state, store_of
from tests.tui.channels import row, workspace
from tests.tui.driving import assert_sound, open_app
from tests.tui.make_writes import answer, on_tab
from tests.tui.writes import ALL as REVISIONS
from tests.tui.writes import LIVE

if TYPE_CHECKING:
    from tests.tui.driving import Driver

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=lambda size: str(size[0]))


def shop(revision: str = "live") -> Server:
    return Server(store_of(state()), revision=revision)


async def promote(driver: Driver, server: Server, bundle: str) -> None:
    """Put a bundle on beta by the keyboard."""
    server.pass_time(61)
    driver.main.table.move_to_key("3")
    await driver.type("l", *bundle, "enter")
    await answer(driver, "")


def spoil_audit(document: Any) -> Any:
    """Return a page of the audit history with a change for each hostile text."""
    kept = frozenset({"id", "record_id", "created_at", "version"})
    row = document["data"][0]
    rows = [{**spoil(row, text, kept), "id": n} for n, text in enumerate(TEXTS.values(), 1)]
    for each, text in zip(rows, TEXTS.values(), strict=True):
        each["new_record"] |= {"security": f"now {text}"}
    return {**document, "data": rows}


async def open_history(driver: Driver) -> str:
    driver.main.table.move_to_key("3")
    await driver.type("H")
    await driver.until("History of beta")
    await driver.wait_until_gone("Reading the history")
    assert isinstance(driver.app.screen, ChannelHistoryScreen)
    return driver.text


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_state_is_compared_with_now_and_brought_back(revision: str) -> None:
    server = shop(revision)
    async with on_tab(server, "1") as driver:
        await promote(driver, server, "1.0.5")
        await promote(driver, server, "1.0.2")
        text = await open_history(driver)
        assert "1.0.1 → 1.0.5" in text
        assert "1.0.5 → 1.0.2" in text
        told = "Without the audit history: this server has none." in text
        assert told is (revision not in LIVE)
        assert_sound(driver.app, (80, 24))
        await driver.type("j", "enter")
        await driver.until("Before it → now")
        assert "1.0.1 → 1.0.2" in driver.text
        server.pass_time(61)
        await driver.type("z")
        await answer(driver, "")
        assert row(server, "beta")["bundle"] == "1.0.1"
        entry, *_ = workspace(driver).journal.list_entries()
        assert entry.state == "verified"
        assert driver.app.bug is None


async def test_a_wide_screen_compares_the_change_under_the_cursor_beside_the_table() -> None:
    server = shop()
    async with on_tab(server, "1") as driver:
        await promote(driver, server, "1.0.5")
        await promote(driver, server, "1.0.2")
        assert "Before it → now" not in await open_history(driver)
        await driver.type("escape")
        await driver.pilot.resize_terminal(140, 40)
        await open_history(driver)
        await driver.until("Before it → now")
        assert "1.0.5 → 1.0.2" in driver.text
        assert "1.0.1 → 1.0.2" not in driver.text
        await driver.type("j")
        await driver.until("1.0.1 → 1.0.2", "the state before the second, and now")
        assert_sound(driver.app, (140, 40))
        await driver.pilot.resize_terminal(80, 24)
        await driver.wait_until_gone("Before it → now")
        assert "1.0.1 → 1.0.5" in driver.text
        await driver.type("escape")
        await driver.until("CHANNEL")


async def test_nothing_is_sent_for_a_state_that_is_as_now() -> None:
    server = shop()
    async with on_tab(server, "1") as driver:
        await promote(driver, server, "1.0.5")
        await promote(driver, server, "1.0.1")
        await open_history(driver)
        writes = server.writes
        await driver.type("j", "z")
        await driver.until("Nothing to bring back: all that is known of it is as it is now")
        assert server.writes == writes


async def test_a_no_changes_nothing() -> None:
    server = shop()
    async with on_tab(server, "1") as driver:
        await promote(driver, server, "1.0.5")
        await open_history(driver)
        writes = server.writes
        await driver.type("z")
        await driver.wait_for_question()
        await driver.type("n")
        await driver.until("Nothing was changed")
        assert server.writes == writes
        assert row(server, "beta")["bundle"] == "1.0.5"


async def test_a_channel_without_a_history_says_so() -> None:
    async with on_tab(shop(), "1") as driver:
        text = await open_history(driver)
        assert "No change of this channel is known." in text
        await driver.type("z", "enter", "escape")
        await driver.settle()
        assert driver.main.is_current


async def test_without_the_right_to_the_audit_the_journal_alone_is_shown() -> None:
    async with open_app(shop(), key=READER) as driver:
        text = await open_history(driver)
        assert "Without the audit history: this API key may not read it." in text


async def test_a_failure_of_the_audit_is_said_and_read_again() -> None:
    server = shop()
    server.on("GET", "/organization/audit", FAULT)
    async with on_tab(server, "1") as driver:
        text = await open_history(driver)
        assert "Without the audit history: Out to lunch." in text
        server.off("GET", "/organization/audit")
        await driver.type("r")
        await driver.wait_until_gone("Out to lunch")


async def test_read_only_shows_the_history_and_brings_nothing_back() -> None:
    server = shop()
    async with open_app(server, read_only=True) as driver:
        await open_history(driver)
        assert "(z: read-only)" in driver.text
        await driver.type("z")
        await driver.settle()
        assert server.writes == 0


@SIZES
async def test_no_text_of_the_server_steers_the_page(size: tuple[int, int]) -> None:
    server = shop()
    async with on_tab(server, "1") as driver:
        await promote(driver, server, "1.0.5")
    server.on("GET", "/organization/audit", rewriting(spoil_audit))
    async with open_app(server, size=size) as driver:
        await open_history(driver)
        for _ in range(len(TEXTS)):
            assert_sound(driver.app, size)
            await driver.type("enter")
            assert_sound(driver.app, size)
            await driver.type("escape", "j")
        assert driver.app.bug is None


ROLLOUT = (
    "INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id, old_record,"
    " new_record) SELECT '2026-11-21T23:00:00+00:00', 'channels', '3', 'UPDATE', 'org-1',"
    " json_object('id', 3, 'version', 1, 'rollout_version', 3, 'rollout_percentage_bps', 1000,"
    " 'rollout_enabled', json('true'), 'rollout_paused_at', '2026-11-20T00:00:00+00:00',"
    " 'ios', json('true')),"
    " json_object('id', 3, 'version', 1, 'rollout_version', NULL, 'rollout_percentage_bps', 0,"
    " 'rollout_enabled', json('false'), 'rollout_paused_at', NULL, 'ios', json('false'))"
)
"""Another key has ended a paused rollout, and taken the channel off iOS."""


@pytest.mark.parametrize("revision", LIVE)
async def test_what_takes_several_requests_is_asked_and_done_together(revision: str) -> None:
    server = shop(revision)
    server.change(ROLLOUT)
    async with on_tab(server, "1") as driver:
        await open_history(driver)
        await driver.type("enter")
        await driver.until("Before it → now")
        if revision == "live":
            assert "Cannot be brought back" in driver.text
            assert "iOS: this server does not report it now." in driver.text
        await driver.type("z")
        await answer(driver, "list")
        beta = row(server, "beta")
        assert (beta["bundle"], beta["rollout_version"]) == ("1.0.1", 3)
        assert (beta["rollout_enabled"], beta["rollout_percentage_bps"]) == (1, 1000)
        assert beta["rollout_paused_at"] is not None
        assert {entry.state for entry in workspace(driver).journal.list_entries()} == {"verified"}
        assert driver.app.bug is None


async def test_before_a_new_channel_there_is_nothing_to_bring_back() -> None:
    server = shop()
    async with on_tab(server, "1") as driver:
        await driver.type("n", *"pr-7", "down", "down", *"1.0.3", "up", "up", "up", "enter")
        await answer(driver, "")
        records = workspace(driver).channels.records
        key = next(key for key, each in records.items() if each.name == "pr-7")
        driver.main.table.move_to_key(key)
        await driver.type("H")
        await driver.until("created")
        await driver.type("z")
        await driver.until("Nothing to bring back: there was no channel before it")
