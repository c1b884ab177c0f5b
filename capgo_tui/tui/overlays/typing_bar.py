"""The bottom row for typing a text after a sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.widgets import Input

from capgo_tui.tui.overlays.overlay import Overlay
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


class TypingBar(Horizontal, Overlay):
    """A sign and an input; subclasses handle the text."""

    DEFAULT_CSS = """
    TypingBar {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $background;
        & TextLine { width: 2; }
        & Input { width: 1fr; background: transparent; &:focus { background-tint: transparent; } }
    }
    """
    SIGN: ClassVar[str]
    PLACEHOLDER: ClassVar[str] = ""
    """The placeholder of the empty input."""

    def compose(self) -> ComposeResult:
        """Make the row."""
        yield TextLine(f" {self.SIGN}", "title")
        yield LineInput(disabled=True, placeholder=self.PLACEHOLDER)

    @property
    def text(self) -> str:
        """The typed text."""
        return self.query_one(Input).value

    def begin(self, text: str) -> None:
        """Take the keyboard and go on from a text."""
        box = self.query_one(LineInput)
        box.disabled = False
        box.hold(text)
        self.take_keyboard(box)
