"""The bottom row for typing a filter, which narrows the list with every letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.widgets import Input

from capgo_tui.tui.overlays.typing_bar import TypingBar
from capgo_tui.tui.widgets.line_history import LineHistory
from capgo_tui.tui.widgets.lines import measure_width
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.tui.widgets.word_completion import WordCompletion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.workspace.query import Vocabulary

INPUT_WIDTH = 30
"""Cells that the completions leave to the text."""


class FilterHandler(Protocol):
    """What filters the list behind the bar."""

    def narrow(self, text: str) -> None:
        """Filter by a text, which may not be finished."""

    def enter(self) -> None:
        """Keep the filter."""

    def clear(self) -> None:
        """Show everything again."""


class FilterBar(TypingBar):
    """A ``/`` and what is typed after it; tab completes, ↑ and ↓ bring earlier filters."""

    DEFAULT_CSS = """
    FilterBar > #completions { width: 0; }
    """
    SIGN = "/"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "done", priority=True, id="filter.enter"),
        Binding("escape", "clear", "clear the filter", id="filter.clear"),
        Binding("up", "recall(-1)", show=False, id="filter.earlier"),
        Binding("down", "recall(1)", show=False, id="filter.later"),
        Binding("tab", "complete(1)", "complete", show=False, id="filter.complete"),
        Binding("shift+tab", "complete(-1)", show=False, id="filter.back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._handler: FilterHandler | None = None
        self._vocabulary: Vocabulary | None = None
        self._history = LineHistory()
        self._completion: WordCompletion | None = None

    def compose(self) -> ComposeResult:
        """Make the row."""
        yield from super().compose()
        yield TextLine(tone="muted", id="completions")

    def open(
        self, handler: FilterHandler, text: str, vocabulary: Vocabulary, earlier: Sequence[str]
    ) -> None:
        """Take the keyboard and go on from a text.

        Args:
            handler: what filters the list, and closes this.
            text: the filter in force.
            vocabulary: the words that can be completed.
            earlier: the earlier filters, the latest last.

        """
        self._handler = handler
        self._vocabulary, self._history = vocabulary, LineHistory(earlier)
        self._show_completion(None)
        self.begin(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list, unless this is closed by now."""
        event.stop()
        self._look_up()
        if self._handler is not None and self.visible:
            self._handler.narrow(event.value)

    def _look_up(self) -> None:
        """Show the completions of the word before the cursor, unless tab is going through some."""
        box, completion = self.query_one(Input), self._completion
        if self._vocabulary is None or not self.visible:
            return
        if completion is None or completion.step(0) != (box.value, box.cursor_position):
            vocabulary = self._vocabulary
            self._show_completion(
                WordCompletion.of(box.value, box.cursor_position, vocabulary.complete)
            )

    def _show_completion(self, completion: WordCompletion | None) -> None:
        self._completion = completion
        summary = "" if completion is None else completion.summary
        line = self.query_one("#completions", TextLine)
        room = max(0, self.size.width - INPUT_WIDTH)
        line.styles.width = min(measure_width(summary) + 1, room) if summary else 0
        line.show(summary)

    def action_enter(self) -> None:
        """Keep the filter."""
        if self._handler is not None:
            self._handler.enter()

    def action_clear(self) -> None:
        """Show everything again."""
        if self._handler is not None:
            self._handler.clear()

    def action_complete(self, steps: int) -> None:
        """Put the next completion in the place of the word, round the ends."""
        box, completion = self.query_one(Input), self._completion
        if self._vocabulary is None:
            return
        if completion is None or len(completion.candidates) < 2:
            complete = self._vocabulary.complete
            if not box.value[: box.cursor_position].split(" ")[-1]:
                names = [f"{name}:" for name in self._vocabulary.names]
                completion = WordCompletion.of(box.value, box.cursor_position, lambda _: names)
            elif completion is None or completion.at >= 0:
                completion = WordCompletion.of(box.value, box.cursor_position, complete)
        if completion.candidates:
            self._completion = completion
            box.value, box.cursor_position = completion.step(steps)
            self._show_completion(completion)

    def action_recall(self, steps: int) -> None:
        """Show an earlier filter, or a later one."""
        box = self.query_one(Input)
        text = self._history.step(steps, box.value)
        if text is not None:
            box.value = text
            box.cursor_position = len(text)
