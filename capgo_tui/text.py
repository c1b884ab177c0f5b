"""The one door through which server text enters the program.

Anybody's phone can send any ``custom_id``: text from the server may hold escape sequences,
direction overrides or a megabyte of letters. `clean` makes it one printable line; what has
passed it may be shown, copied and exported, always as plain text and never as markup.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 1_000
"""Longest text, in characters, that `clean` lets through; what is cut ends in ``…``."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MOST_MARKS = 8
"""Marks that are drawn on one letter: no script has more, and a heap of them hides other lines."""

_NO_LETTER = "\N{DOTTED CIRCLE}"
_SPACES = re.compile("[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
# Invisible though Unicode calls them printable: fillers and the grapheme joiner.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
# Variations and skin tones only choose between drawings of the character before, at a width
# terminals dispute.
_SELECTORS = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef]|(?<=.)[\U0001f3fb-\U0001f3ff]", re.DOTALL
)


# So many in a row of the blocks that marks stand in; `drawn` looks at each letter of these alone.
_MAY_BE_HEAPED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u1fff\u20d0-\u20ff"
    "\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ud7b0-\ud7ff\ufb1e"
    f"\ufe20-\ufe2f\U000101fd-\U0001efff]{{{MOST_MARKS + 1}}}"
)


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Make server text safe to show: one line, no control, bidi or zero-width character.

    Tabs and line ends become one space; whatever else could steer a terminal or hide itself
    becomes U+FFFD, so that two different texts hardly ever look the same.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii():
        if text.isprintable():
            return text
    else:
        text = _INVISIBLE.sub(REPLACEMENT, _SELECTORS.sub("", text))
        if _is_mark(text[:1] or " "):
            text = _NO_LETTER + text  # or the mark would land on what is left of this text
        if text.isprintable():
            return text
    text = _SPACES.sub(" ", text)
    return "".join(char if char.isprintable() else _substitute(char) for char in text)


def clean_lines(text: str, limit: int = 200_000) -> list[str]:
    """Like `clean` for text of many lines, such as raw JSON: one safe string a line."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return [clean(line.expandtabs(2), limit) for line in text.split("\n")]


def drawn(text: str) -> str:
    """A clean text as it is put on the screen: as wide, with at most `MOST_MARKS` on a letter."""
    if text.isascii() or not _MAY_BE_HEAPED.search(text):
        return text
    kept, marks = "", 0
    for char in text:
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= MOST_MARKS:
            kept += char
    return kept


def cell_width(text: str) -> int:
    """How many cells of a terminal a clean text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def fitted(text: str, width: int) -> str:
    """A clean text in at most `width` cells; what is cut ends in ``…``."""
    if cell_width(text) <= width:
        return text
    end, used = 0, 1
    while used + _char_width(text[end]) <= width:
        used += _char_width(text[end])
        end += 1
    return f"{text[:end]}…"


def _is_mark(char: str) -> bool:
    """Whether a character is drawn into the one before, and takes no cell of its own."""
    # Vowels and final consonants of old Hangul are as well, though they are letters.
    is_jamo = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    return is_jamo or unicodedata.category(char) in ("Mn", "Me", "Mc")


def _char_width(char: str) -> int:
    if _is_mark(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _substitute(char: str) -> str:
    # The rare spaces (no-break, ideographic) are not "printable" either, yet only spaces.
    return " " if unicodedata.category(char) == "Zs" else REPLACEMENT
