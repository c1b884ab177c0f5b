"""Overlays: they take the focus, return it, and are removed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from textual import events
from textual.widgets import Input

from tests.tui.bundles import on_bundles
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from rich.console import RenderableType
    from textual.screen import Screen
    from textual.widget import Widget

    from tests.support.server import Server
    from tests.tui.driving import Driver


async def test_an_answered_question_is_painted_over(server: Server) -> None:
    painted_rows: set[int] = set()
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("e", "x", "escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        # Textual makes a new map of the screen for a hidden widget that is refreshed, when it is
        # next asked for a place: the input does that when the keyboard comes back to it.
        driver.overlays.confirmation.refresh()
        await driver.settle()
        display = driver.app._display

        def record(screen: Screen[object], update: RenderableType | None) -> None:
            every_row = [(row, 0, 80) for row in range(24)]
            painted_rows.update(row for row, _, _ in getattr(update, "spans", every_row))
            display(screen, update)

        with patch.object(driver.app, "_display", record):
            await driver.type("n")
            await driver.settle()
        assert 23 in painted_rows, "the terminal still shows the question"


def has_keyboard(widget: Widget) -> bool:
    return widget.screen.focused is widget


@asynccontextmanager
async def question_over_a_bar(server: Server) -> AsyncIterator[tuple[Driver, asyncio.Future[bool]]]:
    async with on_devices(server) as driver:
        await driver.type("E")
        await driver.until("to file ›")
        answer = driver.overlays.prompt.open(lambda _: "Really?")
        await driver.wait_for_question("Really?")
        yield driver, answer
        assert has_keyboard(driver.main.table)
        assert driver.main.table.can_focus
        assert not driver.main.is_taken


async def test_one_that_closes_below_a_question_leaves_it_the_keyboard(server: Server) -> None:
    async with question_over_a_bar(server) as (driver, answer):
        driver.overlays.export_bar.close()
        await driver.settle()
        assert has_keyboard(driver.overlays.prompt)
        assert not driver.main.table.can_focus, "the lists behind are frozen as before"
        await driver.type("n")
        assert await answer is False


async def test_a_question_that_closes_first_leads_back_to_the_bar(server: Server) -> None:
    async with question_over_a_bar(server) as (driver, answer):
        await driver.type("n")
        assert await answer is False
        widget = driver.main.focused
        assert widget is not None
        assert driver.overlays.export_bar in widget.ancestors
        assert not driver.main.table.can_focus
        await driver.type("escape")


async def test_closing_what_is_closed_leaves_the_keyboard_where_it_is(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("enter", "E")
        await driver.until("to file ›")
        await driver.type("escape")
        assert has_keyboard(driver.main.detail)
        await driver.type("escape")
        assert has_keyboard(driver.main.table)
        driver.overlays.export_bar.close()
        assert has_keyboard(driver.main.table)


async def test_one_that_was_hidden_and_is_in_sight_again_keeps_the_keyboard(server: Server) -> None:
    async with question_over_a_bar(server) as (driver, answer):
        driver.overlays.prompt.post_message(events.Hide())  # late, as on a busy loop
        driver.overlays.export_bar.query_one(Input).post_message(events.Hide())
        await driver.settle()
        assert has_keyboard(driver.overlays.prompt)
        await driver.type("n")
        assert await answer is False
        box = driver.overlays.export_bar.query_one(Input)
        assert has_keyboard(box)
        box.post_message(events.Hide())
        await driver.settle()
        assert has_keyboard(box)
        await driver.type("escape")


async def test_a_form_that_moves_its_cursor_below_a_question_waits_for_the_keyboard(
    server: Server,
) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("e", "x", "escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        form = driver.overlays.fields_form
        form.go_to("link")
        await driver.settle()
        assert has_keyboard(driver.overlays.prompt)
        await driver.type("n")
        assert has_keyboard(form.query_one(Input))
        await driver.type(*"pull")
        await driver.until("› link     pull")


async def test_somebody_always_has_the_keyboard(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        driver.main.set_focus(None)
        assert has_keyboard(driver.main.table)
        await driver.type("e", "x", "escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        form = driver.overlays.fields_form
        form.query_one(Input).disabled = True  # it cannot get the focus back
        await driver.type("n")
        assert has_keyboard(form)
        await driver.type("escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("y")
        assert has_keyboard(driver.main.table)
