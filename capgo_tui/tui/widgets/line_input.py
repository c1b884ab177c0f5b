"""A one-row text field whose text can be shown anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from capgo_tui.combining_marks import limit_marks_of_pieces
from capgo_tui.text import clean

if TYPE_CHECKING:
    from textual import events


class LineInput(Input):
    """An `Input` without a border; what is pasted is cleaned like text from the server.

    Pasted text may hold escape sequences. A text that came with a form is selected as a whole:
    typed or pasted text replaces it, a cursor key keeps it.
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        disabled: bool = False,
        select_on_focus: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            disabled=disabled,
            compact=True,
            select_on_focus=select_on_focus,
            id=id,
        )

    def render_line(self, y: int) -> Strip:
        """Draw the text within its cells; marks beyond that are part of it, but not drawn."""
        strip = super().render_line(y)
        segments = list(strip)
        texts = limit_marks_of_pieces([segment.text for segment in segments])
        return Strip(
            Segment(text, segment.style, segment.control)
            for text, segment in zip(texts, segments, strict=True)
        )

    def watch_disabled(self, disabled: bool) -> None:
        """Release the mouse: a disabled input does not hear that its button is up again."""
        super().watch_disabled(disabled)
        if disabled:
            self.release_mouse()

    def hold(self, text: str) -> None:
        """Set a text without posting `Changed`, with the cursor at its end."""
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)

    def fill(self, text: str) -> None:
        """Set a text without posting `Changed`, all of it selected."""
        self.hold(text)
        self.selection = Selection(0, len(text))

    @property
    def is_filled(self) -> bool:
        """Whether all of its text is selected, so that the first character replaces it."""
        return not self.selection.is_empty and set(self.selection) == {0, len(self.value)}

    def action_cursor_left(self, select: bool = False) -> None:
        """Move on; from a text that was filled in, to the place before its last character."""
        if self.is_filled and not select:
            self.cursor_position = len(self.value) - 1
        else:
            super().action_cursor_left(select)

    def on_paste(self, event: events.Paste) -> None:
        """Insert the pasted text as one harmless line."""
        event.prevent_default()
        event.stop()
        self._insert(event.text)

    def action_paste(self) -> None:
        """Insert what was copied in here, which may have had a line for each of many records."""
        self._insert(self.app.clipboard)

    def _insert(self, text: str) -> None:
        text = clean(text.strip())
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)
