"""The roles of the parts of a line of indented JSON: names, texts, numbers and literals."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN: Final = "raw"
"""The role of brackets, commas and of whatever is no JSON."""
_TOKEN: Final = re.compile(
    r'(?P<text>"(?:[^"\\]++|\\.)*+"?)(?P<colon>[ ]*:)?'
    r"|(?<![\w.])(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<literal>true|false|null|NaN|-?Infinity))(?![\w.])"
)


class Span(NamedTuple):
    """A part of a line, and its role."""

    start: int
    end: int
    role: str


def pieces_of(line: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield the parts of a piece of a line, each with its role."""
    position = start
    for span in _spans(line):
        if span.end <= position or span.start >= end:
            continue
        if span.start > position:
            yield line[position : span.start], PLAIN
            position = span.start
        yield line[position : min(span.end, end)], span.role
        position = min(span.end, end)
    if position < end:
        yield line[position:end], PLAIN


@lru_cache(maxsize=128)
def _spans(line: str) -> Sequence[Span]:
    """Return the parts with a role; of the lines on the screen each is looked through once."""
    spans: list[Span] = []
    for token in _TOKEN.finditer(line):
        if (text := token["text"]) is not None:
            role = "name" if token["colon"] else "text"
            spans.append(Span(token.start(), token.start() + len(text), role))
        else:
            spans.append(Span(*token.span(), "number" if token["number"] else "literal"))
    return spans
