"""A table over records that are somewhere else, drawn line by line.

`RecordTable` holds no rows. It asks a `RowSource` for the few that are on screen, so that a
key, a page or a refresh costs the same with a hundred rows and with a hundred thousand. The
cursor is a record's key and not a row number: whatever is inserted, filtered away or sorted,
it stays on its record, and on the same line of the screen.

The scroll position is the table's own and not a `ScrollView`'s: setting `virtual_size` lays
out the whole screen again for each page that arrives, and a scrollbar doubles the bytes a
page key sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from capgo_tui.tui.widgets.lines import Run, pad, pad_middle, strip, width_of, wrap
from capgo_tui.tui.widgets.rows import (
    TONES,
    Column,
    Layout,
    Row,
    RowSource,
    TableState,
    fit_columns,
    slide_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

NEAR_END_PAGES = 1
"""More rows are asked for when fewer than this many screens of them are still to come."""
WHEEL_ROWS = 3


class RecordTable(Widget, can_focus=True):
    """A table that draws only the rows on screen and keeps its cursor on a record."""

    DEFAULT_CSS = """
    RecordTable {
        height: 1fr;
        width: 1fr;
        & > .record-table--header { color: $text-muted; text-style: bold; }
        & > .record-table--cursor { background: $primary; color: $text; }
        & > .record-table--plain { color: $foreground; }
        & > .record-table--muted { color: $foreground-muted; }
        & > .record-table--accent { color: $text-accent; }
        & > .record-table--good { color: $text-success; }
        & > .record-table--warn { color: $text-warning; }
        & > .record-table--bad { color: $text-error; }
        & > .record-table--changed { color: $text-success; text-style: bold reverse; }
        & > .record-table--headline { color: $foreground; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--header",
        "record-table--cursor",
        "record-table--headline",
        *(f"record-table--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "down", show=False, id="table.down"),
        Binding("pageup", "move_pages(-1)", "page up", show=False, id="table.page-up"),
        Binding("pagedown", "move_pages(1)", "page down", show=False, id="table.page-down"),
        Binding("ctrl+u", "move_pages(-0.5)", "half up", show=False, id="table.half-up"),
        Binding("ctrl+d", "move_pages(0.5)", "half down", show=False, id="table.half-down"),
        Binding("home,g", "move_to(0)", "first", show=False, id="table.first"),
        Binding("end,G", "move_to(-1)", "last", show=False, id="table.last"),
        Binding("left", "slide(-1)", "columns before", show=False, id="table.left"),
        Binding("right", "slide(1)", "columns behind", show=False, id="table.right"),
        Binding("enter", "open", "open", tooltip="Show all of this record", id="table.open"),
    ]

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another record, or on none."""

        table: RecordTable
        key: str | None

        @property
        def control(self) -> RecordTable:
            """The table it happened in."""
            return self.table

    @dataclass
    class Opened(Message):
        """The operator wants to see all of a record."""

        table: RecordTable
        key: str

        @property
        def control(self) -> RecordTable:
            """The table it happened in."""
            return self.table

    @dataclass
    class NearEnd(Message):
        """The last rows are near: more are worth loading."""

        table: RecordTable
        wanted: bool
        """Whether the operator moved onto the very last row: an explicit wish for more."""

        @property
        def control(self) -> RecordTable:
            """The table it happened in."""
            return self.table

    def __init__(
        self,
        *,
        header: bool = True,
        takes_focus: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._header = 1 if header else 0
        # One that never takes the focus is moved by whatever has it; one that may and now
        # must not lies behind something modal, and no click reaches it.
        self._takes_focus = self.can_focus = takes_focus
        self._source: RowSource | None = None
        self._columns: Sequence[Column] = ()
        self._layout = Layout(())
        self._state = TableState()
        self._length = 0
        self._placeholder: tuple[str, str] = ("", "")
        self._covered = 0

    @property
    def cursor_key(self) -> str | None:
        """The key of the record under the cursor; None when there is no row."""
        return self._state.key if self._length else None

    @property
    def rows_on_screen(self) -> int:
        """How many rows fit below the header."""
        return max(1, self.size.height - self._header - self._covered)

    def attach(self, source: RowSource, columns: Sequence[Column], state: TableState) -> None:
        """Show other rows, where `state` says the operator was; one repaint."""
        self._source, self._columns, self._state = source, columns, state
        self._lay_out()
        self._length = len(source)
        self._anchor()
        self.refresh()

    def say(self, headline: str, advice: str = "") -> None:
        """Set what stands in place of the rows when there are none."""
        if self._placeholder != (headline, advice):
            self._placeholder = (headline, advice)
            if not self._length:
                self.refresh()

    def cover(self, lines: int) -> None:
        """Treat the last lines as hidden behind something and keep the cursor above them."""
        self._covered = lines
        self._scroll_to_cursor()

    def rows_appended(self) -> None:
        """Take note of rows behind the ones that were there."""
        before, self._length = self._length, len(self._source or ())
        if not before:
            self.rows_replaced()
        elif before < self._state.top + self.rows_on_screen:
            for index in range(before, min(self._length, self._state.top + self.size.height)):
                self._refresh_row(index)

    def rows_updated(self, keys: Iterable[str]) -> None:
        """Draw again the rows with these keys, as far as they are on screen."""
        if self._source is None:
            return
        for key in keys:
            index = self._source.index_of(key)
            if index is not None:
                self._refresh_row(index)

    def rows_replaced(self) -> None:
        """Take note that rows may have come, gone or moved anywhere."""
        self._length = len(self._source or ())
        self._anchor()
        self.refresh()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on a record; False when it is not among the rows."""
        index = self._source.index_of(key) if self._source else None
        if index is None:
            return False
        self._put_cursor(index)
        return True

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the header or one row."""
        width = self.size.width
        base = self.rich_style
        if y < self._header:
            return self._header_line(width)
        if not self._length:
            return self._placeholder_line(y, width)
        index = self._state.top + y - self._header
        if self._source is None or index >= self._length:
            return strip((), width, base)
        row = self._source.row(index, [column for column, _ in self._layout.columns])
        cursor = (
            self.get_component_rich_style("record-table--cursor")
            if index == self._state.index
            else None
        )
        return strip(self._row_runs(row, cursor), width, cursor or base)

    def _header_line(self, width: int) -> Strip:
        """The titles, an arrow on the one the rows are sorted by, and what is to either side."""
        style = self.get_component_rich_style("record-table--header")
        layout, sort = self._layout, self._state.sort
        titles: list[Run] = []
        for column, cells in layout.columns:
            arrow = ("↓" if sort[1] else "↑") if sort and sort[0] == column.id else ""
            title = pad(column.title, max(1, min(width_of(column.title), cells - len(arrow))))
            titles.append((pad(title + arrow, cells) + " ", style))
        left = "‹ " if layout.more_left else "  "
        line = strip([(left, style), *titles], width, style)
        if layout.more_right:
            line = strip([(pad(line.text.rstrip(), width - 1), style), ("›", style)], width, style)
        return line

    def _lay_out(self) -> None:
        state, room = self._state, self.size.width - 2
        if state.wide:
            self._layout = slide_columns(self._columns, room - 1, state.skipped)
        else:
            self._layout = fit_columns(self._columns, room)

    def _row_runs(self, row: Row, cursor: Style | None) -> Iterable[Run]:
        yield pad(row.glyph, 1), cursor or self._tone(row.glyph_tone)
        yield (
            ("✓" if row.marked else " "),
            cursor or self._tone("accent" if row.marked else "plain"),
        )
        shown = zip(self._layout.columns, row.texts, row.tones, strict=True)
        for (column, cells), text, tone in shown:
            cut = pad_middle if column.cut_middle else pad
            # Blank cells take no colour of their own, so that they join their neighbours.
            style = cursor or self._tone(tone if text else "plain")
            yield cut(text, cells) + " ", style

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"record-table--{tone}")

    def _placeholder_line(self, y: int, width: int) -> Strip:
        headline, advice = self._placeholder
        first = self._header + (self.size.height - self._header) // 3
        if y == first and headline:
            text, style = headline, self.get_component_rich_style("record-table--headline")
            return strip(
                [("  ", self.rich_style), (pad(text, width - 4), style)], width, self.rich_style
            )
        lines = wrap(advice, max(10, width - 4))
        at = y - first - 1
        if headline and 0 <= at < len(lines):
            return strip(
                [("  ", self.rich_style), (lines[at], self._tone("muted"))], width, self.rich_style
            )
        return strip((), width, self.rich_style)

    def _refresh_row(self, index: int) -> None:
        y = index - self._state.top + self._header
        if self._header <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    # Moving

    def on_resize(self) -> None:
        """Choose the columns anew and keep the cursor in sight."""
        self._lay_out()
        self._scroll_to_cursor()
        self._announce_near_end()
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._move_to(self._state.index + rows)

    def action_move_pages(self, pages: float) -> None:
        """Move the cursor by screens, and the rows with it."""
        rows = int(self.rows_on_screen * pages)
        if self._length:
            self._state.top = self._clamp_top(self._state.top + rows)
            self.refresh()
            self._move_to(self._state.index + rows)

    def action_move_to(self, index: int) -> None:
        """Move the cursor to a row; a negative one counts from the end."""
        self._move_to(index if index >= 0 else self._length + index)

    def toggle_wide(self) -> bool:
        """Show every column at its full width, or again only those that fit; say which."""
        self._state.wide, self._state.skipped = not self._state.wide, 0
        self._lay_out()
        self.refresh()
        return self._state.wide

    def show_sort(self, sort: tuple[str, bool] | None) -> None:
        """Put the arrow on another column; the rows themselves are the source's business."""
        self._state.sort = sort
        self.refresh(Region(0, 0, self.size.width, self._header))

    def action_slide(self, columns: int) -> None:
        """Slide the columns behind the first one sideways, where they do not all fit."""
        state = self._state
        if (columns > 0 and self._layout.more_right) or (columns < 0 and self._layout.more_left):
            state.skipped += columns
            self._lay_out()
            self.refresh()

    def action_open(self) -> None:
        """Ask for all of the record under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    # Textual repaints a whole widget when focus comes or goes. This one looks the same either
    # way, and a prompt takes the focus: it would cost a screenful of bytes twice.

    def on_focus(self, event: events.Focus) -> None:
        """Take note of the focus, and repaint nothing."""
        event.prevent_default()
        self.has_focus = True

    def on_blur(self, event: events.Blur) -> None:
        """Take note that the focus is gone, and repaint nothing."""
        event.prevent_default()
        self.has_focus = False

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse clicks; on the cursor, open the record."""
        index = self._state.top + event.y - self._header
        frozen = self._takes_focus and not self.can_focus
        if frozen or event.y < self._header or index >= self._length:
            return
        if index == self._state.index:
            self.action_open()
        else:
            self._move_to(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by a few rows; the cursor follows only as far as it must."""
        event.stop()
        self._scroll_by(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back by a few rows."""
        event.stop()
        self._scroll_by(-WHEEL_ROWS)

    def _scroll_by(self, rows: int) -> None:
        top = self._clamp_top(self._state.top + rows)
        if top != self._state.top:
            self._state.top = top
            self.refresh()
            self._move_to(min(max(self._state.index, top), top + self.rows_on_screen - 1))

    def _move_to(self, index: int) -> None:
        """Move as the operator wishes: at the very end that is a wish for more rows."""
        self._put_cursor(index)
        at_end = not self._length or self._state.index >= self._length - 1
        self._announce_near_end(wanted=at_end)

    def _put_cursor(self, index: int) -> None:
        if self._source is None or not self._length:
            return
        index = min(max(index, 0), self._length - 1)
        before = self._state.index
        if index != before:
            self._state.index = index
            self._state.key = self._source.key_at(index)
            self._refresh_row(before)
            self._refresh_row(index)
            self._scroll_to_cursor()
            self.post_message(self.CursorMoved(self, self._state.key))

    def _scroll_to_cursor(self) -> None:
        """At the edge jump by half a screen: fewer repaints than a row at a time."""
        if not self.size.height:
            return  # not laid out yet: on_resize comes back here
        state, rows = self._state, self.rows_on_screen
        if state.index < state.top:
            top = min(state.index, state.top - rows // 2)
        elif state.index >= state.top + rows:
            top = max(state.index - rows + 1, state.top + rows // 2)
        else:
            top = state.top
        top = self._clamp_top(top)
        if top != state.top:
            state.top = top
            self.refresh()

    def _clamp_top(self, top: int) -> int:
        return max(0, min(top, self._length - self.rows_on_screen))

    def _anchor(self) -> None:
        """Find the cursor's record again; if it is gone, stay where it was."""
        state = self._state
        if self._source is None or not self._length:
            return
        before_key = state.key
        found = self._source.index_of(state.key) if state.key is not None else None
        index = min(state.index, self._length - 1) if found is None else found
        state.top = self._clamp_top(state.top + index - state.index)
        state.index, state.key = index, self._source.key_at(index)
        self._scroll_to_cursor()
        if state.key != before_key:
            self.post_message(self.CursorMoved(self, state.key))
        self._announce_near_end()

    def _announce_near_end(self, *, wanted: bool = False) -> None:
        # The view, not the cursor: the wheel can bring the end in sight all by itself.
        if self._state.top + (1 + NEAR_END_PAGES) * self.rows_on_screen >= self._length:
            self.post_message(self.NearEnd(self, wanted))
