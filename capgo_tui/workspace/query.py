"""The filter typed after ``/``: conditions that must all hold, in any case.

======================  ================================================================
``word``                occurs somewhere in the row
``"two words"``         occur so, with the blank; also for signs that mean something here
``~word``               its letters occur in this order in one cell
``/pattern/``           a regular expression that fits somewhere; it may hold spaces, the
                        last slash may still be missing, ``^`` and ``$`` are the ends of a
                        cell
``column:…``            any of these, in one column; a beginning that tells it apart is
                        enough
``column:>=2.0``        compares versions, numbers, or ages as in ``seen:<7d``
``is:override``         a fact of the record; a beginning of the word is enough
``has:custom-id``       the device has a custom id
``!…``                  any of these, the other way round
``a|b``  ``is:a | b``   one of them; after ``column:`` both are of that column
======================  ================================================================

What is only begun (``!``, ``~``, ``/``, ``os:``) is no condition yet. A condition that cannot
be used is left out, and `Query.error` says why: the rest of the filter keeps working.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.terms import COMPARISONS, UNUSABLE, Row, Term, TermKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capgo_tui.workspace.sorting import SortValue

_LONGEST_NAME = 16
HAS = {"custom-id": "custom"}
"""What can follow ``has:``, and the column that must not be empty."""
_ID = re.compile(r"[\w.:-]{4,}")
_PLAIN = re.compile(r"""[^\s!~/"<>=|][^\s|]*""")
"""A text that means itself after ``column:``."""
_BLANK = re.compile(r"\s*")
_WORD = re.compile(r"[^\s|]*")
_NAME = re.compile(r"[a-z][a-z-]*")
"""A text before a colon that is meant as the name of a column."""
_PHRASE = re.compile(r'"([^"]*)"?')
_CLOSED_PATTERN = re.compile(r"/((?:[^\\/]|\\.|/(?=\S))*)/(?=\s|$)", re.DOTALL)
"""A slash closes where a blank or nothing follows: ``/var/log`` is one pattern, still open."""
_QUOTE_IT: Final = "put quotes around a text with a colon"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a filter of one list may use."""

    columns: Sequence[str] = ()
    """The ids of its columns."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of columns, such as ``age``."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """How the values of a column are compared."""
    facts: Sequence[str] = ()
    """What can follow ``is:``."""

    def find_column(self, name: str) -> str | None:
        """Return the column of an id, an alias or an unambiguous prefix of one."""
        prefix = name.casefold()
        if prefix in self.columns:
            return prefix
        if prefix in self.aliases:
            return self.aliases[prefix]
        matches = [column for column in self.columns if prefix and column.startswith(prefix)]
        return matches[0] if len(matches) == 1 else None

    @property
    def names(self) -> list[str]:
        """All that can stand before a colon."""
        kinds = [*(["is"] if self.facts else []), *(["has"] if self.has_words else [])]
        return [*self.columns, *self.aliases, *kinds]

    @property
    def has_words(self) -> list[str]:
        """What can follow ``has:``."""
        return [word for word, column in HAS.items() if column in self.columns]

    def complete(self, word: str) -> list[str]:
        """Return what the last word of a filter may become, in the order of the list."""
        lead = word[: len(word) - len(word.lstrip("!"))]
        stem = word[len(lead) :].casefold()
        name, colon, rest = stem.partition(":")
        if colon:
            values = {"is": list(self.facts), "has": self.has_words}.get(name, [])
            return [f"{lead}{name}:{value}" for value in values if value.startswith(rest)]
        return [f"{lead}{each}:" for each in self.names if stem and each.startswith(stem)]


class _NoRow:
    """A row of which nothing but its texts is known."""

    now = datetime.min.replace(tzinfo=UTC)

    def get_text(self, column: str) -> str:
        del column
        return ""

    def get_value(self, column: str) -> SortValue | None:
        del column
        return None

    def get_fact(self, name: str) -> bool | None:
        del name
        return None


