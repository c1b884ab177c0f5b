"""The mouse: it scrolls and clicks what is under it, never behind an overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.ids_form import IdsForm, IdsText
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.workspace.draft import EntryKind
from tests.support.server import Gate, Server
from tests.support.world import device_id, recorded_store
from tests.tui.bundles import on_bundles
from tests.tui.driving import on_devices, open_app, post_paste

if TYPE_CHECKING:
    from textual.widget import Widget

    from tests.tui.driving import Driver


async def mouse(driver: Driver, kind: type[events.MouseEvent], at: tuple[int, int]) -> None:
    """Post an event of the first mouse button."""
    event = kind(None, *at, 0, 0, 1, False, False, False, *at)
    event.set_sender(driver.app)
    driver.app.post_message(event)
    await driver.settle()


def find_middle(widget: Widget) -> tuple[int, int]:
    at = widget.region
    return at.x + at.width // 2, at.y + at.height // 2


async def test_the_wheel_leaves_the_list_behind_a_form_where_it_is(server: Server) -> None:
    async with on_devices(server, size=(80, 10)) as driver:
        for keys in (["y"], ["o"], ["E"], ["colon"]):
            for kind in (events.MouseScrollDown, events.MouseScrollDown, events.MouseScrollUp):
                await driver.type(*keys)
                await mouse(driver, kind, (30, 2))
                await driver.type("escape")
                assert driver.cursor == device_id(1)
                assert driver.main.rows.state.top == 0
        await mouse(driver, events.MouseScrollDown, (30, 2))
        assert driver.main.rows.state.top > 0


@pytest.mark.parametrize("clicks", [1, 2])
async def test_a_choice_that_was_clicked_stays_while_more_come_in(clicks: int) -> None:
    store, app_id, key = recorded_store()
    server, gate = Server(store), Gate()
    launch = Launch(ApiKey(key), app_id, asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="50 loaded") as driver:
        await driver.type("2")
        await driver.until("150 loaded")
        server.on("GET", "/channel", gate.before)
        await driver.type("o", *"chan-0")
        await driver.until("(loading more…)")
        table = driver.overlays.link_form.query_one(RecordTable)
        await mouse(driver, events.MouseDown, (5, table.region.y + 2))
        await mouse(driver, events.MouseUp, (5, table.region.y + 2))
        clicked_key = table.cursor_key
        if clicks == 2:
            row = table.region.y + table.state.index - table.state.top
            await mouse(driver, events.MouseDown, (5, row))
            await mouse(driver, events.MouseUp, (5, row))
            await driver.wait_for_question()
            gate.open.set()
        else:
            gate.open.set()
            await driver.until("of 134 channels ")
            await driver.until(
                lambda: driver.main.workspace and driver.main.workspace.channels.at_end
            )
            assert table.cursor_key == clicked_key
            await driver.type("enter")
            await driver.wait_for_question()
        assert clicked_key is not None
        assert driver.main.workspace is not None
        name = driver.main.workspace.channels.records[clicked_key].name
        assert f"→ {name}?" in driver.line(-1)
        await driver.type("n")
    store.close()


@pytest.mark.parametrize("key", ["slash", "colon", "E", "o", "O"])
async def test_a_button_held_down_when_its_box_closes_leaves_the_mouse_alive(
    server: Server, key: str
) -> None:
    async with on_devices(server) as driver:
        await driver.type(key)
        await driver.until(lambda: isinstance(driver.main.focused, (Input, IdsText)), "the box")
        assert driver.main.focused is not None
        at = find_middle(driver.main.focused)
        await mouse(driver, events.MouseDown, at)
        await driver.type("escape")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")
        await mouse(driver, events.MouseUp, at)
        await driver.pilot.click(offset=(5, 4))
        await driver.settle()
        assert driver.cursor == device_id(3)


async def test_ids_that_are_being_looked_up_stay_as_they_are(server: Server) -> None:
    gate = Gate()
    async with on_devices(server) as driver:
        server.on("GET", "/device", gate.before)
        post_paste(driver.app, f"{device_id(50)}\n{device_id(51)}")
        await driver.until("2 devices · 0 loaded")
        await driver.type("o")
        await driver.until("asking the server: 0 of 2 · esc stops")
        area = driver.main.query_one(IdsForm).query_one(IdsText)
        before = area.text
        await driver.pilot.click(area)
        await driver.type("7", "backspace", "ctrl+k")
        post_paste(driver.app, device_id(9))
        await driver.settle()
        assert area.text == before
        assert "asking the server: 0 of 2 · esc stops" in driver.text
        await driver.type("escape")
        await driver.until("stopped; nothing was changed")
        await driver.type("7")
        assert area.text != before
        gate.open.set()


async def test_a_name_that_was_typed_can_no_longer_be_edited_by_a_click(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("D")
        await driver.until("type 1.0.5 ›")
        await driver.type(*"1.0.5", "enter")
        await driver.until("y yes  n no")
        await driver.wait_for_dialog()
        await driver.pilot.click(driver.overlays.confirmation.query_one(Input))
        await driver.settle()
        await driver.type("x")
        assert driver.overlays.confirmation.query_one(Input).value == "1.0.5"
        await driver.type("n")
        await driver.until("Nothing was")
        assert server.writes == 0


async def test_a_click_on_a_row_of_a_form_comes_to_it(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("e", "end", *"one")
        form = driver.overlays.fields_form
        box = form.query_one(Input)
        for row, text in ((2, "http://two"), (1, " more")):
            await driver.pilot.click(offset=(4, form.region.y + row))
            assert driver.main.focused is box
            await driver.type("end", *text)
        await driver.pilot.click(offset=(4, form.region.y + 5))  # no row
        await driver.type("escape")
        await driver.wait_for_question("Leave and lose 2 changes?")
        await driver.pilot.click(offset=(4, form.region.y + 2))
        assert driver.main.focused is driver.overlays.prompt
        await driver.type("n", "ctrl+s", "enter")
        await driver.wait_for_question("build 5 → build 5one more +1 more?")
        assert "  link     http://two " in driver.text
        await driver.type("n", "escape")
        await driver.wait_for_question("Leave and lose 2 changes?")
        await driver.type("y")


async def test_a_click_on_a_row_of_the_channel_form_comes_to_it(server: Server) -> None:
    async with open_app(server, wait_for="6 loaded") as driver:
        await driver.type("j", "e")
        await driver.until("Edit alpha-beta")
        form = driver.overlays.channel_form
        assert form.entries[3].kind is EntryKind.HEADING
        for row, comes_to in ((4, 4), (3, 4), (2, 2)):
            await driver.pilot.click(offset=(4, form.region.y + 1 + row))
            await driver.settle()
            assert form.cursor_row == comes_to
        await driver.type("escape")
        await driver.until(lambda: driver.main.focused is driver.main.table, "the list")


async def test_a_click_on_the_list_leaves_the_detail_beside_it(server: Server) -> None:
    async with on_devices(server, size=(140, 24)) as driver:
        await driver.type("enter")
        await driver.until(lambda: driver.main.has_class("-detail"), "the detail")
        await driver.pilot.click(offset=(5, 4))
        await driver.settle()
        assert driver.cursor == device_id(3)
        assert not driver.main.has_class("-detail")
        await driver.type("q")
        await driver.wait_until_closed()


async def test_only_the_first_button_opens_a_record(server: Server) -> None:
    async with on_devices(server) as driver:
        for button in (2, 3):
            await driver.pilot.click(offset=(5, 2), button=button)
            await driver.pilot.click(offset=(5, 4), button=button)
        assert driver.cursor == device_id(1)
        assert not driver.main.has_class("-detail")
        await driver.pilot.click(offset=(5, 2), button=1)
        assert driver.main.has_class("-detail")
