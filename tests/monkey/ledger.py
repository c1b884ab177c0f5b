"""Keeps books: every write wants a ``y`` after its question was drawn, and a journal entry."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from textual.widgets import Input

from capgo_tui.tui.overlays.confirmation import Confirmation, Listing
from capgo_tui.tui.widgets.answer import Answer
from capgo_tui.workspace.changes.guard import MANY, Guard
from capgo_tui.workspace.changes.outcome import Fate

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from textual.strip import Strip

    from capgo_tui.workspace.changes.change import Change

FINAL: Final = frozenset({"DELETE /channel", "DELETE /bundle", "DELETE /versions"})
"""What cannot be taken back, so that a name or a count is typed before the ``y``."""
LOSING: Final = "Leave and lose"
"""How the questions begin that are about a form rather than a write."""


@dataclass
class Question:
    """One question that was put."""

    covers: int
    """So many writes are agreed to with it."""
    to_type: str | None
    box: Input | None
    drawn_at: float | None = None
    drawn: str = ""


@dataclass
class Ledger:
    """What was agreed to and not yet sent; `wrong` when more is sent than that."""

    production: bool = False
    """Whether something is to be typed before every write."""
    wrong: list[str] = field(default_factory=list)
    yes: int = 0
    typed_yes: int = 0
    _credit: Counter[bool] = field(default_factory=Counter)
    """Writes agreed to, by whether something was typed for them."""
    _open: dict[Answer, Question] = field(default_factory=dict)
    _pending: Question | None = None
    _y_keys: list[float] = field(default_factory=list)

    def note_y(self, time: float) -> None:
        """Note that the monkey types a ``y``; it can be the answer to one question only."""
        self._y_keys = [*self._y_keys[-50:], time]

    def note_write(self, name: str) -> None:
        """Note that a write has reached the server, which something must have allowed."""
        final = self.production or name in FINAL
        kinds = (True,) if final else (False, True)
        kind = next((kind for kind in kinds if self._credit[kind] > 0), None)
        if kind is None:
            typed = " and what is to be typed before it" if final else ""
            self.wrong.append(f"{name} was sent without a y{typed}")
        else:
            self._credit[kind] -= 1

    def close(self) -> None:
        """Nothing is under way any more: what was agreed to and not sent is worth nothing."""
        self._credit.clear()

    @property
    def unseen(self) -> bool:
        """Whether a question is open and not drawn yet: looking at it now would draw it."""
        return any(answer.asking and answer._drawn_at is None for answer in self._open)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Listen in on every question of the program."""
        ask, ask_again, draw = Answer.ask, Answer.ask_again, Answer.render_line
        confirm = Confirmation.open

        def asked(
            answer: Answer, question: Callable[[int], str], about: str = ""
        ) -> asyncio.Future[bool]:
            future = ask(answer, question, about)
            losing = question(200).startswith(LOSING)
            put = self._pending or Question(0 if losing else 1, None, None)
            self._open[answer] = put
            future.add_done_callback(lambda done: self._answered(answer, put, done))
            return future

        def asked_again(answer: Answer) -> None:
            self._open[answer].drawn_at = None
            ask_again(answer)

        def drawn(answer: Answer, y: int) -> Strip:
            strip = draw(answer, y)
            put = self._open.get(answer)
            if put is not None and put.drawn_at is None and answer.asking:
                put.drawn_at, put.drawn = monotonic(), strip.text
            return strip

        def confirming(
            dialog: Confirmation, changes: Sequence[Change], guard: Guard, listing: Listing
        ) -> asyncio.Future[bool]:
            own = max(change.guard for change in changes)
            typed = self.production or own is Guard.TYPED or len(changes) > MANY
            one = listing.typed
            box = dialog.query_one(Input)
            self._pending = Question(len(changes), one if typed else None, box)
            try:
                return confirm(dialog, changes, guard, listing)
            finally:
                self._pending = None

        with (
            patch.object(Answer, "ask", asked),
            patch.object(Answer, "ask_again", asked_again),
            patch.object(Answer, "render_line", drawn),
            patch.object(Confirmation, "open", confirming),
        ):
            yield

    def _answered(self, answer: Answer, put: Question, done: asyncio.Future[bool]) -> None:
        if self._open.get(answer) is put:
            del self._open[answer]
        if done.cancelled() or not done.result():
            return
        self.yes += 1
        self.typed_yes += put.to_type is not None
        after = [key for key in self._y_keys if put.drawn_at is not None and key > put.drawn_at]
        if not after:
            self.wrong.append(f"agreed to without a y after it was drawn: {put.drawn!r}")
        elif not put.drawn.rstrip().endswith(("n no", "y/n")) and answer.size.width > 20:
            self.wrong.append(f"agreed to, but this was drawn: {put.drawn!r}")
        else:
            self._y_keys.remove(after[0])
        if put.to_type is not None and (not put.box or put.box.value.strip() != put.to_type):
            self.wrong.append(f"agreed to, but {put.to_type!r} was not typed")
        self._credit[put.to_type is not None] += put.covers


def journal_differs(path: Path, writes: Sequence[str]) -> str:
    """How the journal differs from what reached the server; empty when it does not.

    A write that did not reach it, because its connection broke first or its key was refused
    meanwhile, is noted as well: as one that failed or of which nothing is known.
    """
    rows: list[tuple[str, str | None]] = []
    if path.exists():
        with sqlite3.connect(path) as db:
            rows = db.execute("SELECT request, fate FROM changes ORDER BY id").fetchall()
        db.close()
    if open_ended := [request for request, fate in rows if fate is None]:
        return f"without an end: {open_ended}"
    noted, sent = Counter(request for request, _ in rows), Counter(writes)
    took = Counter(request for request, fate in rows if fate is not None and Fate(fate).took)
    if sent - noted or took - sent:
        return f"sent but not noted {dict(sent - noted)}, done but not sent {dict(took - sent)}"
    return ""
