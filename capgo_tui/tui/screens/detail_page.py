"""A page of lines that scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from capgo_tui.tui.widgets.detail import Detail
from capgo_tui.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


class DetailPage(ModalScreen[None]):
    """A `Detail` between a title and the keys."""

    DEFAULT_CSS = """
    DetailPage { background: $background; layout: vertical; }
    """

    def __init__(self, title: str, hints: str) -> None:
        super().__init__()
        self._title = title
        self._hints = hints

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield TextLine(f" {self._title}", "title")
        yield Detail()
        yield TextLine(f" {self._hints}", "muted")
