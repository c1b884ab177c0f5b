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

_DOTTED_CIRCLE = "\N{DOTTED CIRCLE}"
_SPACES = re.compile("[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
# Invisible, although Unicode calls them printable: fillers and the grapheme joiner.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
# Variation selectors and skin tones only modify the character before them, and terminals
# disagree about their width.
_SELECTORS = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef]|(?<=.)[\U0001f3fb-\U0001f3ff]", re.DOTALL
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
    return [clean(line.expandtabs(2), limit) for line in text.split("\n")]


def _substitute(char: str) -> str:
    # The rare spaces (no-break, ideographic) are not "printable" either, yet only spaces.
    return " " if unicodedata.category(char) == "Zs" else REPLACEMENT
