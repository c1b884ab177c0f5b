"""Make server text safe to show.

Any phone can send any ``custom_id``: text from the server may hold escape sequences, direction
overrides or a megabyte of letters. `clean` makes it one printable line, which may be shown,
copied and exported as plain text, never as markup.
"""

from __future__ import annotations

import re
import unicodedata

from capgo_tui.combining_marks import is_mark

MAX_LENGTH = 1_000
"""Most characters that `clean` returns; a longer text is cut and ends in ``…``."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

EDGE_SPACE = "\N{SYMBOL FOR SPACE}"
"""Shown for a space at the edge of a text, which would be invisible there."""
ODD_SPACE = "\N{OPEN BOX}"
"""Shown for a space that is not the usual one, such as a no-break space."""

_DOTTED_CIRCLE = "\N{DOTTED CIRCLE}"
_SPACES = re.compile("[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
# Invisible, although Unicode calls them printable: fillers and the grapheme joiner.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
# Variation selectors and skin tones only modify the character before them, and terminals
# disagree about their width.
_SELECTORS = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef]|(?<=.)[\U0001f3fb-\U0001f3ff]", re.DOTALL
)
_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_MODIFIER = "[\ufe0f\U0001f3fb-\U0001f3ff]"
_JOINED = re.compile(
    f"({_EMOJI})(?:{_MODIFIER}*\u200d{_EMOJI})*{_MODIFIER}*(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
"""Emoji that a joiner makes one, or one with the letters of a region behind it."""


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Make server text safe to show: one line, no control, bidi or zero-width character.

    Tabs and line ends become one space; whatever else could steer a terminal or hide itself
    becomes U+FFFD, so that two different texts hardly ever look the same. Spaces at the edges
    are shown as `EDGE_SPACE`. Of joined emoji the first one stays: terminals disagree about the
    width of the rest.
    """
    if len(text) <= limit and text.isascii() and text.isprintable() and text.strip() is text:
        return text  # a hot path
    line = _clean_line(text, limit)
    return _mark_edges(line) if line[:1] == " " or line[-1:] == " " else line


def clean_for_file(text: str) -> str:
    """Return a text of any length for another program, with nothing that could steer a terminal.

    Its spaces and its emoji, joined ones too, are as they were; line ends become one space.
    """
    if text.isprintable():
        return text
    text, end = _SPACES.sub(" ", text), 0
    result = ""
    for emoji in _JOINED.finditer(text):
        result += _without_controls(text[end : emoji.start()]) + emoji[0]
        end = emoji.end()
    return result + _without_controls(text[end:])


def _without_controls(text: str) -> str:
    for char in dict.fromkeys(char for char in text if not char.isprintable()):
        if unicodedata.category(char) != "Zs":
            text = text.replace(char, REPLACEMENT)
    return text


def _mark_edges(line: str) -> str:
    inside = line.strip(" ")
    left = len(line) - len(line.lstrip(" "))
    return EDGE_SPACE * left + inside + EDGE_SPACE * (len(line) - left - len(inside))


def _clean_line(text: str, limit: int) -> str:
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii():
        if text.isprintable():
            return text
    else:
        if not text.isprintable():
            text = _JOINED.sub(r"\1", text)
        text = _INVISIBLE.sub(REPLACEMENT, _SELECTORS.sub("", text))
        if is_mark(text[:1] or " "):
            text = _DOTTED_CIRCLE + text  # a combining mark would attach to the text before
        if text.isprintable():
            return text
    text = _SPACES.sub(" ", text)
    return "".join(char if char.isprintable() else _substitute(char) for char in text)


def clean_lines(text: str, limit: int = 200_000) -> list[str]:
    """Clean a text of many lines, such as raw JSON, and return one safe string a line."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return [_clean_line(line.expandtabs(2), limit) for line in text.split("\n")]


def _substitute(char: str) -> str:
    # The rare spaces (no-break, ideographic) are not "printable" either, yet only spaces.
    if char == " ":
        return char
    return ODD_SPACE if unicodedata.category(char) == "Zs" else REPLACEMENT
