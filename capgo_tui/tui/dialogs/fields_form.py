"""A form of a few rows at the bottom: what is asked for, what is wrong with it, what it does."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets import Input

from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import Run, pad, pad_middle, strip, wrap
from capgo_tui.tui.widgets.modal import Modal
from capgo_tui.workspace.draft import Draft, Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style
    from textual.app import ComposeResult
    from textual.strip import Strip

ABOUT: Final = 4
"""Rows kept for what stands below the entries."""
CHROME: Final = 2
BOX: Final = 44
"""Cells an entry's text takes at most."""
DOTS: Final = "••••••••"


class Wish(Enum):
    """What the operator wants of a form, beside the name of an entry that is an action."""

    REVIEW = "review"
    LEAVE = "leave"


AnyWish: TypeAlias = "Wish | str"


class FieldsForm(Modal, can_focus=True):
    """Draws a `Draft`; over the entry under the cursor lies a real input if it takes a text.

    It answers with one wish after the other and stays as it is meanwhile, so that what was typed
    outlives a refusal; `close` takes it away.
    """

    DEFAULT_CSS = """
    FieldsForm {
        dock: bottom;
        layer: form;
        height: 10;
        visibility: hidden;
        background: $panel;
        & LineInput { position: absolute; display: none; width: 20; }
        & > .fields-form--title { color: $text-accent; text-style: bold; }
        & > .fields-form--muted { color: $foreground-muted; }
        & > .fields-form--changed { text-style: bold; }
        & > .fields-form--cursor { color: $text; background: $primary; }
        & > .fields-form--warn { color: $text-warning; text-style: bold; }
        &:ansi { background: ansi_default; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "fields-form--title",
        "fields-form--muted",
        "fields-form--changed",
        "fields-form--cursor",
        "fields-form--warn",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", show=False, id="fields.up"),
        Binding("down,tab", "move(1)", show=False, id="fields.down"),
        Binding("space,left,right", "choose", show=False, id="fields.choose"),
        Binding("enter", "enter", "on", priority=True, id="fields.enter"),
        Binding("escape", "leave", "leave", id="fields.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._changed: Callable[[], None] | None = None
        self._at = self._top = 0
        self._message = ("", "muted")
        self._told: list[tuple[str, str]] = []
        self._lines: list[list[Run]] = []
        """What is on the screen, so that only rows that differ are drawn again."""
        self._wish: asyncio.Future[AnyWish] | None = None

    def compose(self) -> ComposeResult:
        """Make the one input."""
        yield LineInput(disabled=True)

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self._draft is not None

    def shows(self, draft: Draft) -> bool:
        """Whether it is on the screen with that draft: it may be open again with another one."""
        return self._draft is draft

    # Its life

    def open(self, draft: Draft, changed: Callable[[], None] | None = None) -> None:
        """Show a draft and take the keyboard at once; `changed` hears of all that is typed."""
        self._draft, self._changed = draft, changed
        self._at = self._top = 0
        self._lines = []
        self._message = ("", "muted")
        rows = len(draft.entries) + ABOUT + CHROME
        self.styles.height = min(rows, self.screen.size.height)
        self.take_keyboard(self)
        self.update()
        self._arrive()

    def wish(self) -> asyncio.Future[AnyWish]:
        """What the operator wants next."""
        self._wish = asyncio.get_running_loop().create_future()
        return self._wish

    def close(self, draft: Draft | None = None) -> None:
        """Give the rows and the keyboard back, if it shows that draft, or whatever it shows."""
        if self._draft is not None and (draft is None or draft is self._draft):
            self._draft = self._changed = self._wish = None
            with self._box.prevent(Input.Changed):
                self._box.value = ""  # it may have been a secret
            self._box.disabled, self._box.display = True, False
            self.give_keyboard_back()

    def say(self, message: str, tone: str = "muted") -> None:
        """Tell something above the keys."""
        self._message = (message, tone)
        self.update()

    def go_to(self, name: str) -> None:
        """Put the cursor on an entry."""
        self._at = next(at for at, entry in enumerate(self._entries) if entry.name == name)
        self._arrive()

    def update(self) -> None:
        """Draw anew what the draft says."""
        if self._draft is None:
            return
        self._at = min(self._at, len(self._entries) - 1)
        width = max(20, self.size.width or self.screen.size.width) - 2
        told = [self._message] if self._message[0] else []
        for text, tone in self._draft.about():
            told += [(line, tone) for line in wrap(text, width)]
        most = max(1, min(ABOUT, self._rows - CHROME - 1))
        if len(told) > most:
            rest = " ".join(text for text, _ in told[most - 1 :])
            told = [*told[: most - 1], (pad(rest, width), told[most - 1][1])]
        self._told = told
        self._lay_out()
        self._draw()

    # Keys

    def action_move(self, step: int) -> None:
        """Go to another entry; one that cannot be filled in is stepped over."""
        self._message = ("", "muted")
        count = len(self._entries)
        self._at = (self._at + step) % count
        if self._entry.kind is Kind.FIXED:
            self._at = (self._at + step) % count
        self._arrive()

    def action_choose(self) -> None:
        """Turn a yes into a no, or back."""
        if self._draft is not None and self._entry.kind is Kind.CHOICE:
            self._draft.type(self._entry.name, "no" if self._is_yes else "yes")
            self._note_change()

    def action_enter(self) -> None:
        """Go to the first entry that is wrong; when none is, go on."""
        draft = self._draft
        if draft is None:
            return
        if self._entry.kind is Kind.ACTION:
            self._give(self._entry.name)
        elif (wrong := draft.first_error()) is not None:
            entry, problem = wrong
            self.go_to(entry.name)
            self.say(f"{entry.label}: {problem}", "warn")
        else:
            self._give(Wish.REVIEW)

    def action_leave(self) -> None:
        """Leave; while something is under way nothing is left to ask."""
        if self._wish is None or self._wish.done():
            self.close()
        else:
            self._give(Wish.LEAVE)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fill the entry in."""
        event.stop()
        if self._draft is not None and self._takes_text:
            self._draft.type(self._entry.name, self._box.value)
            self._message = ("", "muted")
            self._note_change()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.update()

    def _note_change(self) -> None:
        if self._changed is not None:
            self._changed()
        self.update()

    def _give(self, wish: AnyWish) -> None:
        if self._wish is not None and not self._wish.done():
            self._wish.set_result(wish)

    # Drawing

    @property
    def _box(self) -> LineInput:
        return self.query_one(LineInput)

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return () if self._draft is None else tuple(self._draft.entries)

    @property
    def _entry(self) -> Entry:
        return self._entries[self._at]

    @property
    def _takes_text(self) -> bool:
        return self._entry.kind in (Kind.TEXT, Kind.SECRET)

    @property
    def _is_yes(self) -> bool:
        return self._draft is not None and self._draft.text(self._entry.name) == "yes"

    @property
    def _rows(self) -> int:
        """Rows of the form; right after it was opened it has not been laid out yet."""
        return min(len(self._entries) + ABOUT + CHROME, self.screen.size.height)

    @property
    def _room(self) -> int:
        return max(1, self._rows - CHROME - len(self._told))

    @property
    def _label(self) -> int:
        filled = [each.label for each in self._entries if each.kind is not Kind.ACTION]
        return max((len(label) for label in filled), default=0) + 5

    @property
    def _box_width(self) -> int:
        width = self.size.width or self.screen.size.width
        return max(10, min(BOX, (width - self._label) // 2))

    def _arrive(self) -> None:
        """Come to an entry: focus it, with the input over it if it takes a text."""
        draft, box = self._draft, self._box
        if draft is not None and self._takes_text:
            box.password = self._entry.kind is Kind.SECRET
            with box.prevent(Input.Changed):
                box.value = draft.text(self._entry.name)
            box.cursor_position = len(box.value)
            box.disabled, box.display = False, True
            self.screen.set_focus(box, scroll_visible=False)
        else:
            self.screen.set_focus(self, scroll_visible=False)
            box.disabled, box.display = True, False
        self.update()

    def _lay_out(self) -> None:
        self._top = max(min(self._top, self._at), self._at - self._room + 1, 0)
        self._box.styles.offset = (self._label, 1 + self._at - self._top)
        self._box.styles.width = self._box_width

    def render_line(self, y: int) -> Strip:
        """Draw a row: title, entries, what is told, the keys."""
        if self._draft is not None and len(self._lines) != self.size.height:
            self.update()  # opened before it had its size, and drawn before it was told of it
        runs = self._lines[y] if y < len(self._lines) else []
        return strip(runs, self.size.width, self.rich_style)

    def _draw(self) -> None:
        """Draw the rows that differ from what is on the screen."""
        before, self._lines = self._lines, [self._row(y) for y in range(self.size.height)]
        if len(before) != len(self._lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def _row(self, y: int) -> list[Run]:
        width, at = self.size.width, y - 1
        if y == 0:
            return [(f" {self._draft.title}" if self._draft else "", self._style("title"))]
        if y == self.size.height - 1:
            return [(pad(self._keys(), width).rstrip(), self._style("muted"))]
        if at < self._room:
            at += self._top
            return self._runs(at) if at < len(self._entries) else []
        below = at - self._room
        if below < len(self._told):
            text, tone = self._told[below]
            return [(" ", self.rich_style), (pad(text, width - 1).rstrip(), self._style(tone))]
        return []

    def _keys(self) -> str:
        chooses = "  space choose" if any(e.kind is Kind.CHOICE for e in self._entries) else ""
        return f" ↑↓ tab move{chooses}  ⏎ review, nothing is sent yet  esc leave"

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"fields-form--{tone}")

    def _runs(self, at: int) -> list[Run]:
        entry, base = self._entries[at], self.rich_style
        here = at == self._at
        label = self._style("cursor" if here else "muted")
        mark = "›" if here else " "
        if entry.kind is Kind.ACTION:
            hint = self._style("muted")
            return [(f" {mark} ▸ {entry.label} ", label), (f" {entry.hint}", hint)]
        return [
            (pad(f" {mark} {entry.label}", self._label - 1), label),
            (" ", base),
            *self._value(entry, here=here),
        ]

    def _value(self, entry: Entry, *, here: bool) -> list[Run]:
        draft, width = self._draft, self._box_width
        if draft is None:
            return []
        text = draft.text(entry.name)
        if entry.kind is Kind.SECRET and text:
            text = DOTS
        if here and self._takes_text:
            text = ""  # the input lies there
        changed = draft.is_changed(entry.name)
        problem = draft.error(entry.name) if changed else ""
        beside = (f"✗ {problem}", "warn") if problem else (entry.hint, "muted")
        return [
            (pad_middle(text, width), self._style("changed") if changed else self.rich_style),
            (f"  {beside[0]}", self._style(beside[1])),
        ]
