"""A page with a table of which Enter opens one row in full."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.tui.widgets.record_table import RecordTable, Row, TableState
from capgo_tui.tui.widgets.text_line import TextBlock, TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.widgets.hint_bar import Hint
    from capgo_tui.tui.widgets.record_table import Column

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class PageRow:
    """One row: its mark, and a text with its tone for each column."""

    mark: str
    tone: str
    cells: Sequence[tuple[str, str]]


@dataclass(slots=True)
class PageRows:
    """The rows of a page as a `RowSource`; their row keys are their numbers."""

    columns: Sequence[Column]
    rows: Sequence[PageRow] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def get_key_at(self, index: int) -> str:
        """Return the row key of a row."""
        return str(index)

    def index_of(self, key: str) -> int | None:
        """Return the index of a row."""
        index = int(key)
        return index if index < len(self.rows) else None

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return a row as it is drawn."""
        page_row = self.rows[index]
        cells = {column.id: cell for column, cell in zip(self.columns, page_row.cells, strict=True)}
        texts, tones = zip(*(cells[column.id] for column in columns), strict=True)
        return Row(page_row.mark, page_row.tone, texts, tones)


class RowsPage(ModalScreen[ResultT | None]):
    """A table of rows; Enter shows one in full, Esc goes back.

    On a wide screen the row under the cursor may stand in full beside the table.
    """

    DEFAULT_CSS = """
    RowsPage { background: $background; layout: vertical; }
    RowsPage Horizontal { height: 1fr; }
    RowsPage Detail { display: none; width: 1fr; }
    RowsPage.-row Detail { display: block; }
    RowsPage.-row RecordTable { display: none; }
    RowsPage.-beside.-wide Detail {
        display: block;
        width: 2fr;
        border-left: solid $foreground 25%;
    }
    RowsPage.-beside.-wide RecordTable { display: block; width: 3fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    HAS_ROW_BESIDE: ClassVar[bool] = False
    """Whether a wide screen shows a row beside the table."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back", id="page.leave"),
    ]

    def __init__(self, title: str, columns: Sequence[Column], hints: Sequence[Hint]) -> None:
        super().__init__()
        self._title = title
        self._hints = hints
        self._rows = PageRows(columns)
        self._state = TableState()

    @abstractmethod
    def list_lines(self, index: int) -> Sequence[Line]:
        """Return all of one row."""

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield PageTitle(f" {self._title}")
        with Horizontal():
            yield RecordTable()
            yield Detail()
        yield TextBlock("", "warn", id="page-said")
        yield KeyLine(*self._hints)

    def on_mount(self) -> None:
        """Show the rows."""
        self.set_class(self.HAS_ROW_BESIDE, "-beside")
        self.set_columns(self._rows.columns)
        self.query_one(RecordTable).focus()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show the rows in other columns, which have the same ids; the cursor stays."""
        self._rows.columns = columns
        self.query_one(RecordTable).attach(self._rows, columns, self._state)

    def show_rows(self, rows: Sequence[PageRow], headline: str = "", advice: str = "") -> None:
        """Show other rows; the headline and advice stand where there are none."""
        self._rows.rows = rows
        table = self.query_one(RecordTable)
        table.say(headline, advice)
        table.rows_replaced()
        self._show_beside()

    def say(self, message: str) -> None:
        """Show a message below the rows."""
        self.query_one("#page-said", TextLine).show(message and f" {message}")

    @property
    def index(self) -> int | None:
        """The index of the row under the cursor."""
        key = self.query_one(RecordTable).cursor_key
        return None if key is None else self._rows.index_of(key)

    def on_record_table_cursor_moved(self) -> None:
        """Show the row under the cursor beside the table."""
        self._show_beside()

    def _show_beside(self) -> None:
        if self.HAS_ROW_BESIDE and not self.has_class("-row"):
            index = self.index
            self.query_one(Detail).show_lines(() if index is None else self.list_lines(index))

    def on_record_table_opened(self) -> None:
        """Show all of one row."""
        if (index := self.index) is not None:
            self.say("")
            detail = self.query_one(Detail)
            detail.show_lines(self.list_lines(index))
            self.add_class("-row")
            detail.focus()

    def action_leave(self) -> None:
        """Go back to the table, or close the page."""
        if self.has_class("-row"):
            self.remove_class("-row")
            self.query_one(RecordTable).focus()
        else:
            self.dismiss(None)
