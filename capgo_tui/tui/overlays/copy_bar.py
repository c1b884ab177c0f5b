"""The bottom row for choosing what to copy of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.overlays.choice_bar import ChoiceBar
from capgo_tui.tui.overlays.overlay import AskingOverlay

if TYPE_CHECKING:
    import asyncio

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


class CopyBar(ChoiceBar, AskingOverlay["CopyChoice | None"]):
    """The parts that can be copied, each with its letter; it begins at the last choice."""

    VERB = "copy  v show"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(letter, f"pick({at})", part, show=False, id=f"copy.{letter}")
            for at, (letter, part) in enumerate(LETTERS.items())
        ),
        Binding("v", "show", "show", show=False, id="copy.show"),
    ]

    def open(self) -> asyncio.Future[CopyChoice | None]:
        """Take the keyboard and ask what to copy; None for nothing."""
        self.offer([f"{letter} {part}" for letter, part in LETTERS.items()], self._at)
        return self.ask()

    def action_pick(self, at: int) -> None:
        """Copy the part of a letter."""
        self._at = at
        self.action_choose()

    def action_show(self) -> None:
        """Show the part under the cursor."""
        self.give_keyboard_back()
        self.give(CopyChoice(list(LETTERS.values())[self._at], is_shown=True))

    def choose(self, at: int) -> None:
        """Answer."""
        self.give(CopyChoice(list(LETTERS.values())[at]))

    def decline(self) -> None:
        """Answer with None."""
        self.give(None)
