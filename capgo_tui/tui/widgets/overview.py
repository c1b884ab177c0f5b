"""The overview of an app: lines that lead to what they are about."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.lines import Run, measure_width, strip
from capgo_tui.tui.widgets.move_bindings import make_move_bindings
from capgo_tui.tui.widgets.overview_lines import GAP, PageRow, lay_out
from capgo_tui.tui.widgets.tab_page import TabPage
from capgo_tui.workspace.insight.overview import NOTHING_READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from textual import events
    from textual.strip import Strip

    from capgo_tui.workspace.insight.overview import Overview
    from capgo_tui.workspace.insight.places import Place
    from capgo_tui.workspace.session import Workspace

TONES = ("heading", "plain", "muted", "accent", "good", "warn", "bad", "bar", "key")


@dataclass(frozen=True, slots=True)
class _Position:
    """The first row of a line: its column and its row."""

    column: int
    row: int


class OverviewPage(TabPage, can_focus=True):
    """The page of the overview; ↑ ↓ choose a line, which the screen opens."""

    DEFAULT_CSS = """
    OverviewPage {
        & > .overview--heading { color: $text-accent; text-style: bold; }
        & > .overview--plain { color: $foreground; }
        & > .overview--muted { color: $foreground-muted; }
        & > .overview--accent { color: $text-accent; }
        & > .overview--good { color: $text-success; }
        & > .overview--warn { color: $text-warning; }
        & > .overview--bad { color: $text-error; text-style: bold; }
        & > .overview--bar { color: $accent; }
        & > .overview--key { color: $text-accent; text-style: bold; }
        & > .overview--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "overview--cursor",
        *(f"overview--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *make_move_bindings("overview", "move", "move", page=10),
        Binding("left,h", "cross(-1)", "left", show=False, id="overview.left"),
        Binding("right", "cross(1)", "right", show=False, id="overview.right"),
    ]

    @dataclass
    class Outdated(Message):
        """Posted when a list may have changed since the overview was made."""

        page: OverviewPage

        @property
        def control(self) -> OverviewPage:
            """The page."""
            return self.page

    def __init__(self) -> None:
        super().__init__()
        self.status = "Joining what is loaded…"
        self._overview = NOTHING_READ
        self._keys: Mapping[str, str] = {}
        self._columns: list[list[PageRow]] = []
        self._positions: list[_Position] = []
        """Where the lines are that can be chosen, in reading order."""
        self._at = 0
        self._top = 0
        self.is_outdated = False
        """Whether a list may have changed since the overview was made."""

    def show_workspace(self, workspace: Workspace) -> None:
        """Ask for the overview to be made anew, unless that is asked already."""
        del workspace
        if not self.is_outdated:
            self.is_outdated = True
            self.post_message(self.Outdated(self))

    def expect(self) -> None:
        """Note that the overview is being made: what changes from now on outdates it again."""
        self.is_outdated = False
        """Whether a list may have changed since the overview was made."""

    def show_overview(self, overview: Overview, keys: Mapping[str, str]) -> None:
        """Show an overview; draws only where it differs."""
        if (overview, keys) != (self._overview, self._keys):
            self._overview, self._keys = overview, keys
            self._lay_out()

    @property
    def place(self) -> Place | None:
        """Where the chosen line leads to."""
        if not self._positions:
            return None
        at = self._positions[self._at]
        return self._columns[at.column][at.row].place

    def on_resize(self) -> None:
        """Lay the lines out for the new size."""
        self._lay_out(is_resized=True)

    def on_focus(self) -> None:
        """Draw the cursor."""
        self._draw(self._list_rows_at(self._at))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back with the wheel."""
        event.stop()
        self.action_move(-1)

    def on_click(self, event: events.Click) -> None:
        """Choose the line that was clicked."""
        column = 0 if len(self._columns) < 2 or event.x < self._left_width else 1
        row = event.y + self._top
        found = [n for n, at in enumerate(self._positions) if at == _Position(column, row)]
        if found:
            self._choose(found[0])

    def action_move(self, lines: int) -> None:
        """Choose the line so many further on."""
        self._choose(self._at + lines)

    def action_cross(self, step: int) -> None:
        """Choose the nearest line of the other column."""
        if not self._positions:
            return
        here = self._positions[self._at]
        beside = [
            (abs(at.row - here.row), number)
            for number, at in enumerate(self._positions)
            if at.column == here.column + step
        ]
        if beside:
            self._choose(min(beside)[1])

    def _choose(self, at: int) -> None:
        at = max(0, min(at, len(self._positions) - 1))
        if self._positions and at != self._at:
            top, left = self._top, self._list_rows_at(self._at)
            self._at = at
            self._reveal()
            if self._top == top:
                self._draw({*left, *self._list_rows_at(at)})
            else:
                self.refresh()

    def _list_rows_at(self, number: int) -> Sequence[int]:
        """Return the rows of the line of that number."""
        if number >= len(self._positions):
            return ()
        at = self._positions[number]
        rows = self._columns[at.column]
        end = at.row + 1
        while end < len(rows) and not rows[end].is_first:
            end += 1
        return range(at.row, end)

    def _draw(self, rows: Iterable[int]) -> None:
        """Draw only some rows anew: over a slow line each costs."""
        width, height = self.size
        lines = [row - self._top for row in rows if 0 <= row - self._top < height]
        if lines:
            self.refresh(*(Region(0, line, width, 1) for line in sorted(lines)))

    def _reveal(self) -> None:
        row = self._positions[self._at].row
        first = self._at == 0 or self._positions[self._at - 1].column != (
            self._positions[self._at].column
        )
        # The heading above the first line comes into view with it.
        self._top = min(self._top, 0 if first else row)
        self._top = max(self._top, row - self.size.height + 1)

    def _lay_out(self, *, is_resized: bool = False) -> None:
        width, height = self.size
        if not width or not height:
            return
        before, at = self.place, self._at
        drawn, top, cursor = self._columns, self._top, self._list_rows_at(at)
        self._columns = lay_out(self._overview, width, height, self._keys)
        self._positions = [
            _Position(column, row)
            for column, rows in enumerate(self._columns)
            for row, each in enumerate(rows)
            if each.place is not None and each.is_first
        ]
        places = [self._columns[each.column][each.row].place for each in self._positions]
        # The same line again, or what stands where it was.
        same = [number for number, place in enumerate(places) if place == before]
        nearest = min(same, key=lambda number: abs(number - at), default=at)
        self._at = max(0, min(nearest, len(self._positions) - 1))
        longest = max(map(len, self._columns))
        self._top = max(0, min(self._top, longest - height))
        if self._positions:
            self._reveal()
        if self._top == top and len(drawn) == len(self._columns) and not is_resized:
            self._draw({*self._iterate_changed_rows(drawn), *cursor, *self._list_rows_at(self._at)})
        else:
            self.refresh()

    def _iterate_changed_rows(self, drawn: Sequence[Sequence[PageRow]]) -> Iterator[int]:
        """Yield the rows that look different from those that were drawn."""
        for before, now in zip(drawn, self._columns, strict=True):
            for row, (old, new) in enumerate(zip_longest(before, now)):
                if old is None or new is None or list(old.spans) != list(new.spans):
                    yield row

    @property
    def _left_width(self) -> int:
        return (self.size.width - GAP) // 2

    def render_line(self, y: int) -> Strip:
        """Draw one row of the columns."""
        width, base = self.size.width, self.rich_style
        runs: list[Run] = []
        for number, rows in enumerate(self._columns):
            at = self._top + y
            own = self._left_width if number == 0 and len(self._columns) > 1 else None
            row = rows[at] if at < len(rows) else PageRow(())
            runs += self._make_runs(row, is_chosen=self._is_chosen(number, at), width=own)
            if own is not None:
                used = sum(measure_width(text) for text, _ in runs)
                runs.append((" " * (own + GAP - used), base))
        return strip(runs, width, base)

    def _make_runs(self, row: PageRow, *, is_chosen: bool, width: int | None) -> list[Run]:
        if not is_chosen:
            style = self.get_component_rich_style
            return [(text, style(f"overview--{tone}")) for text, tone in row.spans]
        cursor = self.get_component_rich_style("overview--cursor")
        text = "".join(text for text, _ in row.spans)
        full = width or self.size.width - (self._left_width + GAP) * (len(self._columns) - 1)
        return [(text + " " * (full - measure_width(text)), cursor)]

    def _is_chosen(self, column: int, row: int) -> bool:
        if not self._positions or not self.has_focus:
            return False
        return self._positions[self._at].column == column and row in self._list_rows_at(self._at)
