"""A page of lines that scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from capgo_tui.tui.widgets.detail import Detail
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.page_title import PageTitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.widgets.hint_bar import Hint


class DetailPage(ModalScreen[None]):
    """A `Detail` between a title and the keys."""

    DEFAULT_CSS = """
    DetailPage { background: $background; layout: vertical; }
    """

    def __init__(self, title: str, hints: Sequence[Hint]) -> None:
        super().__init__()
        self._title = title
        self._hints = hints

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield PageTitle(f" {self._title}")
        yield from self.compose_lines()
        yield KeyLine(*self._hints)

    def compose_lines(self) -> ComposeResult:
        """Make what lies between both."""
        yield Detail()
