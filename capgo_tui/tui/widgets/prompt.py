"""The question before a write, in the bottom row. Only ``y`` means yes."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import pad, strip, width_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.strip import Strip

KEYS = "  y yes  n no "


class Prompt(Widget, can_focus=True):
    """Asks one question at a time and takes the keyboard until it is answered.

    Enter and Esc mean no, like ``n`` and ``q``; other keys mean nothing. Keys that were typed
    before the question was on the screen answer nothing: nobody can have read it by then.
    """

    DEFAULT_CSS = """
    Prompt {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $warning-muted;
        color: $text-warning;
        text-style: bold;
    }
    """
    ANSWERS: ClassVar[dict[str, bool]] = {
        "y": True,
        "n": False,
        "q": False,
        "enter": False,
        "escape": False,
    }

    def __init__(self) -> None:
        super().__init__()
        self._question: Callable[[int], str] = str
        self._answer: asyncio.Future[bool] | None = None
        self._drawn_at: float | None = None
        self._before: Widget | None = None

    @property
    def is_modal(self) -> bool:
        """No key of the screen or the app works while a question is open."""
        return True

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self._answer is not None

    def open(self, question: Callable[[int], str]) -> asyncio.Future[bool]:
        """Put a question; the answer is True only for ``y`` typed after it was seen.

        The question is a function of the cells there are for it.

        The keyboard is taken at once, before the next key is looked at: what is typed ahead
        can not reach the list behind. Call `close` once the answer has been taken.
        """
        self._before = self.screen.focused
        self._answer = asyncio.get_running_loop().create_future()
        self._question, self._drawn_at = question, None
        self.visible = True
        self.refresh()
        self.screen.set_focus(self, scroll_visible=False)
        return self._answer

    def close(self) -> None:
        """Give the row and the keyboard back."""
        self._answer = None
        self.visible = False
        self.screen.set_focus(self._before, scroll_visible=False)

    def on_key(self, event: events.Key) -> None:
        """Take the answer."""
        event.stop()
        event.prevent_default()
        if self._drawn_at is None or event.time <= self._drawn_at:
            return
        answer = self.ANSWERS.get(event.key)
        if answer is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def on_blur(self) -> None:
        """Keep the keyboard: a click elsewhere answers nothing."""
        if self.asking:
            self.call_later(self.screen.set_focus, self, scroll_visible=False)

    def render_line(self, y: int) -> Strip:
        """Draw the question; the keys stay in sight however long it is."""
        if self._drawn_at is None:
            # The terminal gets it right after this: whoever answers later can have seen it.
            self._drawn_at = monotonic()
        width = self.size.width
        question = f" {self._question(width - len(KEYS) - 1)}"
        if width_of(question) > width - len(KEYS):
            question = pad(question, max(0, width - len(KEYS)))
        return strip([(question + KEYS, self.rich_style)], width, self.rich_style)
