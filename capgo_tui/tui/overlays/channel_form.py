"""The form of a channel: every setting of this server's revision, what changes, the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from capgo_tui.tui.overlays.channel_rows import REVIEW_ROW, FormRow, form_rows
from capgo_tui.tui.overlays.row_form import QUIET, RowForm, Wish, form_keys
from capgo_tui.tui.widgets.completing_input import CompletingInput
from capgo_tui.tui.widgets.lines import Run, pad, width_of, wrap
from capgo_tui.tui.words import step_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.overlays.row_form import TonedLines
    from capgo_tui.workspace.channel_draft import ChannelDraft
    from capgo_tui.workspace.channel_fields import FormField
    from capgo_tui.workspace.rollout import RolloutStep

LABEL: Final = 33
"""Cells of the labels, with the mark before them."""
MOST_SUGGESTIONS: Final = 5
"""Suggestions shown."""
NARROW: Final = 70
MESSAGE: Final = 3
"""Rows of the message at most."""
LOW: Final = 14
"""Height below which the changes and the request get one row each."""


class ChannelForm(RowForm["ChannelDraft", "RolloutStep"]):
    """The form of a `ChannelDraft`, over the whole screen; its acts are steps of the rollout."""

    DEFAULT_CSS = """
    ChannelForm {
        dock: top;
        height: 100%;
        background: $background;
        & > .row-form--changed { color: $text-warning; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", show=False, id="channel.up"),
        Binding("down,tab", "move(1)", show=False, id="channel.down"),
        Binding("pageup", "move(-8)", show=False, id="channel.page-up"),
        Binding("pagedown", "move(8)", show=False, id="channel.page-down"),
        Binding("space,right", "cycle(1)", show=False, id="channel.next"),
        Binding("left", "cycle(-1)", show=False, id="channel.previous"),
        Binding("enter", "enter", "next", priority=True, id="channel.enter"),
        Binding("escape", "leave", "leave", id="channel.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FormRow] = []
        self._copy_source = ""
        """The channel whose settings were copied last."""

    def compose(self) -> ComposeResult:
        """Make the one input that lies over the row under the cursor."""
        yield CompletingInput(disabled=True)

    # Opening and closing

    def open(self, draft: ChannelDraft, steps: Sequence[RolloutStep]) -> None:
        """Show a draft and take the keyboard at once; begin with its first field."""
        self._copy_source = ""
        self._rows = form_rows(draft.fields, steps)
        self.begin(draft, 1)  # above it is a heading

    def show_steps(self, steps: Sequence[RolloutStep]) -> None:
        """Update the steps of the rollout after the channel has changed."""
        if self._draft is None:
            return
        row = self._rows[self._at]
        self._rows = form_rows(self._draft.fields, steps)
        same = [at for at, each in enumerate(self._rows) if each.text == row.text]
        self._at = same[0] if same else min(self._at, len(self._rows) - 1)
        self._arrive(stays=bool(same))

    def go_to(self, field: FormField) -> None:
        """Put the cursor on a field."""
        self._at = next(at for at, row in enumerate(self._rows) if row.field == field)
        self._arrive()

    # Keys

    def action_move(self, rows: int) -> None:
        """Go to another row, skipping headings and wrapping round the ends."""
        self._take_text()
        self._copy_if_named()
        step, last = (1 if rows > 0 else -1), len(self._rows) - 1
        at = self._at + rows
        if abs(rows) > 1:
            at = min(max(at, 0), last)
        at %= last + 1
        while not self._takes_cursor(at):
            at = (at + step) % (last + 1)
        self._at = at
        self._message = QUIET
        self._arrive()

    def action_cycle(self, step: int) -> None:
        """Choose another option of the field under the cursor."""
        field = self._rows[self._at].field
        if self._draft is not None and field is not None and not field.is_text:
            self._draft.cycle(field, step)
            self.update()

    def action_enter(self) -> None:
        """Go on to the next field, or do what the row is for."""
        self._take_text()
        row = self._rows[self._at]
        if row.field is not None:
            self._move_on()
        elif row.step is not None:
            self.give(row.step)
        else:
            self.give(Wish.REVIEW)

    def _copy_if_named(self) -> None:
        """Copy the settings of the named channel when its row is left."""
        field, draft = self._rows[self._at].field, self._draft
        if draft is not None and field is not None and field.name == "copy":
            name = draft.text(field).strip()
            if name and name != self._copy_source:
                self.give(Wish.COPY)
            self._copy_source = name

    def on_completing_input_completion_request(
        self, event: CompletingInput.CompletionRequest
    ) -> None:
        """Complete the text with the first suggestion."""
        event.stop()
        names = self._suggestions()
        if names:
            self._box.value = names[0]
            self._box.cursor_position = len(names[0])

    def _take_text(self) -> None:
        field = self._rows[self._at].field
        if self._draft is not None and field is not None and field.is_text:
            self._draft.type(field, self._box.value)

    # Drawing

    @property
    def _count(self) -> int:
        return len(self._rows)

    def _takes_cursor(self, at: int) -> bool:
        return not self._rows[at].heading

    def _is_act(self, at: int) -> bool:
        return self._rows[at].step is not None

    @property
    def _has_review(self) -> bool:
        return REVIEW_ROW in self._rows[-1:]

    @property
    def _height(self) -> int:
        return self.size.height

    @property
    def _row_text(self) -> str | None:
        row = self._rows[self._at]
        if self._draft is None or row.field is None or not row.takes_text:
            return None
        return self._draft.text(row.field)

    @property
    def _lead(self) -> int:
        # Scroll the heading into view with its first field.
        return 1 if self._at and self._rows[self._at - 1].heading else 0

    @property
    def _label_width(self) -> int:
        return min(LABEL, self.size.width // 2)

    @property
    def _box_width(self) -> int:
        room = self.size.width - self._label_width - 1
        # In a narrow form errors are shown only below the fields.
        return min(40, room if self.size.width < NARROW else room * 2 // 5)

    def _about(self, width: int) -> TonedLines:
        draft = self._draft
        if draft is None:
            return ()
        most = 1 if self.size.height < LOW else max(3, self.size.height // 5)
        message, tone = self._message if self._message[0] else self._field_note()
        tone = "error" if tone == "warn" else "title"
        return [
            *((line, tone) for line in _lines(message, width, MESSAGE)),
            *((line, "changed") for line in _lines(draft.summary(), width, min(most, 3))),
            *((line, "muted") for line in _lines(draft.request(), width, most)),
        ]

    def _field_note(self) -> tuple[str, str]:
        """Return the error or the suggestions of the field under the cursor, and a tone."""
        field, draft = self._rows[self._at].field, self._draft
        if draft is None or field is None:
            return QUIET
        error = error_label(draft, field) if draft.is_changed(field) else ""
        names = self._suggestions()
        fits = f"→ takes {' · '.join(names[:MOST_SUGGESTIONS])}" if names else ""
        return " · ".join(part for part in (error, fits) if part), "warn" if error else "muted"

    def _suggestions(self) -> list[str]:
        field, draft = self._rows[self._at].field, self._draft
        return [] if draft is None or field is None else draft.suggestions(field)

    def _keys(self) -> Sequence[str]:
        return form_keys("space ←→ choose")

    def _row(self, at: int) -> list[Run]:
        row, base = self._rows[at], self.rich_style
        is_current = at == self._at
        if row.heading:
            return [(f" {row.text}", self._style("title"))]
        label = self._style("cursor" if is_current else "muted")
        mark = "›" if is_current else " "
        if row.field is not None and self._draft is not None:
            return [
                (pad(f" {mark} {row.text}", self._label_width - 1), label),
                (" ", base),
                *self._value(row.field),
            ]
        if row.step is not None:
            return [
                (pad(f" {mark} ▸ {row.text}", self._label_width - 1), label),
                (f" {row.step.refusal}", self._style("muted")),
            ]
        return [(f" {mark} ▸ {row.text} ", label)]

    def _value(self, field: FormField) -> list[Run]:
        draft = self._draft
        if draft is None:
            return []
        is_changed, error = draft.is_changed(field), error_label(draft, field)
        has_input = self._rows[self._at].field == field and field.is_text
        runs: list[Run] = []
        if has_input:
            runs.append((" " * self._box_width, self.rich_style))
        elif is_changed and draft.channel is not None:
            effect = f"{draft.before(field)} → {draft.after(field)}"
            runs.append((effect, self._style("changed")))
        else:
            style = self._style("changed") if is_changed else self.rich_style
            runs.append((draft.after(field), style))
        if error and (is_changed or self._message[1] == "warn"):
            room = self.size.width - self._label_width - sum(width_of(text) for text, _ in runs)
            short = pad(f"  {error}", room).rstrip() if room > 0 else ""
            runs.append((short, self._style("error")))
        return runs


def error_label(draft: ChannelDraft, field: FormField) -> str:
    """Return what is wrong with a field, with the key that helps; empty when nothing is."""
    return draft.error(field) + step_label(draft.next_step(field))


def _lines(text: str, width: int, most: int) -> list[str]:
    lines = wrap(text, width)
    if len(lines) > most:
        lines = [*lines[: most - 1], pad(" ".join(lines[most - 1 :]), width)]
    return lines
