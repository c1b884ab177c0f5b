"""What the terminal sends, as keys, pastes and reports: nothing that nobody typed is a key.

Textual's parser types the characters of an escape sequence that it does not know, or whose rest
is late, as keys: the tail of a terminal's reply, ``ESC [ ? 2026 ; 2 $ y``, would answer the
question that is open, and so would ``ESC [ 3 y`` in a paste. Here it sees whole sequences alone,
one that it does not know is dropped, and of a paste it sees nothing.
"""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Final

from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.keys import Keys

from capgo_tui.tui.escape_sequences import ESC, EscapeSequences, Part, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from textual.message import Message

DRIVERS: Final = ("textual.drivers.linux_driver", "textual.drivers.win32")
"""Where Textual makes the parser of what a terminal sends; it takes none from the app."""
DOUBT_SECONDS: Final = 0.5
"""So long after a sequence that was no key a ``y`` may be the tail of another."""
_DOUBTFUL: Final = "capgo_is_doubtful"


PASTE_BEGINS: Final = Piece(Part.SEQUENCE, BRACKETED_PASTE_START)


def is_doubtful(event: events.Key) -> bool:
    """Whether a key came among other bytes or right after a reply: nobody may have typed it.

    Keys that did not come from a terminal, such as those of a test, are not doubtful.
    """
    return bool(getattr(event, _DOUBTFUL, False))


def doubt(event: events.Key) -> None:
    """Mark a key as one that may not have been typed."""
    setattr(event, _DOUBTFUL, True)


class TerminalInput(XTermParser):
    """Textual's parser, fed with whole escape sequences and never with the inside of a paste.

    An end of a paste that comes in pieces, however late, is an end all the same.
    """

    clock: Callable[[], float] = staticmethod(monotonic)

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._sequences = EscapeSequences()
        self._paste: str | None = None
        """What has come of a paste so far; None outside one."""
        self._held_since = 0.0
        """When the last character came of what may be an Esc key."""
        self._no_key_at = -DOUBT_SECONDS
        """When a sequence last came that was no key."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take what came in one read; gives the events it comes to."""
        if not data:  # the end of all input
            return list(super().feed(data))
        was_open = self._sequences.is_open
        found: list[Message] = []
        units = 0
        while data:
            if self._paste is not None:
                data = self._in_paste(data, found)
                continue
            rest = ""
            soon = self.clock() - self._held_since < 2 * DOUBT_SECONDS
            for piece, used in self._sequences.feed(data, soon=soon):
                units += 1
                if piece == PASTE_BEGINS:
                    self._paste, rest = "", data[used:]
                    break
                found += self._events_of(piece)
            data = rest
        now = self.clock()
        if self._sequences.is_open:
            self._held_since = now
        is_crowded = units != 1 or was_open or self._sequences.is_open
        for message in found:
            if isinstance(message, events.Key) and (
                is_crowded or now - self._no_key_at < DOUBT_SECONDS
            ):
                doubt(message)
        return found

    def tick(self) -> Iterable[Message]:
        """Take an Esc for the key once nothing has followed it for a moment."""
        waited = self.clock() - self._held_since
        if self._sequences.may_be_escape and waited >= constants.ESCAPE_DELAY:
            for piece in self._sequences.give_up_escape():
                yield from self._events_of(piece)

    def _events_of(self, piece: Piece) -> Iterator[Message]:
        match piece.part:
            case Part.CHARACTER:
                # Textual's parser would do the same, and put each key in words for its log.
                yield from self._keys(piece.text)
            case Part.ESCAPE:
                yield events.Key("escape", ESC)
            case Part.ALT:
                yield from self._keys(piece.text, alt=True)
            case Part.SEQUENCE:
                known = self._known(piece.text)
                if not any(isinstance(message, events.Key) for message in known):
                    self._no_key_at = self.clock()
                yield from known
            case Part.DROPPED:
                self._no_key_at = self.clock()

    def _keys(self, char: str, *, alt: bool = False) -> Iterator[events.Key]:
        keys = self._sequence_to_key_events(char, alt=alt)
        return (event for event in keys if event.key != Keys.Ignore)

    def _known(self, text: str) -> list[Message]:
        """What Textual makes of a whole sequence; nothing if it does not know it."""
        try:
            early = [
                message for char in text[:-1] for message in super(TerminalInput, self).feed(char)
            ]
            last = list(super().feed(text[-1]))
        except Exception:  # noqa: BLE001 - a malformed sequence must not end the input thread
            self._begin_anew()
            return []
        if early or self._timeout_time is not None:
            self._begin_anew()
            return []
        return last

    def _begin_anew(self) -> None:
        """Let Textual's parser forget what it has of a sequence that it does not know."""
        self._tokens.clear()
        self._timeout_time = None
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)

    def _in_paste(self, data: str, found: list[Message]) -> str:
        """Take what belongs to the paste; gives what is behind its end."""
        paste = self._paste or ""
        known = max(0, len(paste) - len(BRACKETED_PASTE_END))
        paste += data
        at = paste.find(BRACKETED_PASTE_END, known)
        if at < 0:
            self._paste = paste
            return ""
        self._paste = None
        found.append(events.Paste(paste[:at].replace("\0", "")))
        return paste[at + len(BRACKETED_PASTE_END) :]


def watch_terminal_input() -> None:
    """Let Textual's drivers, as far as they are loaded, parse with `TerminalInput`."""
    for name in DRIVERS:
        if name in sys.modules:
            vars(sys.modules[name])["XTermParser"] = TerminalInput
