"""A front end without a screen: it answers by a script and keeps all that it was told."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from capgo_tui.workspace.changes.batch import Batch
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.changes.question import Question

T = TypeVar("T")


@dataclass
class Headless:
    """Gives its `answers` one by one, and says yes after the last."""

    answers: list[bool] = field(default_factory=list)
    before_answer: Callable[[], Awaitable[object]] | None = None
    """What happens between the first question and its answer."""
    on_wait: Callable[[float], bool] = lambda seconds: False
    """What happens while a change waits for a limit; False gives it up."""
    is_taken: bool = False
    """Whether nothing may be asked that nobody waits for."""
    questions: list[Question] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    batches: list[tuple[str, Batch]] = field(default_factory=list)

    async def _answer(self) -> bool:
        if self.before_answer is not None:
            before, self.before_answer = self.before_answer, None
            await before()
        return self.answers.pop(0) if self.answers else True

    def ask(self, question: Question) -> Awaitable[bool]:
        self.questions.append(question)
        return self._answer()

    def begin(self) -> None:
        pass

    def can_ask_again(self) -> bool:
        return not self.is_taken

    async def wait(self, change: Change, seconds: float) -> bool:
        del change
        self.waits.append(seconds)
        return self.on_wait(seconds)

    def show_sending(self, change: Change) -> None:
        self.changes.append(change)

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        del stop
        return asyncio.ensure_future(work)

    def say(self, text: str) -> None:
        self.messages.append(text)

    def tell(self, change: Change, outcome: Outcome) -> None:
        del change
        self.outcomes.append(outcome)

    def show_batch(self, title: str, batch: Batch) -> AbstractContextManager[object]:
        del title, batch
        return nullcontext()

    async def tell_batch(self, title: str, batch: Batch) -> None:
        self.batches.append((title, batch))
