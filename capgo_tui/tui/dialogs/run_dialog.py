"""Many changes under way: how far they are, what became of each, and a way to stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.modal import Modal
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.changes.outcome import Fate

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from capgo_tui.workspace.changes.run import Run, Step

ABOVE = 4
"""Rows of the screen that stay in sight above it."""
CHROME = 2
DRAW_SECONDS = 0.2


class RunDialog(Vertical, Modal, can_focus=True):
    """Shows a `Run` until it has ended and the operator has seen what became of it.

    Esc stops it after the change under way; once it has ended Esc, Enter and q close it.
    """

    DEFAULT_CSS = """
    RunDialog {
        dock: bottom;
        layer: form;
        height: 8;
        visibility: hidden;
        background: $panel;
        &:ansi { background: ansi_default; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "stop, then close", id="run.leave"),
        Binding("enter", "close", "close", id="run.close"),
        Binding("up,k", "scroll_list(-1)", show=False, id="run.up"),
        Binding("down,j", "scroll_list(1)", show=False, id="run.down"),
        Binding("pageup", "scroll_list(-8)", show=False, id="run.page-up"),
        Binding("pagedown", "scroll_list(8)", show=False, id="run.page-down"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._run: Run | None = None
        self._title = ""
        self._seen: asyncio.Future[None] | None = None
        self._timer: Timer | None = None
        self._ended = False

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield TextLine(tone="title", id="run-title")
        yield Detail(id="run-list")
        yield TextLine(tone="muted", id="run-hint")

    def open(self, title: str, run: Run) -> None:
        """Take the keyboard and show a run."""
        self._run, self._title, self._ended = run, title, False
        self._seen = asyncio.get_running_loop().create_future()
        rows = len(run.steps) + CHROME
        self.styles.height = max(4, min(rows, self.screen.size.height - ABOVE))
        self._timer = self.set_interval(DRAW_SECONDS, self._draw)
        self._draw()
        self.take_keyboard(self)

    def _draw(self) -> None:
        """Show how far it is: now and then, for the list may be long and the steps quick."""
        run = self._run
        if run is None:
            return
        self.query_one("#run-title", TextLine).show(f" {self._title} · {self.summary}")
        self.query_one("#run-list", Detail).show_lines([_line(step) for step in run.steps])
        hint = " esc close  ↑↓ scroll" if self._ended else " esc stops  ↑↓ scroll"
        if run.stopped and not self._ended:
            hint = " stopping after the change under way…"
        elif run.waits_until is not None:
            left = run.waits_until - asyncio.get_running_loop().time()
            hint = f" the server asks to wait {max(0, left):.0f} s{hint}"
        self.query_one("#run-hint", TextLine).show(hint)

    @property
    def summary(self) -> str:
        """How many came to which end."""
        run = self._run
        if run is None:
            return ""
        good = run.count(Fate.VERIFIED)
        parts = [f"{run.done} of {len(run.steps)}", f"✓ {good}"]
        if failed := run.count(Fate.FAILED):
            parts.append(f"✗ {failed}")
        unsure = run.count(Fate.UNKNOWN, Fate.DIFFERENT)
        unread = run.count(Fate.UNVERIFIED)
        if unread and not self._ended:
            parts.append(f"{unread} accepted")  # read back together, at the end
            unread = 0
        if unsure + unread:
            parts.append(f"? {unsure + unread}")
        if self._ended and run.done < len(run.steps):
            parts.append(f"{len(run.steps) - run.done} not tried")
        return " · ".join(parts)

    def end(self) -> None:
        """Say that it has ended."""
        self._ended = True
        if self._timer is not None:
            self._timer.stop()
        self._draw()

    async def seen(self) -> None:
        """Wait until its end was seen."""
        if self._seen is not None:
            await self._seen

    def action_leave(self) -> None:
        """Stop the run, or close when it has ended."""
        if self._run is not None and not self._ended:
            self._run.stop()
            self._draw()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Close, once it has ended."""
        if self._ended and self._seen is not None and not self._seen.done():
            self.give_keyboard_back()
            self._seen.set_result(None)
            self._run = None

    def action_scroll_list(self, lines: int) -> None:
        """Scroll the list."""
        self.query_one("#run-list", Detail).action_scroll_lines(lines)


def _line(step: Step) -> Line:
    outcome = step.outcome
    if outcome is None:
        return Line(step.change.label, "⟳" if step.under_way else "…")
    trouble = outcome.error or outcome.refused
    mark = {Fate.VERIFIED: "✓", Fate.FAILED: "✗", Fate.DIFFERENT: "!"}.get(outcome.fate, "?")
    if outcome.fate is Fate.VERIFIED and step.change.after is None:
        return Line(step.change.label, f"{mark} gone")
    return Line(step.change.label, f"{mark} {trouble or outcome.fate.value}")
