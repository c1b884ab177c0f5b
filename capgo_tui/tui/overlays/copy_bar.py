"""The bottom row for choosing what to copy of a record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from capgo_tui.tui.overlays.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from textual.binding import BindingType

LETTERS = {
    "i": "id",
    "n": "name",
    "r": "row",
    "j": "JSON",
    "c": "curl",
    "s": "command line",
}
"""The part that each letter copies; ``h`` and ``l`` move, as everywhere."""


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """The chosen part of a record; it is shown to be selected by hand, or else copied."""

    part: str
    is_shown: bool = False


class CopyBar(ChoiceBar):
    """The parts that can be copied, each with its letter; it begins at the last choice."""

    VERB = "copy  v show"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(letter, f"pick({at})", part, show=False, id=f"copy.{letter}")
            for at, (letter, part) in enumerate(LETTERS.items())
        ),
        Binding("v", "show", "show", show=False, id="copy.show"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._answer: asyncio.Future[CopyChoice | None] | None = None

    def open(self) -> asyncio.Future[CopyChoice | None]:
        """Take the keyboard and ask what to copy; None for nothing."""
        self._answer = asyncio.get_running_loop().create_future()
        self.offer([f"{letter} {part}" for letter, part in LETTERS.items()], self._at)
        return self._answer

    def action_pick(self, at: int) -> None:
        """Copy the part of a letter."""
        self._at = at
        self.action_choose()

    def action_show(self) -> None:
        """Show the part under the cursor."""
        self.give_keyboard_back()
        self._give(CopyChoice(list(LETTERS.values())[self._at], is_shown=True))

    def choose(self, at: int) -> None:
        """Answer."""
        self._give(CopyChoice(list(LETTERS.values())[at]))

    def decline(self) -> None:
        """Answer with None."""
        self._give(None)

    def _give(self, choice: CopyChoice | None) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(choice)
