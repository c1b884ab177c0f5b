"""A scrolling page of labelled lines or raw JSON."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.detail_rows import DetailRow, Line, wrap_lines
from capgo_tui.tui.widgets.json_roles import pieces_of
from capgo_tui.tui.widgets.lines import Run, measure_width, strip
from capgo_tui.tui.widgets.move_bindings import make_move_bindings
from capgo_tui.tui.widgets.outcome_signs import split_at_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from capgo_tui.workspace.insight.places import Place

__all__ = ["Detail", "LabelledLines", "Line"]


class LabelledLines(Widget, can_focus=True):
    """Lines of labels and texts; keys and the wheel move through them."""

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The wheel moves without focus, which moves only by keys."""

    DEFAULT_CSS = """
    LabelledLines {
        height: 1fr;
        & > .line--heading { color: $text-accent; text-style: bold; }
        & > .line--label { color: $foreground-muted; }
        & > .line--value { color: $foreground; }
        & > .line--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--heading",
        "line--label",
        "line--value",
        "line--cursor",
    }

    def get_style(self, tone: str) -> Style:
        """Return the style of a tone, by the component class ``line--`` and the tone."""
        return self.get_component_rich_style(f"line--{tone}")

    @abstractmethod
    def action_move(self, steps: int) -> None:
        """Move through the lines."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move on with the wheel."""
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move back with the wheel."""
        event.stop()
        self.action_move(-3)


class Detail(LabelledLines):
    """A page of lines that wraps long values and scrolls by line and by screen."""

    DEFAULT_CSS = """
    Detail {
        & > .line--raw { color: $foreground-muted; }
        & > .line--json-name { color: $text-accent; }
        & > .line--json-text { color: $foreground; }
        & > .line--json-number { color: $text-success; }
        & > .line--json-literal { color: $text-success; }
        /* Among a terminal's own colours the accent and success may be one. */
        &:ansi > .line--json-number, &:ansi > .line--json-literal { color: $text-secondary; }
        & > .line--note { color: $foreground; }
        & > .line--muted { color: $foreground-muted; }
        & > .line--good { color: $text-success; }
        & > .line--bad { color: $text-error; text-style: bold; }
        & > .line--warn { color: $text-warning; }
        & > .line--link { color: $text-accent; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--raw",
        "line--json-name",
        "line--json-text",
        "line--json-number",
        "line--json-literal",
        "line--note",
        "line--muted",
        "line--good",
        "line--bad",
        "line--warn",
        "line--link",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *make_move_bindings("detail", "move", "move_pages"),
        Binding("enter", "follow_link", "follow", show=False, id="detail.follow"),
    ]

    @dataclass
    class LinkFollowed(Message):
        """Posted when the operator wants to go where a link leads to."""

        detail: Detail
        place: Place

        @property
        def control(self) -> Detail:
            """The detail."""
            return self.detail

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.lines: Sequence[Line] = ()
        """The page that is shown."""
        self._rows: list[DetailRow] = []
        self._top = 0
        self._chosen: int | None = None
        """The row of the link that Enter follows."""

    @property
    def chosen_link(self) -> int:
        """The number of the chosen link among all; 0 where none is."""
        return 0 if self._chosen is None else self._link_rows.index(self._chosen)

    @property
    def has_links(self) -> bool:
        """Whether a line leads somewhere."""
        return any(line.link is not None for line in self.lines)

    @property
    def _link_rows(self) -> list[int]:
        return [
            at for at, row in enumerate(self._rows) if row.is_first and row.line.link is not None
        ]

    def choose_link(self, number: int) -> None:
        """Choose a link by its number and bring it into view."""
        rows = self._link_rows
        if number < len(rows):
            self._chosen = rows[number]
            below = self._chosen - self._top
            self._scroll(min(0, below) or max(0, below - self.size.height + 1))
            self.refresh()

    def action_follow_link(self) -> None:
        """Go where the chosen link leads to; without one Enter means what it does elsewhere."""
        place = None if self._chosen is None else self._rows[self._chosen].line.link
        if place is None:
            raise SkipAction
        self.post_message(self.LinkFollowed(self, place))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show another page; the same page again keeps its scroll position."""
        if list(lines) == list(self.lines):
            return
        if [line.label for line in lines] != [line.label for line in self.lines]:
            self._top, self._chosen = 0, None
        self.lines = lines
        self._wrap()
        self.refresh()

    def rows_at(self, width: int) -> int:
        """Return how many rows the page takes at a width."""
        return len(wrap_lines(self.lines, width))

    def bring_into_view(self, at: int) -> None:
        """Scroll as little as needed to show the line of that index."""
        starts = [at for at, row in enumerate(self._rows) if row.is_first and row.line.label]
        if at < len(starts):
            below = starts[at] - self._top
            self._scroll(min(0, below) or max(0, below - self.size.height + 1))

    def render_line(self, y: int) -> Strip:
        """Draw one line of the page."""
        width, base = self.size.width, self.rich_style
        at = self._top + y
        if at >= len(self._rows):
            return strip((), width, base)
        runs = self._runs(self._rows[at], is_chosen=self.has_focus and self._is_chosen(at))
        if arrow := self._arrow(y):
            runs.append((" " * (width - 1 - sum(measure_width(text) for text, _ in runs)), base))
            runs.append((arrow, self.get_style("label")))
        return strip(runs, width, base)

    def _runs(self, row: DetailRow, *, is_chosen: bool) -> list[Run]:
        line, base = row.line, self.rich_style
        if line.tone == "raw":
            parts = pieces_of(line.text, row.start, row.start + len(row.text))
            return [(row.lead, base), *((text, self._json_style(role)) for text, role in parts)]
        tone = line.tone if line.link is None else "cursor" if is_chosen else "link"
        label = self.get_style(line.label_tone)
        text = self.get_style(tone)
        runs = (
            split_at_signs(row.text, text, self.get_style) if row.start == 0 else [(row.text, text)]
        )
        return [(row.lead, label if row.lead.strip() else base), *runs]

    def _is_chosen(self, at: int) -> bool:
        """Return whether a row is one of the chosen link."""
        return self._chosen is not None and self._rows[at].line is self._rows[self._chosen].line

    def _json_style(self, role: str) -> Style:
        return self.get_style(role if role == "raw" else f"json-{role}")

    def _arrow(self, y: int) -> str:
        """Return the arrow in the last cell of a row: that there is more above or below."""
        last = self.size.height - 1
        if y == last and self._top + last < len(self._rows) - 1:
            return "↓"
        return "↑" if y == 0 and self._top else ""

    def on_resize(self) -> None:
        """Wrap the lines again."""
        self._wrap()
        self.refresh()

    def action_move(self, steps: int) -> None:
        """Scroll by lines; one line up or down chooses the next link first, if that is in view."""
        if abs(steps) != 1 or not self._choose_next(steps):
            self._scroll(steps)

    def _choose_next(self, step: int) -> bool:
        """Choose the next link in view; return whether there was one."""
        last = self._top + self.size.height - 1
        in_view = [row for row in self._link_rows if self._top <= row <= last]
        if step > 0:
            start = -1 if self._chosen is None else self._chosen
            further = [row for row in in_view if row > start][:1]
        else:
            further = [] if self._chosen is None else [r for r in in_view if r < self._chosen][-1:]
        if further:
            self._chosen = further[0]
            self.refresh()
        return bool(further)

    def _scroll(self, lines: int) -> None:
        top = max(0, min(self._top + lines, len(self._rows) - self.size.height))
        if top != self._top:
            self._top = top
            if self._chosen is not None and not 0 <= self._chosen - top < self.size.height:
                self._chosen = None
            self.refresh()

    def action_move_pages(self, pages: int) -> None:
        """Scroll by screens."""
        self._scroll(pages * max(1, self.size.height - 1))

    def _wrap(self) -> None:
        """Wrap the lines to the width."""
        self._rows = wrap_lines(self.lines, self.size.width)
        self._top = max(0, min(self._top, len(self._rows) - self.size.height))
