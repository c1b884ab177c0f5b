"""Filter the environment variables of Textual."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

ALLOWED_VARIABLES: Final = frozenset(
    {
        *("TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DIM_FACTOR", "TEXTUAL_FILTERS"),
        *("TEXTUAL_ANIMATIONS", "TEXTUAL_FPS", "TEXTUAL_SMOOTH_SCROLL"),
        *("TEXTUAL_DISABLE_KITTY_KEY", "TEXTUAL_SPEEDUPS"),
    }
)
"""Variables for the appearance and the terminal protocol."""


BROWSER_DRIVER: Final = "textual.drivers.web_driver:WebDriver"
"""The value of TEXTUAL_DRIVER for a program that ``textual serve`` shows in a browser."""
BROWSER_VARIABLES: Final[Mapping[str, str]] = {"COLORTERM": "truecolor"}
"""The variables that describe the terminal in a browser."""


def is_in_browser(environ: Mapping[str, str]) -> bool:
    """Return whether ``textual serve`` started the program, with pipes in place of a terminal."""
    streams = (sys.stdin, sys.stdout)
    has_pipes = not any(stream is None or stream.isatty() for stream in streams)
    return has_pipes and environ.get("TEXTUAL_DRIVER") == BROWSER_DRIVER


def list_terminal_variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return variables that describe the terminal: not those of a server that shows a browser."""
    return BROWSER_VARIABLES if is_in_browser(environ) else environ


def drop_debugging(environ: MutableMapping[str, str]) -> None:
    """Delete all others: they log key presses and the API key, press keys, or import a driver.

    Textual reads them when it is imported, so call this before.
    """
    allowed_variables = {
        *ALLOWED_VARIABLES,
        *(["TEXTUAL_DRIVER"] if is_in_browser(environ) else []),
    }
    for name in [
        name for name in environ if _is_of_textual(name) and name not in allowed_variables
    ]:
        del environ[name]


def drop_size(environ: MutableMapping[str, str], fd: int) -> None:
    """Delete COLUMNS and LINES where the terminal has a size, which changes with its window.

    Rich and the standard library would prefer the variables.
    """
    try:
        size = os.get_terminal_size(fd)
    except OSError:
        return
    if size.columns and size.lines:
        for name in ("COLUMNS", "LINES"):
            environ.pop(name, None)


def _is_of_textual(name: str) -> bool:
    return name == "TEXTUAL" or name.startswith("TEXTUAL_")
