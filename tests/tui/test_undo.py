"""``z`` undoes the last change after a re-check and a yes; ``Z`` lists all changes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from capgo_tui.commands.machine import NO_JOURNAL
from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.bundles import GONE_FOR_GOOD, BundleDeletion
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange, make_override
from tests.support.server import FAULT, Gate, Server
from tests.support.world import APP, device_id
from tests.tui.driving import assert_sound, on_devices, open_app

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from capgo_tui.workspace.journal_entry import Entry
    from tests.support.server import App, Receive, Scope, Send
    from tests.tui.driving import Driver

ONE = device_id(1)


def entries(driver: Driver) -> Sequence[Entry]:
    assert driver.main.workspace is not None
    return driver.main.workspace.journal.list_entries()


async def agree(driver: Driver, key: str, outcome: str) -> None:
    """Type a key, answer yes, and wait for the outcome."""
    await driver.type(key)
    await driver.wait_for_question()
    await driver.type("y")
    await driver.until(outcome)


async def clear_first(driver: Driver) -> None:
    """Clear the override of the device under the cursor, which is the first."""
    await agree(driver, "x", "✓ tester-01: override is none")


async def clear_and_undo(driver: Driver) -> None:
    await clear_first(driver)
    await agree(driver, "z", "✓ tester-01: override is beta, read back")


async def show_list(driver: Driver) -> None:
    await driver.type("Z")
    await driver.until("Changes made from here")


async def test_z_undoes_the_last_change_with_the_same_line(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        await driver.type("z")
        await driver.wait_for_question()
        assert "Undo: Override tester-01: none → beta?" in driver.line(-1)
        await driver.type("enter")
        await driver.until("Nothing was changed.")
        assert server.overrides() == {}
        await agree(driver, "z", "✓ tester-01: override is beta, read back")
        assert server.overrides() == {ONE: "beta"}
        assert [(e.id, e.undoes, e.is_undone, e.state) for e in entries(driver)] == [
            (2, 1, False, OutcomeState.VERIFIED),
            (1, None, True, OutcomeState.VERIFIED),
        ]
        await driver.type("z")
        await driver.until("There is no change to undo. Z lists them all.")


async def test_what_somebody_changed_since_is_named_and_left_alone(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        server.override(ONE, "qa")
        writes = server.writes
        await driver.type("z")
        await driver.until("✗ Not undone: tester-01: override is qa now, but was left none.")
        assert not driver.overlays.prompt.visible
        assert server.writes == writes
        assert server.overrides() == {ONE: "qa"}


async def test_what_changes_while_it_is_asked_is_left_alone(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        await driver.type("z")
        await driver.wait_for_question()
        server.override(ONE, "qa")
        assert driver.main.workspace is not None
        await driver.main.workspace.look_up_device(ONE)
        writes = server.writes
        await driver.type("y")
        await driver.until("✗ Not undone: tester-01: override is qa now, but was left none.")
        assert server.writes == writes


async def test_a_form_that_was_opened_meanwhile_keeps_the_keyboard(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        gate = Gate()
        server.on("GET", "/device", gate.before)
        await driver.type("z")
        await driver.until("Reading what is there now…")
        await driver.type("o")
        await driver.until("6 of 6 channels")
        gate.open.set()
        await driver.until(lambda: "answer what is open first" in driver.main.status.message)
        assert driver.overlays.link_form.visible
        assert not driver.overlays.prompt.visible


async def test_an_undo_that_cannot_read_sends_nothing(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        server.on("GET", "/device", FAULT)
        await driver.type("z")
        await driver.until("✗ Not undone: tester-01 cannot be read")
        assert server.overrides() == {}


async def test_a_run_is_asked_once_with_a_list(server: Server) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        run = Batch(
            [
                OverrideChange(
                    app_id=APP, wire_id=device_id(n), row_key=device_id(n), label=f"tester-{n:02d}",
                    before={"channel": None}, after={"channel": "beta"},
                )
                for n in (1, 2, 3)
            ],
            workspace,
        )  # fmt: skip
        await run.carry_out()
        server.override(device_id(2), "qa")
        await driver.type("z")
        await driver.until("Undo 2 changes")
        await driver.until("not undone · tester-02: override is qa now, but was left beta")
        assert_sound(driver.app, (80, 24))
        yes = driver.overlays.confirmation.query_one(Yes)
        await driver.until(lambda: yes.is_drawn, "the question drawn")
        await driver.type("y")
        await driver.until("Undo 2 changes · 2 of 2 · ✓ 2")
        await driver.type("escape")
        assert server.overrides() == {device_id(2): "qa"}
        assert {entry.undoes for entry in entries(driver)} == {None, 1, 3}


async def test_an_undo_of_several_says_how_many_it_has_read(server: Server) -> None:
    gate = Gate()
    reads = 0

    async def delay_second_read(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal reads
        reads += 1
        is_held = reads == 2
        await (gate.before(app, scope, receive, send) if is_held else app(scope, receive, send))

    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        changes = [
            OverrideChange(
                app_id=APP, wire_id=device_id(n), row_key=device_id(n), label=f"tester-{n:02d}",
                before={"channel": None}, after={"channel": "beta"},
            )
            for n in (1, 2, 3)
        ]  # fmt: skip
        await Batch(changes, workspace).carry_out()
        server.on("GET", "/device", delay_second_read)
        await driver.type("z")
        await driver.until("Reading what is there now… 1 of 3")
        gate.open.set()
        await driver.until("Undo 3 changes")
        await driver.type("n")


async def test_that_an_earlier_change_is_undone_is_said_before_the_reason(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_first(driver)
        workspace = driver.main.workspace
        assert workspace is not None
        workspace.journal.settle(
            workspace.journal.intend(
                BundleDeletion(app_id=APP, wire_id="1.0.5", label="1.0.5", before={}, after=None),
                None,
            ),
            Outcome(OutcomeState.VERIFIED),
        )
        await driver.type("z")
        await driver.wait_for_question()
        assert "Undo: Override tester-01" in driver.line(-1)
        assert "The last change stays; this is an earlier one" in driver.status
        await driver.type("n")


async def test_why_something_is_not_undone_is_there_to_its_end(server: Server) -> None:
    async with on_devices(server) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        workspace.journal.settle(
            workspace.journal.intend(
                BundleDeletion(app_id=APP, wire_id="1.0.5", label="1.0.5", before={}, after=None),
                None,
            ),
            Outcome(OutcomeState.VERIFIED),
        )
        await driver.type("Z")
        await driver.until("Delete bundle 1.0.5")
        await driver.type("z")
        await driver.until("Not undone")
        text = " ".join(line.strip() for line in driver.text.split("\n"))
        assert f"✗ Not undone: {GONE_FOR_GOOD}." in text
        assert_sound(driver.app, (80, 24))


# The list


async def test_the_list_tells_what_became_of_each(server: Server) -> None:
    server.override(ONE, "beta")
    for size in ((80, 24), (140, 40), (60, 20)):
        server.pass_time(120)
        async with on_devices(server, size=size) as driver:
            await clear_and_undo(driver)
            await show_list(driver)
            assert_sound(driver.app, size)
            newest, oldest = driver.line(2), driver.line(3)
            assert newest.lstrip().startswith("✓")
            assert "Override tester-01" in newest
            assert "verified" in newest
            assert oldest.lstrip().startswith("↶")
            assert "undone" in oldest
            if size[0] > 60:
                assert "none → beta" in newest
                assert "beta → none" in oldest
            await driver.type("j", "enter")
            await driver.until("Change 1")
            for text in ("POST /device", "DELETE /device", ONE, "read back, as intended"):
                assert (text in driver.text) == (text != "POST /device"), text
            assert_sound(driver.app, size)
            await driver.type("z")
            await driver.until("✗ Not undone: it is undone already.")
            await driver.type("escape")
            await driver.wait_until_gone("Change 1")
            await driver.type("escape")
            await driver.wait_until_gone("Changes made from here")


async def test_an_undo_is_undone_from_the_list(server: Server) -> None:
    server.override(ONE, "beta")
    async with on_devices(server) as driver:
        await clear_and_undo(driver)
        server.pass_time(1)  # a device is read five times in a second
        await show_list(driver)
        await driver.type("z")
        await driver.wait_for_question("Undo: Clear the override of tester-01: beta → none?")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01: override is none, read back")
        assert server.overrides() == {}
        assert [(e.id, e.undoes, e.is_undone) for e in entries(driver)] == [
            (3, 2, False),
            (2, 1, True),
            (1, None, False),
        ]


async def test_an_empty_list_says_so(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("Z")
        await driver.until("Nothing has been changed from here.")
        await driver.type("enter", "z", "r")
        await driver.until("Nothing has been changed from here.")
        await driver.type("q")
        await driver.wait_until_gone("Nothing has been changed from here.")


async def test_an_undo_that_the_server_would_refuse_waits_and_esc_stops_it(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("o", *"beta", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01: override is beta")
        await clear_first(driver)
        await driver.type("z")
        await driver.wait_for_question()
        write_count = server.writes
        await driver.type("y")
        await driver.until("the server takes it in 60 s · esc stops")
        await driver.type("escape")
        await driver.until("stopped before it was sent")
        assert server.writes == write_count
        assert server.overrides() == {}


# Between runs of the program


async def test_the_journal_is_there_at_the_next_start(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "state" / "journal.sqlite3"
    server.override(ONE, "beta")
    async with on_devices(server, journal=file) as driver:
        await clear_first(driver)
    async with on_devices(server, journal=file) as driver:
        await driver.type("z")
        await driver.wait_for_question("Undo: Override tester-01: none → beta?")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until("✓ tester-01: override is beta")
        assert server.overrides() == {ONE: "beta"}


async def test_a_write_that_was_cut_off_is_found_out_at_the_next_start(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "journal.sqlite3"
    server.override(ONE, "beta")
    async with on_devices(server, journal=file) as driver:
        workspace = driver.main.workspace
        assert workspace is not None
        change = make_override(workspace, workspace.devices.records[ONE], None)
        # The state of a program that is killed while the server handles its request.
        workspace.journal.intend(change, change.request(workspace.client.traits))
    server.change("DELETE FROM overrides")
    writes = server.writes
    async with open_app(server, journal=file, wait_for="") as driver:
        await driver.until("! A write was cut off by the program's end: 1 as intended · Z shows")
        (entry,) = entries(driver)
        assert (entry.state, entry.readback) == (OutcomeState.VERIFIED, {"channel": None})
        assert server.writes == writes
    assert server.overrides() == {}


async def test_a_journal_that_cannot_be_used_is_told_and_nothing_is_sent(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "journal.sqlite3"
    file.write_bytes(b"not a database at all " * 100)
    server.override(ONE, "beta")
    async with open_app(server, journal=file, wait_for="Z shows more") as driver:
        await driver.type("Z")
        await driver.until("a new one is begun")
        assert f"move{file}elsewhere" in "".join(driver.text.split()), "not one letter is cut"
        await driver.type("r", "escape", "2")
        await driver.until("tester-01")
        await agree(driver, "x", "✗ Not changed: the journal is damaged")
        assert server.writes == 0
        assert server.overrides() == {ONE: "beta"}


def open_to_others(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def link_to_a_folder(folder: Path) -> None:
    folder.with_name("target").mkdir()
    folder.symlink_to(folder.with_name("target"))


def file_instead(folder: Path) -> None:
    folder.touch()


def below_a_file(folder: Path) -> None:
    folder.parent.rmdir()
    folder.parent.touch()


@pytest.mark.parametrize("prepare", [open_to_others, link_to_a_folder, file_instead, below_a_file])
async def test_a_folder_that_can_hold_no_journal_is_told_at_the_start(
    server: Server, tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    folder = tmp_path / "state" / "capgo-tui"
    folder.parent.mkdir()
    prepare(folder)
    told = "The journal cannot be used, so nothing can be changed"
    async with open_app(server, journal=folder / "journal.sqlite3", wait_for=told) as driver:
        await driver.type("Z")
        await driver.until("nothing is sent without it")
        await driver.type("escape")
        assert server.writes == 0


async def test_without_a_home_there_is_no_journal_and_the_start_says_so(server: Server) -> None:
    told = "The journal cannot be used, so nothing can be changed"
    server.override(ONE, "beta")
    async with open_app(server, journal=NO_JOURNAL, wait_for=told) as driver:
        await driver.type("2")
        await driver.until("tester-01")
        await agree(driver, "x", "✗ Not changed: no journal")
        assert server.writes == 0


async def test_a_damaged_row_is_one_line_of_the_list_and_the_rest_can_be_undone(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "journal.sqlite3"
    for device in (ONE, device_id(2)):
        server.override(device, "beta")
    async with on_devices(server, journal=file) as driver:
        await clear_first(driver)
    for column, value in (("found", b"\x1b[31m"), ("at", "yesterday"), ("change", "[" * 9999)):
        db = sqlite3.connect(file)
        with db:
            db.execute(f"UPDATE changes SET {column} = ? WHERE id = 1", (value,))  # noqa: S608
        db.close()
    async with on_devices(server, journal=file) as driver:
        await show_list(driver)
        await driver.until("damaged row")
        assert_sound(driver.app, (80, 24))
        await driver.type("z")
        await driver.until("✗ Not undone: this row of the journal cannot be read.")
        await driver.type("enter")
        await driver.until("its file was damaged")
        assert_sound(driver.app, (80, 24))
        await driver.type("escape", "escape", "down")
        await agree(driver, "x", "✓ tester-02: override is none")
        await agree(driver, "z", "✓ tester-02: override is beta, read back")
        assert server.overrides() == {device_id(2): "beta"}
        damage = {entry.id: entry.is_damaged for entry in entries(driver)}
        assert damage == {1: True, 2: False, 3: False}
