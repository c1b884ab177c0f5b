"""A list of labelled lines, in as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.detail import LabelledLines
from capgo_tui.tui.widgets.lines import Run, measure_width, pad, strip, wrap
from capgo_tui.tui.widgets.move_bindings import make_move_bindings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

COLUMN_WIDTH: Final = 60
"""Cells of a column where there are several."""
MOST_COLUMNS: Final = 3


class Item(NamedTuple):
    """A label and its text; one without a label is a heading, one with an id can be picked."""

    label: str
    text: str
    id: str = ""


class _Row(NamedTuple):
    """One row of an item."""

    item: int
    label: str
    text: str


class ColumnList(LabelledLines):
    """Items from top to bottom and then in the next column, one of them under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *make_move_bindings("columns", "move", "move_pages", first="first", last="last"),
        Binding("enter", "pick", "do it", show=False, id="columns.pick"),
    ]

    @dataclass
    class Picked(Message):
        """Posted when Enter is pressed on an item with an id."""

        item_id: str

    def __init__(self) -> None:
        super().__init__()
        self._items: Sequence[Item] = ()
        self._rows: Sequence[_Row] = ()
        self._at = 0
        """The item under the cursor."""
        self._top = 0
        """The first row in view."""

    def show_items(self, items: Sequence[Item]) -> None:
        """Show other items, with the cursor on the first."""
        self._items = items
        self._at = next((n for n, each in enumerate(items) if each.label), 0)
        self._top = 0
        self._lay_out()

    @property
    def column_count(self) -> int:
        """The number of columns."""
        return max(1, min(MOST_COLUMNS, self.size.width // COLUMN_WIDTH))

    @property
    def _column_width(self) -> int:
        return self.size.width // self.column_count

    def on_resize(self) -> None:
        """Wrap the texts again."""
        self._lay_out()

    def _lay_out(self) -> None:
        indent = self._indent
        room = max(10, self._column_width - indent - 1)
        rows: list[_Row] = []
        for number, item in enumerate(self._items):
            if not item.label:
                rows.append(_Row(number, "", item.text))
                continue
            first, *others = wrap(item.text, room) or [""]
            rows.append(_Row(number, item.label, first))
            rows += [_Row(number, "", each) for each in others]
        self._rows = rows
        self._bring_into_view()
        self.refresh()

    @property
    def _indent(self) -> int:
        longest = max((measure_width(item.label) for item in self._items), default=0)
        return min(longest + 4, max(12, self._column_width // 3))

    def _bring_into_view(self) -> None:
        height = max(1, self.size.height)
        in_view = height * self.column_count
        own = [row for row, each in enumerate(self._rows) if each.item == self._at]
        if not own:
            return
        first, last = own[0], own[-1]
        if all(not self._items[each.item].label for each in self._rows[:first]):
            first = 0  # the headings above belong to it
        self._top = min(max(self._top, last - in_view + 1), first)
        self._top = max(0, min(self._top, len(self._rows) - in_view))

    def render_line(self, y: int) -> Strip:
        """Draw one row of each column."""
        base, width = self.rich_style, self._column_width
        runs: list[Run] = []
        for column in range(self.column_count):
            at = self._top + column * self.size.height + y
            if at < len(self._rows):
                runs += self._draw(self._rows[at], width)
        return strip(runs, self.size.width, base)

    def _draw(self, row: _Row, width: int) -> list[Run]:
        item = self._items[row.item]
        if not item.label:
            return [(pad(f" {row.text}", width), self.get_style("heading"))]
        label = pad(f"   {row.label}", self._indent)
        text = pad(row.text, width - self._indent)
        if row.item == self._at:
            return [(label + text, self.get_style("cursor"))]
        return [(label, self.get_style("label")), (text, self.get_style("value"))]

    def action_move(self, steps: int) -> None:
        """Move the cursor over the headings, up to the ends."""
        stops = [number for number, item in enumerate(self._items) if item.label]
        if self._at in stops:
            place = max(0, min(stops.index(self._at) + steps, len(stops) - 1))
            self._at = stops[place]
            self._bring_into_view()
            self.refresh()

    def action_move_pages(self, pages: int) -> None:
        """Move the cursor by half of what is in view."""
        self.action_move(pages * max(1, self.size.height // 2))

    def action_pick(self) -> None:
        """Pick the item under the cursor."""
        if self._items and self._items[self._at].id:
            self.post_message(self.Picked(self._items[self._at].id))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to what is clicked."""
        event.stop()
        column = min(event.x // self._column_width, self.column_count - 1)
        at = self._top + column * self.size.height + event.y
        if at < len(self._rows) and self._items[self._rows[at].item].label:
            self._at = self._rows[at].item
            self.refresh()
