"""Characters that are drawn into the one before, and how many of them a letter may carry."""

from __future__ import annotations

import re
import unicodedata

MOST_MARKS = 8
"""Marks that are drawn on one letter: no script has more, and a heap of them hides other lines."""

# So many in a row of the blocks that marks stand in; `drawn` looks at each letter of these alone.
_MAY_BE_HEAPED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u1fff\u20d0-\u20ff"
    "\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ud7b0-\ud7ff\ufb1e"
    f"\ufe20-\ufe2f\U000101fd-\U0001efff]{{{MOST_MARKS + 1}}}"
)


def drawn(text: str) -> str:
    """A clean text as it is put on the screen: as wide, with at most `MOST_MARKS` on a letter."""
    if text.isascii() or not _MAY_BE_HEAPED.search(text):
        return text
    kept, marks = "", 0
    for char in text:
        marks = marks + 1 if is_mark(char) else 0
        if marks <= MOST_MARKS:
            kept += char
    return kept


def is_mark(char: str) -> bool:
    """Whether a character is drawn into the one before, and takes no cell of its own."""
    # Vowels and final consonants of old Hangul are as well, though they are letters.
    is_jamo = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    return is_jamo or unicodedata.category(char) in ("Mn", "Me", "Mc")
