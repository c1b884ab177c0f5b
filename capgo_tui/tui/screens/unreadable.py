"""The unreadable rows of a list, each with the reason and the server's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from capgo_tui.text import clean_lines
from capgo_tui.tui.screens.detail_page import DetailPage
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.list_state import ListState


def list_unreadable_lines(state: ListState) -> Sequence[Line]:
    """Return the lines of the unreadable rows, in the order received."""
    lines: list[Line] = []
    for number, row in enumerate(state.unreadable_rows.rows, 1):
        lines.append(Line("", f"{number}. {row.why}", "heading"))
        lines += [Line("", text, "raw") for text in clean_lines(row.json)]
        lines.append(Line("", ""))
    return lines


class UnreadableScreen(DetailPage):
    """The unreadable rows of a list, as they were when the screen was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", id="unreadable.close"),
        Binding("exclamation_mark", "dismiss(None)", "close", id="unreadable.key"),
    ]

    def __init__(self, state: ListState) -> None:
        count, all_of_them = len(state.unreadable_rows.rows), state.unreadable
        first = f" · the first {count}" if count < all_of_them else ""
        title = f"{group_digits(all_of_them)} of the {state.name} cannot be read{first}"
        super().__init__(title, [Hint("↑↓", "scroll"), Hint("esc", "close")])
        self._lines = list_unreadable_lines(state)

    def on_mount(self) -> None:
        """Fill the page."""
        self.query_one(Detail).show_lines(self._lines)
