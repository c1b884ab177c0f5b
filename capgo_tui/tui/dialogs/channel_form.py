"""The form of a channel: every setting of this server's revision, what changes, the request."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets import Input

from capgo_tui.tui.dialogs.channel_rows import FormRow, form_rows
from capgo_tui.tui.widgets.completing_input import CompletingInput
from capgo_tui.tui.widgets.lines import Run, pad, strip, width_of, wrap
from capgo_tui.tui.widgets.modal import Modal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.app import ComposeResult
    from textual.strip import Strip

    from capgo_tui.workspace.channel_draft import ChannelDraft
    from capgo_tui.workspace.channel_fields import FormField
    from capgo_tui.workspace.rollout import RolloutStep

LABEL: Final = 33
"""Cells of the labels, with what stands before them."""
HINTS: Final = " ↑↓ tab move  space ← → choose  ⏎ next, on Review ask  esc leave"
SHOWN: Final = 5
"""So many names that can be meant are shown."""
NARROW: Final = 70
LOW: Final = 14
"""Rows below which what changes and the request get one row each."""


class Wish(Enum):
    """What the operator wants of a form, beside a rollout's step."""

    REVIEW = "review"
    LEAVE = "leave"
    COPY = "copy"


AnyWish: TypeAlias = "Wish | RolloutStep"


