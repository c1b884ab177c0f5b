"""Bundles by the keyboard: promote, edit, register and delete, in each revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.workspace.changes.outcome import NAME_TAKEN, OutcomeState
from tests.support.server import Gate, Server, answering
from tests.support.world import CHANNELS, READER, bundle, channel, state, store_of
from tests.tui.bundles import column, confirm, form, left, on_bundles
from tests.tui.channels import entry, undo, wait_for_outcome, workspace
from tests.tui.driving import assert_secret, assert_sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tui.driving import Driver

SUM = "0a" * 32
SECRET = "c2VjcmV0LXNlc3Npb24ta2V5"
SIX = [bundle(number) for number in range(1, 7)]
LINKED_CHANNELS = [
    channel(number, name, version=1 if name != "beta" else 2)
    for number, name in enumerate(CHANNELS, 1)
]


@pytest.fixture
def server() -> Iterator[Server]:
    """Six bundles: beta carries 1.0.2, the other channels 1.0.1; devices run 1.0.1."""
    store = store_of(state(bundles=SIX, channels=LINKED_CHANNELS))
    yield Server(store)
    store.close()


@pytest.fixture
def documented_server() -> Iterator[Server]:
    store = store_of(state(bundles=SIX, channels=LINKED_CHANNELS))
    yield Server(store, revision="documented")
    store.close()


def find_bundle(server: Server, name: str) -> object:
    with server.store.open_for_reading() as db:
        row = db.execute(
            "SELECT b.name FROM channels c JOIN bundles b ON b.id = c.version WHERE c.name = ?",
            [name],
        ).fetchone()
    return row[0]


# On a channel


async def test_a_bundle_is_put_on_a_channel(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("l")
        await driver.until("Put 1.0.6 on a channel")
        await driver.until("6 of 6 channels")
        await driver.type(*"beta", "enter")
        await driver.wait_for_question()
        assert "beta: 1.0.2" in driver.line(-1)
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert find_bundle(server, "beta") == "1.0.6"
        assert entry(driver).state is OutcomeState.VERIFIED
        await undo(driver)
        assert find_bundle(server, "beta") == "1.0.2"


async def test_the_channel_that_carries_it_cannot_be_chosen(server: Server) -> None:
    async with on_bundles(server, "1.0.2") as driver:
        await driver.type("l", *"beta", "enter")
        await driver.until("beta: carries this bundle already")
        assert server.writes == 0


# Comment and link


async def test_comment_and_link_are_edited_and_taken_back(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("e")
        await driver.until("Edit bundle 1.0.6")
        await driver.until("nothing is changed yet")
        await driver.type("ctrl+s", "enter")
        await driver.until("so there is nothing to send")
        await driver.type("tab", "end", *"!", "tab", *"https://e.com/7", "ctrl+s", "enter")
        await driver.wait_for_question("Change 1.0.6: build 6 → build 6! +1 more?")
        assert 'POST /bundle/metadata {"app_id": "com.acme.shop", "version_id": 6' in driver.text
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert not form(driver).is_open
        assert driver.main.focused is driver.main.table
        assert column(server, "1.0.6", "comment") == "build 6!"
        assert column(server, "1.0.6", "link") == "https://e.com/7"
        await undo(driver)
        assert column(server, "1.0.6", "comment") == "build 6"


async def test_a_link_that_is_no_url_is_said_before_it_is_sent(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("e", "tab", *"PR-481", "ctrl+s", "enter")
        await driver.until("link: must start with https:// or http://")
        assert "✗ must start with" in driver.text, "beside its field"
        assert not driver.overlays.prompt.asking
        await driver.type("end", *["backspace"] * 6, "ctrl+s", "enter")
        await driver.until("so there is nothing to send")
        assert server.writes == 0


async def test_a_no_keeps_what_was_typed_and_leaving_asks(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("e", "end", *"!", "ctrl+s", "enter")
        await driver.wait_for_question()
        await driver.type("n")
        await driver.until("Nothing was sent.")
        assert form(driver).is_open
        await driver.type("escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("n")
        await driver.until(lambda: not driver.overlays.prompt.asking)
        assert "build 6!" in driver.text
        await driver.type("escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("y")
        await driver.until(lambda: not form(driver).is_open)
        assert driver.main.focused is driver.main.table
        assert server.writes == 0


async def test_a_bundle_that_changed_meanwhile_is_asked_about_again(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("e", "end", *"!", "ctrl+s", "enter")
        await driver.wait_for_question()
        server.change("UPDATE bundles SET comment = 'theirs' WHERE name = '1.0.6'")
        await workspace(driver).bundles.refresh()
        await driver.type("y")
        await driver.wait_for_question("Changed!")
        assert "theirs → build 6!" in driver.line(-1)
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert column(server, "1.0.6", "comment") == "build 6!"


@pytest.mark.parametrize("key", ["e", "n"])
async def test_older_revisions_say_that_they_lack_it(documented_server: Server, key: str) -> None:
    async with on_bundles(documented_server) as driver:
        await driver.type(key)
        await driver.until("✗ Nothing was sent: this server's API (documented) has no")
        assert not form(driver).is_open
        assert documented_server.writes == 0


# Registering


async def fill(driver: Driver, *texts: str) -> None:
    for text in texts:
        await driver.type(*text, "tab")


async def test_an_external_bundle_is_registered(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("n")
        await driver.until("Register a bundle that is hosted elsewhere")
        # No y in it: one typed a moment before the question would count as held down.
        await fill(driver, "2.0.0-rc.1", "https://cdn.e.com/2.zip", SUM, SECRET, "k-1")
        await driver.until(lambda: "k-1" in driver.text.split("POST /bundle {")[-1])
        assert '"session_key": "•••", "key_id": "k-1"}' in " ".join(driver.text.split())
        await driver.type("ctrl+s", "enter")
        await driver.wait_for_question("Register 2.0.0-rc.1?")
        await driver.type("y")
        await wait_for_outcome(driver, "✓")
        assert column(server, "2.0.0-rc.1", "session_key") == SECRET
        assert column(server, "2.0.0-rc.1", "external_url") == "https://cdn.e.com/2.zip"
        await driver.until(lambda: driver.cursor == "7", "the cursor on the new bundle")
        assert entry(driver).kind == "bundle.register"
        assert SECRET not in repr(workspace(driver).journal.list_entries())
        await driver.type("J")
        await driver.until('"name": "2.0.0-rc.1"')
        await driver.type("G")
        await driver.settle()
        assert_secret(driver, [SECRET])
        await undo(driver)
        assert "2.0.0-rc.1" not in left(server)


async def test_the_secret_is_never_drawn(server: Server) -> None:
    async with on_bundles(server) as driver:
        await driver.type("n", "tab", "tab", "tab", *SECRET)
        await driver.settle()
        assert SECRET not in driver.text
        assert SECRET not in driver.app.export_screenshot()
        await driver.type("tab")
        await driver.until("session key  ••••••••")
        assert SECRET not in driver.text


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (("v1.2.3",), "version: without the v"),
        (("1.2",), "version: not semver, such as 1.2.3"),
        (("1.0.3",), "version: taken by a bundle"),
        (("2.0.0", "http://e.com/z"), "address: must start with https://"),
        (("2.0.0", "https://"), "address: names no server"),
        (("2.0.0", "https://e.com/z", "abc"), "checksum: 3 of 64 hex digits"),
        (("2.0.0", "https://e.com/z", "xyz"), "checksum: not hex"),
        (("2.0.0", "https://e.com/z", SUM, "", "k" * 21), "key id: 21 characters, 20 at most"),
    ],
)
async def test_what_breaks_a_rule_is_said_before_it_is_sent(
    server: Server, texts: tuple[str, ...], problem: str
) -> None:
    async with on_bundles(server) as driver:
        await driver.type("n")
        await fill(driver, *texts)
        await driver.type("ctrl+s", "enter")
        await driver.until(problem)
        assert f"✗ {problem.split(': ')[1]}"[:22] in driver.text, "beside its field"
        assert not driver.overlays.prompt.asking
        assert server.writes == 0


async def test_a_name_a_deleted_bundle_has_is_told_beside_it(server: Server) -> None:
    server.change("UPDATE bundles SET deleted = 1 WHERE name = '1.0.6'")
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("n")
        await fill(driver, "1.0.6", "https://e.com/z", SUM)
        await driver.type("ctrl+s", "enter")
        await driver.wait_for_question("Register 1.0.6?")
        await driver.type("y")
        await driver.until("✗ taken, it seems ")
        assert form(driver).is_open
        assert SUM[:10] in driver.text, "what was typed is still there"
        text = " ".join(line.strip() for line in driver.text.split("\n"))
        assert f"✗ Not changed: {NAME_TAKEN} · 1.0.6" in text, "all of it"
        assert driver.main.workspace is not None
        (entry,) = driver.main.workspace.journal.list_entries()
        assert entry.error == f"Cannot create bundle · {NAME_TAKEN}"
        await driver.type(*["up"] * 5, "end", "backspace", "7")
        await driver.wait_until_gone("✗ taken")


# Deleting


async def test_no_click_gets_around_the_name_that_is_to_be_typed(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("D")
        await driver.until("type 1.0.5 ›")
        box = driver.overlays.confirmation.query_one(Input)
        for row in range(24):
            await driver.pilot.click(offset=(30, row))
            assert driver.main.focused is box
            await driver.type("y")
            assert "type 1.0.5 ›" in driver.text
        driver.main.set_focus(driver.overlays.confirmation.query_one(Yes))
        await driver.type("y")
        assert "type 1.0.5 ›" in driver.text
        assert server.writes == 0
        await driver.type("escape")
        await driver.until("Nothing was")


@pytest.mark.parametrize("revision", ["live", "documented"])
async def test_one_bundle_is_deleted_after_its_name_was_typed(revision: str) -> None:
    server = Server(store_of(state(bundles=SIX, channels=LINKED_CHANNELS)), revision=revision)
    async with on_bundles(server, "1.0.4") as driver:
        await driver.type("D")
        await driver.until("Delete bundle 1.0.4")
        await driver.type("y", "enter")
        await driver.until("not the same · type 1.0.4")
        assert server.writes == 0
        await driver.type("backspace")
        await confirm(driver, "1.0.4")
        await wait_for_outcome(driver, "✓")
        assert left(server) == ["1.0.1", "1.0.2", "1.0.3", "1.0.5", "1.0.6"]
        assert (entry(driver).kind, entry(driver).state) == ("bundle.delete", OutcomeState.VERIFIED)
        assert "gone" in driver.status


async def test_what_channels_use_is_refused_with_their_names(server: Server) -> None:
    async with on_bundles(server, "1.0.2") as driver:
        await driver.type("D")
        await driver.until("✗ 1.0.2 cannot be deleted: linked to: beta (stable).")
        assert server.writes == 0


async def test_where_it_would_go_through_it_is_warned_of(documented_server: Server) -> None:
    async with on_bundles(documented_server, "1.0.2") as driver:
        await driver.type("D")
        await driver.until("! 1.0.2 is linked to: beta (stable): left pointing at nothing")
        await confirm(driver, "1.0.2")
        await wait_for_outcome(driver, "✓")
        assert "1.0.2" not in left(documented_server)


async def test_the_oldest_revision_says_that_it_deletes_only_all() -> None:
    server = Server(store_of(state(bundles=SIX, channels=LINKED_CHANNELS)), revision="legacy")
    async with on_bundles(server) as driver:
        await driver.type("D")
        await driver.until("the legacy API cannot delete one bundle, only all: C.")
        assert server.writes == 0


async def test_the_marked_ones_are_deleted_and_those_in_use_stay(server: Server) -> None:
    async with on_bundles(server, "1.0.6") as driver:
        await driver.type("asterisk")
        await driver.until("6 marked")
        await driver.type("D")
        await driver.until("Delete 4 bundles")
        await driver.until("1.0.2 stays, linked to: beta (stable)")
        await confirm(driver, "4")
        await driver.until("4 of 4 · ✓ 4")
        assert left(server) == ["1.0.1", "1.0.2"]
        await driver.type("enter")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        assert [each.state for each in workspace(driver).journal.list_entries()] == [
            OutcomeState.VERIFIED
        ] * 4


async def test_the_bundle_deleted_is_the_one_the_key_was_pressed_on(server: Server) -> None:
    gate = Gate()
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("D")
        await driver.until("Delete bundle 1.0.5")
        server.change("UPDATE bundles SET deleted = 1 WHERE name = '1.0.5'")
        await workspace(driver).bundles.refresh()
        server.on("DELETE", "/bundle", gate.before)
        await confirm(driver, "1.0.5")
        await driver.until("Nothing was changed. The bundle is no longer in the list.")
        assert not gate.arrival.is_set()
        assert len(left(server)) == 5


async def test_a_key_that_may_not_delete_is_told_so(server: Server) -> None:
    async with on_bundles(server, "1.0.4", key=READER) as driver:
        await driver.type("D")
        await confirm(driver, "1.0.4")
        line = await wait_for_outcome(driver, "✗")
        assert "this key may not" in line
        assert "1.0.4" in left(server)


async def test_a_lost_answer_is_looked_into_and_not_sent_again(server: Server) -> None:
    async with on_bundles(server, "1.0.4") as driver:
        server.on("DELETE", "/bundle", answering(502, b"<html>", media="text/html", first=True))
        await driver.type("D")
        await confirm(driver, "1.0.4")
        await wait_for_outcome(driver, "✓")
        assert server.count("DELETE", "/bundle") == 1


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (140, 40), (40, 12)])
async def test_the_forms_fit_every_screen(server: Server, size: tuple[int, int]) -> None:
    server.change("UPDATE bundles SET comment = ? WHERE name = '1.0.6'", "[/red]\x1b]0;x\x07" * 30)
    async with on_bundles(server, size=size) as driver:
        await driver.type("e")
        await driver.until("Edit bundle")
        assert_sound(driver.app, size)
        await driver.type("escape", "n")
        await driver.until("Register a bundle")
        await fill(driver, "v1", "ftp://x", "z" * 70, "s", "k" * 30)
        await driver.settle()
        assert_sound(driver.app, size)
