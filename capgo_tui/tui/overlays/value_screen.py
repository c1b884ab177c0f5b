"""A value in full, to be selected by hand where no clipboard is in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from capgo_tui.combining_marks import limit_marks
from capgo_tui.tui.terminal.clipboard import make_plain_text
from capgo_tui.tui.terminal.plain_page import draw_page, leave_page
from capgo_tui.tui.widgets.lines import break_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.geometry import Region

HINT = " Select it with the mouse. Esc goes back"
SCROLL_HINT = "; up and down scroll"


class ValueScreen(ModalScreen[None]):
    """A text on a page without frames; the terminal wraps and selects it, and Esc returns."""

    DEFAULT_CSS = "ValueScreen { background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss(None)", "back", id="value.close"),
        Binding("down,j", "scroll_rows(1)", "down", show=False, id="value.down"),
        Binding("up,k", "scroll_rows(-1)", "up", show=False, id="value.up"),
        Binding("pagedown", "scroll_pages(1)", "page down", show=False, id="value.page_down"),
        Binding("pageup", "scroll_pages(-1)", "page up", show=False, id="value.page_up"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._lines: Sequence[str] = make_plain_text(text).split("\n")
        self._top = (0, 0)
        """The first row in view: the number of its line, and of the row in that line."""

    def on_resize(self, event: events.Resize) -> None:
        """Begin at the start of a line: with another width its rows are others."""
        del event
        self._top = (self._top[0], 0)

    def on_unmount(self) -> None:
        """Have the mouse reported again."""
        if self.app._driver is not None:
            leave_page(self.app._driver)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Redraw all; regions of a screen that lies below would only end a selection."""
        if regions:
            return self
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def action_scroll_rows(self, step: int) -> None:
        """Scroll by some rows."""
        before = self._top
        for _ in range(abs(step)):
            if step < 0:
                self._top = self._find_row_before(self._top)
            elif not self._is_end_in_view():
                self._top = next(self._iterate_rows_after(self._top))
        if self._top != before:
            self.refresh()

    def action_scroll_pages(self, step: int) -> None:
        """Scroll by some pages."""
        self.action_scroll_rows(step * self._room)

    @property
    def _room(self) -> int:
        """The rows for the text."""
        return max(1, self.size.height - 1)

    def _compositor_refresh(self) -> None:
        """Let the terminal draw the page each time that Textual has drawn a blank one."""
        super()._compositor_refresh()
        driver = self.app._driver
        if driver is not None and self.app.screen is self and self.size.height > 1:
            can_scroll = self._top != (0, 0) or not self._is_end_in_view()
            hint = HINT + (SCROLL_HINT if can_scroll else "")
            draw_page(
                driver, self._get_text_in_view(), hint[: self.size.width - 1], self.size.height
            )

    def _get_text_in_view(self) -> str:
        """Return the rows in view, with a line end only where a line ends."""
        text, previous = "", self._top[0]
        for number, row in self._list_places_in_view():
            if number != previous:
                text, previous = f"{text}\n", number
            text += self._wrap_rows(number)[row]
        return text

    def _list_places_in_view(self) -> list[tuple[int, int]]:
        places = [self._top]
        for place in self._iterate_rows_after(self._top):
            if len(places) == self._room:
                break
            places.append(place)
        return places

    def _is_end_in_view(self) -> bool:
        last = len(self._lines) - 1
        return self._list_places_in_view()[-1] == (last, len(self._wrap_rows(last)) - 1)

    def _iterate_rows_after(self, place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        number, row = place
        while True:
            if row + 1 < len(self._wrap_rows(number)):
                row += 1
            elif number + 1 < len(self._lines):
                number, row = number + 1, 0
            else:
                return
            yield number, row

    def _find_row_before(self, place: tuple[int, int]) -> tuple[int, int]:
        number, row = place
        if row:
            return number, row - 1
        return (number - 1, len(self._wrap_rows(number - 1)) - 1) if number else place

    def _wrap_rows(self, number: int) -> Sequence[str]:
        """Return the rows into which the terminal breaks a line."""
        line, width = self._lines[number], max(1, self.size.width)
        if line.isascii():
            return [line[at : at + width] for at in range(0, len(line), width)] or [""]
        return break_up(limit_marks(line), width)
