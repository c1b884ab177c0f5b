"""The row above the hints: how much is loaded and how old it is, or what just happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import pad, strip, width_of

if TYPE_CHECKING:
    from textual.strip import Strip


BETWEEN = " · "


class StatusLine(Widget):
    """One row of text; a message takes the place of the state until it is dismissed.

    What is being waited for takes the place of both while it lasts.
    """

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
        self._state, self._keeps_last = ("", False), False
        self._message = ""
        self._keeps_message = False
        """Whether it is an outcome that nobody can have seen yet."""
        self._unseen = 0
        """Outcomes that another message took the place of before they were drawn."""
        self._wait = ""
        self._shown = ("", "state", False)

    @property
    def message(self) -> str:
        """What was said or told last and not yet dismissed; empty when the state shows."""
        if not self._message or not self._unseen:
            return self._message
        return f"{self._message} (+{self._unseen} before: Z lists)"

    def show_state(self, text: str, *, stale: bool = False, keep_last: bool = False) -> None:
        """Set what the list's state is; seen when there is no message.

        `keep_last` has the last part of it stay when there is no room for all.
        """
        self._state, self._keeps_last = (text, stale), keep_last
        self._update()

    def show_wait(self, text: str) -> None:
        """Set what is being waited for, with "" nothing."""
        self._wait = text
        self._update()

    def say(self, message: str) -> None:
        """Say what is happening, until something else is said."""
        self._replace(message, is_outcome=False)

    def tell(self, outcome: str) -> None:
        """Tell what became of a write; one that nobody saw before the next came is counted."""
        self._replace(outcome, is_outcome=True)

    def dismiss(self) -> None:
        """Take the message away: an older one never comes back."""
        self._message, self._keeps_message, self._unseen = "", False, 0
        self._update()

    def _replace(self, message: str, *, is_outcome: bool) -> None:
        self._unseen += self._keeps_message
        self._message, self._keeps_message = message, is_outcome
        self._update()

    def _update(self) -> None:
        text, stale = self._state
        message = self.message
        part = "stale" if self._wait else "message" if message else "stale" if stale else "state"
        told = self._wait or message
        before, self._shown = self._shown, (told or text, part, self._keeps_last and not told)
        if before != self._shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the message, else the state."""
        text, part, keep_last = self._shown
        if part == "message":
            self._keeps_message = False
        style = self.get_component_rich_style(f"status-line--{part}")
        width = self.size.width
        fitted = _fitting(text, width - 1, keep_last=keep_last)
        shown = pad(f" {fitted}", width).rstrip()
        return strip([(shown, style)], width, self.rich_style)


def _fitting(text: str, width: int, *, keep_last: bool) -> str:
    """As many whole parts of a line as fit, and a sign that there are more.

    What does not fit is left out at the end, or before the last part where that is to stay.
    """
    if width_of(text) <= width:
        return text
    parts = text.split(BETWEEN)
    last = f" {parts.pop()}" if keep_last and len(parts) > 1 else ""
    while len(parts) > 1 and width_of(f"{BETWEEN.join(parts)} …{last}") > width:
        parts.pop()
    fitted = f"{BETWEEN.join(parts)} …{last}"
    # The first part may be too long as well; then it is cut like any other text.
    cut = width_of(fitted) > width or (len(parts) == 1 and not last)
    return text if cut else fitted
