"""The row above the hints: the state of the list, or the latest message.

A message that is longer than a row takes more rows while it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widget import Widget

from capgo_tui.tui.keys import name_key
from capgo_tui.tui.widgets.lines import measure_width, pad, strip
from capgo_tui.tui.widgets.outcome_signs import SEPARATOR, split_at_signs, wrap_signed

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size
    from textual.strip import Strip

MAX_ROWS: Final = 3
"""Rows a message may take, on a screen that is high enough."""
SCREEN_SHARE: Final = 6
"""One row for each so many of the screen's rows, so that the list keeps the most of it."""


class Position(Widget):
    """Which of so many rows the cursor is on."""

    DEFAULT_CSS = """
    Position {
        dock: right;
        height: 1;
        visibility: hidden;
        & > .position--text { color: $foreground-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"position--text"}

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def show(self, text: str) -> None:
        """Set the text, with as much room as it takes."""
        if text != self.text:
            if len(text) != len(self.text):
                self.styles.width = len(text) + 1
            self.text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the text."""
        style = self.get_component_rich_style("position--text")
        return strip([(self.text if y == 0 else "", style)], self.size.width, self.rich_style)


class StatusLine(Widget):
    """The state in one row; a message takes its place until it is dismissed.

    A pending retry takes the place of both while it lasts. Neither is cut as long as it fits
    into `MAX_ROWS` rows.
    """

    DEFAULT_CSS = """
    StatusLine {
        height: auto;
        & > .status-line--state { color: $foreground-muted; }
        & > .status-line--stale { color: $text-warning; }
        & > .status-line--message { color: $foreground; text-style: bold; }
        & > .status-line--good { color: $text-success; text-style: bold; }
        & > .status-line--warn { color: $text-warning; text-style: bold; }
        & > .status-line--bad { color: $text-error; text-style: bold; }
        & > .status-line--muted { color: $foreground-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status-line--state",
        "status-line--stale",
        "status-line--message",
        "status-line--good",
        "status-line--warn",
        "status-line--bad",
        "status-line--muted",
    }

    def __init__(self) -> None:
        super().__init__()
        self._state, self._keeps_last = ("", False), False
        self._message = ""
        self.has_open_outcome = False
        """Whether the message is the outcome of a write that was not confirmed."""
        self._is_quiet = False
        """Whether the message is only a hint, drawn as the state is."""
        self._keeps_message = False
        """Whether the message is an outcome that was not drawn yet."""
        self._unseen = 0
        """Outcomes that were replaced before they were drawn."""
        self._wait = ""
        self._position = Position()
        self._drawing = ("", "state", False)
        self._lines = [""]

    @property
    def message(self) -> str:
        """The last message that is not dismissed; empty when the state shows."""
        if not self._message or not self._unseen:
            return self._message
        return f"{self._message} (+{self._unseen} before: {name_key('change.list')} lists)"

    @property
    def state(self) -> str:
        """The state of the list, which a message covers."""
        return self._state[0]

    def show_state(self, text: str, *, stale: bool = False, keep_last: bool = False) -> None:
        """Set the state of the list, visible when there is no message.

        `keep_last` keeps the last part when there is no room for all.
        """
        self._state, self._keeps_last = (text, stale), keep_last
        self._update()

    def compose(self) -> ComposeResult:
        """Make the position, a widget of its own: the state beside it is not drawn with it."""
        yield self._position

    def show_position(self, number: int, count: int) -> None:
        """Show which of so many rows the cursor is on, where there is room for it; 0 for none."""
        total = str(count)
        self._position.show(f"{number:>{len(total)}}/{total}" if count else "")
        self._place_position()

    def _place_position(self) -> None:
        """Show the position if the text leaves room for it.

        Beside a message too: to hide it and show it again costs a repaint of the row.
        """
        cells, room = measure_width(self._position.text), self.size.width - 1
        self._position.visible = bool(cells) and measure_width(self._drawing[0]) + 3 + cells <= room

    def show_wait(self, text: str) -> None:
        """Set the text of the pending retry; empty for none."""
        self._wait = text
        self._update()

    def say(self, message: str) -> None:
        """Show a message until the next one."""
        self._replace(message, is_outcome=False)

    def hint(self, text: str) -> None:
        """Show a dim line in place of the state until the next message or dismissal."""
        self._replace(text, is_outcome=False, is_quiet=True)

    def tell(self, outcome: str) -> None:
        """Show the outcome of a write; one replaced before it was drawn is counted."""
        self._replace(outcome, is_outcome=True)

    def dismiss(self) -> None:
        """Remove the message; an older one never comes back."""
        self._message, self._keeps_message, self._unseen = "", False, 0
        self.has_open_outcome = False
        self._update()

    def _replace(self, message: str, *, is_outcome: bool, is_quiet: bool = False) -> None:
        self._unseen += self._keeps_message
        self._message, self._keeps_message = message, is_outcome
        self.has_open_outcome = is_outcome and not message.startswith(("✓", "✗"))
        self._is_quiet = is_quiet
        self._update()

    def _update(self) -> None:
        text, stale = self._state
        message = self.message
        part = "stale" if self._wait or (stale and not message) else "state"
        if message and not self._wait and not self._is_quiet:
            part = "message"
        notice = self._wait or message
        before, self._drawing = (
            self._drawing,
            (notice or text, part, self._keeps_last and not notice),
        )
        if before != self._drawing:
            self._lay_out()
            self._place_position()

    def on_resize(self, event: events.Resize) -> None:
        """Break the text again for the new width."""
        del event
        self._lay_out()
        self._place_position()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows that the text takes."""
        del container, viewport
        return len(self._break(width))

    def _lay_out(self) -> None:
        rows = len(self._lines)
        self._lines = self._break(self.size.width)
        self.refresh(layout=len(self._lines) != rows)

    def _break(self, width: int) -> list[str]:
        """Return the text in lines of less than `width` cells, at least one."""
        text, part, keep_last = self._drawing
        is_notice = part == "message" or bool(self._wait or self._message)
        rows = min(MAX_ROWS, self.app.size.height // SCREEN_SHARE) if is_notice else 1
        if rows < 2 or measure_width(text) < width or width < 2:
            return [_fit(text, width - 1, keep_last=keep_last)]
        lines = wrap_signed(text, width - 1)
        if len(lines) <= rows:
            return lines
        first, *others = lines[rows - 1 :]
        return [*lines[: rows - 1], " ".join([first, *map(str.strip, others)])]

    def render_line(self, y: int) -> Strip:
        """Draw a line of the message, else the state."""
        part = self._drawing[1]
        if part == "message":
            self._keeps_message = False
        style = self.get_component_rich_style(f"status-line--{part}")
        width = self.size.width
        text = self._lines[y] if y < len(self._lines) else ""
        line = pad(f" {text}", width).rstrip()
        is_first = part == "message" and y == 0
        runs = split_at_signs(line, style, self._pick_style) if is_first else [(line, style)]
        return strip(runs, width, self.rich_style)

    def _pick_style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"status-line--{tone}")


def _fit(text: str, width: int, *, keep_last: bool) -> str:
    """Return as many whole parts of a line as fit, and a sign that there are more.

    What does not fit is left out at the end, or before the last part where that is to stay.
    """
    if measure_width(text) <= width:
        return text
    parts = text.split(SEPARATOR)
    last = f" {parts.pop()}" if keep_last and len(parts) > 1 else ""
    while len(parts) > 1 and measure_width(f"{SEPARATOR.join(parts)} …{last}") > width:
        parts.pop()
    line = f"{SEPARATOR.join(parts)} …{last}"
    # The first part may be too long as well; then it is cut like any other text.
    cut = measure_width(line) > width or (len(parts) == 1 and not last)
    return text if cut else line