class ChannelForm(Modal, can_focus=True):
    """Draws its rows itself; the one under the cursor is a real input if it takes a text.

    It answers with one wish after the other and stays as it is meanwhile, so that what was typed
    outlives a refusal; `close` takes it away.
    """

    DEFAULT_CSS = """
    ChannelForm {
        dock: top;
        layer: form;
        height: 100%;
        visibility: hidden;
        background: $background;
        & CompletingInput { position: absolute; display: none; width: 30; }
        & > .channel-form--title { color: $text-accent; text-style: bold; }
        & > .channel-form--muted { color: $foreground-muted; }
        & > .channel-form--changed { color: $text-warning; text-style: bold; }
        & > .channel-form--cursor { color: $text; background: $primary; }
        & > .channel-form--error { color: $text-error; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "channel-form--title",
        "channel-form--muted",
        "channel-form--changed",
        "channel-form--cursor",
        "channel-form--error",
    }
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
        self._draft: ChannelDraft | None = None
        self._rows: list[FormRow] = []
        self._at = self._top = 0
        self._message = ("", False)
        self._copied = ""
        """The channel whose settings were copied last."""
        self._wish: asyncio.Future[AnyWish] | None = None
        self._panel: list[tuple[str, str]] = []
        """Text and tone of the lines below the fields."""
        self._lines: list[list[Run]] = []
        """What is on the screen, so that only lines that differ are drawn again."""

    def compose(self) -> ComposeResult:
        """Make the one input that lies over the row under the cursor."""
        yield CompletingInput(disabled=True)

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self._draft is not None

    def shows(self, draft: ChannelDraft) -> bool:
        """Whether this draft is on the screen, not a later one."""
        return self._draft is draft

    # Its life

    def open(self, draft: ChannelDraft, steps: Sequence[RolloutStep]) -> None:
        """Show a draft and take the keyboard at once; begin with its first field."""
        self._draft, self._top, self._message = draft, 0, ("", False)
        self._copied = ""
        self._rows, self._lines = form_rows(draft.fields, steps), []
        self._at = 1
        self._refresh_panel()
        self.take_keyboard(self)
        self._arrive()

    def show_steps(self, steps: Sequence[RolloutStep]) -> None:
        """Take note that the channel has changed, and what can be done with it now."""
        if self._draft is None:
            return
        row = self._rows[self._at]
        self._rows = form_rows(self._draft.fields, steps)
        same = [at for at, each in enumerate(self._rows) if each.text == row.text]
        self._at = same[0] if same else min(self._at, len(self._rows) - 1)
        self._arrive()

    def wish(self) -> asyncio.Future[AnyWish]:
        """What the operator wants next."""
        self._wish = asyncio.get_running_loop().create_future()
        return self._wish

    def close(self, draft: ChannelDraft | None = None) -> None:
        """Give the screen and the keyboard back, if it shows that draft, or whatever it shows."""
        if self._draft is not None and (draft is None or draft is self._draft):
            self._draft = self._wish = None
            self._box.disabled = True
            self._box.display = False
            self.give_keyboard_back()

    def say(self, message: str, *, warn: bool = False) -> None:
        """Tell something in the row below the fields."""
        self._message = (message, warn)
        self._refresh_panel()

    def go_to(self, field: FormField) -> None:
        """Put the cursor on a field."""
        self._at = next(at for at, row in enumerate(self._rows) if row.field == field)
        self._arrive()

    # Keys

    def action_move(self, rows: int) -> None:
        """Go to another row; headings are stepped over, and beyond either end is the other."""
        self._take_typed()
        self._copy_if_wanted()
        step, last = (1 if rows > 0 else -1), len(self._rows) - 1
        at = self._at + rows
        if abs(rows) > 1:
            at = min(max(at, 0), last)
        at %= last + 1
        while self._rows[at].heading:
            at = (at + step) % (last + 1)
        self._at = at
        self._message = ("", False)
        self._arrive()

    def action_cycle(self, step: int) -> None:
        """Choose another option of the field under the cursor."""
        field = self._rows[self._at].field
        if self._draft is not None and field is not None and not field.is_text:
            self._draft.cycle(field, step)
            self._refresh_panel()

    def action_enter(self) -> None:
        """Choose, go on to the next row, or do what the row is for."""
        self._take_typed()
        row = self._rows[self._at]
        if row.field is not None:
            self.action_move(1) if row.field.is_text else self.action_cycle(1)
        elif row.step is not None:
            self._give(row.step)
        else:
            self._give(Wish.REVIEW)

    def _copy_if_wanted(self) -> None:
        """Copy from the channel that is named: a name left standing looks as if it were done."""
        field, draft = self._rows[self._at].field, self._draft
        if draft is not None and field is not None and field.name == "copy":
            name = draft.text(field).strip()
            if name and name != self._copied:
                self._give(Wish.COPY)
            self._copied = name

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
        if self._draft is not None:
            self._take_typed()
            self._message = ("", False)
            self._refresh_panel()

    def on_completing_input_wanted(self, event: CompletingInput.Wanted) -> None:
        """Take the first name that can be meant."""
        event.stop()
        names = self._suggestions()
        if names:
            self._box.value = names[0]
            self._box.cursor_position = len(names[0])

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        if self._draft is not None:
            self._refresh_panel()

    def _give(self, wish: AnyWish) -> None:
        if self._wish is not None and not self._wish.done():
            self._wish.set_result(wish)

    @property
    def _box(self) -> CompletingInput:
        return self.query_one(CompletingInput)

    def _take_typed(self) -> None:
        field = self._rows[self._at].field
        if self._draft is not None and field is not None and field.is_text:
            self._draft.type(field, self._box.value)

    # Drawing

    def _arrive(self) -> None:
        """Come to a row: focus it, with the input over it if it takes a text."""
        row, draft, box = self._rows[self._at], self._draft, self._box
        if draft is not None and row.field is not None and row.takes_text:
            with box.prevent(Input.Changed):
                box.value = draft.text(row.field)
            box.cursor_position = len(box.value)
            box.disabled, box.display = False, True
            self.screen.set_focus(box, scroll_visible=False)
        else:
            self.screen.set_focus(self, scroll_visible=False)
            box.disabled, box.display = True, False
        self._refresh_panel()

    def _scroll(self) -> None:
        """Keep the row under the cursor in sight, and the input over it."""
        # The heading above comes into view with its first field.
        above = 1 if self._at and self._rows[self._at - 1].heading else 0
        self._top = max(min(self._top, self._at - above), self._at - max(1, self._room) + 1, 0)
        self._box.styles.offset = (self._label_width, 1 + self._at - self._top)
        self._box.styles.width = self._box_width

    @property
    def _label_width(self) -> int:
        return min(LABEL, self.size.width // 2)

    @property
    def _box_width(self) -> int:
        room = self.size.width - self._label_width - 1
        # In a narrow form what is wrong is only told below the fields.
        return min(40, room if self.size.width < NARROW else room * 2 // 5)

    @property
    def _room(self) -> int:
        return self.size.height - 2 - len(self._panel)

    def _refresh_panel(self) -> None:
        draft, width = self._draft, max(20, self.size.width - 2)
        if draft is None:
            return
        most = 1 if self.size.height < LOW else max(3, self.size.height // 5)
        message, warn = self._message if self._message[0] else self._aside()
        panel = [(message, "error" if warn else "title")]
        panel += [(line, "changed") for line in _lines(draft.told(), width, min(most, 3))]
        panel += [(line, "muted") for line in _lines(draft.request(), width, most)]
        self._panel = panel
        self._scroll()
        before, self._lines = self._lines, [self._runs(y) for y in range(self.size.height)]
        if len(before) != len(self._lines):
            self.refresh()
        for y, (old, new) in enumerate(zip(before, self._lines, strict=False)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def _aside(self) -> tuple[str, bool]:
        """What is to be said of the field under the cursor: what is wrong with it, or what fits."""
        field, draft = self._rows[self._at].field, self._draft
        if draft is None or field is None:
            return "", False
        error = draft.error(field) if draft.is_changed(field) else ""
        names = self._suggestions()
        fits = f"→ takes {' · '.join(names[:SHOWN])}" if names else ""
        return " · ".join(part for part in (error, fits) if part), bool(error)

    def _suggestions(self) -> list[str]:
        field, draft = self._rows[self._at].field, self._draft
        return [] if draft is None or field is None else draft.suggestions(field)

    def render_line(self, y: int) -> Strip:
        """Draw a row: title, fields, what is told, what changes, the request, the keys."""
        if self._draft is not None and len(self._lines) != self.size.height:
            self._refresh_panel()  # opened before it had its size, and drawn before it was told
        runs = self._lines[y] if y < len(self._lines) else []
        return strip(runs, self.size.width, self.rich_style)

    def _runs(self, y: int) -> list[Run]:
        width, at = self.size.width, y - 1
        if y == 0:
            return [(f" {self._draft.title}" if self._draft else "", self._style("title"))]
        if at < self._room:
            at += self._top
            return self._row(at) if at < len(self._rows) else []
        below = at - self._room
        if below < len(self._panel):
            text, tone = self._panel[below]
            return [(" ", self.rich_style), (pad(text, width - 1).rstrip(), self._style(tone))]
        return [(pad(HINTS, width).rstrip(), self._style("muted"))]

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"channel-form--{tone}")

    def _row(self, at: int) -> list[Run]:
        row, base = self._rows[at], self.rich_style
        here = at == self._at
        if row.heading:
            return [(f" {row.text}", self._style("title"))]
        label = self._style("cursor" if here else "muted")
        mark = "›" if here else " "
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
        changed, error = draft.is_changed(field), draft.error(field)
        typed = self._rows[self._at].field == field and field.is_text
        runs: list[Run] = []
        if typed:
            runs.append((" " * self._box_width, self.rich_style))
        elif changed and draft.channel is not None:
            told = f"{draft.before(field)} → {draft.after(field)}"
            runs.append((told, self._style("changed")))
        else:
            style = self._style("changed") if changed else self.rich_style
            runs.append((draft.after(field), style))
        if error and (changed or self._message[1]):
            room = self.size.width - self._label_width - sum(width_of(text) for text, _ in runs)
            short = pad(f"  {error}", room).rstrip() if room > 0 else ""
            runs.append((short, self._style("error")))
        return runs


def _lines(text: str, width: int, most: int) -> list[str]:
    lines = wrap(text, width)
    if len(lines) > most:
        lines = [*lines[: most - 1], pad(" ".join(lines[most - 1 :]), width)]
    return lines
