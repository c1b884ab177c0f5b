"""The filter typed after ``/``: conditions that must all hold, in any case.

=================  =====================================================================
``word``           occurs somewhere in the row
``~word``          its letters occur in this order in one cell
``/pattern/``      a regular expression that fits somewhere; it may hold spaces, the last
                   slash may still be missing, ``^`` and ``$`` are the ends of a cell
``column:…``       any of these, in one column; a beginning that tells it apart is enough
``has:custom-id``  the device has a custom id; a beginning of the word is enough
``!…``             any of these, the other way round
=================  =====================================================================

What is only begun (``!``, ``~``, ``/``, ``os:``) is no condition yet. A condition that cannot
be used is left out, and `Query.error` says why: the rest of the filter keeps working.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import regex

    Cells: TypeAlias = Callable[[str], str]
    """Gives the case-folded text of a column of the row in question, by the column's id."""

PATTERN_SECONDS = 0.02
"""Most seconds of a pattern on one row before it is given up."""
TOO_SLOW = "pattern is too slow"
_LONGEST_PATTERN = 500
_MOST_REPEATS = 10_000
_LONGEST_NAME = 16
HAS = {"custom-id": "custom"}
"""What can follow ``has:``, and the column that must not be empty."""
_ID = re.compile(r"[\w.:-]{4,}")
_PLAIN = re.compile(r"[^\s!~/]\S*")
"""A text that means itself after ``column:``."""
_REPEAT_COUNT = re.compile(r"\{[0-9, ]*?([0-9]+) *,? *\}")
_BLANK = re.compile(r"\s*")
_WORD = re.compile(r"\S*")
_CLOSED_PATTERN = re.compile(r"/((?:[^\\/]|\\.|/(?=\S))*)/(?=\s|$)", re.DOTALL)
"""A slash closes where a blank or nothing follows: ``/var/log`` is one pattern, still open."""


class TermKind(Enum):
    """How the text of a condition is searched."""

    WORD = "word"
    PATTERN = "pattern"
    FUZZY = "fuzzy"
    HAS = "has"
    """Its column is not empty; its text is the word after ``has:``."""


@dataclass(frozen=True, slots=True)
class Term:
    """A condition of a filter."""

    kind: TermKind
    text: str
    """Case-folded, but for patterns, where case can have a meaning."""
    column: str | None = None
    is_negated: bool = False

    def holds(self, haystack: str, cells: Cells) -> bool:
        """Return whether a row meets the condition."""
        text = haystack if self.column is None else cells(self.column)
        if self.kind is TermKind.HAS:
            return bool(text) is not self.is_negated
        if self.kind is TermKind.WORD:
            return (self.text in text) is not self.is_negated
        if self.kind is TermKind.FUZZY:
            return (_fuzzy(self.text).search(text) is not None) is not self.is_negated
        fits = _pattern(self.text).fits(text)
        return fits is None or fits is not self.is_negated

    @property
    def fault(self) -> str:
        """Why it cannot be used, as far as known; empty for a valid one."""
        return _pattern(self.text).fault if self.kind is TermKind.PATTERN else ""

    def implies(self, other: Term) -> bool:
        """Return whether every row that meets this condition is sure to meet `other`."""
        if self == other:
            return True
        if self.column != other.column or self.is_negated is not other.is_negated:
            return False
        # What is forbidden counts the other way: without an «a» there is no «ab» either.
        wide, narrow = (self, other) if self.is_negated else (other, self)
        match wide.kind, narrow.kind:
            case TermKind.WORD, TermKind.WORD:
                return wide.text in narrow.text
            case TermKind.FUZZY, TermKind.FUZZY | TermKind.WORD:
                return _fuzzy(wide.text).search(narrow.text) is not None
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
def _pattern(text: str) -> _Pattern:
    """Compile a pattern once for all rows; a slow one stays known as slow."""
    return _Pattern(text)


@lru_cache(maxsize=64)
def _fuzzy(letters: str) -> re.Pattern[str]:
    """Return a pattern that finds letters in order in one line, without backtracking."""
    steps = (rf"[^{re.escape(letter)}\n]*+{re.escape(letter)}" for letter in letters)
    return re.compile("^" + "".join(steps), re.MULTILINE)


