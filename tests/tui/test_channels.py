"""Channels by the keyboard: the sandbox afterwards, the journal, and the undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from capgo_tui.api.revisions import LIVE
from capgo_tui.workspace.changes.new_channels import ChannelCreation, ChannelDeletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.server import Gate, Server, answering
from tests.support.world import READER, channel, device_id, state, store_of
from tests.tui.channels import (
    entry,
    flat,
    go_to,
    on_channels,
    put_cursor,
    review,
    row,
    undo,
    wait_for_dialog,
    wait_for_outcome,
    workspace,
)
from tests.tui.driving import open_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import App, Receive, Scope, Send

REVISIONS = ["live", "documented", "legacy"]
TO_REVIEW = ("up",)
"""From the first field: beyond it is the last row."""


@pytest.fixture(params=REVISIONS)
def era(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each revision."""
    store = store_of(state())
    yield Server(store, revision=request.param)
    store.close()


# New


async def test_a_new_channel_is_made_in_one_request(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("n", *"pr-7", "down", "down", *"1.0.3", "up", "up", *TO_REVIEW, "enter")
        await driver.wait_for_question()
        assert '"channel": "pr-7"' in flat(driver)
        assert '"version": "1.0.3"' in flat(driver)
        assert server.writes == 0
        await driver.type("y")
        assert await wait_for_outcome(driver, "✓") == "✓ pr-7: created, read back from the server"
        assert row(server, "pr-7")["bundle"] == "1.0.3"
        assert server.count("POST", "/channel") == 1
        assert not driver.overlays.channel_form.is_open
        record = workspace(driver).channels.records[str(driver.cursor)]
        assert record.name == "pr-7", "the cursor is on it"
        assert (entry(driver).kind, entry(driver).state) == (
            "channel.create",
            OutcomeState.VERIFIED,
        )
        await undo(driver)
        assert row(server, "pr-7") == {}


async def test_a_new_channel_is_never_written_over_another(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("n", *"beta", *TO_REVIEW, "enter")
        await driver.until("name: there is a channel of that name: e edits it")
        await driver.type(*["backspace"] * 4, *"late", *TO_REVIEW, "enter")
        await driver.wait_for_question()
        server.change(
            "INSERT INTO channels (app_id, name, created_at, updated_at, created_by, rollout_id,"
            " allow_dev) SELECT app_id, 'late', created_at, updated_at, created_by, 'r', 0"
            " FROM channels WHERE name = 'beta'"
        )
        await driver.type("y")
        await driver.until("there is a channel late already, and this would change it")
        assert driver.overlays.channel_form.is_open, "what was typed is still there"
        assert "late" in driver.text
        assert server.writes == 0


@pytest.mark.parametrize("key", ["enter", "down"])
async def test_settings_are_copied_from_another_channel(server: Server, key: str) -> None:
    server.change("UPDATE channels SET allow_dev = 0, allow_emulator = 0 WHERE name = 'qa'")
    async with on_channels(server) as driver:
        await driver.type("n", *"pr-7", "down", *"qa", key)
        await driver.until("settings of qa copied; not its bundle")
        await driver.until('"allow_dev": false')
        await driver.type("up", "up", *TO_REVIEW, "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        record = row(server, "pr-7")
        assert (record["allow_dev"], record["allow_emulator"], record["bundle"]) == (0, 0, None)


# Edit


async def test_an_edit_sends_what_changed_and_keeps_the_bundle(era: Server) -> None:
    legacy = era.revision == "legacy"
    async with on_channels(era) as driver:
        await driver.type("e")
        await go_to(driver, "default channel" if legacy else "emulators")
        await driver.type("space")
        field = '"public": true' if legacy else '"allow_emulator": false'
        await driver.until(lambda: field in flat(driver), field)
        assert ('"version": "1.0.1"' in flat(driver)) is (era.revision == "documented")
        await review(driver)
        await (wait_for_dialog(driver) if legacy else driver.wait_for_question())
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert row(era, "beta")["bundle"] == "1.0.1"
        assert row(era, "beta")["public" if legacy else "allow_emulator"] == (1 if legacy else 0)
        assert entry(driver).state is OutcomeState.VERIFIED
        await undo(driver)
        assert row(era, "beta")["public" if legacy else "allow_emulator"] == (0 if legacy else 1)
        assert row(era, "production")["public"] == 1
        assert row(era, "beta")["bundle"] == "1.0.1"


async def test_a_default_is_asked_with_whom_it_demotes(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", "down", "space")
        await review(driver)
        await wait_for_dialog(driver)
        assert "production may stop being the default" in driver.text
        await driver.type("enter")
        await driver.until("Nothing was sent.")
        assert server.writes == 0, "Enter is no yes"
        await review(driver)
        await wait_for_dialog(driver)
        await driver.type("y")
        assert await wait_for_outcome(driver, "✓") == (
            "✓ beta: default channel is yes, demoted production, read back"
        )
        default_names = {
            each.name for each in workspace(driver).channels.records.values() if each.public
        }
        assert default_names == {"beta"}, "the whole list was read again"
        await undo(driver)
        assert (row(server, "production")["public"], row(server, "beta")["public"]) == (1, 0)


async def test_a_failed_submit_keeps_what_was_typed(server: Server) -> None:
    fault = answering(400, b'{"error":"cannot_access_app","message":"You can\'t access this app"}')
    server.on("POST", "/channel", fault)
    async with on_channels(server) as driver:
        await driver.type("e", *["backspace"] * 5, *"1.0.4", "down", "up")
        await review(driver)
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("this key may not change settings of channels")
        assert driver.overlays.channel_form.is_open
        assert "1.0.1 → 1.0.4" in driver.text
        server.off("POST", "/channel")
        await driver.type("enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(lambda: not driver.overlays.channel_form.is_open)
        await driver.until(lambda: row(server, "beta")["bundle"] == "1.0.4")


async def test_an_error_stands_beside_its_field_and_nothing_is_asked(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", *["backspace"] * 5, *"9.9.9")
        await driver.until("there is no bundle of that name")
        await review(driver)
        await driver.until("bundle: there is no bundle of that name")
        assert "› bundle" in driver.text, "the cursor is on it"
        assert driver.main.focused is driver.overlays.channel_form.query_one(Input)
        await driver.type(*["backspace"] * 5, *"1.0.", "right")
        await driver.wait_until_gone("there is no bundle")
        assert server.writes == 0


async def test_a_dirty_form_asks_before_it_is_left(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", "escape")
        await driver.until(lambda: not driver.overlays.channel_form.is_open)
        assert driver.main.focused is driver.main.table
        await driver.type("e", "down", "space", "escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("n")
        await driver.settle()
        assert driver.overlays.channel_form.is_open
        await driver.type("escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("y")
        await driver.until(lambda: not driver.overlays.channel_form.is_open)
        assert server.writes == 0


async def test_a_channel_changed_while_it_was_asked_is_looked_at_again(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", *["backspace"] * 5, *"1.0.4")
        await review(driver)
        await driver.wait_for_question()
        server.change("UPDATE channels SET version = 2 WHERE name = 'beta'")
        await driver.type("y")
        await driver.until("Changed! Change beta: 1.0.2 → 1.0.4?", "it is asked about anew")
        assert server.writes == 0


async def test_a_promotion_does_not_cover_what_somebody_else_just_promoted(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("l", *"1.0.4", "enter")
        await driver.wait_for_question()
        server.change(
            "UPDATE channels SET version = (SELECT id FROM bundles WHERE name = '1.0.3')"
            " WHERE name = 'beta'"
        )
        await driver.type("y")
        await driver.until("Changed! Promote beta: 1.0.3 (2mo) → 1.0.4 (2mo)?")
        assert row(server, "beta")["bundle"] == "1.0.3"
        assert server.writes == 0


async def test_a_dropped_bundle_is_told_and_put_back_on_yes(server: Server) -> None:
    async with on_channels(server) as driver:

        async def drop(app: App, scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)
            server.change("UPDATE channels SET version = NULL WHERE name = 'beta'")
            server.off("POST", "/channel")

        server.on("POST", "/channel", drop)
        await driver.type("e", *["down"] * 4, "space")
        await review(driver)
        await driver.wait_for_question()
        await driver.type("y")
        await driver.wait_for_question("Change beta: none → 1.0.1?")
        assert "the server dropped its bundle 1.0.1" in driver.status
        assert row(server, "beta")["bundle"] is None
        await driver.type("y")
        await driver.until(lambda: row(server, "beta")["bundle"] == "1.0.1")
        assert server.count("POST", "/channel") == 2


async def test_a_rollout_is_paused_from_the_form(server: Server) -> None:
    server.change(
        "UPDATE channels SET rollout_version = 3, rollout_enabled = 1 WHERE name = 'beta'"
    )
    async with on_channels(server) as driver:
        await driver.type("e")
        await go_to(driver, "▸ start")
        await driver.type("enter")
        await driver.until("start: it is on already")
        await driver.type("down", "enter")
        await driver.wait_for_question("Pause the rollout of 1.0.3 on beta?")
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert row(server, "beta")["rollout_paused_at"] is not None
        await undo(driver)
        assert row(server, "beta")["rollout_paused_at"] is None


async def test_leaving_while_a_write_is_under_way_loses_no_outcome(server: Server) -> None:
    gate = Gate()
    async with on_channels(server) as driver:
        server.on("POST", "/channel", gate.before)
        await driver.type("e", *["down"] * 3, "space")
        await review(driver)
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(gate.arrival.is_set)
        await driver.type("escape")
        await driver.until(lambda: not driver.overlays.channel_form.is_open)
        assert "⟳ beta" in driver.status
        gate.open.set()
        await wait_for_outcome(driver, "✓")


async def test_a_form_that_waits_for_the_lists_is_not_lost_unasked(server: Server) -> None:
    gate = Gate()
    server.on("GET", "/bundle", gate.before)
    async with open_app(server, wait_for="production") as driver:
        await driver.type("n", *"pr-7", "up", "enter")
        await driver.until("Loading the rest")
        await driver.type("escape")
        await driver.until("Leave and lose 1 change?")
        await driver.wait_for_question()
        await driver.type("n")
        await driver.until("esc leave")
        assert driver.overlays.channel_form.is_open
        gate.open.set()


async def test_a_form_left_during_its_write_does_not_take_over_the_next(server: Server) -> None:
    gate = Gate()
    async with on_channels(server) as driver:
        server.on("POST", "/channel", gate.before)
        await driver.type("e", *["down"] * 3, "space")
        await review(driver)
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(gate.arrival.is_set)
        await driver.type("escape", "n", *"pr-7")
        await driver.until("New channel")
        gate.open.set()
        await driver.until(lambda: not workspace(driver).writing, "the end of the write")
        await driver.settle()
        assert driver.overlays.channel_form.is_open, "the end of the write closed another form"


# Promote, clear, roll back


async def test_a_promotion_names_both_bundles_with_their_ages(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("l", *"1.0.1", "enter")
        await driver.until("1.0.1: what it carries now")
        await driver.type("backspace", "5", "enter")
        await driver.wait_for_question()
        assert "beta: 1.0.1 (" in driver.line(-1)
        assert "→ 1.0.5 (" in driver.line(-1), "both with their ages"
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert row(server, "beta")["bundle"] == "1.0.5"
        assert server.writes == 1
        await undo(driver)
        assert row(server, "beta")["bundle"] == "1.0.1"


async def test_the_bundle_that_is_taken_off_is_named_before_and_after(server: Server) -> None:
    async with on_channels(server, "beta") as driver:
        await driver.type("x")
        await driver.wait_for_question("Take 1.0.1 off beta?")
        await driver.type("y")
        assert (
            await wait_for_outcome(driver, "✓")
            == "✓ beta: bundle is none, 1.0.1 taken off, read back"
        )
        await driver.type("Z", "enter")
        await driver.until("Take 1.0.1 off beta")


async def test_the_oldest_revision_says_that_it_takes_no_bundle_off() -> None:
    server = Server(store_of(state()), revision="legacy")
    async with on_channels(server) as driver:
        await driver.type("x")
        await driver.until("no way to take the bundle off")
        assert server.writes == 0
    server.store.close()


async def test_rolling_back_takes_two_keys_and_names_the_bundle(server: Server) -> None:
    server.change("UPDATE channels SET version = 4 WHERE name = 'beta'")
    async with on_channels(server) as driver:
        await driver.type("b")
        await driver.wait_for_question("1.0.4 → 1.0.3 (next older)?")
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert row(server, "beta")["bundle"] == "1.0.3"
        await driver.type("b")
        await driver.wait_for_question("1.0.3 → 1.0.2 (next older)?")
        await driver.type("n")
        await driver.settle()
        put_cursor(driver, "qa")
        await driver.type("b")
        await driver.until("There is no bundle older than the one qa carries.")
        await undo(driver)
        assert row(server, "beta")["bundle"] == "1.0.4"


# Delete


async def test_a_deletion_says_what_goes_along_and_comes_back(era: Server) -> None:
    live = era.revision == "live"
    for number in (1, 2):
        era.override(device_id(number), "beta")
    async with on_channels(era) as driver:
        await driver.type("D")
        await driver.until("type beta ›")
        if live:
            assert "2 of 12 devices, as of " in driver.text
            assert "lose their override: tester-01 …00000001, tester-02 …00000002" in flat(driver)
        else:
            assert "this server does not report which" in driver.text
        assert "its bundle 1.0.1 stays" in driver.text
        assert "! its bundle" not in driver.text, "nothing to be warned of"
        assert "y yes" not in driver.text, "here y is a letter"
        await driver.type(*"bet", "enter")
        await driver.until("not the same")
        await driver.type("a", "enter")
        await wait_for_dialog(driver)
        assert "not the same" not in driver.text
        await driver.type("y")
        assert await wait_for_outcome(driver, "✓") == "✓ beta: gone, read back from the server"
        assert row(era, "beta") == {}
        assert era.overrides() == {}
        if live:
            devices = workspace(driver).devices.records
            await driver.until(lambda: devices[device_id(2)].channel is None, "read again")
        await undo(driver)
        assert row(era, "beta")["bundle"] == "1.0.1"


async def test_what_does_not_come_back_is_in_sight_when_a_deletion_is_undone(
    server: Server,
) -> None:
    """The warnings are above the fields of the channel, which fill the dialog."""
    async with on_channels(server, "beta", size=(80, 16)) as driver:
        await driver.type("D")
        await driver.type(*"beta", "enter")
        await wait_for_dialog(driver)
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        driver.main.status.dismiss()
        await driver.type("z")
        await driver.until("Undo: Delete channel beta")
        await driver.wait_for_dialog()
        assert "overrides to the old one do not come back" in driver.text
        assert "↓" in driver.text, "all fields and the warning would not fit"
        await driver.type("n")


async def test_a_default_is_deleted_only_knowingly(server: Server) -> None:
    async with on_channels(server, "production") as driver:
        await driver.type("D")
        await driver.until("it is a default channel; no default channel remains")
        await driver.type("escape")
        await driver.until("Nothing was changed.")
        assert server.writes == 0


async def test_a_key_that_may_not_is_told_so(server: Server) -> None:
    async with on_channels(server, key=READER) as driver:
        await driver.type("l", *"1.0.5", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        assert "may not promote bundles" in await wait_for_outcome(driver, "✗")


async def test_other_tabs_say_where_it_is_done(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("2", "e")
        await driver.until("1 shows the channels")
        await driver.type("n")
        await driver.until("1 shows them")
        assert server.writes == 0


async def test_hostile_names_are_drawn_as_they_are(server: Server) -> None:
    store = store_of(state(channels=[channel(1, "[red]be\x1b]0;x\x07ta")]))
    hostile = Server(store)
    async with open_app(hostile, size=(60, 20)) as driver:
        await driver.type("e")
        await driver.until("Edit [red]be")
        assert "\x1b" not in driver.text
        await driver.type("escape", "D")
        await driver.until("Delete channel [red]be")
        await driver.type("escape")
    store.close()


async def test_the_bundle_is_deleted_with_its_channel_only_where_that_is_ticked(
    server: Server,
) -> None:
    """Only preview keys may delete it; a refused deletion changes nothing."""
    async with on_channels(server, "qa") as driver:
        await driver.type("D")
        await driver.until("[ ] also delete bundle 1.0.1 (preview keys) · tab, space")
        await driver.type(*"qa", "tab", "space")
        await driver.until("[x] also delete bundle")
        await driver.type("tab", "enter")
        await wait_for_dialog(driver)
        await driver.type("y")
        message = await wait_for_outcome(driver, "✗")
        assert "Not changed" in message
        assert row(server, "qa"), "neither is gone"
        driver.main.status.dismiss()
        await driver.type("D")
        await driver.until("[ ] also delete bundle")
        await driver.type(*"qa", "enter")
        await wait_for_dialog(driver)
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert not row(server, "qa")
        with server.store.open_for_reading() as db:
            bundle = db.execute("SELECT deleted FROM bundles WHERE name = '1.0.1'").fetchone()
        assert bundle[0] == 0


def test_what_is_sent_and_what_comes_back_of_a_bundle_deleted_with_its_channel() -> None:
    change = ChannelDeletion(
        app_id="com.acme.shop", wire_id="pr-7", label="pr-7", before={"bundle": "1.0.7-pr.7"},
        after=None, restores={"bundle": "1.0.7-pr.7"}, deletes_bundle=True,
    )  # fmt: skip
    request = change.request(LIVE)
    assert dict(request.body or {})["delete_bundle"] is True
    assert "delete_bundle" not in dict(request.query), "a query would not be a boolean (§4)"
    steps = change.make_inverse(None)
    assert not isinstance(steps, str)
    (again,) = steps
    assert isinstance(again, ChannelCreation)
    assert again.after == {}
    assert "its bundle was deleted with it and does not come back" in again.impact
