"""Splitting terminal input into characters and escape sequences, by ECMA-48 and xterm.

A sequence is yielded whole or not at all: parts of one that is unfinished, unknown or too long
are never taken for characters, in however many pieces it comes.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ESC: Final = "\x1b"
LONGEST: Final = 32
"""Characters of the longest control sequence that means anything; longer ones are dropped."""
_BEL, _CANCEL, _SUBSTITUTE, _ST = "\x07", "\x18", "\x1a", "\x9c"
_ENDS: Final = (f"{ESC}\\", _ST, _BEL)
"""What ends a string."""
_INTERRUPTS: Final = ("\x03", _CANCEL, _SUBSTITUTE)
"""What ends an unfinished sequence at once; the first, ctrl+c, is a key all the same."""
_STRINGS: Final = "]P_^X"
"""Behind Esc, what begins a string: OSC, DCS, APC, PM, SOS."""
_EIGHT_BIT: Final = {"\x9b": "[", "\x8f": "O"} | dict(
    zip("\x9d\x90\x9f\x9e\x98", _STRINGS, strict=True)
)
_SS3_FINALS: Final = "ABCDEFHIMPQRSXjklmnopqrstuvwxy"
"""What ends the two characters of a key behind Esc: cursor, function and keypad keys."""


class Part(Enum):
    """The kind of a piece of input."""

    CHARACTER = auto()
    SEQUENCE = auto()
    """A whole control sequence, from its Esc to its last character."""
    ALT = auto()
    """A character typed with alt, which sends Esc before it."""
    ESCAPE = auto()
    """The Esc key."""
    STRING = auto()
    """A whole string of the terminal, such as a colour, without what begins and ends it."""
    NOISE = auto()
    """A sequence that means nothing: one that is too long, or broken off."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of input."""

    part: Part
    text: str


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CONTROL = auto()
    KEY = auto()
    LINUX_KEY = auto()
    OLD_MOUSE = auto()
    STRING = auto()
    STRING_ESCAPE = auto()


