"""A page of lines that are read while it is open."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from capgo_tui.api.errors import CapgoError, Refusal
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.app_base import AppBase

READING = "Reading what is needed…"


class ReportScreen(ModalScreen[None]):
    """A page that reads its lines when it is opened, and again on demand; it only reads."""

    DEFAULT_CSS = """
    ReportScreen { background: $background; layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", id="report.close"),
        Binding("i", "dismiss(None)", "close", id="report.key"),
        Binding("r", "read_again", "read again", id="report.reload"),
    ]
    app: AppBase

    def __init__(self, title: str, read: Callable[[bool], Awaitable[Sequence[Line]]]) -> None:
        super().__init__()
        self._title = title
        self._read = read
        """Returns the lines; its argument is whether to read once more what is loaded."""

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield TextLine(f" {self._title}", "title")
        yield Detail()
        yield KeyLine(
            Hint("↑↓", "scroll"), Hint(name_key("list.refresh"), "read again"), Hint("esc", "close")
        )

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one(Detail).show_lines([Line("", READING, "note")])
        self._begin(is_anew=False)

    def action_read_again(self) -> None:
        """Read everything once more."""
        self._begin(is_anew=True)

    def _begin(self, *, is_anew: bool) -> None:
        start_worker(self, partial(self._fill, is_anew=is_anew), exclusive=True)

    async def _fill(self, *, is_anew: bool) -> None:
        """Read the lines and show them, or why they cannot be read."""
        lines: Sequence[Line]
        try:
            lines = await self._read(is_anew)
        except (CapgoError, Refusal) as error:
            lines = [Line("", f"✗ Not read: {error}.", "note")]
        except Exception as error:  # noqa: BLE001 - a bug in a worker must not end the program
            lines = [Line("", f"✗ Not read: {type(error).__name__}, a bug in capgo-tui.", "note")]
            self.app.report_bug(error)
        self.query_one(Detail).show_lines(lines)
