"""A widget that asks something and is answered once."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from textual.widget import Widget

AnswerT = TypeVar("AnswerT")


class Asker(Widget, Generic[AnswerT]):
    """Has one question open at a time, and a future for its answer."""

    _answer: asyncio.Future[AnswerT] | None = None

    @property
    def asking(self) -> bool:
        """Whether a question is open that somebody waits for."""
        return self._answer is not None and not self._answer.done()

    def expect_answer(self) -> asyncio.Future[AnswerT]:
        """Return a future of the next answer."""
        self._answer = asyncio.get_running_loop().create_future()
        return self._answer

    def give(self, answer: AnswerT) -> None:
        """Answer the open question; without one do nothing."""
        future, self._answer = self._answer, None
        # Nobody waits for it any more when the program is being left.
        if future is not None and not future.done():
            future.set_result(answer)
