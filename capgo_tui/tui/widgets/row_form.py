"""A form of rows: what its kinds have in common, whatever they ask for."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from textual.geometry import Region

from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import Run, pad, strip
from capgo_tui.tui.widgets.modal import Modal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events
    from textual.strip import Strip
    from textual.widgets import Input

    Told = Sequence[tuple[str, str]]
    """Lines with their tone."""

ActT = TypeVar("ActT")
QUIET = ("", "muted")


class Titled(Protocol):
    """What any draft has that a form shows."""

    @property
    def title(self) -> str:
        """What is edited."""
        ...


DraftT = TypeVar("DraftT", bound=Titled)


class Wish(Enum):
    """What the operator wants of a form, beside an act of its own."""

    REVIEW = "review"
    LEAVE = "leave"
    COPY = "copy"


class RowForm(Modal, Generic[DraftT, ActT], can_focus=True):
    """Draws a draft; over the row under the cursor lies the one real input, if it takes a text.

    It answers with one wish after the other and stays as it is meanwhile, so that what was typed
    outlives a refusal; `close` takes it away. A subclass says what its rows are and makes the
    input.
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
        self._below: Told = ()
        """What stands between the rows and the keys."""
        self._lines: list[list[Run]] = []
        """What is on the screen, so that only lines that differ are drawn again."""
        self._wish: asyncio.Future[Wish | ActT] | None = None

    # What it is made of

    @property
    @abstractmethod
    def _count(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def _room(self) -> int:
        """How many of them are in sight."""

    @property
    @abstractmethod
    def _typed(self) -> str | None:
        """What the row under the cursor holds; None where it takes no text."""

    @property
    @abstractmethod
    def _label_width(self) -> int:
        """Cells of the labels, with what stands before them."""

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
        """Whether there is anything to do in one of the rows."""

    @abstractmethod
    def action_move(self, rows: int) -> None:
        """Go so many rows on, with what was typed staged before."""

    @abstractmethod
    def _take_typed(self) -> None:
        """Stage what the input holds."""

    @abstractmethod
    def _row(self, at: int) -> list[Run]:
        """One of the rows."""

    @abstractmethod
    def _about(self, width: int) -> Told:
        """What is to be told below the rows, in lines of so many cells."""

    @abstractmethod
    def _keys(self) -> str:
        """The last line."""

    # Its life

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self._draft is not None

    def shows(self, draft: DraftT) -> bool:
        """Whether it is on the screen with that draft: it may be open again with another one."""
        return self._draft is draft

    @property
    def is_at_work(self) -> bool:
        """Whether what was wished for last is still being seen to, and no other wish awaited."""
        return self.is_open and (self._wish is None or self._wish.done())

    def begin(self, draft: DraftT, at: int = 0) -> None:
        """Show a draft and take the keyboard at once, with the cursor on one of the rows."""
        self._draft, self._at, self._top = draft, at, 0
        self._message, self._lines = QUIET, []
        self.take_keyboard(self)
        self._arrive()

    def wish(self) -> asyncio.Future[Wish | ActT]:
        """What the operator wants next."""
        self._wish = asyncio.get_running_loop().create_future()
        return self._wish

    def close(self, draft: DraftT | None = None) -> None:
        """Give the screen and the keyboard back, if it shows that draft, or whatever it shows."""
        if self._draft is not None and (draft is None or draft is self._draft):
            if self._wish is not None:
                self._wish.cancel()  # nobody can wish any more
            self._draft = self._wish = None
            self._box.hold("")  # it may have been a secret
            self._box.disabled, self._box.display = True, False
            self.give_keyboard_back()

    def say(self, message: str, tone: str = "muted") -> None:
        """Tell something below the rows."""
        self._message = (message, tone)
        self.update()

    def action_leave(self) -> None:
        """Leave; while a write is under way nothing is left to ask."""
        self._take_typed()
        if self._wish is None or self._wish.done():
            self.close()
        else:
            self._give(Wish.LEAVE)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Stage what is typed."""
        event.stop()
        if self._draft is not None and self._typed is not None:
            self._take_typed()
            self._message = QUIET
            self._note_change()

    def on_click(self, event: events.Click) -> None:
        """Come to the row that was clicked, unless a question about the form is open."""
        focused, row = self.screen.focused, event.screen_y - self.region.y - 1
        if focused is None or self not in focused.ancestors_with_self:
            return
        at = row + self._top
        if 0 <= row < self._room and at < self._count and at != self._at and self._takes_cursor(at):
            self.action_move(at - self._at)

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        self.update()

    def _note_change(self) -> None:
        """Draw what was changed."""
        self.update()

    def _give(self, wish: Wish | ActT) -> None:
        if self._wish is not None and not self._wish.done():
            self._wish.set_result(wish)

    @property
    def _box(self) -> LineInput:
        return self.query_one(LineInput)

    def _arrive(self) -> None:
        """Come to a row: focus it, with the input over it if it takes a text."""
        text, box = self._typed, self._box
        if text is not None:
            box.hold(text)
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
        """Draw anew what the draft says."""
        if self._draft is None:
            return
        self._below = self._about(max(20, self._width - 2))
        self._top = max(min(self._top, self._at - self._lead), self._at - max(1, self._room) + 1, 0)
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
        """Draw a line: title, rows, what is told, the keys."""
        if self._draft is not None and len(self._lines) != self.size.height:
            self.update()  # opened before it had its size, and drawn before it was told of it
        runs = self._lines[y] if y < len(self._lines) else []
        return strip(runs, self.size.width, self.rich_style)

    def _line(self, y: int) -> list[Run]:
        width, at = self.size.width, y - 1
        if y == 0:
            return [(f" {self._draft.title if self._draft else ''}", self._style("title"))]
        if y == self.size.height - 1:
            return [(pad(self._keys(), width).rstrip(), self._style("muted"))]
        if at < self._room:
            at += self._top
            return self._row(at) if at < self._count else []
        below = at - self._room
        if below < len(self._below):
            text, tone = self._below[below]
            return [(" ", self.rich_style), (pad(text, width - 1).rstrip(), self._style(tone))]
        return []

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"row-form--{tone}")
