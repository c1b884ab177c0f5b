"""A text field with completion."""

from __future__ import annotations

from textual.message import Message

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.line_input import LineInput


class CompletingInput(LineInput):
    """A `LineInput` that asks for a completion when the cursor goes beyond its end."""

    @dataclass
    class CompletionRequest(Message):
        """Posted when → is pressed at the end of the text."""

    def action_cursor_right(self, select: bool = False) -> None:
        """Move on, or at the end ask for a completion; a text that was filled in is kept first."""
        if self.cursor_at_end and not select and not self.is_filled:
            self.post_message(self.CompletionRequest())
        else:
            super().action_cursor_right(select)
