"""A page of lines that are read while it is open, in two columns where there is room."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from capgo_tui.api.errors import CapgoError, Refusal
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.screens.detail_page import DetailPage
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.detail_rows import wrap_lines
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.app_base import AppBase

READING = "Reading what is needed…"
CHROME: Final = 2
"""Rows besides those of the lines: the title and the keys."""
BLANK: Final = Line("", "")
WIDE: Final = 120
"""Cells from which on there are two columns."""


class Part(NamedTuple):
    """Some lines of a page."""

    lines: Sequence[Line]
    is_aside: bool = False
    """Whether they stand in the second column, where there is one."""


class ReportScreen(DetailPage):
    """A page that reads its lines when it is opened, and again on demand; it only reads."""

    DEFAULT_CSS = """
    ReportScreen Horizontal { height: 1fr; }
    ReportScreen #report-lines { width: 3fr; }
    ReportScreen #report-aside {
        display: none;
        width: 2fr;
        border-left: solid $foreground 25%;
    }
    ReportScreen.-beside #report-aside { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", id="report.close"),
        Binding("i", "dismiss(None)", "close", id="report.key"),
        Binding("r", "read_again", "read again", id="report.reload"),
    ]
    app: AppBase

    def __init__(self, title: str, read: Callable[[bool], Awaitable[Sequence[Part]]]) -> None:
        reload = Hint(name_key("list.refresh"), "read again")
        super().__init__(title, [Hint("↑↓", "scroll"), reload, Hint("esc", "close")])
        self._read = read
        """Returns the parts; its argument is whether to read once more what is loaded."""
        self._parts: Sequence[Part] = ()

    def compose_lines(self) -> ComposeResult:
        """Make both columns."""
        with Horizontal():
            yield Detail(id="report-lines")
            yield Detail(id="report-aside")

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#report-aside", Detail).can_focus = False
        self._show([Part([Line("", READING, "note")])])
        self._begin(is_anew=False)

    def action_read_again(self) -> None:
        """Read everything once more."""
        self._begin(is_anew=True)

    def _begin(self, *, is_anew: bool) -> None:
        start_worker(self, partial(self._fill, is_anew=is_anew), exclusive=True)

    async def _fill(self, *, is_anew: bool) -> None:
        """Read the parts and show them, or why they cannot be read."""
        parts: Sequence[Part]
        try:
            parts = await self._read(is_anew)
        except (CapgoError, Refusal) as error:
            parts = [Part([Line("", f"✗ Not read: {error}.", "note")])]
        except Exception as error:  # noqa: BLE001 - a bug in a worker must not end the program
            why = f"✗ Not read: {type(error).__name__}, a bug in capgo-tui."
            parts = [Part([Line("", why, "note")])]
            self.app.report_bug(error)
        self._show(parts)

    def on_resize(self) -> None:
        """Show the lines in one column or in two."""
        self._show(self._parts)

    def _show(self, parts: Sequence[Part]) -> None:
        """Show parts; one beside the others must be whole, for only the first column scrolls."""
        self._parts = parts
        width, height = self.size.width, self.size.height - CHROME
        beside = width * 2 // 5 - 1
        aside = _join([part for part in parts if part.is_aside], beside, height)
        is_beside = bool(aside) and width >= WIDE and len(wrap_lines(aside, beside)) <= height
        rest = [part for part in parts if not (is_beside and part.is_aside)]
        self.set_class(is_beside, "-beside")
        first, second = self.query(Detail)
        first.show_lines(_join(rest, width - beside - 1 if is_beside else width, height))
        second.show_lines(aside if is_beside else ())


def _join(parts: Sequence[Part], width: int, height: int) -> Sequence[Line]:
    """Return the lines of parts, with a blank between each two where all of it fits."""
    tight = [line for part in parts for line in part.lines]
    loose = [line for part in parts for line in (BLANK, *part.lines)][1:]
    return loose if len(wrap_lines(loose, width)) <= height else tight
