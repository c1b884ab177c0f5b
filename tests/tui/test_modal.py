"""What lay over the screen goes from the terminal too, not only from the app's own idea of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.tui.bundles import on_bundles

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

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