NO_ROW: Final[Row] = _NoRow()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed filter; the empty one matches everything."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str, words: Vocabulary | Sequence[str] = ()) -> Query:
        """Read a filter as it is typed, for a list with these words or columns; any text is one."""
        text = text.strip()
        vocabulary = words if isinstance(words, Vocabulary) else Vocabulary(words)
        return cls(text, tuple(_Parser(text, vocabulary).parse_terms()))

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

    def find_sieve(self, is_searched: Callable[[str], bool]) -> str:
        """Return the longest known text that every matching row contains, for a quick first test.

        `is_searched` tells of a column by its id whether it is part of a row's texts.
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
        return any(term.has_pattern for term in self.terms)

    @property
    def facts(self) -> list[str]:
        """The facts that the query asks for with ``is:``."""
        return [*dict.fromkeys(fact for term in self.in_force for fact in term.facts)]

    def matches(self, haystack: str, row: Row = NO_ROW) -> bool:
        """Return whether a row meets every condition; `haystack` has a case-folded line a cell."""
        return all(term.is_true(haystack, row) for term in self.terms)

    @property
    def looks_like_id(self) -> bool:
        """Whether the text may be a device id."""
        return self.is_word and _ID.fullmatch(self.text) is not None

    @property
    def custom_id(self) -> str | None:
        """The text as a whole custom id; None for a query with other conditions than words.

        ``custom:…`` asks for one as well.
        """
        if self.terms and all(
            _is_plain(term) or term.kind is TermKind.NO_COLUMN for term in self.terms
        ):
            phrase = _PHRASE.fullmatch(self.text)
            return phrase[1] if phrase else self.text
        if len(self.terms) == 1:
            (term,) = self.terms
            if term.kind is TermKind.WORD and term.column == "custom" and not term.is_negated:
                text = self.text.partition(":")[2]
                phrase = _PHRASE.fullmatch(text)
                return phrase[1] if phrase else text
        return None


def make_custom_id_filter(custom_id: str) -> str:
    """Return the filter for the devices of a custom id."""
    if _PLAIN.fullmatch(custom_id):
        return f"custom:{custom_id}"
    pattern = re.escape(custom_id.casefold()).replace("/", r"\/")
    return f"custom:/^{pattern}$/"


def _is_plain(term: Term) -> bool:
    return term.kind is TermKind.WORD and term.column is None and not term.is_negated


class _Parser:
    """Reads one filter from left to right."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self._text = text
        self._words = words
        self._at = 0

    def parse_terms(self) -> Iterator[Term]:
        """Yield the conditions; those with ``|`` between them are one."""
        group: list[Term] = []
        joins = True
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "|":
                self._at += 1
                joins = True
            else:
                if group and not joins:
                    yield _join_alternatives(group)
                    group = []
                term = self._parse_condition()
                group += [term] if term.text else []
                joins = False
            self._skip(_BLANK)
        if group:
            yield _join_alternatives(group)

    def _parse_condition(self) -> Term:
        """Read one condition, with its inline alternatives."""
        is_negated = self._take("!")
        start = self._at
        word = self._read_word()
        name, colon, _ = word.partition(":")
        special = self._parse_special(name, word.partition(":")[2]) if colon else None
        column = self._words.find_column(name) if colon and special is None else None
        if special is not None:
            self._at = start + len(word)
            alternatives = [special]
        elif column is not None:
            self._at = start + len(name) + 1
            is_negated = self._take("!") or is_negated
            alternatives = [self._parse_operand(column)]
        elif colon and (fault := self._explain_fault(name, word)):
            self._at = start + len(word)
            return Term(TermKind.NO_COLUMN, fault)
        else:
            alternatives = [self._parse_operand(None)]
        while self._take_alternative():
            alternatives.append(self._parse_inline_alternative(column))
        given = [each for each in alternatives if each.text]
        if not given:
            return Term(TermKind.WORD, "")
        return replace(_join_alternatives(given), is_negated=is_negated)

    def _take_alternative(self) -> bool:
        """Step over a ``|`` that something follows without a blank; return whether it did."""
        following = self._text[self._at : self._at + 2]
        takes = len(following) > 1 and following[0] == "|" and following[1] not in "| \t"
        self._at += takes
        return takes

    def _parse_inline_alternative(self, column: str | None) -> Term:
        name, colon, rest = self._read_word().partition(":")
        if colon and (self._words.find_column(name) or self._parse_special(name, rest) is not None):
            return self._parse_condition()
        return self._parse_operand(column)

    def _parse_operand(self, column: str | None) -> Term:
        """Read what is searched or compared."""
        text, at = self._text, self._at
        if text[at : at + 1] == "/":
            match = _CLOSED_PATTERN.match(text, at)
            self._at = match.end() if match else len(text)
            return Term(TermKind.PATTERN, match[1] if match else text[at + 1 :], column)
        if phrase := _PHRASE.match(text, at):
            self._at = phrase.end()
            return Term(TermKind.WORD, phrase[1].casefold(), column)
        if self._take("~"):
            return Term(TermKind.FUZZY, self._skip(_WORD).casefold(), column)
        sign = next((sign for sign in COMPARISONS if text.startswith(sign, at)), "")
        if column is not None and sign:
            self._at += len(sign)
            return self._parse_comparison(column, sign, self._skip(_WORD))
        return Term(TermKind.WORD, self._skip(_WORD).casefold(), column)

    def _parse_comparison(self, column: str, sign: str, text: str) -> Term:
        if not text:
            return Term(TermKind.WORD, "", column)
        measure = self._words.measures.get(column, Measure.TEXT)
        operand = measure.parse(text)
        if operand is None:
            what = f"«{text[:_LONGEST_NAME]}» is no {measure.value}"
            return Term(TermKind.INVALID, f"{what}: {column} takes {measure.example}")
        return Term(TermKind.COMPARISON, sign, column, operand=operand)

    def _parse_special(self, name: str, rest: str) -> Term | None:
        """Return the condition of ``has:`` or ``is:``; None where that is no word here."""
        name, word = name.casefold(), rest.casefold()
        if name == "has" and (can := self._words.has_words):
            return _make_word_term(TermKind.HAS, "has", word, can)
        if name == "is" and self._words.facts:
            return _make_word_term(TermKind.FACT, "is", word, self._words.facts)
        return None

    def _explain_fault(self, name: str, word: str) -> str:
        """Return why a name before a colon is no column; empty where it is not meant as one."""
        words, stem = self._words, name.casefold()
        if not words.columns or not _NAME.fullmatch(stem) or word.startswith(f"{name}://"):
            return ""
        candidates = [column for column in words.columns if column.startswith(stem)]
        if candidates:
            return f"«{stem}:» may be {' or '.join(candidates)}"
        near = get_close_matches(stem, words.names, 1, 0.5)
        hint = f"{near[0]} is near" if near else f"there are {', '.join(words.columns)}"
        return f"no column «{stem[:_LONGEST_NAME]}»: {hint}; {_QUOTE_IT}"

    def _read_word(self) -> str:
        match = _WORD.match(self._text, self._at)
        return match[0] if match else ""

    def _take(self, sign: str) -> bool:
        """Step over a sign; return whether it was there."""
        is_there = self._text.startswith(sign, self._at)
        self._at += len(sign) * is_there
        return is_there

    def _skip(self, what: re.Pattern[str]) -> str:
        match = what.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]


def _join_alternatives(terms: Sequence[Term]) -> Term:
    """Return one term as it is, several as alternatives; one that is invalid makes all so."""
    invalid = next((term for term in terms if term.kind in UNUSABLE), None)
    if invalid is not None or len(terms) == 1:
        return invalid or terms[0]
    return Term(TermKind.ANY, "|", alternatives=tuple(terms))


def _make_word_term(kind: TermKind, name: str, word: str, can: Sequence[str]) -> Term:
    """Return the condition of a word after ``is:`` or ``has:``; empty while it is only begun."""
    if word in can:
        return Term(kind, word, HAS.get(word))
    matches = [each for each in can if each.startswith(word)]
    if len(matches) == 1 and word:
        return Term(kind, matches[0], HAS.get(matches[0]))
    if matches:
        return Term(kind, "")
    near = get_close_matches(word, can, 1, 0.5)
    hint = f"{near[0]} is near" if near else f"there is {', '.join(can)}"
    return Term(TermKind.INVALID, f"no «{name}:{word[:_LONGEST_NAME]}» here: {hint}")
