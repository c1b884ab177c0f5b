"""Every modal form at 80×24: it fits, and Tab moves through its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.tui.overlays.ids_form import Actions, IdsText
from capgo_tui.tui.widgets.line_input import LineInput
from tests.tui.bundles import on_bundles
from tests.tui.driving import assert_sound

if TYPE_CHECKING:
    from textual.widget import Widget

    from tests.support.server import Server
    from tests.tui.driving import Driver

SIZE = (80, 24)
ROWS = {
    "edit a channel": ("1", "e", "bundle"),
    "new channel": ("1", "n", "name"),
    "edit a bundle": ("3", "e", "comment"),
    "register a bundle": ("3", "n", "version"),
    "clean up": ("3", "C", "keep the newest"),
}
DIALOGS: dict[str, tuple[str, tuple[str, ...], type[Widget]]] = {
    "a list": ("1", ("x",), Yes),
    "a name to be typed": ("1", ("D",), Input),
    "a channel for a device": ("2", ("o",), LineInput),
    "a bundle for a channel": ("1", ("l",), LineInput),
    "ids": ("2", ("O",), IdsText),
    "ids that were given": ("2", ("O", *"an-id", "tab"), Actions),
}


def under_cursor(driver: Driver) -> str:
    """Return the row of the form under the cursor."""
    (line,) = [line for line in driver.text.split("\n") if line.startswith(" › ")]
    return line[3:].removeprefix("▸ ")


@pytest.mark.parametrize("name", ROWS)
async def test_tab_goes_down_the_rows_and_round(server: Server, name: str) -> None:
    tab, key, first = ROWS[name]
    async with on_bundles(server, "1.0.5", size=SIZE) as driver:
        await driver.type(tab, key)
        await driver.until(" › ")
        await driver.settle()
        assert_sound(driver.app, SIZE)
        assert under_cursor(driver).startswith(first)
        form = next(modal for modal in driver.overlays.mounted_overlays if modal.visible)
        widget = driver.main.focused
        assert widget is not None
        assert form in widget.ancestors_with_self, "it has the keyboard"
        rows = []
        while under_cursor(driver) not in rows:
            rows.append(under_cursor(driver))
            at = driver.text.split("\n").index(
                next(x for x in driver.text.split("\n") if " › " in x)
            )
            await driver.type("tab")
            await driver.settle()
            assert 0 < at < SIZE[1] - 1, "it is in sight"
        assert under_cursor(driver) == rows[0], "beyond the last is the first"
        await driver.type("shift+tab")
        await driver.settle()
        assert under_cursor(driver) == rows[-1], "and the other way"
        labelled_rows = [text for text in rows if text.split("  ")[0]]
        assert len(set(labelled_rows)) == len(rows) >= 2


@pytest.mark.parametrize("name", DIALOGS)
async def test_a_dialog_begins_where_it_is_answered(server: Server, name: str) -> None:
    tab, keys, kind = DIALOGS[name]
    async with on_bundles(server, "1.0.5", size=SIZE) as driver:
        await driver.type(tab)
        await driver.settle()
        await driver.type(*keys)
        await driver.until(lambda: any(modal.visible for modal in driver.overlays.mounted_overlays))
        await driver.settle()
        assert isinstance(driver.main.focused, kind)
        assert_sound(driver.app, SIZE)
        dialog = next(modal for modal in driver.overlays.mounted_overlays if modal.visible)
        assert dialog.region.bottom == SIZE[1]
        assert dialog.region.y > 0, "the list stays in sight above it"
        await driver.type("tab", "tab", "shift+tab")
        await driver.settle()
        widget = driver.main.focused
        assert widget is not None
        assert dialog in widget.ancestors_with_self, "Tab never leaves it"
        assert server.writes == 0
