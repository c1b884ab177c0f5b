"""A scrolling page of labelled lines or raw JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.lines import (
    Run,
    break_up,
    measure_width,
    pad_middle,
    strip,
    wrap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from capgo_tui.workspace.insight.places import Place


HANGING = 5
"""The indent of a text that stands below its label."""


class Line(NamedTuple):
    """A label and its text; a line without a label is a heading, a note or raw text."""

    label: str
    text: str
    tone: str = "value"
    hangs: bool = False
    """Whether it stands below its label, where beside it there is too little room."""
    label_tone: str = "label"
    link: Place | None = None
    """Where Enter on it leads to."""


class Detail(Widget, can_focus=True):
    """A page of lines that wraps long values and scrolls by line and by screen."""

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The wheel scrolls it without focus, which moves only by keys."""

    DEFAULT_CSS = """
    Detail {
        height: 1fr;
        & > .detail--heading { color: $text-accent; text-style: bold; }
        & > .detail--label { color: $foreground-muted; }
        & > .detail--value { color: $foreground; }
        & > .detail--raw { color: $foreground; }
        & > .detail--note { color: $foreground; }
        & > .detail--good { color: $text-success; }
        & > .detail--bad { color: $text-error; text-style: bold; }
        & > .detail--warn { color: $text-warning; }
        & > .detail--link { color: $text-accent; }
        & > .detail--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "detail--heading",
        "detail--label",
        "detail--value",
        "detail--raw",
        "detail--note",
        "detail--good",
        "detail--bad",
        "detail--warn",
        "detail--link",
        "detail--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "up", show=False, id="detail.up"),
        Binding("down,j", "scroll_lines(1)", "down", show=False, id="detail.down"),
        Binding("pageup,ctrl+u", "scroll_pages(-1)", "page up", show=False, id="detail.page-up"),
        Binding(
            "pagedown,ctrl+d", "scroll_pages(1)", "page down", show=False, id="detail.page-down"
        ),
        Binding("home,g", "scroll_lines(-1000000)", "top", show=False, id="detail.top"),
        Binding("end,G", "scroll_lines(1000000)", "bottom", show=False, id="detail.bottom"),
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
        self._lines: Sequence[Line] = ()
        self._rows: list[Line] = []
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
        return any(line.link is not None for line in self._lines)

    @property
    def _link_rows(self) -> list[int]:
        return [row for row, line in enumerate(self._rows) if line.link is not None]

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
        place = None if self._chosen is None else self._rows[self._chosen].link
        if place is None:
            raise SkipAction
        self.post_message(self.LinkFollowed(self, place))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show another page; the same page again keeps its scroll position."""
        if list(lines) == list(self._lines):
            return
        if [line.label for line in lines] != [line.label for line in self._lines]:
            self._top, self._chosen = 0, None
        self._lines = lines
        self._wrap()
        self.refresh()

    def rows_at(self, width: int) -> int:
        """Return how many rows the page takes at a width."""
        return len(self._wrap_at(width))

    def bring_into_view(self, at: int) -> None:
        """Scroll as little as needed to show the line of that index."""
        starts = [row for row, line in enumerate(self._rows) if line.label]
        if at < len(starts):
            below = starts[at] - self._top
            self._scroll(min(0, below) or max(0, below - self.size.height + 1))

    def render_line(self, y: int) -> Strip:
        """Draw one line of the page."""
        width, base = self.size.width, self.rich_style
        at = self._top + y
        if at >= len(self._rows):
            return strip((), width, base)
        line = self._rows[at]
        style = self.get_component_rich_style(f"detail--{line.tone}")
        label = self.get_component_rich_style(f"detail--{line.label_tone}")
        runs: list[Run]
        if line.tone != "value":
            runs = [(" ", base), (line.text, style)]
        elif line.hangs:
            runs = [(" " * HANGING, base), (line.text, style)]
        elif line.link is not None:
            is_chosen = at == self._chosen and self.has_focus
            style = self.get_component_rich_style(f"detail--{'cursor' if is_chosen else 'link'}")
            text = f"→ {line.text}" if line.text else "→"
            runs = [(f"   {pad_middle(line.label, self._indent - 4)} ", label), (text, style)]
        else:
            runs = [(f"   {pad_middle(line.label, self._indent - 4)} ", label), (line.text, style)]
        if arrow := self._arrow(y):
            runs.append((" " * (width - 1 - sum(measure_width(text) for text, _ in runs)), base))
            runs.append((arrow, self.get_component_rich_style("detail--label")))
        return strip(runs, width, base)

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

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.action_scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back with the wheel."""
        event.stop()
        self.action_scroll_lines(-3)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll by lines; one line up or down chooses the next link first, if that is in view."""
        if abs(lines) != 1 or not self._choose_next(lines):
            self._scroll(lines)

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

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by screens."""
        self._scroll(pages * max(1, self.size.height - 1))

    @property
    def _indent(self) -> int:
        return self._indent_at(self.size.width)

    def _indent_at(self, width: int) -> int:
        longest = max((measure_width(line.label) for line in self._lines), default=0)
        return min(3 + longest + 2, max(12, width * 3 // 5))

    def _wrap(self) -> None:
        """Wrap the lines to the width."""
        self._rows = self._wrap_at(self.size.width)
        self._top = max(0, min(self._top, len(self._rows) - self.size.height))

    def _wrap_at(self, width: int) -> list[Line]:
        rows: list[Line] = []
        if width < 20:
            return rows
        indent = self._indent_at(width)
        for line in self._lines:
            room = width - 2 - (indent if line.tone == "value" else 0)
            room -= 0 if line.link is None else 2  # its arrow
            if line.tone == "raw":
                pieces = break_up(line.text, width - 2)
            elif line.tone == "value" and any(
                room < measure_width(word) <= width - 2 - HANGING for word in line.text.split()
            ):
                # An id is copied as a whole: it stands below its label rather than in pieces.
                rows.append(Line(line.label, "", link=line.link))
                hanging = wrap(line.text, width - 2 - HANGING)
                rows.extend(Line("", piece, hangs=True) for piece in hanging)
                continue
            else:
                pieces = wrap(line.text, room)
            rows.append(line._replace(text=pieces[0]))
            rows.extend(Line("", piece, line.tone) for piece in pieces[1:])
        return rows
