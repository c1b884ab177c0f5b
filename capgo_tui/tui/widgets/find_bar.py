"""A bottom row for searching a page that has no overlays, and such a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.query import Query

if TYPE_CHECKING:
    from textual.app import ComposeResult


ResultT = TypeVar("ResultT")


class FindBar(Horizontal):
    """A ``/`` and what is typed after it; once it has a text it stays in view."""

    DEFAULT_CSS = """
    FindBar {
        height: 1;
        display: none;
        background: $background;
        & TextLine { width: 2; }
        & Input { width: 1fr; background: transparent; &:focus { background-tint: transparent; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "done", priority=True, id="find.enter"),
        Binding("escape", "clear", "clear", id="find.clear"),
    ]

    @dataclass
    class Typed(Message):
        """Posted when the query is another."""

        query: Query

    @dataclass
    class Left(Message):
        """Posted when the keyboard is to go back to the page."""

    @property
    def is_modal(self) -> bool:
        """Whether Textual looks for bindings no further than this; always true."""
        return True

    def compose(self) -> ComposeResult:
        """Make the row."""
        yield TextLine(" /", "title")
        yield LineInput(disabled=True)

    @property
    def query_text(self) -> str:
        """The text of the query."""
        return clean(self.query_one(Input).value.strip())

    def begin(self) -> None:
        """Take the keyboard and go on from the text."""
        box = self.query_one(LineInput)
        self.display = True
        box.disabled = False
        box.cursor_position = len(box.value)
        box.focus()

    def clear(self) -> bool:
        """Show everything again; return whether there was a query."""
        box = self.query_one(LineInput)
        had_text = bool(box.value)
        box.hold("")
        self._leave()
        if had_text:
            self.post_message(self.Typed(Query()))
        return had_text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(Query.parse(self.query_text)))

    def action_keep(self) -> None:
        """Go back to the page, with what was typed."""
        self._leave()

    def action_clear(self) -> None:
        """Go back to the page, which shows everything again."""
        self.clear()

    def _leave(self) -> None:
        box = self.query_one(LineInput)
        box.disabled = True
        self.display = bool(box.value)
        self.post_message(self.Left())


class FindPage(ModalScreen[ResultT | None]):
    """A page of rows that its `FindBar` searches."""

    DEFAULT_CSS = """
    FindPage { background: $background; layout: vertical; }
    """

    def action_find(self) -> None:
        """Type words that the rows must have."""
        self.query_one(FindBar).begin()

    def action_leave(self) -> None:
        """Show all rows again, or close the page."""
        if not self.query_one(FindBar).clear():
            self.dismiss(None)


def matches_texts(query: Query, *texts: str) -> bool:
    """Return whether a query fits the texts of one row."""
    return not query or query.matches("\n".join(texts).casefold())
