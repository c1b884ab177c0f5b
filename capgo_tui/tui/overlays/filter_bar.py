"""The bottom row for typing a filter, which narrows the list with every letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from capgo_tui.tui.overlays.typing_bar import TypingBar

if TYPE_CHECKING:
    from textual.widgets import Input


class FilterBar(TypingBar):
    """A ``/`` and what is typed after it; the arrow keys still move the table's cursor."""

    SIGN = "/"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.enter_filter", "done", priority=True, id="filter.enter"),
        Binding("escape", "screen.clear_filter", "clear the filter", id="filter.clear"),
        Binding("up", "screen.move(-1)", show=False, id="filter.up"),
        Binding("down", "screen.move(1)", show=False, id="filter.down"),
    ]

    @dataclass
    class Typed(Message):
        """Posted when the text of the filter changes."""

        text: str

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(event.value))
