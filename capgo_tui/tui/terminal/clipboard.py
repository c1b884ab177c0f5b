"""Copying to the operator's clipboard, and saying no more than is known of it.

A program that fills the clipboard tells whether it did; a terminal that is asked with OSC 52
tells nothing. tmux and screen keep such a sequence to themselves unless it is wrapped, so there
it is sent wrapped; tmux also gets it plain, which it takes when it is set to reach the clipboard
itself.
"""

from __future__ import annotations

import asyncio
import base64
import os
from typing import TYPE_CHECKING

from capgo_tui.text import clean_for_file
from capgo_tui.tui.terminal.clipboard_tools import find_tool, run_tool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App, ReturnType

MOST = 74_994
"""Characters of base64 that terminals are known to take; some drop what is longer in silence."""
_SCREEN_PIECE = 256
"""Bytes of one wrapped piece: screen drops strings that are much longer."""


async def copy(app: App[ReturnType], text: str, what: str) -> str:
    """Copy text and return a message that says where it went.

    Args:
        app: the app, whose terminal is asked.
        text: the text; only what is safe to paste is copied of it.
        what: its name in the message, such as «the device id».

    """
    text = make_plain_text(text)
    environ = _read_environment(app)
    tool = find_tool(environ) if _has_terminal(app) else None
    trouble = ""
    if tool is not None and (trouble := await asyncio.to_thread(run_tool, tool, text, environ)):
        trouble, tool = f"✗ {tool.name} {trouble}. ", None
    if tool is not None and tool.reaches_terminal:
        route = f"{tool.place}, and to the terminal if it takes it"
    elif not _ask_terminal(app, text, environ):
        if tool is None:
            return f"{trouble or '✗ '}Not copied: {what} is too long for a terminal's clipboard."
        route = tool.place
    elif tool is None:
        is_browser = app._driver is not None and app._driver.is_web
        taker = "browser" if is_browser else f"terminal{_wrap_for(environ)}"
        route = f"to the {taker}, if it takes it"
    else:
        route = f"{tool.place}, and to the terminal if it takes it"
    app._clipboard = text  # what ctrl+v inserts
    return f"{trouble}{_capitalize(what)}, {len(text)} characters: {route}."


def make_plain_text(text: str) -> str:
    """Return what is copied of a text: its lines, with nothing that could steer a terminal."""
    return "\n".join(map(clean_for_file, text.split("\n")))


def wrap(payload: str, environ: Mapping[str, str]) -> str:
    """Return the OSC 52 sequence wrapped for the multiplexer in use; empty without one."""
    plain = f"\x1b]52;c;{payload}\x07"
    match _find_multiplexer(environ):
        case "tmux":
            inner = plain.replace("\x1b", "\x1b\x1b")
            return f"\x1bPtmux;{inner}\x1b\\"
        case "screen":
            pieces = (plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE))
            return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
        case _:
            return ""


def _ask_terminal(app: App[ReturnType], text: str, environ: Mapping[str, str]) -> bool:
    """Send OSC 52, unless that is too long for terminals; return whether it was sent."""
    payload = base64.b64encode(text.encode()).decode("ascii")
    if len(payload) > MOST:
        return False
    app.copy_to_clipboard(text)  # which sends the plain sequence
    sequence = wrap(payload, environ)
    driver = app._driver
    if sequence and driver is not None:
        driver.write(sequence)
    return True


def _read_environment(app: App[ReturnType]) -> Mapping[str, str]:
    """Return the environment of the terminal; in a browser that of this process is another's."""
    driver = app._driver
    return {} if driver is not None and driver.is_web else os.environ


def _has_terminal(app: App[ReturnType]) -> bool:
    driver = app._driver
    return driver is not None and not driver.is_web and not driver.is_headless


def _find_multiplexer(environ: Mapping[str, str]) -> str:
    if environ.get("TMUX"):
        return "tmux"
    return "screen" if environ.get("STY") else ""


def _wrap_for(environ: Mapping[str, str]) -> str:
    name = _find_multiplexer(environ)
    return f" through {name}" if name else ""


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
