"""One row with a check box."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from capgo_tui.tui.widgets.lines import pad, strip

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip

HINT = " · tab, space"


class CheckRow(Widget, can_focus=True):
    """Shows ``[ ]`` or ``[x]`` before its label; space and ←→ change it, and so does a click."""

    DEFAULT_CSS = """
    CheckRow {
        height: 1;
        & > .check-row--off { color: $foreground; }
        & > .check-row--on { color: $text-warning; text-style: bold; }
        & > .check-row--cursor { text-style: reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "check-row--off",
        "check-row--on",
        "check-row--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,left,right", "tick", "change", id="check-row.toggle"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._label = ""
        self.is_ticked = False

    def offer(self, label: str) -> None:
        """Show another label, not ticked."""
        self._label, self.is_ticked = label, False
        self.refresh()

    def action_tick(self) -> None:
        """Toggle the tick."""
        self.is_ticked = not self.is_ticked
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Do what space does."""
        event.stop()
        self.action_tick()

    def render_line(self, y: int) -> Strip:
        """Draw the row."""
        style = self.get_component_rich_style(f"check-row--{'on' if self.is_ticked else 'off'}")
        if self.has_focus:
            style += self.get_component_rich_style("check-row--cursor", partial=True)
        width = self.size.width
        # Cut the end of a long label, never the hint.
        text = f" [{'x' if self.is_ticked else ' '}] {self._label}"
        text = pad(text, max(0, width - len(HINT))).rstrip() + HINT
        return strip([(text, style)], width, self.rich_style)
