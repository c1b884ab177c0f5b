"""Combining marks, and a limit to their number on one letter."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MARKS = 8
"""Most marks on one letter: no script needs more, and many of them cover other lines."""

# More in a row from the blocks that have marks: a fast check before each letter is examined.
_TOO_MANY_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u1fff\u20d0-\u20ff"
    "\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ud7b0-\ud7ff\ufb1e"
    f"\ufe20-\ufe2f\U000101fd-\U0001efff]{{{MOST_MARKS + 1}}}"
)


def limit_marks(text: str) -> str:
    """Return a clean text with at most `MOST_MARKS` marks on a letter; its width is the same."""
    return limit_marks_of_pieces([text])[0]


def limit_marks_of_pieces(pieces: Sequence[str]) -> list[str]:
    """Return the pieces of a clean text with at most `MOST_MARKS` marks on a letter of it."""
    text = "".join(pieces)
    if text.isascii() or not _TOO_MANY_MARKS.search(text):
        return list(pieces)
    result, marks = [], 0
    for piece in pieces:
        kept = ""
        for char in piece:
            marks = marks + 1 if is_mark(char) else 0
            if marks <= MOST_MARKS:
                kept += char
        result.append(kept)
    return result


def is_mark(char: str) -> bool:
    """Return whether a character combines with the one before and takes no cell."""
    # So do vowels and final consonants of old Hangul, although they are letters.
    is_jamo = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    return is_jamo or unicodedata.category(char) in ("Mn", "Me", "Mc")
