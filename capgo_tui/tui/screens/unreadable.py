"""The unreadable rows of a list, each with the reason and the server's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from capgo_tui.text import clean_lines
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.workspace.list_state import ListState


def list_unreadable_lines(state: ListState) -> Sequence[Line]:
    """Return the lines of the unreadable rows, in the order received."""
    lines: list[Line] = []
    for number, row in enumerate(state.unreadable_rows.rows, 1):
        lines.append(Line("", f"{number}. {row.why}", "heading"))
        lines += [Line("", text, "raw") for text in clean_lines(row.json)]
        lines.append(Line("", ""))
    return lines


class UnreadableScreen(ModalScreen[None]):
    """The unreadable rows of a list, as they were when the screen was opened."""

    DEFAULT_CSS = """
    UnreadableScreen { background: $background; layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", id="unreadable.close"),
        Binding("exclamation_mark", "dismiss(None)", "close", id="unreadable.key"),
    ]

    def __init__(self, state: ListState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield PageTitle()
        yield Detail()
        yield KeyLine(Hint("↑↓", "scroll"), Hint("esc", "close"))

    def on_mount(self) -> None:
        """Fill the page."""
        state = self._state
        count, all_of_them = len(state.unreadable_rows.rows), state.unreadable
        first = f" · the first {count}" if count < all_of_them else ""
        title = f" {group_digits(all_of_them)} of the {state.name} cannot be read{first}"
        self.query_one(PageTitle).show(title)
        self.query_one(Detail).show_lines(list_unreadable_lines(state))
