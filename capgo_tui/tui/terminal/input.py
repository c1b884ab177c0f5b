"""Parsing terminal input into keys, pastes and reports, so that only typed text is a key.

Textual's parser types the characters of an escape sequence that it does not know, or whose rest
is late, as keys: the tail of a terminal's reply, ``ESC [ ? 2026 ; 2 $ y``, would answer the
open question, and so would ``ESC [ 3 y`` in a paste. Here it gets only whole sequences,
unknown ones are dropped, and pastes are kept from it.
"""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Final

from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_START, XTermParser
from textual.keys import Keys

from capgo_tui.tui.terminal.background import read_background
from capgo_tui.tui.terminal.escape_sequences import ESC, EscapeSequences, Part, Piece
from capgo_tui.tui.terminal.input_bytes import find_decoder
from capgo_tui.tui.terminal.pastes import (
    BURST_SECONDS,
    LONGEST,
    OPEN_SECONDS,
    Burst,
    InputDropped,
    MarkedPaste,
    Pace,
)
from capgo_tui.tui.terminal.reports import is_well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from textual.message import Message

DRIVERS: Final = (
    *("textual.drivers.linux_driver", "textual.drivers.win32", "textual.drivers.web_driver"),
)
"""The modules in which Textual makes its input parser, which an app cannot set."""
DOUBT_SECONDS: Final = 0.5
"""Seconds after a sequence that was no key in which a ``y`` may be the tail of another."""
_DOUBTFUL: Final = "capgo_is_doubtful"
_BEHIND_ESCAPE: Final = "capgo_keys_behind_escape"

PASTE_BEGINS: Final = Piece(Part.SEQUENCE, BRACKETED_PASTE_START)
CTRL_C: Final = ("\x03", f"{ESC}[99;5u")
REPORTS: Final = 16
"""Reports of one read, counted from the last, that are used; earlier ones are dropped."""


def is_doubtful(event: events.Key) -> bool:
    """Return whether a key may not have been typed: it came among other bytes or after a reply.

    Keys that did not come from a terminal, such as those of a test, are not doubtful.
    """
    return bool(getattr(event, _DOUBTFUL, False))


def doubt(event: events.Key) -> None:
    """Mark a key as one that may not have been typed."""
    setattr(event, _DOUBTFUL, True)


def split_alt(event: events.Key) -> list[events.Key]:
    """Return Esc and the key behind it for a key typed with alt; nothing for any other key.

    On the wire they are the same: tmux and screen keep Esc back until the next key is there. The
    key behind Esc is in doubt, for alt+y is no ``y``.
    """
    keys_behind: list[events.Key] = getattr(event, _BEHIND_ESCAPE, [])
    if not keys_behind:
        return []
    for key in keys_behind:
        doubt(key)
        key.time = event.time
    escape = events.Key("escape", ESC)
    escape.time = event.time
    return [escape, *keys_behind]


