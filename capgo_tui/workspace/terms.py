"""The conditions of a filter, and how a row meets them.

A condition on something that is not known of a row (an override that the server did not report,
an age without a time) holds for no row, negated or not.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Final, Protocol

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.sorting import NO_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import regex

    from capgo_tui.workspace.sorting import SortValue

PATTERN_SECONDS = 0.02
"""Most seconds of a pattern on one row before it is given up."""
TOO_SLOW = "pattern is too slow"
_LONGEST_PATTERN = 500
_MOST_REPEATS = 10_000
_REPEAT_COUNT = re.compile(r"\{[0-9, ]*?([0-9]+) *,? *\}")
COMPARISONS: Final = {
    "<=": (-1, 0),
    ">=": (0, 1),
    "<": (-1,),
    ">": (1,),
    "=": (0,),
}
"""The orders (-1 less, 0 equal, 1 greater) that a sign accepts, the longer signs first."""


class TermKind(Enum):
    """What a condition asks of a row."""

    WORD = "word"
    PATTERN = "pattern"
    FUZZY = "fuzzy"
    HAS = "has"
    """Its column is not empty; its text is the word after ``has:``."""
    FACT = "fact"
    """A fact is true of it; its text is the word after ``is:``."""
    COMPARISON = "comparison"
    """The value of its column compares so with `Term.operand`."""
    ANY = "any"
    """One of `Term.alternatives` holds."""
    INVALID = "invalid"
    """It cannot be used; its text says why."""
    NO_COLUMN = "no column"
    """The same, for what stands before a colon and is no column; it may be a custom id."""


UNUSABLE: Final = (TermKind.INVALID, TermKind.NO_COLUMN)


class Row(Protocol):
    """What a condition may ask of a row."""

    now: datetime

    def get_text(self, column: str) -> str:
        """Return the case-folded text of a column."""

    def get_value(self, column: str) -> SortValue | None:
        """Return the sort value of a column; None where it is not known."""

    def get_fact(self, name: str) -> bool | None:
        """Return whether a fact is true; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Term:
    """A condition of a filter."""

    kind: TermKind
    text: str
    """Case-folded, but for patterns, where case can have a meaning."""
    column: str | None = None
    is_negated: bool = False
    operand: SortValue | timedelta | None = None
    """What a comparison compares with; a span stands for the moment so long ago."""
    alternatives: tuple[Term, ...] = ()

    def is_true(self, haystack: str, row: Row) -> bool:
        """Return whether a row meets the condition; `haystack` has a case-folded line a cell."""
        answer = self._answer(haystack, row)
        return False if answer is None else answer is not self.is_negated

    def _answer(self, haystack: str, row: Row) -> bool | None:
        """Return whether the condition holds, before the negation; None where not known."""
        if self.kind is TermKind.ANY:
            if self.fault:
                return not self.is_negated
            return any(each.is_true(haystack, row) for each in self.alternatives)
        if self.kind is TermKind.FACT:
            return row.get_fact(self.text)
        if self.kind in UNUSABLE:
            return not self.is_negated
        if self.kind is TermKind.COMPARISON:
            return self._compare(row)
        text = haystack if self.column is None else row.get_text(self.column)
        if self.kind is TermKind.HAS:
            return bool(text)
        if self.kind is TermKind.WORD:
            return self.text in text
        if self.kind is TermKind.FUZZY:
            return compile_fuzzy(self.text).search(text) is not None
        fits = _compile_pattern(self.text).fits(text)
        return not self.is_negated if fits is None else fits

    def _compare(self, row: Row) -> bool | None:
        order = _order(row.get_value(self.column or ""), self.operand, row.now)
        return None if order is None else order in COMPARISONS[self.text]

    @property
    def fault(self) -> str:
        """Why it cannot be used, as far as known; empty for a valid one."""
        if self.kind is TermKind.PATTERN:
            return _compile_pattern(self.text).fault
        if self.kind is TermKind.ANY:
            return next((each.fault for each in self.alternatives if each.fault), "")
        return self.text if self.kind in UNUSABLE else ""

    @property
    def has_pattern(self) -> bool:
        """Whether it is a pattern or has one, whose cost is not known."""
        return self.kind is TermKind.PATTERN or any(each.has_pattern for each in self.alternatives)

    @property
    def facts(self) -> list[str]:
        """The facts that it asks for, its alternatives included."""
        own = [self.text] if self.kind is TermKind.FACT else []
        return [*own, *(fact for each in self.alternatives for fact in each.facts)]

    def implies(self, other: Term) -> bool:
        """Return whether every row that meets this condition is sure to meet `other`."""
        if self == other:
            return True
        if self.kind is TermKind.ANY and not self.is_negated:
            return all(each.implies(other) for each in self.alternatives)
        if other.kind is TermKind.ANY and not other.is_negated:
            return any(self.implies(each) for each in other.alternatives)
        if self.column != other.column or self.is_negated is not other.is_negated:
            return False
        # What is forbidden counts the other way: without an «a» there is no «ab» either.
        wide, narrow = (self, other) if self.is_negated else (other, self)
        match wide.kind, narrow.kind:
            case TermKind.WORD, TermKind.WORD:
                return wide.text in narrow.text
            case TermKind.FUZZY, TermKind.FUZZY | TermKind.WORD:
                return compile_fuzzy(wide.text).search(narrow.text) is not None
            case _:
                return False


