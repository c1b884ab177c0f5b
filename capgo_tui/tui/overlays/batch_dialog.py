"""The dialog of a batch: its progress, the outcome of each change, and a way to stop."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.lines import measure_width
from capgo_tui.tui.widgets.progress_line import ProgressLine
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.tui.words import shorten_step
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import label_outcome
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.numbers import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from capgo_tui.workspace.changes.batch import Batch, Step

ABOVE = 4
"""Rows of the screen that stay in sight above it."""
CHROME = 3
"""Rows besides those of the list: the title, the bar and the keys."""
UNREAD = "… accepted, read back at the end"
DRAW_SECONDS = 0.2
PAGE = 200
"""Changes listed at a time during the batch: drawing them must not take long."""
MOST_LISTED = 2000
"""Changes listed at the end; the rest is only counted."""
WORST_FIRST = (
    OutcomeState.FAILED,
    OutcomeState.UNKNOWN,
    OutcomeState.DIFFERENT,
    OutcomeState.UNVERIFIED,
    None,
    OutcomeState.VERIFIED,
)
"""The order in which changes are listed at the end; None are those skipped or not tried."""


class BatchDialog(Vertical, AskingOverlay[None], can_focus=True):
    """Shows a `Batch` until it has ended and the operator closes it.

    Esc stops it after the change under way; once it has ended Esc, Enter and q close it.
    """

    DEFAULT_CSS = """
    BatchDialog {
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
        self._batch: Batch | None = None
        self._title = ""
        self._timer: Timer | None = None
        self._is_over = False
        self._follows = True
        """Whether the list follows the change under way: until it is scrolled by hand."""

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield TextLine(tone="title", id="batch-title")
        yield ProgressLine()
        yield Detail(id="batch-list")
        yield TextLine(tone="muted", id="batch-hint")

    def open(self, title: str, batch: Batch) -> None:
        """Take the keyboard and show a batch."""
        self._batch, self._title = batch, title
        self._is_over, self._follows = False, True
        rows = len(batch.steps) + CHROME
        self.styles.height = max(5, min(rows, self.screen.size.height - ABOVE))
        self._timer = self.set_interval(DRAW_SECONDS, self._draw)
        self._draw()
        self.ask(self)

    def _draw(self) -> None:
        """Draw the progress; called at intervals, for the list may be long and the steps quick."""
        batch = self._batch
        if batch is None:
            return
        title = f" {self._title} · {self.summary}"
        why = _explain_why_untried(batch)
        # Without room here, the reason stands only in the list.
        fits = measure_width(title + why) <= self.size.width
        self.query_one("#batch-title", TextLine).show(f"{title}{why}" if fits else title)
        left = None if self._is_over or batch.is_stopped else batch.seconds_left
        note = f"~{format_duration(left)} left" if left else ""
        self.query_one(ProgressLine).show(batch.finished_count, len(batch.steps), note)
        listing = self.query_one("#batch-list", Detail)
        if self._is_over:
            listing.show_lines(self._list_last_lines(batch))
        else:
            at = _find_position(batch)
            start = at // PAGE * PAGE
            listing.show_lines(
                [self._make_line(step) for step in batch.steps[start : start + PAGE]]
            )
            if self._follows:
                listing.bring_into_view(at - start)
        self.query_one("#batch-hint", TextLine).show(f" {self._hint(batch)}")

    def _hint(self, batch: Batch) -> str:
        if self._is_over:
            return "esc close  ↑↓ scroll"
        if batch.is_stopped:
            return "stopping after the change under way…"
        if batch.wait_seconds > 0:
            waiting = sum(step.is_waiting for step in batch.steps)
            are = f"{waiting} wait" if waiting > 1 else "one waits"
            seconds = math.ceil(batch.wait_seconds)
            return f"{are} for the server: on in {seconds} s · esc stops  ↑↓ scroll"
        return "esc stops  ↑↓ scroll"

    @property
    def summary(self) -> str:
        """How many changes had which outcome."""
        batch = self._batch
        if batch is None:
            return ""
        parts = [
            f"{batch.finished_count} of {len(batch.steps)}",
            f"✓ {batch.count(OutcomeState.VERIFIED)}",
        ]
        if failures := batch.count(OutcomeState.FAILED):
            parts.append(f"✗ {failures}")
        unsure = batch.count(OutcomeState.UNKNOWN, OutcomeState.DIFFERENT)
        unread = batch.count(OutcomeState.UNVERIFIED)
        if unread and not self._is_over:
            parts.append(f"{unread} accepted")  # some are read back together, at the end
            unread = 0
        if unsure + unread:
            parts.append(f"? {unsure + unread}")
        if batch.skipped_count:
            parts.append(f"{batch.skipped_count} left alone")
        if self._is_over and batch.finished_count < len(batch.steps):
            parts.append(f"{len(batch.steps) - batch.finished_count} not tried")
        return " · ".join(parts)

    def end(self) -> None:
        """Show that the batch has ended, with the failures first."""
        self._is_over = True
        if self._timer is not None:
            self._timer.stop()
        self._draw()

    @property
    def can_stop(self) -> bool:
        """Whether its batch can be stopped and was not yet."""
        return self._batch is not None and not self._batch.is_stopped

    async def wait_for_close(self) -> None:
        """Wait until the operator has closed it."""
        if self._answer is not None:
            await self._answer

    def action_leave(self) -> None:
        """Stop the batch, or close the dialog when it has ended."""
        if self._batch is not None and not self._is_over:
            self._batch.stop()
            self._draw()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Close, once it has ended."""
        if self._is_over and self.asking:
            self.give(None)
            self.close()
            self._batch = None

    def action_scroll_list(self, lines: int) -> None:
        """Scroll the list."""
        self._follows = False
        self.query_one("#batch-list", Detail).action_move(lines)

    def _list_last_lines(self, batch: Batch) -> Sequence[Line]:
        worst_first = sorted(batch.steps, key=_rank_severity)
        lines = [Line("", f"! {why}", "note") for why in _list_untried_sentences(batch)]
        lines += [self._make_line(step) for step in worst_first[:MOST_LISTED]]
        if len(worst_first) > MOST_LISTED:
            lines.append(Line("", f"and {len(worst_first) - MOST_LISTED} more", "raw"))
        return lines

    def _make_line(self, step: Step) -> Line:
        return Line(describe(step.change).list_name, self._step_text(step))

    def _step_text(self, step: Step) -> str:
        if step.skip_reason:
            return f"– left alone: {step.skip_reason}"
        if step.is_unread:
            return UNREAD
        if step.outcome is not None:
            return label_outcome(step.change, step.outcome) + shorten_step(step.outcome.next_step)
        if step.untried_reason:
            return f"– not tried: {_explain_untried(step)}"
        if self._is_over:
            return "– not tried"
        if step.is_under_way:
            return "⟳"
        wait = self._batch.wait_of(step) if step.is_waiting and self._batch is not None else 0
        return f"… in {math.ceil(wait)} s" if wait > 0 else "…"


def _explain_untried(step: Step) -> str:
    """Return why a step was not tried, with the key binding that helps."""
    return step.untried_reason + shorten_step(step.next_step)


def _list_untried_sentences(batch: Batch) -> Sequence[str]:
    """Return sentences that say how many steps were not tried, and why."""
    return [
        f"the other {f'{count} were' if count > 1 else 'one was'} not tried: {why}"
        for why, count in Counter(
            _explain_untried(step) for step in batch.steps if step.untried_reason
        ).items()
    ]


def _explain_why_untried(batch: Batch) -> str:
    """Return why the remaining steps were not tried, if the reason is the same for all."""
    reasons = {_explain_untried(step) for step in batch.steps if not step.is_finished}
    return f": {reason}" if len(reasons) == 1 and (reason := reasons.pop()) else ""


def _find_position(batch: Batch) -> int:
    """Return the index of the step under way, else of the first that has not ended."""
    under_way = (at for at, step in enumerate(batch.steps) if step.is_under_way)
    left = (at for at, step in enumerate(batch.steps) if not step.is_finished)
    return next(under_way, next(left, 0))


def _rank_severity(step: Step) -> int:
    return WORST_FIRST.index(None if step.outcome is None else step.outcome.state)
