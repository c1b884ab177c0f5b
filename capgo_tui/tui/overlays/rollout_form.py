"""The rollout of a channel, docked to the bottom: its share, its state, and its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from textual.binding import Binding
from textual.geometry import Region

from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.lines import Run, measure_width, pad, strip
from capgo_tui.workspace.rollout_labels import FINISH, PAUSE, START, STOP
from capgo_tui.workspace.share_bar import FULL, HELD, share_bar

if TYPE_CHECKING:
    import asyncio

    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

    from capgo_tui.workspace.rollout_draft import RolloutDraft, StepLine

Texts: TypeAlias = "list[tuple[str, str]]"
"""The texts of one row, each with its tone."""
TARGET: Final = "target"
"""The answer that another bundle is to be chosen."""
STEP_KEYS: Final = {START: "s", PAUSE: "p", FINISH: "f", STOP: "k"}
BAR: Final = 20
VERB: Final = 7
"""Cells of the verb of a step."""


class RolloutForm(AskingOverlay["str | None"], can_focus=True):
    """Shows a `RolloutDraft`; answers with one step after the other, and None when left."""

    DEFAULT_CSS = """
    RolloutForm {
        dock: bottom;
        layer: form;
        height: 8;
        visibility: hidden;
        background: $panel;
        & > .rollout-form--title { color: $text-accent; text-style: bold; }
        & > .rollout-form--plain { color: $foreground; }
        & > .rollout-form--muted { color: $foreground-muted; }
        & > .rollout-form--key { color: $text-accent; text-style: bold; }
        & > .rollout-form--warn { color: $text-warning; text-style: bold; }
        &:ansi { background: ansi_default; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"rollout-form--{tone}" for tone in ("title", "plain", "muted", "key", "warn")
    }
    HEIGHT: ClassVar[int] = 8
    FOCUS_ON_CLICK: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,up,plus", "move_share(1)", "more", id="rollout.more"),
        Binding("left,down,minus", "move_share(-1)", "less", id="rollout.less"),
        Binding("enter", "enter", show=False, id="rollout.enter"),
        Binding("backspace", "erase", show=False, id="rollout.erase"),
        Binding("t", f"choose({TARGET!r})", "target", id="rollout.target"),
        *(
            Binding(key, f"choose({name!r})", name, id=f"rollout.{key}")
            for name, key in STEP_KEYS.items()
        ),
        Binding("escape,q", "leave", "leave", id="rollout.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._draft: RolloutDraft | None = None
        self._message = ""
        self._rows: list[Texts] = [[]] * self.HEIGHT

    def open(self, draft: RolloutDraft) -> asyncio.Future[str | None]:
        """Show a draft and take the keyboard; return a future of the first answer."""
        self._draft, self._message = draft, ""
        self._rows = self._make_rows()
        self.refresh()
        return self.ask(self)

    def shows(self, draft: RolloutDraft) -> bool:
        """Return whether the form shows a draft: it may be open again with another one."""
        return self._draft is draft

    def close(self) -> None:
        """Close and forget the draft."""
        if self.is_open:
            self._draft = None
            super().close()

    def say(self, message: str) -> None:
        """Show a message in place of the keys until the next key; empty for the keys."""
        if message != self._message:
            self._message = message
            self.show_again()

    def on_resize(self) -> None:
        """Say as much as fits the screen now."""
        self.show_again()

    # Keys; while a step is carried out they do nothing but leave.

    def on_key(self, event: events.Key) -> None:
        """Type a share."""
        character = event.character or ""
        if not character or character not in "0123456789.,":
            return
        event.stop()
        event.prevent_default()
        if self._draft is not None and self.asking:
            self._draft.type_share("." if character == "," else character)
            self._note_change()

    def action_move_share(self, step: int) -> None:
        """Choose the next share, or the one before."""
        if self._draft is not None and self.asking:
            self._draft.move_share(step)
            self._note_change()

    def action_erase(self) -> None:
        """Take back the last character of the share."""
        if self._draft is not None and self.asking:
            self._draft.erase()
            self._note_change()

    def action_choose(self, name: str) -> None:
        """Answer with a step, or the wish for another target."""
        if self.asking:
            self.say("")
            self.give(name)

    def action_enter(self) -> None:
        """Go on to the question about the share or the target that was chosen."""
        if self._draft is None or not self.asking:
            return
        if self._draft.is_changed:
            self.action_choose(START)
        else:
            self.say("Nothing is changed: choose a share or a target, or a step by its key.")

    def action_leave(self) -> None:
        """Leave; while a step is carried out, close at once."""
        if self.asking:
            self.give(None)
        else:
            self.close()

    def show_again(self) -> None:
        """Show the draft after it has changed: only rows that differ are drawn."""
        rows = self._make_rows()
        for y, (now, before) in enumerate(zip(rows, self._rows, strict=True)):
            if now != before:
                self.refresh(Region(0, y, self.size.width, 1))
        self._rows = rows

    def _note_change(self) -> None:
        self._message = ""
        self.show_again()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one of its rows; what is too long is cut."""
        width = self.size.width
        runs: list[Run] = []
        cells = 0
        for text, tone in self._rows[y]:
            piece = (
                text if cells + measure_width(text) <= width else pad(text, max(0, width - cells))
            )
            runs.append((piece, self.get_component_rich_style(f"rollout-form--{tone}")))
            cells += measure_width(piece)
        return strip(runs, width, self.rich_style)

    def _make_rows(self) -> list[Texts]:
        draft = self._draft
        if draft is None:
            return [[]] * self.HEIGHT
        return [
            [(f" {draft.title}", "title")],
            self._share_row(draft),
            [(f" {draft.label_audience(self.screen.size.width - 2)}", "plain")],
            *(self._step_row(draft, line) for line in draft.list_lines()),
            self._key_row(),
        ]

    def _share_row(self, draft: RolloutDraft) -> Texts:
        is_held = draft.channel.rollout_paused_at is not None and not draft.is_new_target
        bar = share_bar(draft.share / 10_000, BAR, HELD if is_held else FULL)
        return [
            (f" {bar} ", "warn" if is_held else "key"),
            (draft.share_label, "title" if draft.is_changed else "plain"),
            (f" · {draft.state_label}", "warn" if is_held else "muted"),
        ]

    def _step_row(self, draft: RolloutDraft, line: StepLine) -> Texts:
        verb, key = draft.name_verb(line.name), STEP_KEYS[line.name]
        if line.refusal:
            return [(f"{f'({key} {verb})':{VERB + 4}} {line.refusal}", "muted")]
        return [(f" {key} ", "key"), (f"{verb:{VERB}}  {line.text}", "plain")]

    def _key_row(self) -> Texts:
        if self._message:
            return [(f" {self._message}", "warn")]
        return [(" ←→ or a number: share  t target  ⏎ next  esc leave", "muted")]
