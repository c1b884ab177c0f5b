"""The terminal's background, for which it can be asked by OSC 11."""

from __future__ import annotations

import re
from typing import Final

from textual.message import Message

_ANSWER: Final = re.compile(
    r"\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?", re.IGNORECASE
)
QUERY: Final = "\x1b]11;?\x1b\\"
"""Asks a terminal for its background."""


class BackgroundColour(Message):
    """The terminal's answer to `QUERY`."""

    def __init__(self, *, is_light: bool) -> None:
        super().__init__()
        self.is_light = is_light


def read_background(text: str) -> BackgroundColour | None:
    """Return the background that a terminal's string names; None for any other string."""
    match = _ANSWER.fullmatch(text)
    if match is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups())
    return BackgroundColour(is_light=0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
