"""Cuts a large JSON reply into slices of whole list items, without building any of them.

A reply of 16 MB may hold five million rows, each of which takes twenty times its bytes as a
Python object: the rows are built slice by slice, and only those that are kept stay.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

SLICE: Final = 64 * 1024
"""Most bytes of a slice of more than one item: no other thread runs while one is parsed."""
_MAX_NESTING = 1_000
"""Deeper brackets are in no list of rows; Python's own parser gives up near this depth."""
_NESTED_AT_ONCE = 3

# Every repeat is possessive: a match goes once over the text, whatever that is.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'


def _balanced_pattern(depth: int) -> bytes:
    """A pattern for text whose brackets are closed and at most so deep."""
    parts = [rb'[^"\[\]{}]++', _STRING]
    if depth:
        inner = _balanced_pattern(depth - 1)
        parts += [rb"\[" + inner + rb"\]", rb"\{" + inner + rb"\}"]
    return rb"(?:" + rb"|".join(parts) + rb")*+"


_INNER = _balanced_pattern(_NESTED_AT_ONCE)
# Of an item of a list, or of a member of an object.
_PART = rb'[^"\[\]{},]++|' + _STRING + rb"|\[" + _INNER + rb"\]|\{" + _INNER + rb"\}"
_ITEMS = rb"(?:(?:" + _PART + rb")*+,)++"
_ITEM = rb"(?:" + _PART + rb")*+"
_NAME = rb"\s*+(" + _STRING + rb")\s*+:\s*+"
_SPACE = rb"\s*+"


@cache
def _compile(pattern: bytes) -> re.Pattern[bytes]:
    """Compile a pattern on its first use: all take 5 ms, and most starts read no large reply."""
    return re.compile(pattern, re.DOTALL)


class MalformedJson(ValueError):  # noqa: N818 - it says what the text is
    """The text is no JSON, as far as its brackets, commas and quotation marks tell."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text."""

    start: int
    end: int

    def as_list(self, text: bytes) -> bytes:
        """Give the items of a slice as a list of their own."""
        return b"".join((b"[", memoryview(text)[self.start : self.end], b"]"))

    def of(self, text: bytes) -> bytes:
        """Give the part itself."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Outline:
    """What a reply is made of at its top."""

    members: dict[str, Span | list[Span]]
    """An object's members by name; of a list the slices, of anything else all of it."""
    items: list[Span] | None = None
    """The slices of a bare list; None for an object."""


def outline(text: bytes) -> Outline:
    """Find the slices of a list, or of the lists in an object; raises `MalformedJson`."""
    at = _past_space(text, 0)
    if text[at : at + 1] == b"[":
        slices, at = _slices(text, at + 1)
        result = Outline({}, slices)
    elif text[at : at + 1] == b"{":
        members, at = _members(text, at + 1)
        result = Outline(members)
    else:
        raise MalformedJson("neither a list nor an object")
    if _past_space(text, at) != len(text):
        raise MalformedJson("something follows it")
    return result


def _members(text: bytes, at: int) -> tuple[dict[str, Span | list[Span]], int]:
    members: dict[str, Span | list[Span]] = {}
    if text[(end := _past_space(text, at)) : end + 1] == b"}":
        return members, end + 1
    while True:
        name = _compile(_NAME).match(text, at)
        if name is None:
            raise MalformedJson("no name of a member")
        at = name.end()
        value: Span | list[Span]
        if text[at : at + 1] == b"[":
            value, at = _slices(text, at + 1)
            at = _past_space(text, at)
        else:
            value = Span(at, _item_end(text, at))
            at = value.end
        members[_text_of(name[1])] = value
        mark, at = text[at : at + 1], at + 1
        if mark == b"}":
            return members, at
        if mark != b",":
            raise MalformedJson("the object is not closed")


def _text_of(name: bytes) -> str:
    try:
        return str(json.loads(name))
    except ValueError:
        raise MalformedJson("no name of a member") from None


def _slices(text: bytes, at: int) -> tuple[list[Span], int]:
    """The slices of a list whose bracket has just been opened, and the place behind it."""
    slices: list[Span] = []
    if text[(end := _past_space(text, at)) : end + 1] == b"]":
        return slices, end + 1
    while True:
        whole = _compile(_ITEMS).match(text, at, at + SLICE)
        if whole is not None:
            slices.append(_make_span(text, at, whole.end() - 1))
            at = whole.end()
            continue
        # An item that is the last one, or larger than a slice, or nested deeper than usual.
        end = _item_end(text, at)
        slices.append(_make_span(text, at, end))
        at = end + 1
        if text[end : end + 1] == b"]":
            return slices, at
        if text[end : end + 1] != b",":
            raise MalformedJson("the list is not closed")


def _make_span(text: bytes, start: int, end: int) -> Span:
    if _past_space(text, start) >= end:
        raise MalformedJson("an item is missing")
    return Span(start, end)


def _item_end(text: bytes, at: int) -> int:
    """Where an item ends: at the comma or the bracket that follows it."""
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
            raise MalformedJson("a string or a bracket is not closed")
        if depth > _MAX_NESTING:
            raise MalformedJson("nested too deeply")
        at += 1


def _end(pattern: bytes, text: bytes, at: int) -> int:
    match = _compile(pattern).match(text, at)
    return at if match is None else match.end()


def _past_space(text: bytes, at: int) -> int:
    return _end(_SPACE, text, at)