class TerminalInput(XTermParser):
    """Textual's parser, fed with whole escape sequences and never with the inside of a paste.

    An end of a paste may come late and in pieces. More keys at once than anybody types are a
    paste as well, or if they are no text, noise.
    """

    clock: Callable[[], float] = staticmethod(monotonic)

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._sequences = EscapeSequences()
        self._paste: MarkedPaste | None = None
        """The paste that has begun and not ended."""
        self._burst: Burst | None = None
        """The keys that come too fast; None while they come at a person's pace."""
        self._pace = Pace()
        self._held_since = 0.0
        """When the last character came of what may be an Esc key."""
        self._no_key_at = -DOUBT_SECONDS
        """When a sequence last came that was no key."""
        self._is_first = True
        """Whether nothing was read yet."""

    def feed(self, data: str) -> Iterable[Message]:
        """Return the events of one read."""
        if not data:  # the end of all input
            return list(super().feed(data))
        if self._is_first:  # typed before the start: the terminal still made Enter a line feed
            self._is_first = False
            typed, escape, rest = data.partition(ESC)
            data = typed.replace("\n", "\r") + escape + rest
        now = self.clock()
        messages = self._give_up(now, at_once=data in CTRL_C)
        whole = data
        while data:
            if self._paste is None:
                data = self._read_before_paste(data, messages, now, is_whole=data is whole)
            else:
                data = self._read_in_paste(self._paste, data, messages, now)
        return messages

    def _read_before_paste(
        self, data: str, messages: list[Message], now: float, *, is_whole: bool
    ) -> str:
        """Parse the data before a paste; return the rest."""
        was_open = self._sequences.is_open
        is_soon = now - self._held_since < 2 * DOUBT_SECONDS
        pieces: list[Piece] = []
        rest = ""
        for piece, count in self._sequences.feed(data, is_soon=is_soon):
            if piece == PASTE_BEGINS:
                self._paste, rest = MarkedPaste(now), data[count:]
                break
            pieces.append(piece)
        if self._sequences.is_open:
            self._held_since = now
        if self._burst is None and not self._pace.takes(sum(map(_is_key, pieces)), now):
            self._burst = Burst()
        if self._burst is not None:
            messages += self._read_in_burst(self._burst, pieces, now)
            return rest
        new_messages = [
            m for piece in _keep_last_of_pointer(pieces) for m in self._read_events(piece)
        ]
        keys = [message for message in new_messages if isinstance(message, events.Key)]
        is_alone = is_whole and len(pieces) == len(keys) == 1 and not was_open
        goes_on = self._sequences.is_open or self._paste is not None
        if not is_alone or goes_on or now - self._no_key_at < DOUBT_SECONDS:
            for key in keys:
                doubt(key)
        messages += new_messages
        return rest

    def _read_in_burst(self, burst: Burst, pieces: Sequence[Piece], now: float) -> list[Message]:
        """Collect a burst of keys that nobody typed; return the events of the other pieces."""
        keys = [piece for piece in pieces if _is_key(piece)]
        if keys:
            chars = (piece.text for piece in keys if piece.part is Part.CHARACTER)
            burst.take(chars, len(keys), now)
        reports = [piece for piece in pieces if piece.part is Part.SEQUENCE][-REPORTS:]
        new_messages = [message for piece in reports for message in self._read_events(piece)]
        return [message for message in new_messages if not isinstance(message, events.Key)]

    def _read_in_paste(
        self, paste: MarkedPaste, data: str, messages: list[Message], now: float
    ) -> str:
        """Collect the data of a paste; return what follows its end."""
        rest = paste.take(data, now)
        if rest is None:
            return ""
        self._paste = None
        if paste.is_too_long:
            messages.append(InputDropped(f"A paste of more than {LONGEST:,} characters"))
        else:
            messages.append(events.Paste(paste.text.replace("\0", "")))
        return rest

    def _give_up(self, now: float, *, at_once: bool = False) -> list[Message]:
        """End a paste or burst that has been open for too long; return its events.

        Args:
            now: the time.
            at_once: whether the input is ctrl+c alone: no paste pauses right before it.

        """
        paste, burst = self._paste, self._burst
        if paste is not None and now - paste.came_at >= (
            BURST_SECONDS if at_once else OPEN_SECONDS
        ):
            self._paste = None
            return [InputDropped("A paste without an end")]
        if burst is not None and now - burst.came_at >= BURST_SECONDS:
            self._burst = None
            if burst.text is not None:
                return [events.Paste(burst.text)]
            return [InputDropped(f"Noise: {burst.size:,} keys at once that nobody typed")]
        return []

    def tick(self) -> Iterable[Message]:
        """Yield a pending Esc as the key once nothing has followed it for a moment."""
        yield from self._give_up(self.clock())
        seconds = self.clock() - self._held_since
        if self._sequences.may_be_escape and seconds >= constants.ESCAPE_DELAY:
            for piece in self._sequences.give_up_escape():
                yield from self._read_events(piece)

    def _read_events(self, piece: Piece) -> Iterator[Message]:
        match piece.part:
            case Part.CHARACTER:
                # Textual's parser does the same, but describes each key for its log.
                yield from self._iterate_keys(piece.text)
            case Part.ESCAPE:
                yield events.Key("escape", ESC)
            case Part.ALT:
                yield from self._iterate_alt_keys(piece.text)
            case Part.SEQUENCE:
                messages = self._parse_sequence(piece.text)
                if not any(isinstance(message, events.Key) for message in messages):
                    self._no_key_at = self.clock()
                yield from messages
            case Part.STRING:
                self._no_key_at = self.clock()
                if (background := read_background(piece.text)) is not None:
                    yield background
            case Part.NOISE:
                self._no_key_at = self.clock()

    def _iterate_keys(self, char: str, *, alt: bool = False) -> Iterator[events.Key]:
        keys = self._sequence_to_key_events(char, alt=alt)
        return (event for event in keys if event.key != Keys.Ignore)

    def _iterate_alt_keys(self, char: str) -> Iterator[events.Key]:
        for key in self._iterate_keys(char, alt=True):
            # Textual names no alt for the control characters, such as Enter.
            alt_key = key if key.key.startswith("alt+") else events.Key(f"alt+{key.key}", None)
            setattr(alt_key, _BEHIND_ESCAPE, list(self._iterate_keys(char)))
            yield alt_key

    def _parse_sequence(self, text: str) -> list[Message]:
        """Return Textual's messages for a whole sequence; none if it is unknown."""
        if not is_well_formed(text):
            return []
        try:
            early_messages = [
                message for char in text[:-1] for message in super(TerminalInput, self).feed(char)
            ]
            last = list(super().feed(text[-1]))
        except Exception:  # noqa: BLE001 - a malformed sequence must not end the input thread
            self._begin_anew()
            return []
        if early_messages or self._timeout_time is not None:
            self._begin_anew()
            return []
        return last

    def _begin_anew(self) -> None:
        """Reset Textual's parser after an unknown sequence."""
        self._tokens.clear()
        self._timeout_time = None
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)


def _is_key(piece: Piece) -> bool:
    """Return whether a piece may be a key; reports of the pointer, which come fast, are none."""
    return piece.part not in (Part.STRING, Part.NOISE) and not _is_pointer(piece)


def _is_pointer(piece: Piece) -> bool:
    return piece.part is Part.SEQUENCE and piece.text.startswith(f"{ESC}[<")


def _keep_last_of_pointer(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return the pieces without outdated reports of the pointer."""
    extra = sum(map(_is_pointer, pieces)) - REPORTS
    if extra <= 0:
        return pieces
    pointer_places = [at for at, piece in enumerate(pieces) if _is_pointer(piece)][:extra]
    extra_places = set(pointer_places)
    return [piece for at, piece in enumerate(pieces) if at not in extra_places]


def watch_terminal_input() -> None:
    """Make Textual's loaded drivers parse with `TerminalInput`."""
    for name in DRIVERS:
        if name in sys.modules:
            vars(sys.modules[name])["XTermParser"] = TerminalInput
            vars(sys.modules[name])["getincrementaldecoder"] = find_decoder
