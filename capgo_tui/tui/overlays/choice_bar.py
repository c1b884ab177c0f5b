"""The bottom row for choosing one of a few names."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from capgo_tui.tui.overlays.overlay import Overlay
from capgo_tui.tui.widgets.lines import Run, measure_width, strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.strip import Strip


class ChoiceBar(Overlay, can_focus=True):
    """Some names in a row; Enter chooses the one under the cursor, Esc none of them."""

    DEFAULT_CSS = """
    ChoiceBar {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $background;
        & > .choice-bar--choice { color: $foreground-muted; }
        & > .choice-bar--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice-bar--choice", "choice-bar--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,shift+tab", "move(-1)", show=False, id="choice.left"),
        Binding("right,l,tab", "move(1)", show=False, id="choice.right"),
        Binding("enter", "choose", "choose", id="choice.choose"),
        Binding("escape,q", "close", "cancel", id="choice.cancel"),
    ]
    VERB: ClassVar[str] = "choose"
    """The verb for Enter."""

    def __init__(self) -> None:
        super().__init__()
        self._names: Sequence[str] = ()
        self._at = 0

    def offer(self, names: Sequence[str], at: int) -> None:
        """Take the keyboard and begin at one of the names."""
        self._names, self._at = names, at
        self.refresh()
        self.take_keyboard(self)

    @abstractmethod
    def choose(self, at: int) -> None:
        """Handle a choice; called after the keyboard was given back."""

    def decline(self) -> None:
        """Handle a cancel; called after the keyboard was given back."""

    def action_move(self, step: int) -> None:
        """Move to the name beside this one."""
        self._at = (self._at + step) % len(self._names)
        self.refresh()

    def action_choose(self) -> None:
        """Choose the name under the cursor."""
        self.give_keyboard_back()
        self.choose(self._at)

    def action_close(self) -> None:
        """Choose nothing."""
        self.give_keyboard_back()
        self.decline()

    def render_line(self, y: int) -> Strip:
        """Draw as many names as fit, the one under the cursor among them."""
        width, base = self.size.width, self.rich_style
        plain = self.get_component_rich_style("choice-bar--choice")
        cursor = self.get_component_rich_style("choice-bar--cursor")
        keys = f" ←→ ⏎ {self.VERB}  esc "
        names = [f" {name} " for name in self._names]
        room = width - measure_width(keys) - 2
        first = self._at
        while first and sum(map(measure_width, names[first - 1 : self._at + 1])) <= room:
            first -= 1
        runs: list[Run] = [(" ", base)]
        cells = 0
        for at, name in enumerate(names[first:], start=first):
            if cells + measure_width(name) > room:
                break
            runs.append((name, cursor if at == self._at else plain))
            cells += measure_width(name)
        return strip([*runs, (" " * max(0, room - cells), base), (keys, plain)], width, base)
