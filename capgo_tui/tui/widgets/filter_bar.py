"""The bottom row while a filter is typed: it narrows the list with every letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.modal import Modal
from capgo_tui.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FilterBar(Horizontal, Modal):
    """A ``/`` and what is typed after it; the arrow keys still move the table's cursor."""

    DEFAULT_CSS = """
    FilterBar {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $background;
        & TextLine { width: 2; }
        & Input { width: 1fr; background: transparent; &:focus { background-tint: transparent; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.enter_filter", "done", priority=True, id="filter.enter"),
        Binding("escape", "screen.clear_filter", "clear the filter", id="filter.clear"),
        Binding("up", "screen.move(-1)", show=False, id="filter.up"),
        Binding("down", "screen.move(1)", show=False, id="filter.down"),
    ]

    @dataclass
    class Typed(Message):
        """The filter's text is another."""

        text: str

    def compose(self) -> ComposeResult:
        """Make the row."""
        yield TextLine(" /", "title")
        yield LineInput(disabled=True)

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self.query_one(Input).value

    def open(self, text: str) -> None:
        """Take the keyboard and go on from a text."""
        box = self.query_one(Input)
        box.disabled = False
        with box.prevent(Input.Changed):
            box.value = text
        box.cursor_position = len(text)
        self.take_keyboard(box)

    def close(self) -> None:
        """Give the keyboard back."""
        self.query_one(Input).disabled = True
        self.give_keyboard_back()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(event.value))
