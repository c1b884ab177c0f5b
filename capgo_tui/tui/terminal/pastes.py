"""Pastes, marked by the terminal or not, and noise: input faster than anybody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual._xterm_parser import BRACKETED_PASTE_END
from textual.message import Message

from capgo_tui.text import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 1_000_000
"""Characters of a paste; a longer one is dropped, for half a list of ids is not the list."""
LONGEST_UNMARKED: Final = 64_000
"""Characters that come at once and may be a paste of a terminal that does not mark it."""
OPEN_SECONDS: Final = 5.0
"""Seconds for which a paste stays open while nothing comes."""
BURST_SECONDS: Final = 0.1
"""Seconds after its last byte when a burst of keys is over."""
AT_ONCE: Final = 256
"""Keys that can come at once and be typed ahead, or by a program, …"""
PER_SECOND: Final = 100
"""… and so many every second: more than a held key repeats."""


class InputDropped(Message):
    """Posted when input from the terminal was ignored."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class MarkedPaste:
    """A paste between the marks that the terminal puts around it, in whatever pieces."""

    def __init__(self, now: float) -> None:
        self.came_at = now
        """When its last characters came."""
        self._pieces: list[str] = []
        self._size = 0
        self._tail = ""
        """The last characters, which may be the beginning of the end."""

    @property
    def is_too_long(self) -> bool:
        """Whether it has too many characters; they are not kept then."""
        return self._size > LONGEST

    @property
    def text(self) -> str:
        """The pasted text."""
        return "".join(self._pieces)

    def take(self, data: str, now: float) -> str | None:
        """Add data; return what follows the end of the paste, None while it has not ended."""
        self.came_at = now
        tail_length = len(self._tail)
        window = self._tail + data
        at = window.find(BRACKETED_PASTE_END)
        if at < 0:
            self._keep(data)
            self._tail = window[1 - len(BRACKETED_PASTE_END) :]
            return None
        if at >= tail_length:
            self._keep(data[: at - tail_length])
        else:  # its end began in pieces before
            text = "".join(self._pieces)
            self._pieces = [text[: len(text) - (tail_length - at)]]
        return window[at + len(BRACKETED_PASTE_END) :]

    def _keep(self, data: str) -> None:
        self._size += len(data)
        self._pieces.append(data)
        if self.is_too_long:
            self._pieces.clear()


class Pace:
    """The pace of keys, against the fastest that somebody types."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._at = 0.0

    def takes(self, keys: int, now: float) -> bool:
        """Count keys that came at once; return False when they are too many."""
        left = min(AT_ONCE, self._left + max(0.0, now - self._at) * PER_SECOND)
        self._left, self._at = max(0.0, left - keys), now
        return keys <= left


class Burst:
    """Keys that nobody typed: a paste that the terminal did not mark, or noise."""

    def __init__(self) -> None:
        self.came_at = 0.0
        """When its last key came."""
        self._text: list[str] = []
        self.size = 0
        self._is_text = True

    def take(self, chars: Iterable[str], count: int, now: float) -> None:
        """Add the characters of some keys."""
        self.came_at = now
        self.size += count
        text = "".join(chars)
        self._is_text = (
            self._is_text
            and len(text) == count
            and self.size <= LONGEST_UNMARKED
            and all((c.isprintable() and c != REPLACEMENT) or c in "\t\r\n" for c in text)
        )
        if self._is_text:
            self._text.append(text)
        else:
            self._text.clear()

    @property
    def text(self) -> str | None:
        """The text; None for noise."""
        return "".join(self._text) if self._is_text else None
