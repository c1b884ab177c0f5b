"""Clean-up by the keyboard: live count, plan, typed confirmation, batch and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.clock import Clock
from tests.support.server import FAULT, Gate, Server, answering
from tests.support.world import APP, CHANNELS, NOW, READER, bundle, channel, device, state, store_of
from tests.tui.bundles import confirm, form, left, on_bundles
from tests.tui.channels import entry, wait_for_outcome, workspace
from tests.tui.driving import assert_sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tui.driving import Driver

MANY = 30
LAST = f"1.0.{MANY}"
COUNT = "deletes 18 of 30, keeps 12 (10 newest, 1 linked, 1 run by devices)"


def make_server(revision: str = "live", devices: int = 3) -> Server:
    """Thirty bundles: channels use 1.0.1, devices run 1.0.2."""
    content = state(
        bundles=[bundle(number) for number in range(1, MANY + 1)],
        channels=[channel(number, name, version=1) for number, name in enumerate(CHANNELS, 1)],
        devices=[device(number, version_name="1.0.2", version=2) for number in range(devices)],
    )
    return Server(store_of(content), revision=revision)


async def wait_for_count(driver: Driver, count: str) -> None:
    await driver.until(count)


async def plan(driver: Driver) -> None:
    await driver.type("C")
    await wait_for_count(driver, COUNT)
    await driver.type("ctrl+s", "enter")
    await driver.until("type 18 ›")


@pytest.mark.parametrize("revision", ["live", "documented"])
async def test_what_is_old_and_in_no_use_goes(revision: str) -> None:
    server = make_server(revision)
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        assert "Clean up: delete 18 bundles" in driver.text
        assert COUNT in driver.text
        assert "Delete 18" in driver.text
        assert "not in use, not among the newest 10" in driver.text
        assert server.writes == 0
        await driver.type("pagedown", "pagedown", "pagedown", "pagedown")
        await driver.until("Keep 1 linked")
        assert "linked to: production (stable), alpha-beta (stable)" in driver.text
        await driver.until("run by 3 loaded devices")
        await confirm(driver, "18")
        await driver.until("18 of 18 · ✓ 18")
        await driver.until("✓ gone")
        assert left(server) == ["1.0.1", "1.0.2", *(f"1.0.{n}" for n in range(21, 31))]
        await driver.type("escape")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        assert "Clean up: delete 18 bundles · 18 of 18 · ✓ 18" in driver.status
        entries = workspace(driver).journal.list_entries()
        assert [each.state for each in entries] == [OutcomeState.VERIFIED] * 18
        assert len({each.batch for each in entries}) == 1


async def test_the_count_follows_every_rule() -> None:
    async with on_bundles(make_server(), LAST) as driver:
        await driver.type("C")
        await wait_for_count(driver, COUNT)
        await driver.type("end", "backspace")
        await wait_for_count(
            driver, "deletes 27 of 30, keeps 3 (1 newest, 1 linked, 1 run by devices)"
        )
        await driver.type("backspace")
        await driver.until("✗ a number is needed")
        await driver.type("0", "tab", "space")
        await wait_for_count(driver, "deletes 29 of 30, keeps 1 (1 linked)")
        await driver.until("! what devices run goes as well")
        await driver.type("tab", *"83")  # the bundles are up to 83.3 days old
        await wait_for_count(driver, "not old enough")
        await driver.type("tab", "backspace", *"1.0.2?")
        await wait_for_count(driver, "of another name")
        await driver.type("shift+tab", *"x")
        await driver.until("✗ no whole number")
        await driver.type("ctrl+s", "enter")
        await driver.until("only older than: no whole number")
        assert not driver.overlays.confirmation.visible


async def test_a_no_goes_back_to_the_rules() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        await driver.type("escape")
        await driver.until("Nothing was deleted.")
        assert form(driver).is_open
        await driver.type("escape")
        await driver.until(lambda: not form(driver).is_open)
        assert driver.main.focused is driver.main.table
        assert server.writes == 0


async def test_rules_that_delete_nothing_say_so() -> None:
    async with on_bundles(make_server(), LAST) as driver:
        await driver.type("C", "end", *"0")
        await wait_for_count(driver, "deletes 0 of 30")
        await driver.type("ctrl+s", "enter")
        await driver.until("These rules delete nothing.")


async def test_partly_loaded_devices_are_said_and_can_be_loaded() -> None:
    server = make_server(devices=170)
    async with on_bundles(server, LAST) as driver:
        await driver.type("C")
        await driver.until("! 150 devices are loaded; what the others run is not known")
        await driver.type("up", "up", "up")
        await driver.until("› ▸ Load all devices")
        await driver.type("enter")
        await driver.wait_until_gone("what the others run")
        await driver.until("(10 newest, 1 linked, 1 run by devices)")
        assert len(workspace(driver).devices) == 170
        assert "› keep the newest" in driver.text, "not on what came in the place of that row"


async def test_rows_that_change_by_themselves_leave_the_cursor_on_its_own() -> None:
    async with on_bundles(make_server(devices=170), LAST) as driver:
        await driver.type("C", "up", "up")
        await driver.until("› ▸ Delete all bundles…")
        await workspace(driver).devices.load_all()  # nothing draws the form meanwhile
        await driver.type("enter")
        await driver.until(f"Delete all bundles of {APP}")
        await driver.type("escape")
        await driver.until("Nothing was deleted.")


async def test_a_row_that_goes_by_itself_takes_the_cursor_to_the_first_one() -> None:
    async with on_bundles(make_server(devices=170), LAST) as driver:
        await driver.type("C", "up", "up", "up")
        await driver.until("› ▸ Load all devices")
        await workspace(driver).devices.load_all()
        form(driver).update()
        await driver.wait_until_gone("Load all devices")
        assert "› keep the newest" in driver.text
        await driver.type("backspace", "backspace", "3")
        await wait_for_count(driver, "(3 newest, ")


async def test_the_run_can_be_stopped_and_tells_what_was_not_tried() -> None:
    server, gate = make_server(), Gate()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        server.on("DELETE", "/bundle", gate.before)
        await confirm(driver, "18")
        await gate.arrival.wait()
        await driver.until("0 of 18")
        await driver.type("escape")
        await driver.until("stopping after the change under way…")
        gate.open.set()
        await driver.until("1 of 18 · ✓ 1 · 17 not tried")
        assert server.count("DELETE", "/bundle") == 1
        await driver.type("q")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        assert "17 not tried" in driver.status
        assert len(left(server)) == 29


async def test_what_is_read_back_at_the_end_says_so_until_then() -> None:
    server, gate = make_server(), Gate()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        server.on("GET", "/bundle", gate.before)
        await confirm(driver, "18")
        await gate.arrival.wait()
        await driver.until("… accepted, read back at the end")
        await driver.until("18 of 18 · ✓ 0 · 18 accepted")
        server.on("GET", "/bundle", FAULT)
        gate.open.set()
        await driver.until("18 of 18 · ✓ 18")


async def test_what_cannot_be_read_back_says_why() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        server.on("GET", "/bundle", FAULT)
        await confirm(driver, "18")
        await driver.until("18 of 18 · ✓ 0 · ? 18")
        await driver.until("? accepted, not read back: the server failed")
        entries = workspace(driver).journal.list_entries()
        assert {each.state for each in entries} == {OutcomeState.UNVERIFIED}


def link_one(server: Server) -> None:
    """Link a bundle of the plan to a channel, as another user would."""
    server.change(
        "UPDATE channels SET version = (SELECT id FROM bundles WHERE name = '1.0.20')"
        " WHERE name = 'qa'"
    )


async def test_a_refusal_ends_only_its_own_deletion() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        link_one(server)
        await confirm(driver, "18")
        await driver.until("18 of 18 · ✓ 17 · ✗ 1")
        await driver.until("✗ Cannot delete a bundle linked to a channel")
        assert "1.0.20" in left(server)


async def test_what_was_linked_while_the_plan_was_read_is_asked_about_again() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        link_one(server)
        await workspace(driver).channels.refresh()
        await confirm(driver, "18")
        await driver.until("Changed! Clean up: delete 17 bundles")
        assert server.writes == 0
        await confirm(driver, "17")
        await driver.until("17 of 17 · ✓ 17")


async def test_unreadable_channels_stop_it_where_nothing_else_protects_them() -> None:
    server = make_server("documented")
    async with on_bundles(server, LAST) as driver:
        server.on("GET", "/channel", FAULT)
        await workspace(driver).channels.refresh()
        await driver.type("C")
        await driver.until("! not all channels could be read, so nobody knows")
        await driver.type("ctrl+s", "enter")
        await driver.until("Nothing can be deleted: not all channels could be read")
        assert not driver.overlays.confirmation.visible


async def test_channels_that_cannot_be_read_are_told_of_before_the_number_is_typed() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        server.on("GET", "/channel", FAULT)
        await workspace(driver).channels.refresh()
        await plan(driver)
        assert "! channels could not be read again: what the 6 loaded ones use stays" in driver.text
        assert "1.0.20  " in driver.text
        line = next(row for row in driver.text.splitlines() if "1.0.20  " in row)
        assert "channels could not be read again: not known whether it is in" in line
        assert "not in use" not in driver.text
        await confirm(driver, "18")
        await driver.until("18 of 18 · ✓ 18")


async def test_what_is_agreed_to_is_asked_again_once_the_channels_cannot_be_read() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await plan(driver)
        assert "not in use, not among the newest 10" in driver.text
        server.on("GET", "/channel", FAULT)
        await workspace(driver).channels.refresh()
        await confirm(driver, "18")
        await driver.until("Changed! Clean up: delete 18 bundles")
        assert "channels could not be read again" in driver.text
        assert server.writes == 0


async def test_the_first_refusal_for_lack_of_a_right_ends_the_run() -> None:
    server = make_server()
    async with on_bundles(server, LAST, key=READER) as driver:
        await plan(driver)
        await confirm(driver, "18")
        await driver.until("1 of 18 · ✓ 0 · ✗ 1 · 17 not tried")
        (title,) = (line for line in driver.text.splitlines() if "1 of 18 · ✓" in line)
        assert "…" not in title, "the reason has a line of its own"
        assert "! the other 17 were not tried: this key may not delete bundles" in driver.text
        assert "– not tried: this key may not delete bundles" in driver.text
        assert server.count("DELETE", "/bundle") == 1
        await driver.type("q")
        await driver.until(lambda: driver.main.focused is driver.main.table)
        assert "17 not tried" in driver.status


# All of them


async def to_delete_all(driver: Driver) -> None:
    await driver.type("C")
    await driver.until("Delete all bundles…")
    await driver.type("up", "up", "enter")
    await driver.until(f"Delete all bundles of {APP}")


def has_linked_only(server: Server) -> bool:
    return left(server) == ["1.0.1"]


def has_none(server: Server) -> bool:
    return not left(server)


@pytest.mark.parametrize(
    ("revision", "says", "holds"),
    [
        ("live", " the server keeps what channels use: 1", has_linked_only),
        ("documented", "! this server deletes ALL of them, also what channels use", has_none),
        ("legacy", "! this server deletes ALL of them, also what channels use", has_none),
    ],
)
async def test_all_of_them_go_after_the_app_id_was_typed(
    revision: str, says: str, holds: Callable[[Server], bool]
) -> None:
    server = make_server(revision)
    async with on_bundles(server, LAST) as driver:
        await to_delete_all(driver)
        await driver.until(says)
        if revision != "live":
            await driver.until("1.0.1 is linked to: production (stable)")
        await confirm(driver, APP)
        line = await wait_for_outcome(driver, "✓")
        assert "is 0" in line
        assert holds(server)
        assert entry(driver).state is OutcomeState.VERIFIED
        await driver.until(lambda: len(workspace(driver).bundles) == len(left(server)))


async def test_the_oldest_revision_has_all_of_them_as_its_only_choice() -> None:
    async with on_bundles(make_server("legacy"), LAST) as driver:
        await driver.type("C")
        await driver.until("(legacy) cannot delete one bundle, only all of them")
        assert "keep the newest" not in driver.text
        await driver.until("› ▸ Delete all bundles…")


async def test_a_refused_delete_of_all_is_told() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        body = b'{"error":"cannot_delete_all_version","message":"Cannot delete all version"}'
        server.on("DELETE", "/bundle", answering(400, body))
        await to_delete_all(driver)
        await confirm(driver, APP)
        await wait_for_outcome(driver, "✗ Not changed: the server failed (400)")
        assert len(left(server)) == MANY


async def test_the_wrong_app_id_deletes_nothing() -> None:
    server = make_server()
    async with on_bundles(server, LAST) as driver:
        await to_delete_all(driver)
        await driver.type(*"com.acme.till", "enter")
        await driver.until("not the same")
        await driver.type("escape")
        await driver.until("Nothing was deleted.")
        assert server.writes == 0


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (140, 40), (40, 12)])
async def test_form_and_plan_fit_every_screen(size: tuple[int, int]) -> None:
    server = make_server()
    server.change("UPDATE bundles SET name = ? WHERE name = '1.0.3'", "[/x]\x1b]0;y\x07" * 9)
    async with on_bundles(server, LAST, size=size) as driver:
        await driver.type("C")
        await driver.until("Clean up bundles")
        await driver.until("deletes 18")
        assert_sound(driver.app, size)
        await driver.type("ctrl+s", "enter")
        await driver.until("type 18 ›")
        assert_sound(driver.app, size)
        await driver.type("escape")
        await driver.until("Nothing was deleted.")


async def test_rules_that_were_left_while_they_were_read_leave_the_next_ones_alone() -> None:
    server, clock = make_server(), Clock(NOW)
    async with on_bundles(server, LAST, now=clock) as driver:
        gate = Gate()
        clock.advance(3600)
        server.on("GET", "/bundle", gate.before)
        await driver.type("C", "ctrl+s", "enter")
        await driver.until("Reading bundles and channels…")
        await driver.type("escape")
        await driver.until(lambda: not form(driver).is_open, "the form left")
        await driver.type("C")
        await driver.until(lambda: form(driver).is_open, "the form open again")
        gate.open.set()
        await driver.until(COUNT)
        await driver.settle()
        assert not driver.overlays.confirmation.visible
        await driver.type("escape")
        await driver.until(lambda: not form(driver).is_open, "the form left once more")
        await driver.until(
            lambda: all(worker.is_finished for worker in driver.app.workers), "the end of both"
        )
        assert driver.main.focused is driver.main.table
