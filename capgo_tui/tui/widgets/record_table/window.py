"""The window of rows in view: their source, drawing and scrolling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.widget import Widget

from capgo_tui.tui.widgets.lines import strip
from capgo_tui.tui.widgets.record_table.columns import Layout, fit_columns, slide_columns
from capgo_tui.tui.widgets.record_table.drawing import (
    MARGIN,
    header_line,
    placeholder_line,
    row_line,
    with_position,
)
from capgo_tui.tui.widgets.record_table.needs import Needs
from capgo_tui.tui.widgets.record_table.place import (
    TableState,
    clamp_top,
    find_again,
    remember,
    reveal,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rich.style import Style
    from textual.strip import Strip

    from capgo_tui.tui.widgets.record_table.columns import Column
    from capgo_tui.tui.widgets.record_table.rows import RowSource

NEAR_END_PAGES = 1
"""More rows are asked for when fewer than this many screens of them are still to come."""


class RowWindow(Widget):
    """A `RecordTable` without its keys, its mouse and its messages.

    The scroll position is its own and not a `ScrollView`'s: setting `virtual_size` lays out
    the whole screen again for each page that arrives, and a scrollbar doubles the bytes a
    page key sends.
    """

    def __init__(
        self,
        *,
        header: bool,
        id: str | None,  # noqa: A002 - Textual's own name
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._header = 1 if header else 0
        self._source: RowSource | None = None
        self._columns: Sequence[Column] = ()
        self._needs = Needs(())
        self.column_layout = Layout(())
        """The columns that fit, and their cells."""
        self._laid_out_for = 0
        self._state = TableState()
        self._length = 0
        self._placeholder: tuple[str, str] = ("", "")
        self._covered_rows = 0
        self._mark_y: int | None = None
        """The line with the position mark; -1 for none, None until there is a height."""

    # State

    @property
    def cursor_key(self) -> str | None:
        """The key of the record under the cursor; None when there is no row."""
        return self._state.row_key if self._length else None

    @property
    def state(self) -> TableState:
        """The place of the cursor and of the window in the list."""
        return self._state

    @property
    def row_count(self) -> int:
        """How many rows the list had when it was last drawn or replaced."""
        return self._length

    @property
    def rows_on_screen(self) -> int:
        """How many rows fit below the header."""
        return max(1, self.size.height - self._header - self._covered_rows)

    # Updates of the rows

    def attach(self, source: RowSource, columns: Sequence[Column], state: TableState) -> None:
        """Show other rows, with one repaint.

        Args:
            source: where the rows come from.
            columns: all the columns there are, in the order in which they are drawn.
            state: where the operator was; the table keeps it up to date from now on.

        """
        self._source, self._columns, self._state = source, columns, state
        self._length, self._needs = len(source), Needs(columns)
        self._lay_out()
        self.rows_replaced()

    def say(self, headline: str, advice: str = "") -> None:
        """Set what stands in place of the rows when there are none.

        Args:
            headline: one line; what is too long for it is cut.
            advice: as many lines as it takes.

        """
        if self._placeholder != (headline, advice):
            self._placeholder = (headline, advice)
            if not self._length:
                self.refresh()

    def cover(self, lines: int) -> None:
        """Treat the last lines as hidden behind something and keep the cursor above them.

        Args:
            lines: how many; 0 when they are in view again.

        """
        self._covered_rows = lines
        self._keep_in_sight()

    def rows_appended(self) -> None:
        """Handle rows appended to the source."""
        before = self._length
        if not before:
            self.rows_replaced()
            return
        self._length = len(self._source or ())
        if self._source is not None and before < self._state.top + self.rows_on_screen:
            remember(self._state, self._source, self.rows_on_screen)
            appended = range(before, self._indexes_in_view.stop)
            for index in appended:
                self._refresh_row(index)
            self._measure(appended)
            # On a high screen a page may not be enough, and no key tells of the room it left.
            self._look_for_end()

    def rows_updated(self, keys: Collection[str]) -> None:
        """Draw again the rows with these keys, as far as they are on screen.

        Args:
            keys: the records that are not what they were; all others and the order are.

        """
        if self._source is None:
            return
        if len(keys) > self.rows_on_screen:
            # To look each of them up would cost more than to draw the screen.
            self._measure(self._indexes_in_view)
            self.refresh()
            return
        indexes = [index for key in keys if (index := self._source.index_of(key)) is not None]
        for index in indexes:
            self._refresh_row(index)
        in_view = self._indexes_in_view
        self._measure(index for index in indexes if index in in_view)

    def rows_replaced(self) -> None:
        """Handle rows that may have come, gone or moved anywhere."""
        before, self._length = self.cursor_key, len(self._source or ())
        if self._source is not None and self._length:
            find_again(self._state, self._source)
            self._keep_in_sight()
            self._look_for_end()
        if self.cursor_key != before:
            self.cursor_moved(self.cursor_key)
        self._place_mark()
        if not self._needs.widths:
            self._lay_out()
        self._measure(self._indexes_in_view)
        self.refresh()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on a record.

        Args:
            key: the record's.

        Returns:
            Whether it is among the rows.

        """
        index = self._source.index_of(key) if self._source else None
        if index is None:
            return False
        self._put_cursor(index)
        return True

    def show_sort(self, sort: tuple[str, bool] | None) -> None:
        """Put the arrow on another column, which is kept in view if there is room for it.

        The rows themselves are the source's business.

        Args:
            sort: the column's id and whether descending, or None for no arrow.

        """
        self._state.sort = sort
        before = self.column_layout
        self._lay_out()
        if self.column_layout == before:
            self.refresh(Region(0, 0, self.size.width, self._header))
        else:
            self.refresh()

    def toggle_wide(self) -> bool:
        """Show every column at its full width, or again only those that fit; say which."""
        self._state.wide, self._state.skip_count = not self._state.wide, 0
        self._lay_out()
        self.refresh()
        return self._state.wide

    # For subclasses

    def cursor_moved(self, key: str | None) -> None:
        """Called when the cursor is on another record, or on none."""

    def near_end(self, *, is_requested: bool) -> None:
        """Called when the last rows are near."""

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the header, one row, or a line of what stands in place of the rows."""
        width, base = self.size.width, self.rich_style
        if width != self._laid_out_for:
            # A new size is drawn before its event arrives.
            if self._source is not None:
                self._needs.measure(self._source, self._indexes_in_view)
            self._lay_out()
        if y < self._header:
            return header_line(self.column_layout, self._state.sort, width, self._style_of)
        if not self._length:
            height = self.size.height - self._header
            return placeholder_line(
                y - self._header,
                height,
                width,
                self._placeholder,
                style_of=self._style_of,
                base=base,
            )
        index = self._state.top + y - self._header
        if self._source is None or index >= self._length:
            return strip((), width, base)
        row = self._source.make_row(index, [column for column, _ in self.column_layout.columns])
        cursor = self._style_of("cursor") if index == self._state.index else None
        line = row_line(row, self.column_layout, width, self._style_of, base=base, cursor=cursor)
        if self._mark_y is None:
            self._place_mark()
        if y != self._mark_y:
            return line
        # Not in the tone of the last text: that of a row that cannot be chosen is dim.
        plain = self._style_of("plain")
        tinted = plain + self._style_of("marked") if row.is_marked else plain
        return with_position(line, width, cursor or tinted)

    def _style_of(self, part: str) -> Style:
        # What a mark gives comes on top of each tone.
        return self.get_component_rich_style(f"record-table--{part}", partial=part == "marked")

    def _lay_out(self) -> None:
        # The last cell is for the position, and for the ``›``.
        state, room = self._state, self.size.width - MARGIN - 1
        self._laid_out_for = self.size.width
        if state.wide:
            self.column_layout = slide_columns(self._columns, room, state.skip_count)
            state.skip_count = self.column_layout.skip_count
            return
        if self._source is not None and self._length and not self._needs.widths:
            self._needs.measure_sample(self._source)
        sort_id = state.sort[0] if state.sort else None
        self.column_layout = fit_columns(self._columns, room, sort_id, self._needs.widths)

    @property
    def _indexes_in_view(self) -> range:
        top = self._state.top
        return range(top, min(self._length, top + self.size.height - self._header))

    def _measure(self, indexes: Iterable[int]) -> None:
        """Lay the columns out again if rows need more room than those before them."""
        if self._source is not None and self._needs.measure(self._source, indexes):
            before = self.column_layout
            self._lay_out()
            if self.column_layout != before:
                self.refresh()

    def _refresh_row(self, index: int) -> None:
        y = index - self._state.top + self._header
        if self._header <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Keep the cursor in sight; all else is drawn already."""
        self._place_mark()
        self._keep_in_sight()
        self._look_for_end()

    # Moving

    def _put_top(self, top: int) -> bool:
        state = self._state
        before, state.top = state.top, clamp_top(top, self._length, self.rows_on_screen)
        if state.top != before:
            self._note_scroll()
        return state.top != before

    def _place_mark(self) -> None:
        """Put the position mark where the rows in view are among all; called before a repaint.

        It follows the scrolling, not the cursor, and so costs no repaint of its own.
        """
        if not self.size.height:
            self._mark_y = None  # the next draw knows
            return
        lines = self.size.height - self._header
        hidden = self._length - self.rows_on_screen
        share = self._state.top / hidden if hidden > 0 else 0
        self._mark_y = self._header + round(share * (lines - 1)) if hidden > 0 else -1

    def _note_scroll(self) -> None:
        self._place_mark()
        if self._source is not None:
            remember(self._state, self._source, self.rows_on_screen)
        self._measure(self._indexes_in_view)
        self.refresh()

    def _go_to(self, index: int) -> None:
        """Move the cursor for the operator; at the very end ask for more rows."""
        self._put_cursor(index)
        at_end = not self._length or self._state.index >= self._length - 1
        self._look_for_end(is_requested=at_end)

    def _put_cursor(self, index: int) -> None:
        if self._source is None or not self._length:
            return
        index = min(max(index, 0), self._length - 1)
        before = self._state.index
        if index != before:
            self._state.stays_on_top = False
            self._state.index = index
            self._state.row_key = self._source.get_key_at(index)
            self._refresh_row(before)
            self._refresh_row(index)
            if reveal(self._state, self._length, self.rows_on_screen):
                self._note_scroll()
            self.cursor_moved(self._state.row_key)

    def _keep_in_sight(self) -> None:
        """Scroll the cursor into sight, and remember what is in view."""
        # Before the first layout there is no height; on_resize comes back here.
        if self.size.height and self._source is not None and self._length:
            if reveal(self._state, self._length, self.rows_on_screen):
                self._place_mark()
                self.refresh()
            remember(self._state, self._source, self.rows_on_screen)

    @property
    def is_near_end(self) -> bool:
        """Whether few rows are left below those in view."""
        # The view, not the cursor: the wheel can bring the end in sight all by itself.
        return self._state.top + (1 + NEAR_END_PAGES) * self.rows_on_screen >= self._length

    def _look_for_end(self, *, is_requested: bool = False) -> None:
        if self.is_near_end:
            self.near_end(is_requested=is_requested)
