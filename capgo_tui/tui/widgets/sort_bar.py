"""The bottom row while a column to sort by is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from capgo_tui.tui.widgets.lines import Run, strip, width_of
from capgo_tui.tui.widgets.modal import Modal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.strip import Strip

    from capgo_tui.tui.widgets.record_table import Column

KEYS = " ←→ ⏎ sort  esc "


class SortBar(Modal, can_focus=True):
    """The names of the columns in a row; Enter sorts by the one under the cursor.

    Enter on the column the rows are sorted by already is for whoever listens to make sense of.
    """

    DEFAULT_CSS = """
    SortBar {
        dock: bottom;
        layer: row;
        height: 1;
        visibility: hidden;
        background: $background;
        & > .sort-bar--column { color: $foreground-muted; }
        & > .sort-bar--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"sort-bar--column", "sort-bar--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,shift+tab", "move(-1)", show=False, id="sort.left"),
        Binding("right,l,tab", "move(1)", show=False, id="sort.right"),
        Binding("enter", "choose", "sort", id="sort.choose"),
        Binding("escape,q", "close", "cancel", id="sort.cancel"),
    ]

    @dataclass
    class Chosen(Message):
        """A column was chosen by its id; None is the order in which the server sends the rows."""

        column_id: str | None

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[Column] = ()
        self._sort: tuple[str, bool] | None = None
        self._at = 0

    def open(self, columns: Sequence[Column], sort: tuple[str, bool] | None) -> None:
        """Take the keyboard and begin at the column the rows are sorted by."""
        self._columns, self._sort = columns, sort
        ids = [column.id for column in columns]
        self._at = ids.index(sort[0]) + 1 if sort else 0
        self.refresh()
        self.take_keyboard(self)

    def action_move(self, step: int) -> None:
        """Move to the column beside this one."""
        self._at = (self._at + step) % (len(self._columns) + 1)
        self.refresh()

    def action_choose(self) -> None:
        """Sort by the column under the cursor."""
        self.give_keyboard_back()
        self.post_message(self.Chosen(self._columns[self._at - 1].id if self._at else None))

    def action_close(self) -> None:
        """Leave the order as it is."""
        self.give_keyboard_back()

    def render_line(self, y: int) -> Strip:
        """Draw as many names as fit, the one under the cursor among them."""
        width, base = self.size.width, self.rich_style
        plain = self.get_component_rich_style("sort-bar--column")
        cursor = self.get_component_rich_style("sort-bar--cursor")
        names = [" as sent ", *(f" {self._title(column)} " for column in self._columns)]
        room = width - width_of(KEYS) - 2
        first = self._at
        while first and sum(map(width_of, names[first - 1 : self._at + 1])) <= room:
            first -= 1
        runs: list[Run] = [(" ", base)]
        used = 0
        for at, name in enumerate(names[first:], start=first):
            if used + width_of(name) > room:
                break
            runs.append((name, cursor if at == self._at else plain))
            used += width_of(name)
        return strip([*runs, (" " * max(0, room - used), base), (KEYS, plain)], width, base)

    def _title(self, column: Column) -> str:
        if self._sort is None or self._sort[0] != column.id:
            return column.title
        return f"{column.title} {'↓' if self._sort[1] else '↑'}"
