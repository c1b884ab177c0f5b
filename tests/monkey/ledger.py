"""The ledger of writes: each needs a ``y`` after its question is drawn, and a journal entry."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from textual.widgets import Input

from capgo_tui.tui.overlays.confirmation import Confirmation
from capgo_tui.tui.widgets.answer import Answer
from capgo_tui.workspace.changes.confirmation_level import MANY, ConfirmationLevel
from capgo_tui.workspace.changes.outcome import OutcomeState

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from textual.strip import Strip

    from capgo_tui.tui.overlays.confirmation import Choice
    from capgo_tui.tui.widgets.detail import Line
    from capgo_tui.workspace.changes.question import Question as AboutChanges

FINAL: Final = frozenset({"DELETE /channel", "DELETE /bundle", "DELETE /versions"})
"""The writes without an inverse: a name or a count is typed before the ``y``."""
LOSING: Final = "Leave and lose"
"""The beginning of questions that are about a form rather than a write."""


@dataclass
class Question:
    """A question of the program."""

    covers: int
    """The number of writes that a yes allows."""
    to_type: str | None
    box: Input | None
    drawn_at: float | None = None
    text: str = ""


@dataclass
class Ledger:
    """The writes that are allowed and not yet sent; `wrong` lists what is not allowed."""

    production: bool = False
    """Whether a text is to be typed before every write."""
    wrong: list[str] = field(default_factory=list)
    yes: int = 0
    typed_yes: int = 0
    credit: Counter[bool] = field(default_factory=Counter)
    """The number of allowed writes, by whether a text was typed for them."""
    _open: dict[Answer, Question] = field(default_factory=dict)
    _pending: Question | None = None
    _y_keys: list[float] = field(default_factory=list)

    def note_y(self, time: float) -> None:
        """Note a ``y`` that the monkey types; it can answer one question only."""
        self._y_keys = [*self._y_keys[-50:], time]

    def note_write(self, name: str) -> None:
        """Note a write that has reached the server; a yes must have allowed it."""
        final = self.production or name in FINAL
        kinds = (True,) if final else (False, True)
        kind = next((kind for kind in kinds if self.credit[kind] > 0), None)
        if kind is None:
            suffix = " and what is to be typed before it" if final else ""
            self.wrong.append(f"{name} was sent without a y{suffix}")
        else:
            self.credit[kind] -= 1

    def close(self) -> None:
        """Drop what is allowed and not sent: nothing is under way any more."""
        self.credit.clear()

    @property
    def has_unseen_question(self) -> bool:
        """Whether a question is open and not drawn yet: reading the screen would draw it."""
        return any(answer.asking and not answer.is_drawn for answer in self._open)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Note every question of the program and its answer."""
        put, ask_again, draw = Answer.put, Answer.ask_again, Answer.render_line
        confirm = Confirmation.open

        def note_question(
            answer: Answer, question: Callable[[int], str], about: str = ""
        ) -> asyncio.Future[bool]:
            future = put(answer, question, about)
            losing = question(200).startswith(LOSING)
            entry = self._pending or Question(0 if losing else 1, None, None)
            self._open[answer] = entry
            future.add_done_callback(lambda future: self._note_answer(answer, entry, future))
            return future

        def note_repeat(answer: Answer) -> None:
            self._open[answer].drawn_at = None
            ask_again(answer)

        def note_drawing(answer: Answer, y: int) -> Strip:
            strip = draw(answer, y)
            entry = self._open.get(answer)
            if entry is not None and entry.drawn_at is None and answer.asking:
                entry.drawn_at, entry.text = monotonic(), strip.text
            return strip

        def confirming(
            dialog: Confirmation,
            about: AboutChanges,
            lines: Sequence[Line] = (),
            choice: Choice | None = None,
        ) -> asyncio.Future[bool]:
            changes = about.changes
            own = max(change.level for change in changes)
            typed = self.production or own is ConfirmationLevel.TYPED or len(changes) > MANY
            one = about.text_to_type
            box = dialog.query_one(Input)
            self._pending = Question(len(changes), one if typed else None, box)
            try:
                return confirm(dialog, about, lines, choice)
            finally:
                self._pending = None

        with (
            patch.object(Answer, "put", note_question),
            patch.object(Answer, "ask_again", note_repeat),
            patch.object(Answer, "render_line", note_drawing),
            patch.object(Confirmation, "open", confirming),
        ):
            yield

    def _note_answer(
        self, answer: Answer, question: Question, future: asyncio.Future[bool]
    ) -> None:
        if self._open.get(answer) is question:
            del self._open[answer]
        if future.cancelled() or not future.result():
            return
        self.yes += 1
        self.typed_yes += question.to_type is not None
        drawn_at = question.drawn_at
        times = [time for time in self._y_keys if drawn_at is not None and time > drawn_at]
        if not times:
            self.wrong.append(f"agreed to without a y after it was drawn: {question.text!r}")
        elif not question.text.rstrip().endswith(("n no", "y/n")) and answer.size.width > 20:
            self.wrong.append(f"agreed to, but this was drawn: {question.text!r}")
        else:
            self._y_keys.remove(times[0])
        if question.to_type is not None and (
            not question.box or question.box.value.strip() != question.to_type
        ):
            self.wrong.append(f"agreed to, but {question.to_type!r} was not typed")
        self.credit[question.to_type is not None] += question.covers


def find_journal_difference(path: Path, writes: Sequence[str]) -> str:
    """Return how the journal differs from the writes that reached the server, or an empty text.

    The journal also has writes that did not reach the server, because the connection broke or the
    API key was refused: with the fate failed or unknown.
    """
    rows: list[tuple[str, str | None]] = []
    if path.exists():
        with sqlite3.connect(path) as db:
            rows = db.execute("SELECT request, fate FROM changes ORDER BY id").fetchall()
        db.close()
    if open_ended := [request for request, fate in rows if fate is None]:
        return f"without an end: {open_ended}"
    entries, arrivals = Counter(request for request, _ in rows), Counter(writes)
    effects = Counter(
        request for request, fate in rows if fate is not None and OutcomeState(fate).is_accepted
    )
    if arrivals - entries or effects - arrivals:
        return (
            f"sent but not noted {dict(arrivals - entries)},"
            f" done but not sent {dict(effects - arrivals)}"
        )
    return ""