class _Pattern:
    """A regular expression that reports its fault instead of failing or hanging."""

    def __init__(self, text: str) -> None:
        self.fault = ""
        self._regex: regex.Pattern[str] | None = None
        if len(text) > _LONGEST_PATTERN:
            self.fault = f"a pattern has at most {_LONGEST_PATTERN} characters"
            return
        # The compiler unrolls counted repeats, one inside the other: three of {1000} fill memory.
        if prod(int(count) or 1 for count in _REPEAT_COUNT.findall(text)) > _MOST_REPEATS:
            self.fault = "the pattern repeats too much"
            return
        import regex  # noqa: PLC0415 - 28 ms that only a pattern needs

        try:
            self._regex = regex.compile(text, regex.IGNORECASE | regex.MULTILINE | regex.V0)
        except regex.error as error:
            self.fault = f"bad pattern: {str(error).partition(' at position')[0]}"
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            # The compiler's own mistakes over odd patterns, such as a repeat beyond its counters.
            self.fault = "bad pattern"

    def fits(self, text: str) -> bool | None:
        """Return whether it matches somewhere; None when it cannot be used."""
        if self._regex is None:
            return None
        try:
            return self._regex.search(text, timeout=PATTERN_SECONDS) is not None
        except TimeoutError:
            self.fault = TOO_SLOW
            self._regex = None
            return None


@lru_cache(maxsize=64)
def _compile_pattern(text: str) -> _Pattern:
    """Compile a pattern once for all rows; a slow one stays known as slow."""
    return _Pattern(text)


@lru_cache(maxsize=64)
def compile_fuzzy(letters: str) -> re.Pattern[str]:
    """Return a pattern that finds letters in order in one line, without backtracking."""
    steps = (rf"[^{re.escape(letter)}\n]*+{re.escape(letter)}" for letter in letters)
    return re.compile("^" + "".join(steps), re.MULTILINE)


def _order(
    value: SortValue | None, operand: SortValue | timedelta | None, now: datetime
) -> int | None:
    """Return how a value compares with an operand; None where they cannot be compared."""
    if isinstance(value, datetime) and isinstance(operand, timedelta):
        age = now - value
        return (age > operand) - (age < operand)
    if isinstance(value, int) and isinstance(operand, int):
        return (value > operand) - (value < operand)
    if isinstance(value, str) and isinstance(operand, str):
        if value.startswith(NO_VERSION) != operand.startswith(NO_VERSION):
            return None  # a name that is no version has no place among versions
        return (value > operand) - (value < operand)
    return None


def is_narrower(terms: Sequence[Term], than: Sequence[Term]) -> bool:
    """Return whether every row that meets `terms` is sure to meet all of `than`."""
    return all(any(term.implies(wide) for term in terms) for wide in than)
