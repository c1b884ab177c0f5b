"""Cut a large JSON reply into slices of whole list items, without parsing them.

A reply of 16 MB may hold five million rows, each of which takes twenty times its bytes as a
Python object: rows are parsed slice by slice, and only those that are kept stay in memory.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Final

from capgo_tui.lazy_dataclass import dataclass

SLICE: Final = 64 * 1024
"""Most bytes of a slice of several items: no other thread runs while one is parsed."""
_MAX_NESTING = 1_000
"""Deepest nesting of brackets; Python's parser fails near this depth."""
_NESTED_AT_ONCE = 3

# Every quantifier is possessive, so that matching is linear.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'


def _make_balanced_pattern(depth: int) -> bytes:
    """Return a pattern for text with balanced brackets of at most this depth."""
    parts = [rb'[^"\[\]{}]++', _STRING]
    if depth:
        inner = _make_balanced_pattern(depth - 1)
        parts += [rb"\[" + inner + rb"\]", rb"\{" + inner + rb"\}"]
    return rb"(?:" + rb"|".join(parts) + rb")*+"


_INNER = _make_balanced_pattern(_NESTED_AT_ONCE)
# Of an item of a list, or of a member of an object.
_PART = rb'[^"\[\]{},]++|' + _STRING + rb"|\[" + _INNER + rb"\]|\{" + _INNER + rb"\}"
_ITEMS = rb"(?:(?:" + _PART + rb")*+,)++"
_ITEM = rb"(?:" + _PART + rb")*+"
_NAME = rb"\s*+(" + _STRING + rb")\s*+:\s*+"
_SPACE = rb"\s*+"


@cache
def _compile(pattern: bytes) -> re.Pattern[bytes]:
    """Compile a pattern on first use: all take 5 ms, and most starts read no large reply."""
    return re.compile(pattern, re.DOTALL)


class MalformedJsonError(ValueError):
    """The brackets, commas or quotation marks of a text are not valid JSON."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text."""

    start: int
    end: int

    def as_list(self, text: bytes) -> bytes:
        """Return the items of a slice as JSON of a list."""
        return b"".join((b"[", memoryview(text)[self.start : self.end], b"]"))

    def cut_from(self, text: bytes) -> bytes:
        """Return the part itself."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Outline:
    """The top level of a reply."""

    members: dict[str, Span | list[Span]]
    """Members of an object by name: the slices of a list, else the whole value."""
    items: list[Span] | None = None
    """The slices of a bare list; None for an object."""


def outline(text: bytes) -> Outline:
    """Return the slices of a list, or of the lists in an object; raises `MalformedJsonError`."""
    at = _skip_space(text, 0)
    if text[at : at + 1] == b"[":
        slices, at = _find_slices(text, at + 1)
        result = Outline({}, slices)
    elif text[at : at + 1] == b"{":
        members, at = _find_members(text, at + 1)
        result = Outline(members)
    else:
        raise MalformedJsonError("neither a list nor an object")
    if _skip_space(text, at) != len(text):
        raise MalformedJsonError("something follows it")
    return result


def _find_members(text: bytes, at: int) -> tuple[dict[str, Span | list[Span]], int]:
    members: dict[str, Span | list[Span]] = {}
    if text[(end := _skip_space(text, at)) : end + 1] == b"}":
        return members, end + 1
    while True:
        name = _compile(_NAME).match(text, at)
        if name is None:
            raise MalformedJsonError("no name of a member")
        at = name.end()
        value: Span | list[Span]
        if text[at : at + 1] == b"[":
            value, at = _find_slices(text, at + 1)
            at = _skip_space(text, at)
        else:
            value = Span(at, _find_item_end(text, at))
            at = value.end
        members[_decode_text(name[1])] = value
        mark, at = text[at : at + 1], at + 1
        if mark == b"}":
            return members, at
        if mark != b",":
            raise MalformedJsonError("the object is not closed")


def _decode_text(name: bytes) -> str:
    try:
        return str(json.loads(name))
    except ValueError:
        raise MalformedJsonError("no name of a member") from None


def _find_slices(text: bytes, at: int) -> tuple[list[Span], int]:
    """Return the slices of a list, from after its opening bracket, and the end of the list."""
    slices: list[Span] = []
    if text[(end := _skip_space(text, at)) : end + 1] == b"]":
        return slices, end + 1
    while True:
        whole = _compile(_ITEMS).match(text, at, at + SLICE)
        if whole is not None:
            slices.append(_make_span(text, at, whole.end() - 1))
            at = whole.end()
            continue
        # An item that is the last one, or larger than a slice, or nested deeper than usual.
        end = _find_item_end(text, at)
        slices.append(_make_span(text, at, end))
        at = end + 1
        if text[end : end + 1] == b"]":
            return slices, at
        if text[end : end + 1] != b",":
            raise MalformedJsonError("the list is not closed")


def _make_span(text: bytes, start: int, end: int) -> Span:
    if _skip_space(text, start) >= end:
        raise MalformedJsonError("an item is missing")
    return Span(start, end)


def _find_item_end(text: bytes, at: int) -> int:
    """Return the end of an item: the position of the comma or the bracket after it."""
    depth = 0
    while True:
        at = _end(_INNER if depth else _ITEM, text, at)
        mark = text[at : at + 1]
        if mark in (b"[", b"{"):
            depth += 1
        elif depth == 0 and mark in (b",", b"]", b"}"):
            return at
        elif mark in (b"]", b"}"):
            depth -= 1
        else:
            raise MalformedJsonError("a string or a bracket is not closed")
        if depth > _MAX_NESTING:
            raise MalformedJsonError("nested too deeply")
        at += 1


def _end(pattern: bytes, text: bytes, at: int) -> int:
    match = _compile(pattern).match(text, at)
    return at if match is None else match.end()


def _skip_space(text: bytes, at: int) -> int:
    return _end(_SPACE, text, at)
