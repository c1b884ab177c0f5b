"""The question before a reversible write, in the bottom row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.answer import Answer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Prompt(Answer, AskingOverlay[bool]):
    """An `Answer` in the bottom row that takes the keyboard until it is given."""

    DEFAULT_CSS = """
    Prompt {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $warning-muted;
        color: $text-warning;
        text-style: bold;
        /* A terminal has but one yellow: it cannot be on itself. */
        &:ansi { background: ansi_default; text-style: bold reverse; }
    }
    """

    def open(self, question: Callable[[int], str], record_id: str = "") -> asyncio.Future[bool]:
        """Take the keyboard and ask a question; the keyboard is given back with the answer.

        Args:
            question: a function of the cells there are for it.
            record_id: the id that stands before it, or its end.

        """
        answer = self.put(question, record_id)
        self.take_keyboard(self)
        return answer

    def prepare_answer(self) -> None:
        """Give the keyboard back."""
        self.give_keyboard_back()
