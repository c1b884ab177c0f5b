"""The base class of forms of rows."""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Protocol, TypeVar

from textual.binding import Binding, BindingType
from textual.geometry import Region

from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import Run, pad, strip, width_of, with_edge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events
    from textual.strip import Strip
    from textual.widgets import Input

    TonedLines = Sequence[tuple[str, str]]
    """Lines with their tone."""

ActT = TypeVar("ActT")
QUIET = ("", "muted")
CHROME: Final = 2
"""Lines of the title and of the keys."""
REVIEW: Final = "Review and send"
"""The last row of a form, in sight at every size: Enter there shows what would be sent."""


class TitledDraft(Protocol):
    """A draft with a title."""

    @property
    def title(self) -> str:
        """What is edited."""
        ...


DraftT = TypeVar("DraftT", bound=TitledDraft)


class Wish(Enum):
    """What the operator wants of a form, besides an act of its own."""

    REVIEW = "review"
    LEAVE = "leave"
    COPY = "copy"


class RowForm(AskingOverlay["Wish | ActT"], Generic[DraftT, ActT], can_focus=True):
    """A form of rows; the only input lies over the row under the cursor, if that takes text.

    It answers with one wish after the other and stays open meanwhile, so that typed text
    survives a refusal; `close` closes it. A subclass gives the rows and makes the input. The
    last row leads to the review: it stays in sight while the others scroll.
    """

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The input over the row under the cursor keeps the keyboard."""
    DEFAULT_CSS = """
    RowForm {
        layer: form;
        visibility: hidden;
        & LineInput { position: absolute; display: none; width: 20; }
        & > .row-form--title { color: $text-accent; text-style: bold; }
        & > .row-form--muted { color: $foreground-muted; }
        & > .row-form--changed { text-style: bold; }
        & > .row-form--cursor { color: $text; background: $primary; }
        & > .row-form--warn { color: $text-warning; text-style: bold; }
        & > .row-form--error { color: $text-error; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "to_review", "to the review", priority=True, id="form.review"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-form--title",
        "row-form--muted",
        "row-form--changed",
        "row-form--cursor",
        "row-form--warn",
        "row-form--error",
    }

    def __init__(self) -> None:
        super().__init__()
        self._draft: DraftT | None = None
        self._at = self._top = 0
        self._message = QUIET
        self._below: TonedLines = ()
        """The lines between the rows and the keys."""
        self._lines: list[list[Run]] = []
        """The lines on the screen, so that only lines that differ are drawn again."""

    # For subclasses

    @property
    @abstractmethod
    def _count(self) -> int:
        """Return how many rows there are."""

    @property
    @abstractmethod
    def _has_review(self) -> bool:
        """Whether the last of them leads on to the review."""

    @property
    @abstractmethod
    def _height(self) -> int:
        """Lines of the whole form."""

    @property
    @abstractmethod
    def _row_text(self) -> str | None:
        """What the row under the cursor holds; None where it takes no text."""

    @property
    @abstractmethod
    def _label_width(self) -> int:
        """Cells of the labels, with the mark before them."""

    @property
    @abstractmethod
    def _box_width(self) -> int:
        """Cells of the input."""

    @property
    def _lead(self) -> int:
        """Rows above the one under the cursor that come into sight with it."""
        return 0

    @abstractmethod
    def _takes_cursor(self, at: int) -> bool:
        """Return whether the cursor may stop at a row."""

    @abstractmethod
    def _is_act(self, at: int) -> bool:
        """Return whether a row does something of its own at Enter, so that moving on skips it."""

    @abstractmethod
    def action_move(self, rows: int) -> None:
        """Stage the input, then move by some rows."""

    @abstractmethod
    def _take_text(self) -> None:
        """Stage the text of the input."""

    @abstractmethod
    def _row(self, at: int) -> list[Run]:
        """Return the runs of a row."""

    @abstractmethod
    def _about(self, width: int) -> TonedLines:
        """Return the lines below the rows, wrapped to a width."""

    @abstractmethod
    def _keys(self) -> Sequence[str]:
        """Return the texts of the last line, from the longest to the shortest."""

    # Opening and closing

    def shows(self, draft: DraftT) -> bool:
        """Return whether the form shows a draft: it may be open again with another one."""
        return self._draft is draft

    @property
    def is_at_work(self) -> bool:
        """Whether the last wish is still being carried out."""
        return self.is_open and not self.asking

    def begin(self, draft: DraftT, at: int = 0) -> None:
        """Show a draft and take the keyboard, with the cursor on a row."""
        self._draft, self._at, self._top = draft, at, 0
        self._message, self._lines = QUIET, []
        self.take_keyboard(self)
        self._arrive()

    def close(self) -> None:
        """Close the form and forget what was typed, which may have been a secret."""
        if self.is_open:
            self._draft = None
            self._box.hold("")
            self._box.display = False
            super().close()

    def say(self, message: str, tone: str = "muted") -> None:
        """Show a message below the rows."""
        self._message = (message, tone)
        self.update()

    def action_to_review(self) -> None:
        """Go to the review."""
        if self._has_review and self._at != self._count - 1:
            self.action_move(self._count - 1 - self._at)

    def _move_on(self) -> None:
        """Go to the next row that is filled in, or to the review."""
        at = self._at + 1
        while at < self._count - 1 and (self._is_act(at) or not self._takes_cursor(at)):
            at += 1
        self.action_move(at - self._at)

    def action_leave(self) -> None:
        """Leave the form; while a write is under way, close it at once."""
        self._take_text()
        if self.asking:
            self.give(Wish.LEAVE)
        else:
            self.close()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Stage the typed text."""
        event.stop()
        if self._draft is not None and self._row_text is not None:
            self._take_text()
            self._message = QUIET
            self._note_change()

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked row, unless a question about the form is open."""
        focus_widget, at = self.screen.focused, self._row_at(event.screen_y - self.region.y)
        if focus_widget is None or self not in focus_widget.ancestors_with_self:
            return
        if at is not None and at != self._at and self._takes_cursor(at):
            self.action_move(at - self._at)

    def on_resize(self) -> None:
        """Lay out the rows again."""
        self.update()

    def _note_change(self) -> None:
        """Draw the change."""
        self.update()

    @property
    def _box(self) -> LineInput:
        return self.query_one(LineInput)

    def _arrive(self, *, stays: bool = False) -> None:
        """Focus the row under the cursor, with the input over it if it takes text.

        Args:
            stays: whether the cursor was on it already, where somebody may be typing.

        """
        text, box = self._row_text, self._box
        if text is not None:
            if not stays or box.value != text:
                box.fill(text)
            box.disabled, box.display = False, True
            self.screen.set_focus(box, scroll_visible=False)
        else:
            self.screen.set_focus(self, scroll_visible=False)
            box.disabled, box.display = True, False
        self.update()

    # Drawing

    @property
    def _width(self) -> int:
        """Its cells; right after it was opened it has not been laid out yet."""
        return self.size.width or self.screen.size.width

    def update(self) -> None:
        """Draw the draft again."""
        if self._draft is None:
            return
        # At any height there is room for the title, one row, the review and the keys.
        most = max(0, self._height - CHROME - self._has_review - 1)
        self._below = self._about(max(20, self._width - 2))[:most]
        if self._at < self._scroll_count:
            self._top = min(self._top, self._at - self._lead)
            self._top = max(self._top, self._at - self._room + 1)
        self._top = max(0, min(self._top, self._scroll_count - self._room))
        self._box.styles.offset = (self._label_width, 1 + self._at - self._top)
        self._box.styles.width = self._box_width
        self._draw()

    def _draw(self) -> None:
        """Draw the lines that differ from what is on the screen."""
        before, self._lines = self._lines, [self._line(y) for y in range(self.size.height)]
        if len(before) != len(self._lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw a line: title, rows, messages, keys."""
        if self._draft is not None and len(self._lines) != self.size.height:
            self.update()  # opened before it had its size, and drawn before it was told of it
        runs = self._lines[y] if y < len(self._lines) else []
        return strip(runs, self.size.width, self.rich_style)

    def _line(self, y: int) -> list[Run]:
        width, at = self.size.width, self._row_at(y)
        if y == 0:
            return [(f" {self._draft.title if self._draft else ''}", self._style("title"))]
        if y == self.size.height - 1:
            keys = self._keys()
            hint = next((each for each in keys if width_of(each) <= width), keys[-1])
            return [(pad(hint, width).rstrip(), self._style("muted"))]
        if at is not None:
            arrow = self._arrow(y)
            runs = self._row(at)
            return with_edge(runs, width, (arrow, self._style("title"))) if arrow else runs
        below = y - 1 - self._room
        if 0 <= below < len(self._below):
            text, tone = self._below[below]
            return [(" ", self.rich_style), (pad(text, width - 1).rstrip(), self._style(tone))]
        return []

    def _row_at(self, y: int) -> int | None:
        """Return the row that is drawn in a line; None where there is none."""
        if self._has_review and y == self.size.height - 2:
            return self._count - 1
        at = y - 1 + self._top
        return at if 1 <= y <= self._room and at < self._scroll_count else None

    def _arrow(self, y: int) -> str:
        """Return the arrow at the edge of a row: that there are more rows above or below."""
        if not 1 <= y <= self._room:
            return ""
        above = y == 1 and self._top > 0
        below = y == self._room and self._top + self._room < self._scroll_count
        return "↕" if above and below else "↑" if above else "↓" if below else ""

    @property
    def _scroll_count(self) -> int:
        """How many rows scroll: all but the review."""
        return self._count - self._has_review

    @property
    def _room(self) -> int:
        """How many of them are in sight."""
        return max(1, self._height - CHROME - self._has_review - len(self._below))

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"row-form--{tone}")


def form_keys(choose: str = "") -> Sequence[str]:
    """Return the key hints of a form, from the longest to the shortest."""
    on = "⏎ next  ctrl+s review"
    choose_hint = f"{choose}  " if choose else ""
    leave = f"{on}  esc leave"
    return (f" ↑↓ tab move  {choose_hint}{leave}", f" {choose_hint}{leave}", f" {leave}", f" {on}")
