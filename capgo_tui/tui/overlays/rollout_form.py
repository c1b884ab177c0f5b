"""The rollout of a channel, docked to the bottom: its share, its state, and its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding

from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.lines import Run, pad, strip
from capgo_tui.workspace.rollout import FINISH, PAUSE, START, STOP
from capgo_tui.workspace.share_bar import FULL, HELD, share_bar

if TYPE_CHECKING:
    import asyncio

    from rich.style import Style
    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

    from capgo_tui.workspace.rollout_draft import RolloutDraft, StepLine

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

    def open(self, draft: RolloutDraft) -> asyncio.Future[str | None]:
        """Show a draft and take the keyboard; return a future of the first answer."""
        self._draft, self._message = draft, ""
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
            self.refresh()

    # Keys; while a step is carried out they do nothing but leave.

    def on_key(self, event: events.Key) -> None:
        """Type a share."""
        character = event.character or ""
        if character not in "0123456789." or not character:
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

    def action_leave(self) -> None:
        """Leave; while a step is carried out, close at once."""
        if self.asking:
            self.give(None)
        else:
            self.close()

    def _note_change(self) -> None:
        self._message = ""
        self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one of its rows."""
        width, base = self.size.width, self.rich_style
        if self._draft is None:
            return strip([], width, base)
        lines = self._draft.lines()
        match y:
            case 0:
                runs: list[Run] = [(pad(f" {self._draft.title}", width), self._style("title"))]
            case 1:
                runs = self._share_runs(self._draft)
            case 2:
                runs = [(pad(f" {self._draft.audience_label}", width), self._style("plain"))]
            case _ if y - 3 < len(lines):
                runs = self._step_runs(lines[y - 3], width)
            case _:
                runs = self._key_runs()
        return strip(runs, width, base)

    def _share_runs(self, draft: RolloutDraft) -> list[Run]:
        held = draft.channel.rollout_paused_at is not None and not draft.is_new_target
        bar = share_bar(draft.share / 10_000, BAR, HELD if held else FULL)
        tone = "warn" if held else "key"
        return [
            (f" {bar} ", self._style(tone)),
            (draft.share_label, self._style("title" if draft.is_changed else "plain")),
            (f" · {draft.state_label}", self._style("warn" if held else "muted")),
        ]

    def _step_runs(self, line: StepLine, width: int) -> list[Run]:
        verb = self._draft.verb(line.name) if self._draft is not None else ""
        key = STEP_KEYS[line.name]
        if line.refusal:
            text = f"({key} {verb}){' ' * max(0, VERB - len(verb))} {line.refusal}"
            return [(pad(text, width), self._style("muted"))]
        text = f"{verb:{VERB}}  {line.text}"
        return [(f" {key} ", self._style("key")), (pad(text, width - 3), self._style("plain"))]

    def _key_runs(self) -> list[Run]:
        if self._message:
            return [(pad(f" {self._message}", self.size.width), self._style("warn"))]
        runs: list[Run] = []
        for key, label in (("←→", "or a number: share"), ("t", "target"), ("esc", "leave")):
            runs += [(f" {key}", self._style("key")), (f" {label} ", self._style("muted"))]
        return runs

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"rollout-form--{tone}")
