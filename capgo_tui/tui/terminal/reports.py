"""Checking that control sequences are well formed, before Textual reads them.

Textual's parser invents keys: it turns ``ESC [ 121 A`` into a ``y``, and a surrogate code point
into a key that no terminal can show.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from textual._keyboard_protocol import FUNCTIONAL_KEYS

_KEY: Final = re.compile(r"\x1b\[(\d*)(?:;(\d*))?(?:;([\d:]*))?([u~ABCDEFHPQRS])")
"""A key of the kitty protocol, by the flags that Textual asks for, and the older ones like it."""
_MOUSE: Final = re.compile(r"\x1b\[<(\d+);(-?\d+);(-?\d+)[Mm]")
_RESIZE: Final = re.compile(r"\x1b\[48;(\d+)[^;]*;(\d+)[^;]*;(\d+)[^;]*;(\d+)[^;]*t")
_MOST_MODIFIERS: Final = 256
_FARTHEST: Final = 100_000
"""Cells or pixels from the edge of the screen to the pointer, at most."""
MOST_CELLS: Final = 500_000
"""Cells of the largest screen there is; a larger one would only fill the memory."""


def is_well_formed(sequence: str) -> bool:
    """Return whether a control sequence of a known kind has possible values."""
    if match := _KEY.fullmatch(sequence):
        return _is_key(*match.groups(default=""))
    if match := _MOUSE.fullmatch(sequence):
        return all(abs(int(number)) <= _FARTHEST for number in match.groups())
    if match := _RESIZE.fullmatch(sequence):
        lines, columns, *_ = (int(number) for number in match.groups())
        return 0 < lines * columns <= MOST_CELLS
    return sequence[-1] != "u" or "?" in sequence


def _is_key(number: str, modifiers: str, text: str, end: str) -> bool:
    is_report = end == "R" and bool(modifiers)  # of where the cursor is
    if is_report or (modifiers and not 1 <= int(modifiers) <= _MOST_MODIFIERS):
        return is_report
    if end != "u":
        return not text and f"{number or 1}{end}" in FUNCTIONAL_KEYS
    chars = text.split(":") if text else []
    if number == "0":  # no key, but what an input method has put together
        return bool(chars) and all(map(_is_printable, chars))
    is_key = f"{number}{end}" in FUNCTIONAL_KEYS or _is_printable(number)
    return is_key and all(map(_is_printable, chars))


def _is_printable(number: str) -> bool:
    return bool(number) and int(number) <= sys.maxunicode and chr(int(number)).isprintable()
