"""The earlier lines of an input, which ↑ and ↓ go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class LineHistory:
    """A place among earlier lines; the text that was being typed comes after the latest."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self._lines = [*lines, ""]
        self._at = len(lines)

    @property
    def is_inside(self) -> bool:
        """Whether an earlier line is shown."""
        return self._at < len(self._lines) - 1

    def step(self, steps: int, text: str) -> str | None:
        """Return the line so many steps later; None where there is none.

        Args:
            steps: 1 for the next later line, -1 for the one before.
            text: the text in the input; what was typed is kept until ↓ comes back to it.

        """
        if not self.is_inside:
            self._lines[-1] = text
        at = self._at + steps
        while 0 <= at < len(self._lines) and self._lines[at] == text:
            at += steps
        if not 0 <= at < len(self._lines):
            return None
        self._at = at
        return self._lines[at]
