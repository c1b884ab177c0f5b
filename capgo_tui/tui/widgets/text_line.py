"""One row of plain text in one tone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import pad, strip
from capgo_tui.tui.widgets.outcome_signs import split_at_signs, wrap_signed

if TYPE_CHECKING:
    from rich.style import Style
    from textual.geometry import Size
    from textual.strip import Strip


class TextLine(Widget):
    """A label that draws any text as it is, never as markup."""

    DEFAULT_CSS = """
    TextLine {
        height: 1;
        & > .text-line--plain { color: $foreground; }
        & > .text-line--title { color: $text-accent; text-style: bold; }
        & > .text-line--muted { color: $foreground-muted; }
        & > .text-line--good { color: $text-success; text-style: bold; }
        & > .text-line--warn { color: $text-warning; text-style: bold; }
        & > .text-line--bad { color: $text-error; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-line--plain",
        "text-line--title",
        "text-line--muted",
        "text-line--good",
        "text-line--warn",
        "text-line--bad",
    }

    def __init__(self, text: str = "", tone: str = "plain", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._text, self._tone = text, tone

    @property
    def text(self) -> str:
        """The text."""
        return self._text

    def show(self, text: str, tone: str | None = None) -> None:
        """Set the text; repaints only if it differs."""
        now = (text, tone or self._tone)
        if now != (self._text, self._tone):
            self._text, self._tone = now
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the row; lines below the first are blank."""
        text = pad(self._text, self.size.width).rstrip() if y == 0 else ""
        return self._draw(text, is_first=y == 0)

    def _draw(self, text: str, *, is_first: bool) -> Strip:
        style = self._pick_style(self._tone)
        runs = split_at_signs(text, style, self._pick_style) if is_first else [(text, style)]
        return strip(runs, self.size.width, self.rich_style)

    def _pick_style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"text-line--{tone}")


class TextBlock(TextLine):
    """A `TextLine` on as many rows as its text takes."""

    DEFAULT_CSS = """
    TextBlock { height: auto; }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines; without a text it is one blank row."""
        del container, viewport
        return len(self._wrap_lines(width))

    def show(self, text: str, tone: str | None = None) -> None:
        """Set the text, which may change the height."""
        before = self._text
        super().show(text, tone)
        if self._text != before:
            self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        """Draw one of its lines."""
        lines = self._wrap_lines(self.size.width)
        text = f"{self._margin}{lines[y]}" if y < len(lines) else ""
        return self._draw(text, is_first=y == 0)

    @property
    def _margin(self) -> str:
        return " " * (len(self._text) - len(self._text.lstrip(" ")))

    def _wrap_lines(self, width: int) -> list[str]:
        return wrap_signed(self._text.strip(), max(1, width - len(self._margin)))
