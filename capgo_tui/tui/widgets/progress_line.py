"""One row with a progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import measure_width, strip

if TYPE_CHECKING:
    from textual.strip import Strip

WIDEST: Final = 40
"""Cells of the bar at most."""
NARROWEST: Final = 4
FULL, EMPTY = "▓", "░"


class ProgressLine(Widget):
    """``▓▓▓▓░░░░ 37 of 120 · ~2 min left``; the bar is full only at the very end."""

    DEFAULT_CSS = """
    ProgressLine {
        height: 1;
        & > .progress-line--bar { color: $text-accent; }
        & > .progress-line--text { color: $foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"progress-line--bar", "progress-line--text"}

    def __init__(self) -> None:
        super().__init__()
        self._progress = (0, 0, "")

    def show(self, count: int, most: int, note: str = "") -> None:
        """Show the progress; repaints only if it differs."""
        if (count, most, note) != self._progress:
            self._progress = (count, most, note)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the bar in the room that the numbers leave it."""
        del y
        count, most, note = self._progress
        text = f" {count} of {most}{f' · {note}' if note else ''}"
        room = min(WIDEST, self.size.width - 2 - measure_width(text))
        full_cells = room * count // most if most else 0
        bar = FULL * full_cells + EMPTY * (room - full_cells) if room >= NARROWEST else ""
        runs = [
            (f" {bar}", self.get_component_rich_style("progress-line--bar")),
            (text, self.get_component_rich_style("progress-line--text")),
        ]
        return strip(runs, self.size.width, self.rich_style)
