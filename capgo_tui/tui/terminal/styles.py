"""Writing styles with the fewest bytes: of each change only what is different from before.

Textual names every colour of every run and resets it behind the run. In 24-bit colours that is
40 bytes, although neighbours nearly always share their background.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_STYLE: Final = re.compile(r"\x1b\[([0-9;]*)m")
_FOREGROUNDS: Final = frozenset(map(str, (*range(30, 38), 39, *range(90, 98))))
_BACKGROUNDS: Final = frozenset(map(str, (*range(40, 48), 49, *range(100, 108))))
_ATTRIBUTES: Final = frozenset(map(str, range(1, 10)))
_EXTENDED_LENGTHS: Final = {"2": 5, "5": 3}
"""Numbers of an extended colour, by the one that says which kind it is."""


class _Style(NamedTuple):
    foreground: str = "39"
    background: str = "49"
    attributes: frozenset[str] = frozenset()


_DEFAULT: Final = _Style()


def shorten_styles(output: str) -> str:
    """Return output that shows the same with fewer bytes; it begins and ends without a style."""
    pieces: list[str] = []
    current = wanted = _DEFAULT
    # Text and the numbers of a style in turn.
    for at, piece in enumerate(_STYLE.split(output)):
        if at % 2:
            style = _apply(piece, wanted)
            if style is None:
                return output
            wanted = style
        elif piece:
            pieces += (_change(current, wanted), piece)
            current = wanted
    pieces.append(_change(current, wanted))
    return "".join(pieces)


def _apply(numbers: str, style: _Style) -> _Style | None:
    """Return a style after a sequence; None for one that means something else."""
    foreground, background, attributes = style
    rest = numbers.split(";")
    while rest:
        number = rest[0]
        length = 1
        if number in ("", "0"):
            foreground, background, attributes = _DEFAULT
        elif number in _ATTRIBUTES:
            attributes |= {number}
        elif number in _FOREGROUNDS:
            foreground = number
        elif number in _BACKGROUNDS:
            background = number
        elif number in ("38", "48") and len(rest) > 1 and rest[1] in _EXTENDED_LENGTHS:
            length = _EXTENDED_LENGTHS[rest[1]]
            colour = ";".join(rest[:length])
            foreground, background = (
                (colour, background) if number == "38" else (foreground, colour)
            )
        else:
            return None
        del rest[:length]
    return _Style(foreground, background, attributes)


def _change(before: _Style, after: _Style) -> str:
    """Return the sequence that changes one style into another."""
    if before == after:
        return ""
    if after == _DEFAULT:
        return "\x1b[m"
    numbers: list[str] = []
    if not before.attributes <= after.attributes:
        numbers.append("0")
        before = _DEFAULT
    numbers += sorted(after.attributes - before.attributes)
    if after.foreground != before.foreground:
        numbers.append(after.foreground)
    if after.background != before.background:
        numbers.append(after.background)
    return f"\x1b[{';'.join(numbers)}m"
