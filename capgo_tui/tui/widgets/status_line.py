"""The row above the hints: how much is loaded and how old it is, or what just happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import pad, strip

if TYPE_CHECKING:
    from textual.strip import Strip


class StatusLine(Widget):
    """One row of text; a message takes the place of the state until it is dismissed."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        & > .status-line--state { color: $foreground-muted; }
        & > .status-line--stale { color: $text-warning; }
        & > .status-line--message { color: $foreground; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status-line--state",
        "status-line--stale",
        "status-line--message",
    }

    def __init__(self) -> None:
        super().__init__()
        self._state = ("", False)
        self._message = ""

    @property
    def message(self) -> str:
        """What was last said and not yet dismissed."""
        return self._message

    def show_state(self, text: str, *, stale: bool = False) -> None:
        """Set what the list's state is; seen when there is no message."""
        self._set((text, stale), self._message)

    def say(self, message: str) -> None:
        """Say what has just happened, until `dismiss`."""
        self._set(self._state, message)

    def dismiss(self) -> None:
        """Go back to the list's state."""
        self._set(self._state, "")

    def _set(self, state: tuple[str, bool], message: str) -> None:
        before, (self._state, self._message) = (self._state, self._message), (state, message)
        shown_before, shown = (before[1] or before[0]), (message or state)
        if shown_before != shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the message, else the state."""
        text, stale = self._state
        part = "message" if self._message else "stale" if stale else "state"
        style = self.get_component_rich_style(f"status-line--{part}")
        width = self.size.width
        shown = pad(f" {self._message or text}", width).rstrip()
        return strip([(shown, style)], width, self.rich_style)
