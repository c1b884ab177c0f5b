"""All of a paste is one text, whatever stands in it.

Textual looks for escape sequences inside a bracketed paste as well, and types the characters of
one that it does not know as keys: a pasted ``ESC [ 3 y`` would answer the question that is open.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message

DRIVERS: Final = ("textual.drivers.linux_driver", "textual.drivers.win32")
"""Where Textual makes the parser of what a terminal sends; it takes none from the app."""


class WholePastes(XTermParser):
    """Textual's parser, which sees of a paste nothing but its two ends.

    An end that comes in pieces, however late, is an end all the same.
    """

    _before = ""
    """The last characters outside a paste, which may be the beginning of its first end."""
    _paste: str | None = None
    """What has come of a paste so far; None outside one."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take what the terminal sent; gives the events it comes to."""
        if not data:  # the end of all input
            yield from super().feed(data)
        while data:
            if self._paste is None:
                seen = self._before + data
                at = seen.find(BRACKETED_PASTE_START)
                if at < 0:
                    self._before = seen[1 - len(BRACKETED_PASTE_START) :]
                    yield from super().feed(data)
                    return
                end = at + len(BRACKETED_PASTE_START) - len(self._before)
                yield from super().feed(data[:end])
                self._before, self._paste, data = "", "", data[end:]
            else:
                known = max(0, len(self._paste) - len(BRACKETED_PASTE_END))
                self._paste += data
                at = self._paste.find(BRACKETED_PASTE_END, known)
                if at < 0:
                    return
                text, data = self._paste[:at], self._paste[at + len(BRACKETED_PASTE_END) :]
                self._paste = None
                for message in super().feed(BRACKETED_PASTE_END):
                    if not isinstance(message, events.Paste):  # to Textual it was empty
                        yield message
                yield events.Paste(text.replace("\0", ""))


def keep_pastes_whole() -> None:
    """Let Textual's drivers of a terminal, as far as they are loaded, parse with `WholePastes`."""
    for name in DRIVERS:
        if name in sys.modules:
            vars(sys.modules[name])["XTermParser"] = WholePastes
