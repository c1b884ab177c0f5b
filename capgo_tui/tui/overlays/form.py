"""The form of a draft: the cursor, what is typed and chosen, and the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from capgo_tui.tui.overlays.form_view import QUIET, FormView
from capgo_tui.workspace.draft import Draft, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.widgets import Input

    from capgo_tui.tui.widgets.completing_input import CompletingInput


class Form(FormView):
    """Fills in a `Draft`; the only input lies over the row under the cursor.

    It answers with the name of one action after the other, with None when it is to be left, and
    stays open meanwhile, so that typed text survives a refusal.
    """

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The input over the row under the cursor keeps the keyboard."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "to_review", "to the review", priority=True, id="form.review"),
        Binding("up,shift+tab", "move(-1)", show=False, id="form.up"),
        Binding("down,tab", "move(1)", show=False, id="form.down"),
        Binding("pageup", "page(-8)", show=False, id="form.page-up"),
        Binding("pagedown", "page(8)", show=False, id="form.page-down"),
        Binding("space,right", "cycle(1)", show=False, id="form.next"),
        Binding("left", "cycle(-1)", show=False, id="form.previous"),
        Binding("enter", "enter", "on", priority=True, id="form.enter"),
        Binding("escape", "leave", "leave", id="form.leave"),
    ]

    def __init__(self, *, is_whole: bool = False) -> None:
        super().__init__(is_whole=is_whole)
        self._on_change: Callable[[], None] | None = None

    # Opening and closing

    def shows(self, draft: Draft) -> bool:
        """Return whether the form shows a draft: it may be open again with another one."""
        return self.draft is draft

    @property
    def is_at_work(self) -> bool:
        """Whether the last action is still being carried out."""
        return self.is_open and not self.asking

    def open(self, draft: Draft, on_change: Callable[[], None] | None = None) -> None:
        """Show a draft and take the keyboard; `on_change` is called at every change."""
        self._on_change = on_change
        self.draft, self.entries = draft, self._rows_of(draft)
        self.scroll_top, self._message, self._lines = 0, QUIET, []
        self.cursor_row = next(at for at in range(self.row_count) if self.takes_cursor(at))
        if not self._is_whole:
            self.styles.height = self._height
        self.take_keyboard(self)
        self._arrive()

    def close(self) -> None:
        """Close and forget what was typed, which may have been a secret."""
        if self.is_open:
            self.draft = None
            self._box.hold("")
            self._box.display = False
            super().close()

    def say(self, message: str, tone: str = "note") -> None:
        """Show a message below the rows."""
        self._message = (message, tone)
        self.update()

    def go_to(self, name: str) -> None:
        """Put the cursor on an entry."""
        self.cursor_row = next(at for at, entry in enumerate(self.entries) if entry.name == name)
        self._arrive()

    def show_again(self) -> None:
        """Show the draft after its record has changed; what is being typed stays."""
        self._arrive(stays=True)

    def update(self) -> None:
        """Draw the draft again; its rows may have changed.

        The cursor stays on its entry. It goes to the first one when that is gone, not to the
        entry that took its place.
        """
        if self.draft is None:
            return
        name = self._entry.name
        self.entries = self._rows_of(self.draft)
        if self.cursor_row >= self.row_count or self._entry.name != name:
            names = [entry.name for entry in self.entries]
            self.cursor_row = names.index(name) if name in names else 0
            if name not in names:
                self._arrive()
                return
        super().update()

    # Keys

    def action_move(self, rows: int) -> None:
        """Go to another row that can be filled in or chosen, round the ends."""
        if self.draft is None:
            return
        self._take_text()
        self._message = (self.draft.leave(self._entry.name), QUIET[1])
        at = self.cursor_row + rows
        if abs(rows) > 1:
            at = min(max(at, 0), self.row_count - 1)
        at %= self.row_count
        while not self.takes_cursor(at):
            at = (at + (1 if rows > 0 else -1)) % self.row_count
        self.cursor_row = at
        self._arrive()

    def action_page(self, rows: int) -> None:
        """Move by many rows in a whole form; a low one has few."""
        if self._is_whole:
            self.action_move(rows)

    def action_to_review(self) -> None:
        """Go to the review."""
        if self._has_review and self.cursor_row != self.row_count - 1:
            self.action_move(self.row_count - 1 - self.cursor_row)

    def action_cycle(self, step: int) -> None:
        """Choose another value of the entry under the cursor."""
        if self.draft is not None and self._entry.kind is EntryKind.CHOICE:
            self.draft.cycle(self._entry.name, step)
            self._note_change()

    def action_enter(self) -> None:
        """Go on to the next entry or to the review, or run the action under the cursor."""
        if self._entry.kind is EntryKind.ACTION:
            self.give(self._entry.name)
            return
        at = self.cursor_row + 1
        while at < self.row_count - 1 and not (
            self.takes_cursor(at) and self.entries[at].kind is not EntryKind.ACTION
        ):
            at += 1
        self.action_move(at - self.cursor_row)

    def action_leave(self) -> None:
        """Leave the form; while a write is under way, close it at once."""
        self._take_text()
        if self.asking:
            self.give(None)
        else:
            self.close()

    def on_completing_input_completion_request(
        self, event: CompletingInput.CompletionRequest
    ) -> None:
        """Complete the text with the first suggestion."""
        event.stop()
        texts = self.draft.list_suggestions(self._entry.name) if self.draft else ()
        if texts:
            self._box.value = texts[0]
            self._box.cursor_position = len(texts[0])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the typed text."""
        event.stop()
        if self.draft is not None and self._entry.takes_text:
            self._take_text()
            self._message = QUIET
            self._note_change()

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked row, unless a question about the form is open."""
        focus_widget, at = self.screen.focused, self._row_at(event.screen_y - self.region.y)
        if focus_widget is None or self not in focus_widget.ancestors_with_self:
            return
        if at is not None and at != self.cursor_row and self.takes_cursor(at):
            self.action_move(at - self.cursor_row)

    def on_resize(self) -> None:
        """Lay out the rows again."""
        self.update()

    def _take_text(self) -> None:
        if self.draft is not None and self._entry.takes_text:
            self.draft.type(self._entry.name, self._box.value)

    def _note_change(self) -> None:
        if self._on_change is not None:
            self._on_change()
        self.update()

    def _arrive(self, *, stays: bool = False) -> None:
        """Focus the row under the cursor, with the input over it if it takes text.

        Args:
            stays: whether the cursor was on it already, where somebody may be typing.

        """
        box, takes_text = self._box, self._entry.takes_text
        if self.draft is not None and takes_text:
            text = self.draft.get_text(self._entry.name)
            box.password = self._entry.kind is EntryKind.SECRET
            if not stays or box.value != text:
                box.fill(text)
            box.disabled, box.display = False, True
        self.screen.set_focus(box if takes_text else self, scroll_visible=False)
        if not takes_text:
            box.disabled, box.display = True, False
        self.update()
