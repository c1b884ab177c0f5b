"""The table widget: style, key bindings, mouse and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.record_table.drawing import MARGIN
from capgo_tui.tui.widgets.record_table.rows import TONES
from capgo_tui.tui.widgets.record_table.window import RowWindow

if TYPE_CHECKING:
    from textual import events

WHEEL_ROWS = 3


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(
        keys, action, name, show=False, tooltip=tooltip, id=f"table.{name.replace(' ', '-')}"
    )


class RecordTable(RowWindow, can_focus=True):
    """A table that draws only the rows on screen and keeps its cursor on a record.

    It costs nothing when idle: no timer, no repaint when the mouse or the focus passes.

    Example:
        ```python
        class ListApp(App[None]):
            def compose(self) -> ComposeResult:
                yield RecordTable()

            def on_mount(self) -> None:
                self.query_one(RecordTable).attach(rows, columns, TableState())

            def on_record_table_opened(self, event: RecordTable.Opened) -> None:
                self.notify(event.key)
        ```

    """

    DEFAULT_CSS = """
    RecordTable {
        height: 1fr;
        width: 1fr;
        & > .record-table--header { color: $text-muted; text-style: bold; }
        & > .record-table--cursor { background: $primary; color: $text; }
        & > .record-table--marked { background: $primary-muted; }
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
        "record-table--marked",
        "record-table--headline",
        *(f"record-table--{tone}" for tone in TONES),
    }
    """
    | Class | Description |
    | :- | :- |
    | `record-table--header` | The titles of the columns. |
    | `record-table--cursor` | The whole row under the cursor. |
    | `record-table--marked` | What a marked row has besides its tones. |
    | `record-table--headline` | The first line of what stands in place of the rows. |
    | `record-table--plain` | A cell without a meaning of its own. |
    | `record-table--muted` | A cell of less weight, and the advice below the headline. |
    | `record-table--accent` | A cell to be found quickly, and the mark of a marked row. |
    | `record-table--good` | A cell that says that all is well. |
    | `record-table--warn` | A cell that asks for attention. |
    | `record-table--bad` | A cell that says that something is wrong. |
    | `record-table--changed` | A cell that is not what it was. |
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("up,k", "move(-1)", "up", "Go to the row above"),
        _binding("down,j", "move(1)", "down", "Go to the row below"),
        _binding("pageup", "move_pages(-1)", "page up", "Go a screen up"),
        _binding("pagedown", "move_pages(1)", "page down", "Go a screen down"),
        _binding("ctrl+u", "move_pages(-0.5)", "half up", "Go half a screen up"),
        _binding("ctrl+d", "move_pages(0.5)", "half down", "Go half a screen down"),
        _binding("home,g", "move_to(0)", "first", "Go to the first row"),
        _binding("end,G", "move_to(-1)", "last", "Go to the last row"),
        _binding("left", "slide(-1)", "left", "Show the columns to the left, where not all fit"),
        _binding("right", "slide(1)", "right", "Show the columns to the right, where not all fit"),
        Binding("enter", "open", "open", tooltip="Show all of this record", id="table.open"),
    ]
    """
    | Key(s) | Description |
    | :- | :- |
    | up, k / down, j | Move the cursor by a row. |
    | pageup / pagedown | Move the cursor, and the rows with it, by a screen. |
    | ctrl+u / ctrl+d | The same by half a screen. |
    | home, g / end, G | Move the cursor to the first or the last row. |
    | left / right | Slide the columns behind the first one, where not all fit. |
    | enter | Ask for all of the record under the cursor. |
    """

    @dataclass
    class CursorMoved(Message):
        """Posted when the cursor is on another record, or on none.

        Handle it with `on_record_table_cursor_moved`.
        """

        table: RecordTable
        """The table that posted this."""
        key: str | None
        """The row key under the cursor; None when there is no row."""

        @property
        def control(self) -> RecordTable:
            """An alias of `table`."""
            return self.table

    @dataclass
    class Opened(Message):
        """Posted when the operator wants to see all of a record: by Enter or a second click.

        Handle it with `on_record_table_opened`.
        """

        table: RecordTable
        """The table that posted this."""
        key: str
        """The row key of the record to open."""

        @property
        def control(self) -> RecordTable:
            """An alias of `table`."""
            return self.table

    @dataclass
    class HeaderPicked(Message):
        """Posted when the title of a column is clicked: most often a wish to sort by it.

        Handle it with `on_record_table_header_picked`.
        """

        table: RecordTable
        """The table that posted this."""
        column_id: str
        """The id of the column."""

        @property
        def control(self) -> RecordTable:
            """An alias of `table`."""
            return self.table

    @dataclass
    class NearEnd(Message):
        """Posted when the last rows are near: more are worth loading.

        Handle it with `on_record_table_near_end`. It comes again as long as that is so.
        """

        table: RecordTable
        """The table that posted this."""
        is_requested: bool
        """Whether the operator moved onto the very last row: an explicit wish for more."""

        @property
        def control(self) -> RecordTable:
            """An alias of `table`."""
            return self.table

    def __init__(
        self,
        *,
        header: bool = True,
        takes_focus: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """Make a table; it is empty until something is attached to it.

        Args:
            header: whether the titles of the columns are shown.
            takes_focus: whether it may have the keyboard; if not, whatever has it calls the
                actions.
            id: the widget's id.
            classes: the widget's classes.

        """
        super().__init__(header=header, id=id, classes=classes)
        # One that never takes the focus is moved by whatever has it; one that may and now
        # must not lies behind something modal, and no click reaches it.
        self._takes_focus = self.can_focus = takes_focus

    def cursor_moved(self, key: str | None) -> None:
        """Post that the cursor is on another record, or on none."""
        self.post_message(self.CursorMoved(self, key))

    def near_end(self, *, is_requested: bool) -> None:
        """Post that the last rows are near."""
        self.post_message(self.NearEnd(self, is_requested))

    # Keys

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows.

        Args:
            rows: how many down; a negative number goes up.

        """
        self._go_to(self._state.index + rows)

    def action_move_pages(self, pages: float) -> None:
        """Move the cursor by screens, and the rows with it.

        Args:
            pages: how many down, in parts as well; a negative number goes up.

        """
        rows = int(self.rows_on_screen * pages)
        if self._length:
            self._put_top(self._state.top + rows)
            self._go_to(self._state.index + rows)

    def action_move_to(self, index: int) -> None:
        """Move the cursor to a row.

        Args:
            index: which; a negative one counts from the end.

        """
        self._go_to(index if index >= 0 else self._length + index)

    def action_slide(self, columns: int) -> None:
        """Slide the columns behind the first one sideways, where they do not all fit.

        Args:
            columns: by how many to the right; a negative number goes back.

        """
        layout = self.column_layout
        if (columns > 0 and layout.more_right) or (columns < 0 and layout.more_left):
            self._state.skip_count += columns
            self._lay_out()
            self.refresh()

    def action_open(self) -> None:
        """Ask for all of the record under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    # Textual repaints a whole widget when focus comes or goes. This one looks the same either
    # way, and a prompt takes the focus: it would cost a screenful of bytes twice. (A screen
    # repaints itself too, unless it declares its own `focused` with `repaint=False`.)

    def on_focus(self, event: events.Focus) -> None:
        """Handle the focus without a repaint."""
        event.prevent_default()
        self.has_focus = True

    def on_blur(self, event: events.Blur) -> None:
        """Handle the loss of the focus without a repaint."""
        event.prevent_default()
        self.has_focus = False

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the first button clicks; on the cursor, open the record."""
        if self._is_frozen or event.button > 1:
            return
        if event.y < self._header:
            column = self.column_layout.column_at(event.x - MARGIN)
            if column is not None:
                self.post_message(self.HeaderPicked(self, column.id))
            return
        index = self._state.top + event.y - self._header
        if index >= self._length:
            return
        if index == self._state.index:
            self.action_open()
        else:
            self._go_to(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by a few rows; the cursor follows only as far as it must."""
        event.stop()
        self._scroll_by(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back by a few rows."""
        event.stop()
        self._scroll_by(-WHEEL_ROWS)

    @property
    def _is_frozen(self) -> bool:
        """Return whether the table lies behind an overlay, and so must not move."""
        return self._takes_focus and not self.can_focus

    def _scroll_by(self, rows: int) -> None:
        if not self._is_frozen and self._put_top(self._state.top + rows):
            top = self._state.top
            self._go_to(min(max(self._state.index, top), top + self.rows_on_screen - 1))