class EscapeSequences:
    """Splits input that comes in pieces into characters and whole sequences."""

    def __init__(self) -> None:
        self._state = _State.GROUND
        self._buffer = ""
        self._left = 0
        self._was_escape = False
        """Whether the last thing given out was an Esc key, which may have been cut off."""
        self._readers: dict[_State, Callable[[str], Iterator[Piece]]] = {
            _State.GROUND: self._on_ground,
            _State.ESCAPE: self._read_after_escape,
            _State.CONTROL: self._read_in_control,
            _State.KEY: self._read_in_key,
            _State.LINUX_KEY: self._read_in_key,
            _State.OLD_MOUSE: self._read_in_old_mouse,
            _State.STRING: self._read_in_string,
            _State.STRING_ESCAPE: self._read_behind_escape,
        }

    @property
    def is_open(self) -> bool:
        """Whether a sequence has begun and not ended."""
        return self._state is not _State.GROUND

    @property
    def may_be_escape(self) -> bool:
        """Whether only an Esc has come, which may be the key.

        In a string an Esc is the first half of its end.
        """
        return self._state is _State.ESCAPE

    def feed(self, data: str, *, is_soon: bool) -> Iterator[tuple[Piece, int]]:
        """Yield the pieces of one read, each with the number of characters consumed so far.

        Args:
            data: the characters.
            is_soon: whether it came so soon after an Esc key that this may have been its beginning.

        """
        at = 0
        if data and self._was_escape:
            at = self._resume(data, is_soon=is_soon)
        for count, char in enumerate(data[at:], at + 1):
            self._was_escape = False
            for piece in self._take(char):
                yield piece, count

    def give_up_escape(self) -> Iterator[Piece]:
        """Yield a pending Esc as the key: nothing has followed it."""
        if self.may_be_escape:
            self._reset()
            self._was_escape = True
            yield Piece(Part.ESCAPE, ESC)

    def _resume(self, data: str, *, is_soon: bool) -> int:
        """Resume a sequence whose Esc was taken for the key; return the characters consumed."""
        first, rest = data[0], data[1:]
        self._was_escape = False
        if first == "[" and (rest or is_soon):
            self._begin(_State.CONTROL, ESC + first)
        elif first == "O" and len(rest) == 1 and rest in _SS3_FINALS:
            return len(data)
        elif first in _STRINGS and (rest[:1].isdigit() or any(end in rest for end in _ENDS)):
            self._begin(_State.STRING, first)
        else:
            return 0
        return 1

    def _take(self, char: str) -> Iterator[Piece]:
        return self._readers[self._state](char)

    def _on_ground(self, char: str) -> Iterator[Piece]:
        if char == ESC:
            self._begin(_State.ESCAPE, ESC)
        elif char in _EIGHT_BIT:
            yield from self._read_after_escape(_EIGHT_BIT[char])
        elif not _is_eight_bit_control(char):
            yield Piece(Part.CHARACTER, char)

    def _read_in_key(self, char: str) -> Iterator[Piece]:
        if char == ESC:
            yield from self._drop()
            self._begin(_State.ESCAPE, ESC)
        elif char < " ":
            yield from self._interrupt(char)
        else:
            yield from self._end(char)

    def _read_in_old_mouse(self, char: str) -> Iterator[Piece]:
        self._left -= 1
        if char < " ":
            yield from self._read_in_key(char)
        elif not self._left:
            yield from self._drop()

    def _read_behind_escape(self, char: str) -> Iterator[Piece]:
        if char == "\\":
            yield from self._end_string()
        else:
            self._reset()
            yield from self._read_after_escape(char)

    def _read_after_escape(self, char: str) -> Iterator[Piece]:
        self._reset()
        if char == ESC:
            yield Piece(Part.ESCAPE, ESC)
            self._begin(_State.ESCAPE, ESC)
        elif char == "[":
            self._begin(_State.CONTROL, ESC + char)
        elif char == "O":
            self._begin(_State.KEY, ESC + char)
        elif char in _STRINGS:
            self._begin(_State.STRING, char)
        else:
            yield Piece(Part.ALT, char)

    def _read_in_control(self, char: str) -> Iterator[Piece]:
        if char == ESC:
            yield from self._drop()
            self._begin(_State.ESCAPE, ESC)
        elif " " <= char <= "?":
            self._buffer += char if len(self._buffer) <= LONGEST else ""
        elif "@" <= char <= "~":
            if self._buffer == f"{ESC}[" and char in "[M":
                self._begin(_State.LINUX_KEY if char == "[" else _State.OLD_MOUSE, f"{ESC}[{char}")
                self._left = 3
            elif len(self._buffer) >= LONGEST:
                yield from self._drop()
            else:
                yield from self._end(char)
        else:
            yield from self._interrupt(char)

    def _read_in_string(self, char: str) -> Iterator[Piece]:
        if char in (_BEL, _ST):
            yield from self._end_string()
        elif char == ESC:
            self._state = _State.STRING_ESCAPE
        elif char in _INTERRUPTS or char in "\r\n":
            yield from self._interrupt(char)
        elif len(self._buffer) <= LONGEST:
            self._buffer += char

    def _interrupt(self, char: str) -> Iterator[Piece]:
        """End a sequence with a character that cannot stand in it."""
        was_string = self._state is _State.STRING
        yield from self._drop()
        if char == "\x03" or not (was_string or char in _INTERRUPTS):
            yield Piece(Part.CHARACTER, char)

    def _end(self, char: str) -> Iterator[Piece]:
        sequence = self._buffer + char
        self._reset()
        yield Piece(Part.SEQUENCE, sequence)

    def _end_string(self) -> Iterator[Piece]:
        text = self._buffer
        self._reset()
        yield Piece(Part.STRING, text)

    def _drop(self) -> Iterator[Piece]:
        self._reset()
        yield Piece(Part.NOISE, "")

    def _begin(self, state: _State, start: str) -> None:
        self._state, self._buffer = state, start

    def _reset(self) -> None:
        self._state, self._buffer, self._left = _State.GROUND, "", 0


def _is_eight_bit_control(char: str) -> bool:
    return "\x80" <= char <= "\x9f"
