"""One row that asks for a yes: only ``y`` means yes, and only once the row was drawn."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.short_ids import find_id_end
from capgo_tui.tui.terminal.input import is_doubtful
from capgo_tui.tui.terminal.key_queue import KeyQueueApp
from capgo_tui.tui.widgets.asker import Asker
from capgo_tui.tui.widgets.lines import measure_width, pad, strip

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from textual import events
    from textual.strip import Strip

KEYS = "  y yes  n no "
FEW_KEYS = " y/n "
LEAST = 27
"""Cells that a question has at least, or else `FEW_KEYS` stand behind it."""
ENDLESS = 1000
"""Cells in which every question is whole."""
REPEAT_SECONDS = 0.6
"""Longer than any keyboard waits before it repeats a key that is held down."""


class Answer(Asker[bool], can_focus=True):
    """Asks one question at a time; the caller gives it the keyboard.

    Enter and Esc mean no, like ``n`` and ``q``; other keys mean nothing. Keys that were typed
    before the question was drawn answer nothing: nobody can have read it. Nor does
    a ``y`` that came among other bytes, or right after a terminal's reply.
    """

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The caller gives it the keyboard; a click must not skip what comes before that."""
    ANSWERS: ClassVar[dict[str, bool]] = {
        "y": True,
        "n": False,
        "q": False,
        "enter": False,
        "escape": False,
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._question: Callable[[int], str] = str
        self._record_id = ""
        self._drawn_at: float | None = None
        self.held_until = 0.0
        """Until when a ``y`` held down from before the question does not answer."""

    @property
    def question(self) -> str:
        """The whole question, however little room there is for it."""
        return self._question(ENDLESS)

    @property
    def is_drawn(self) -> bool:
        """Whether the question is on the screen, so that a key can answer it."""
        return self._drawn_at is not None

    def put(self, question: Callable[[int], str], record_id: str = "") -> asyncio.Future[bool]:
        """Put a question, given as a function of the cells available for it.

        Before it stands the id of the record, or where there is little room its end.

        The answer is True only for ``y`` typed after it was drawn. A question that is still open
        is answered with no.
        """
        self.give(False)
        answer = self.expect_answer()
        self._record_id = record_id
        self._question, self._drawn_at, self.held_until = question, None, 0.0
        if isinstance(self.app, KeyQueueApp):
            # The key may be held down since before the question.
            self.held_until = self.app.last_y + REPEAT_SECONDS
        self.refresh()
        return answer

    def ask_again(self) -> None:
        """Ask the same question again; keys typed before now do not answer it."""
        self._drawn_at = None
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Answer the question by a key."""
        event.stop()
        event.prevent_default()
        if self._is_early(event) or event.key not in self.ANSWERS:
            return
        if event.key == "y" and is_doubtful(event):
            return  # the tail of what a terminal sent by itself must not answer
        if self._answer is not None:
            if isinstance(self.app, KeyQueueApp):
                self.app.last_y = 0.0  # this one was heard, and meant
            self.prepare_answer()
            self.give(self.ANSWERS[event.key])

    def prepare_answer(self) -> None:
        """Hook called before the answer is given, such as for giving the keyboard back."""

    def _is_early(self, event: events.Key) -> bool:
        """Return whether a key was typed before the question was drawn, or repeats a held one."""
        unseen = self._drawn_at is None or event.time <= self._drawn_at
        repeats = event.key == "y" and event.time < self.held_until
        if event.key == "y" and (unseen or repeats):
            self.held_until = event.time + REPEAT_SECONDS
        return unseen or repeats

    def render_line(self, y: int) -> Strip:
        """Draw the question; the keys stay in sight however long it is."""
        if self._drawn_at is None and self._answer is not None:
            # The terminal gets it right after this: a later key can answer it.
            self._drawn_at = monotonic()
        width = self.size.width
        keys = self.keys()
        prefix = self._find_prefix(width - len(keys))
        if prefix and keys == KEYS and width - len(keys) - measure_width(prefix) < LEAST:
            keys = FEW_KEYS
            prefix = self._find_prefix(width - len(keys))
        room = width - len(keys) - measure_width(prefix)
        question = f" {self._question(room - 1)}"
        if measure_width(question) > room:
            question = pad(question, max(0, room))
        return strip([(prefix + question + keys, self.rich_style)], width, self.rich_style)

    def _find_prefix(self, width: int) -> str:
        """Return the id before the question: only its end where not all of both fits.

        The name in the question may be that of another record as well: only a question that
        holds the id, and is whole, has none before it.
        """
        if not self._record_id:
            return ""
        whole = f" {self._record_id}:"
        need = measure_width(self.question) + 1
        if self._record_id in self.question and need <= width:
            return ""
        return (
            whole if measure_width(whole) + need <= width else f" {find_id_end(self._record_id)}:"
        )

    def keys(self) -> str:
        """Return the key hints."""
        return KEYS
