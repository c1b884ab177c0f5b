"""What lies over the screen: it has the keyboard, gives it back rightly, and goes for good."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.tui.bundles import on_bundles
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen
    from textual.widget import Widget

    from tests.tui.server import Server


async def test_an_answered_question_is_painted_over(server: Server) -> None:
    painted: set[int] = set()
    async with on_bundles(server, "1.0.5") as driver:
        await driver.type("e", "x", "escape")
        await driver.asked("Leave and lose 1 change?")
        # Textual makes a new map of the screen for a hidden widget that is refreshed, when it is
        # next asked for a place: the input does that when the keyboard comes back to it.
        driver.main.confirmation.refresh()
        await driver.settle()
        display = driver.app._display

        def look(screen: Screen[object], update: RenderableType | None) -> None:
            every_row = [(row, 0, 80) for row in range(24)]
            painted.update(row for row, _, _ in getattr(update, "spans", every_row))
            display(screen, update)

        with patch.object(driver.app, "_display", look):
            await driver.type("n")
            await driver.settle()
        assert 23 in painted, "the terminal still shows the question"


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
