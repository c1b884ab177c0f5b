"""The list of changes made from here, with API key and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from capgo_tui.api.errors import Refusal
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.actions import read_only_reason
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.find_bar import FindBar, FindPage, matches_texts
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.outcome_signs import SIGN_TONES
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.tui.widgets.record_table import PlainColumn, RecordTable, Row, TableState
from capgo_tui.tui.widgets.text_line import TextBlock, TextLine
from capgo_tui.workspace.changes.history import describe_entry, list_details
from capgo_tui.workspace.changes.undo import find_objection
from capgo_tui.workspace.query import Query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from capgo_tui.tui.widgets.record_table import Column
    from capgo_tui.workspace.changes.history import HistoryRow
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.target import Target

COLUMNS = (
    PlainColumn("when", "WHEN", 11, 11, 2),
    PlainColumn("what", "WHAT", 18, 44, 0, cut_middle=True),
    PlainColumn("effect", "BEFORE → AFTER", 14, 50, 1, cut_middle=True),
    PlainColumn("outcome", "OUTCOME", 10, 10, 0),
    PlainColumn("who", "KEY", 9, 9, 3),
)
NOTHING = ("Nothing has been changed from here.", "Changes made elsewhere are not listed.")


@dataclass(slots=True)
class EntryRows:
    """Entries of the journal as a `RowSource`, those that a query fits."""

    all_entries: Sequence[Entry]
    entries: Sequence[Entry] = ()

    def narrow(self, query: Query) -> None:
        """Show the entries that a query fits."""
        self.entries = [
            each
            for each in self.all_entries
            if not query or matches_texts(query, *_make_cells(describe_entry(each)).values())
        ]

    def __len__(self) -> int:
        return len(self.entries)

    def get_key_at(self, index: int) -> str:
        """Return the row key of an entry: its number."""
        return str(self.entries[index].id)

    def index_of(self, key: str) -> int | None:
        """Return the index of an entry; there are never more than some hundred."""
        return next((at for at, each in enumerate(self.entries) if str(each.id) == key), None)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return the row of an entry."""
        summary = describe_entry(self.entries[index])
        tone = SIGN_TONES[summary.mark]
        cells = _make_cells(summary)
        texts = [cells[column.id] for column in columns]
        tones = [
            tone if column.id == "outcome" else "plain" if column.id == "what" else "muted"
            for column in columns
        ]
        return Row(summary.mark, tone, texts, tones)


def _make_cells(summary: HistoryRow) -> dict[str, str]:
    return {
        "when": summary.when,
        "what": summary.what,
        "effect": summary.effect,
        "outcome": summary.outcome,
        "who": summary.who,
    }


@dataclass(frozen=True, slots=True)
class ChosenEntry:
    """The entry that was chosen, and what for."""

    entry: Entry
    is_watched: bool = False
    """Whether it is to be watched; else it is to be undone."""


class ChangesScreen(FindPage[ChosenEntry]):
    """All changes of an app; dismissed with the entry to undo or to watch, or None."""

    DEFAULT_CSS = """
    ChangesScreen Detail { display: none; }
    ChangesScreen.-entry Detail { display: block; }
    ChangesScreen.-entry RecordTable { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back", id="changes.leave"),
        Binding("Z", "leave", "back", id="changes.close"),
        Binding("z", "undo", "undo this one", id="changes.undo"),
        Binding("W", "watch", "watch this one", id="changes.watch"),
        Binding("r", "reload", "read again", id="changes.reload"),
        Binding("slash", "find", "find", id="changes.find"),
    ]

    def __init__(
        self,
        journal: Callable[[], Awaitable[Sequence[Entry]]],
        target: Target,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._rows = EntryRows(())
        self._journal = journal
        self._nothing = NOTHING
        self._query = Query()
        self._target = target
        self._now = now

    async def read(self) -> None:
        """Read the journal; an error is shown in place of its entries."""
        try:
            self._rows.all_entries, self._nothing = await self._journal(), NOTHING
        except Refusal as error:
            self._rows.all_entries = ()
            self._nothing = ("The journal cannot be used.", f"{error}.")
        self._rows.narrow(self._query)

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield PageTitle(f" Changes made from here · {self._target.app_id}")
        yield RecordTable()
        yield Detail()
        yield TextBlock("", "warn", id="changes-said")
        yield KeyLine(*self._list_hints())
        yield FindBar()

    def on_mount(self) -> None:
        """Show the newest entries."""
        table = self.query_one(RecordTable)
        self._explain()
        table.attach(self._rows, COLUMNS, TableState())
        table.focus()

    def _list_hints(self) -> Sequence[Hint]:
        undo, is_read_only = name_key("change.undo"), self._target.read_only
        return [
            Hint("⏎", "all of it"),
            Hint(undo, "undo: read-only" if is_read_only else "undo this one", off=is_read_only),
            Hint(name_key("change.watch"), "watch it"),
            Hint(name_key("list.filter"), "find"),
            Hint(name_key("list.refresh"), "read again"),
            Hint("esc", "close"),
        ]

    def on_record_table_opened(self) -> None:
        """Show all of one entry."""
        entry = self._entry
        if entry is not None:
            self._say("")
            detail = self.query_one(Detail)
            detail.show_lines(_list_lines(entry, self._now()))
            self.add_class("-entry")
            detail.focus()

    def action_leave(self) -> None:
        """Go back to the list, or close the screen."""
        if self.has_class("-entry"):
            self._close_entry()
        else:
            super().action_leave()

    def action_find(self) -> None:
        """Type words that the changes must have."""
        self._close_entry()
        super().action_find()

    def on_find_bar_typed(self, event: FindBar.Typed) -> None:
        """Show the changes that have all words."""
        self._query = event.query
        self._rows.narrow(self._query)
        self._explain()
        self.query_one(RecordTable).rows_replaced()

    def on_find_bar_left(self) -> None:
        """Go back to the changes."""
        self.query_one(RecordTable).focus()

    def _explain(self) -> None:
        """Say why there are no rows."""
        if self._query and self._rows.all_entries:
            notice = f"None of {len(self._rows.all_entries)} changes match.", "Esc shows all."
        else:
            notice = self._nothing
        self.query_one(RecordTable).say(*notice)

    def action_undo(self) -> None:
        """Dismiss with the entry to undo, or say why it cannot be undone."""
        entry = self._entry
        reason = read_only_reason(self._target) or (entry and find_objection(entry))
        if entry is not None and not reason:
            self.dismiss(ChosenEntry(entry))
        elif reason:
            self._say(f" ✗ Not undone: {reason}.")

    def action_watch(self) -> None:
        """Dismiss with the entry to watch."""
        if (entry := self._entry) is not None:
            self.dismiss(ChosenEntry(entry, is_watched=True))

    async def action_reload(self) -> None:
        """Read the journal again."""
        await self.read()
        self._close_entry()
        self._say("")
        self._explain()
        self.query_one(RecordTable).rows_replaced()

    @property
    def _entry(self) -> Entry | None:
        key = self.query_one(RecordTable).cursor_key
        index = None if key is None else self._rows.index_of(key)
        return None if index is None else self._rows.entries[index]

    def _close_entry(self) -> None:
        self.remove_class("-entry")
        self.query_one(RecordTable).focus()

    def _say(self, message: str) -> None:
        self.query_one("#changes-said", TextLine).show(message)


def _list_lines(entry: Entry, now: datetime) -> list[Line]:
    return [
        Line(label, text) if text else Line("", label, "heading")
        for label, text in list_details(entry, now)
    ]