def _no_cells(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed filter; the empty one matches everything."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    doubt: str = ""
    """Of a word that looks like a condition on a column and is none: why it is none."""

    @classmethod
    def parse(cls, text: str, columns: Sequence[str] = ()) -> Query:
        """Read a filter as it is typed, for a list with these column ids; any text is one."""
        text = text.strip()
        terms = tuple(_terms(text, columns))
        doubts = (_doubt(term, columns) for term in terms)
        return cls(text, terms, next(filter(None, doubts), ""))

    def __bool__(self) -> bool:
        return any(not term.fault for term in self.terms)

    @property
    def error(self) -> str:
        """What is wrong with the filter, in a few words; empty when nothing is."""
        return next((term.fault for term in self.terms if term.fault), "")

    @property
    def in_force(self) -> tuple[Term, ...]:
        """The conditions that can be used; a pattern that proves too slow leaves them."""
        return tuple(term for term in self.terms if not term.fault)

    def sieve(self, is_searched: Callable[[str], bool]) -> str:
        """Return the longest known text that every matching row contains, for a quick first test.

        `searched` tells of a column by its id whether it is part of a row's texts.
        """
        words = (t for t in self.terms if t.kind is TermKind.WORD and not t.is_negated)
        texts = (t.text for t in words if t.column is None or is_searched(t.column))
        return max(texts, key=len, default="")

    @property
    def is_word(self) -> bool:
        """Whether the query is one plain word, so that its sieve is enough."""
        return len(self.terms) == 1 and _is_plain(self.terms[0])

    @property
    def has_pattern(self) -> bool:
        """Whether the query has a pattern, whose cost is unknown."""
        return any(term.kind is TermKind.PATTERN for term in self.terms)

    def matches(self, haystack: str, cells: Cells = _no_cells) -> bool:
        """Return whether a row meets every condition; `haystack` has a case-folded line a cell."""
        return all(term.holds(haystack, cells) for term in self.terms)

    def narrows(self, other: Query) -> bool:
        """Return whether `other` matches every row that this query matches."""
        return narrower(self.in_force, other.in_force)

    @property
    def looks_like_id(self) -> bool:
        """Whether the text may be a device id."""
        return self.is_word and _ID.fullmatch(self.text) is not None

    @property
    def custom_id(self) -> str | None:
        """The text as a whole custom id; None for a query with other conditions than words.

        ``custom:…`` asks for one as well.
        """
        if self.terms and all(map(_is_plain, self.terms)):
            return self.text
        if len(self.terms) == 1:
            (term,) = self.terms
            if term.kind is TermKind.WORD and term.column == "custom" and not term.is_negated:
                return self.text.partition(":")[2]
        return None


def narrower(terms: Sequence[Term], than: Sequence[Term]) -> bool:
    """Return whether every row that meets `terms` is sure to meet all of `than`."""
    return all(any(term.implies(wide) for term in terms) for wide in than)


def custom_id_filter(custom_id: str) -> str:
    """Return the filter for the devices of a custom id."""
    if _PLAIN.fullmatch(custom_id):
        return f"custom:{custom_id}"
    pattern = re.escape(custom_id.casefold()).replace("/", r"\/")
    return f"custom:/^{pattern}$/"


def _is_plain(term: Term) -> bool:
    return term.kind is TermKind.WORD and term.column is None and not term.is_negated


def _terms(text: str, columns: Sequence[str]) -> Iterator[Term]:
    at = _skip(_BLANK, text, 0)
    while at < len(text):
        term, at = _term(text, at, columns)
        if term.text:
            yield term
        at = _skip(_BLANK, text, at)


def _term(text: str, at: int, columns: Sequence[str]) -> tuple[Term, int]:
    """Parse one condition; return it and where it ends."""
    is_negated = text[at] == "!"
    at += is_negated
    word = text[at : _skip(_WORD, text, at)]
    name, colon, _ = word.partition(":")
    column = _column(name, columns) if colon else None
    if column is not None:
        at += len(name) + 1
        if not is_negated and text[at : at + 1] == "!":
            is_negated = True
            at += 1
    if column is None and (has := _has(word, columns)) is not None:
        return Term(TermKind.HAS, has, HAS.get(has), is_negated), at + len(word)
    if text[at : at + 1] == "/":
        match = _CLOSED_PATTERN.match(text, at)
        if match is not None:
            return Term(TermKind.PATTERN, match[1], column, is_negated), match.end()
        return Term(TermKind.PATTERN, text[at + 1 :], column, is_negated), len(text)
    end = _skip(_WORD, text, at)
    if text[at : at + 1] == "~":
        return Term(TermKind.FUZZY, text[at + 1 : end].casefold(), column, is_negated), end
    return Term(TermKind.WORD, text[at:end].casefold(), column, is_negated), end


def _column(name: str, columns: Sequence[str]) -> str | None:
    """Return the column of a name, an id or an unambiguous prefix of one."""
    prefix = name.casefold()
    if prefix in columns:
        return prefix
    matches = [column for column in columns if prefix and column.startswith(prefix)]
    return matches[0] if len(matches) == 1 else None


def _has(word: str, columns: Sequence[str]) -> str | None:
    """Return what ``has:…`` asks for in a list with these columns; empty while it is incomplete."""
    name, colon, what = word.casefold().partition(":")
    can = _can_have(columns)
    if name != "has" or not colon or not can:
        return None
    return next((each for each in can if each.startswith(what)), None) if what else ""


def _can_have(columns: Sequence[str]) -> list[str]:
    return [what for what, column in HAS.items() if column in columns]


def _doubt(term: Term, columns: Sequence[str]) -> str:
    name, colon, _ = term.text.partition(":")
    if (
        term.kind is not TermKind.WORD
        or term.column is not None
        or not (name and colon and columns)
    ):
        return ""
    if name == "has" and (can := _can_have(columns)):
        return f"«has:» takes {' or '.join(can)}."
    candidates = [column for column in columns if column.startswith(name)]
    if candidates:
        return f"«{name}:» may be {' or '.join(candidates)}."
    return f"«{name[:_LONGEST_NAME]}:» is no column; there are {', '.join(columns)}."


def _skip(blank_or_word: re.Pattern[str], text: str, at: int) -> int:
    match = blank_or_word.match(text, at)
    return match.end() if match else at
