"""Copying to the operator's clipboard by OSC 52, over SSH as well.

The terminal is asked with OSC 52. tmux and screen keep such a sequence to themselves unless it
is wrapped, so there it is sent wrapped; tmux also gets it plain, which it takes when it is
set to reach the clipboard itself.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from capgo_tui.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App, ReturnType

MOST = 74_994
"""Characters of base64 that terminals are known to take; some drop what is longer in silence."""
_SCREEN_PIECE = 256
"""Bytes of one wrapped piece: screen drops strings that are much longer."""


def copy(app: App[ReturnType], text: str, what: str) -> str:
    """Copy text and return a message; `what` names it, such as «the device id»."""
    text = "\n".join(clean_lines(text, len(text) or 1))
    payload = base64.b64encode(text.encode()).decode("ascii")
    if len(payload) > MOST:
        return f"✗ Not copied: {what} is too long for a terminal's clipboard."
    app.copy_to_clipboard(text)  # which sends the plain sequence
    sequence = wrap(payload, os.environ)
    driver = app._driver
    if sequence and driver is not None:
        driver.write(sequence)
    return f"Copied {what}, {len(text)} characters, by OSC 52{_by_way_of(os.environ)}."


def wrap(payload: str, environ: Mapping[str, str]) -> str:
    """Return the OSC 52 sequence wrapped for the multiplexer in use; empty without one."""
    plain = f"\x1b]52;c;{payload}\x07"
    match _multiplexer(environ):
        case "tmux":
            inner = plain.replace("\x1b", "\x1b\x1b")
            return f"\x1bPtmux;{inner}\x1b\\"
        case "screen":
            pieces = (plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE))
            return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
        case _:
            return ""


def _multiplexer(environ: Mapping[str, str]) -> str:
    if environ.get("TMUX"):
        return "tmux"
    return "screen" if environ.get("STY") else ""


def _by_way_of(environ: Mapping[str, str]) -> str:
    name = _multiplexer(environ)
    return f" through {name}" if name else ""
