"""The first row of a page: on the ground of the main screen's title, and so no heading."""

from __future__ import annotations

from capgo_tui.tui.widgets.text_line import TextLine


class PageTitle(TextLine):
    """The title of a page."""

    DEFAULT_CSS = """
    PageTitle {
        background: $panel;
        &:ansi { background: ansi_default; }
    }
    """

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(text, "title", id=id)
