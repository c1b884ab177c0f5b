"""A form of a few fields at the bottom of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from capgo_tui.tui.overlays.row_form import CHROME, QUIET, REVIEW, RowForm, Wish, form_keys
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import Run, pad, pad_middle, wrap
from capgo_tui.workspace.draft import Draft, Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.overlays.row_form import TonedLines

ABOUT: Final = 4
"""Rows reserved below the entries."""
BOX: Final = 44
"""Cells of an entry's text at most."""
DOTS: Final = "••••••••"
LAST: Final = Entry("review", REVIEW, EntryKind.ACTION, "nothing is sent before a yes")
"""The review row."""


class FieldsForm(RowForm[Draft, str]):
    """The form of a `Draft` of a few entries; its acts are the names of action entries."""

    DEFAULT_CSS = """
    FieldsForm {
        dock: bottom;
        height: 10;
        background: $panel;
        &:ansi { background: ansi_default; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", show=False, id="fields.up"),
        Binding("down,tab", "move(1)", show=False, id="fields.down"),
        Binding("space,left,right", "choose", show=False, id="fields.choose"),
        Binding("enter", "enter", "on", priority=True, id="fields.enter"),
        Binding("escape", "leave", "leave", id="fields.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._on_change: Callable[[], None] | None = None
        self._entries: tuple[Entry, ...] = ()
        """The entries on the screen; the draft may have others by the next draw."""

    def compose(self) -> ComposeResult:
        """Make the one input."""
        yield LineInput(disabled=True)

    # Opening and closing

    def open(self, draft: Draft, on_change: Callable[[], None] | None = None) -> None:
        """Show a draft and take the keyboard; `on_change` is called at every change."""
        self._on_change = on_change
        self._entries = _rows_of(draft)
        rows = len(self._entries) + ABOUT + CHROME
        self.styles.height = min(rows, self.screen.size.height)
        self.begin(draft)

    def go_to(self, name: str) -> None:
        """Put the cursor on an entry."""
        self._at = next(at for at, entry in enumerate(self._entries) if entry.name == name)
        self._arrive()

    def update(self) -> None:
        """Draw the draft again; its rows may have changed.

        The cursor stays on its entry. It goes to the first one when that is gone, not to the
        entry that took its place.
        """
        if self._draft is None:
            return
        names = [entry.name for entry in self._entries]
        self._entries = _rows_of(self._draft)
        now = [entry.name for entry in self._entries]
        if names == now:
            super().update()
        elif names[self._at] in now:
            self._at = now.index(names[self._at])
            super().update()
        else:
            self._at = 0
            self._arrive()

    # Keys

    def action_move(self, rows: int) -> None:
        """Go to another entry, skipping one that cannot be filled in."""
        self._take_text()
        self._message = QUIET
        count = len(self._entries)
        self._at = (self._at + rows) % count
        if not self._takes_cursor(self._at):
            self._at = (self._at + rows) % count
        self._arrive()

    def action_choose(self) -> None:
        """Turn a yes into a no, or back."""
        if self._draft is not None and self._entry.kind is EntryKind.CHOICE:
            is_yes = self._draft.text(self._entry.name) == "yes"
            self._draft.type(self._entry.name, "no" if is_yes else "yes")
            self._note_change()

    def action_enter(self) -> None:
        """Go on; at the last row to the first entry that is wrong, else to the review."""
        draft = self._draft
        if draft is None:
            return
        if self._entry.kind is not EntryKind.ACTION:
            self._move_on()
        elif self._entry is not LAST:
            self.give(self._entry.name)
        elif (fault := draft.first_error()) is not None:
            entry, problem = fault
            self.go_to(entry.name)
            self.say(f"{entry.label}: {problem}", "warn")
        else:
            self.give(Wish.REVIEW)

    def _take_text(self) -> None:
        if self._draft is not None and self._takes_text:
            self._draft.type(self._entry.name, self._box.value)

    def _note_change(self) -> None:
        if self._on_change is not None:
            self._on_change()
        super()._note_change()

    def _arrive(self, *, stays: bool = False) -> None:
        self._box.password = self._entry.kind is EntryKind.SECRET
        super()._arrive(stays=stays)

    # Drawing

    @property
    def _entry(self) -> Entry:
        return self._entries[self._at]

    @property
    def _count(self) -> int:
        return len(self._entries)

    def _takes_cursor(self, at: int) -> bool:
        return self._entries[at].kind is not EntryKind.LABEL

    def _is_act(self, at: int) -> bool:
        return self._entries[at].kind is EntryKind.ACTION

    @property
    def _has_review(self) -> bool:
        return LAST in self._entries[-1:]

    @property
    def _takes_text(self) -> bool:
        return self._entry.kind in (EntryKind.TEXT, EntryKind.SECRET)

    @property
    def _row_text(self) -> str | None:
        if self._draft is None or not self._takes_text:
            return None
        return self._draft.text(self._entry.name)

    @property
    def _height(self) -> int:
        """Lines of the form; right after it was opened it has not been laid out yet."""
        return min(self._count + ABOUT + CHROME, self.screen.size.height)

    @property
    def _label_width(self) -> int:
        labels = [each.label for each in self._entries if each.kind is not EntryKind.ACTION]
        return max((len(label) for label in labels), default=0) + 5

    @property
    def _box_width(self) -> int:
        return max(10, min(BOX, (self._width - self._label_width) // 2))

    def _about(self, width: int) -> TonedLines:
        message, message_tone = self._message
        lines = [(line, message_tone) for line in wrap(message, width)] if message else []
        for text, tone in self._draft.about() if self._draft else ():
            lines += [(line, tone) for line in wrap(text, width)]
        most = max(1, min(ABOUT, self._height - CHROME - self._has_review - 1))
        if len(lines) > most:
            rest = " ".join(text for text, _ in lines[most - 1 :])
            lines = [*lines[: most - 1], (pad(rest, width), lines[most - 1][1])]
        return lines

    def _keys(self) -> Sequence[str]:
        if not self._has_review:
            return (" ↑↓ tab move  ⏎ choose  esc leave",)
        chooses = any(entry.kind is EntryKind.CHOICE for entry in self._entries)
        return form_keys("space ←→ choose" if chooses else "")

    def _row(self, at: int) -> list[Run]:
        entry, base = self._entries[at], self.rich_style
        is_current = at == self._at
        label = self._style("cursor" if is_current else "muted")
        mark = "›" if is_current else " "
        if entry.kind is EntryKind.ACTION:
            hint = self._style("muted")
            return [(f" {mark} ▸ {entry.label} ", label), (f" {entry.hint}", hint)]
        return [
            (pad(f" {mark} {entry.label}", self._label_width - 1), label),
            (" ", base),
            *self._value(entry, is_current=is_current),
        ]

    def _value(self, entry: Entry, *, is_current: bool) -> list[Run]:
        draft, width = self._draft, self._box_width
        if draft is None:
            return []
        text = draft.text(entry.name)
        if entry.kind is EntryKind.SECRET and text:
            text = DOTS
        if is_current and self._takes_text:
            text = ""  # the input lies there
        is_changed = draft.is_changed(entry.name)
        problem = draft.error(entry.name) if is_changed else ""
        note, tone = (f"✗ {problem}", "warn") if problem else (entry.hint, "muted")
        room = max(0, self._width - self._label_width - width)
        return [
            (pad_middle(text, width), self._style("changed") if is_changed else self.rich_style),
            # What does not fit here is shown in full below the rows.
            (pad(f"  {note}", room).rstrip(), self._style(tone)),
        ]


def _rows_of(draft: Draft) -> tuple[Entry, ...]:
    """Return the entries of a draft, and the review if any can be filled in."""
    entries = tuple(draft.entries)
    has_input = any(entry.kind is not EntryKind.ACTION for entry in entries)
    return (*entries, LAST) if has_input else entries
