"""A page that the terminal itself lays out, so that its own mouse selection gives the exact text.

Textual fills each row with blanks and places each by itself: selected there, a text ends in blanks
and has a line end wherever it was wrapped. Here the terminal wraps it, and reports no mouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from textual.driver import Driver


@runtime_checkable
class _Mouse(Protocol):
    """A driver that can have the mouse reported."""

    def _enable_mouse_support(self) -> None: ...
    def _disable_mouse_support(self) -> None: ...


@runtime_checkable
class _LineWrap(Protocol):
    """A driver under which the terminal does not wrap."""

    def _enable_line_wrap(self) -> None: ...
    def _disable_line_wrap(self) -> None: ...


def draw_page(driver: Driver, text: str, hint: str, height: int) -> None:
    """Draw a text in place of the whole screen.

    Args:
        driver: the terminal.
        text: a clean text of so many lines that, wrapped, they leave the last row free.
        hint: the last row.
        height: the rows of the screen.

    """
    if isinstance(driver, _Mouse):
        driver._disable_mouse_support()
    if isinstance(driver, _LineWrap):
        driver._enable_line_wrap()
    lines = text.replace("\n", "\r\n")
    driver.write(f"\x1b[0m\x1b[2J\x1b[H{lines}\x1b[{height};1H\x1b[2m{hint}\x1b[0m")
    if isinstance(driver, _LineWrap):
        driver._disable_line_wrap()
    driver.flush()


def leave_page(driver: Driver) -> None:
    """Have the mouse reported again, if it was."""
    if isinstance(driver, _Mouse):
        driver._enable_mouse_support()
