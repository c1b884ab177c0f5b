"""Several modal widgets at a time: the one on top has the keyboard, and gives it back rightly."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.tui.driving import on_devices

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from textual.widget import Widget

    from tests.tui.driving import Driver
    from tests.tui.server import Server


def has_keyboard(widget: Widget) -> bool:
    return widget.screen.focused is widget


@asynccontextmanager
async def question_over_a_bar(server: Server) -> AsyncIterator[tuple[Driver, asyncio.Future[bool]]]:
    async with on_devices(server) as driver:
        await driver.type("E")
        await driver.until("to file ›")
        answer = driver.main.prompt.open(lambda _: "Really?")
        await driver.asked("Really?")
        yield driver, answer
        assert has_keyboard(driver.main.table)
        assert driver.main.table.can_focus
        assert not driver.main.is_taken


async def test_one_that_closes_below_a_question_leaves_it_the_keyboard(server: Server) -> None:
    async with question_over_a_bar(server) as (driver, answer):
        driver.main.export_bar.close()
        await driver.settle()
        assert has_keyboard(driver.main.prompt)
        assert not driver.main.table.can_focus, "the lists behind are frozen as before"
        await driver.type("n")
        assert await answer is False


async def test_a_question_that_closes_first_leads_back_to_the_bar(server: Server) -> None:
    async with question_over_a_bar(server) as (driver, answer):
        await driver.type("n")
        assert await answer is False
        focused = driver.main.focused
        assert focused is not None
        assert driver.main.export_bar in focused.ancestors
        assert not driver.main.table.can_focus
        await driver.type("escape")
