"""Several modal widgets at a time: the one on top has the keyboard, and gives it back rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from textual.widget import Widget

    from tests.tui.server import Server


def has_keyboard(widget: Widget) -> bool:
    return widget.screen.focused is widget


async def test_one_that_closes_below_a_question_leaves_it_the_keyboard(server: Server) -> None:
    async with on_devices(server) as driver:
        main = driver.main
        await driver.type("E")
        await driver.until("to file ›")
        answer = main.prompt.open(lambda _: "Really?")
        await driver.asked("Really?")
        main.export_bar.close()
        await driver.settle()
        assert has_keyboard(main.prompt)
        assert not main.table.can_focus, "the lists behind are frozen as before"
        await driver.type("n")
        assert await answer is False
        assert has_keyboard(main.table)
        assert main.table.can_focus
        assert not main.is_taken


async def test_one_that_closes_first_on_top_leads_back_to_the_other(server: Server) -> None:
    async with on_devices(server) as driver:
        main = driver.main
        await driver.type("E")
        await driver.until("to file ›")
        answer = main.prompt.open(lambda _: "Really?")
        await driver.asked("Really?")
        await driver.type("n")
        assert await answer is False
        assert main.export_bar in (main.focused.ancestors if main.focused else ())
        assert not main.table.can_focus
        await driver.type("escape")
        assert has_keyboard(main.table)
        assert main.table.can_focus
