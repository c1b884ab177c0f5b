"""The completions of the word before the cursor, which tab goes through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.keys import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LAST_WORD = re.compile(r"[^\s|]*\Z")


@dataclass(slots=True)
class WordCompletion:
    """What one word of a text may become."""

    head: str
    tail: str
    word: str
    candidates: Sequence[str]
    at: int = -1
    """The candidate in the text; -1 for the word as it was typed."""

    @classmethod
    def of(cls, text: str, cursor: int, complete: Callable[[str], Sequence[str]]) -> WordCompletion:
        """Return the completions of the word before the cursor."""
        match = _LAST_WORD.search(text, 0, cursor)
        start = match.start() if match else cursor
        word = text[start:cursor]
        candidates = [each for each in complete(word) if each != word]
        return cls(text[:start], text[cursor:], word, candidates)

    def step(self, steps: int) -> tuple[str, int]:
        """Return the text with the next candidate, and the cursor's place behind it."""
        count = len(self.candidates) + 1
        self.at = (self.at + 1 + steps) % count - 1
        before = f"{self.head}{self.word if self.at < 0 else self.candidates[self.at]}"
        return f"{before}{self.tail}", len(before)

    @property
    def summary(self) -> str:
        """The candidates in one row, that in the text in brackets; empty for none."""
        shown = [f"‹{each}›" if n == self.at else each for n, each in enumerate(self.candidates)]
        return f"{name_key('filter.complete')} {' '.join(shown)}" if shown else ""
