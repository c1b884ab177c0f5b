"""Write data to standard output and messages to standard error."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import click

from capgo_tui.cells import measure_width
from capgo_tui.glyphs import substitute_glyphs
from capgo_tui.text import clean

if TYPE_CHECKING:
    from typing import TextIO


def prepare(*, is_data: bool) -> None:
    """Let standard output carry any text: by glyphs that it has, or for other programs in UTF-8.

    Args:
        is_data: whether other programs may read it, which get UTF-8 in files and pipes.

    """
    if is_data and isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    else:
        substitute_glyphs(sys.stdout, os.environ)


def write(text: str) -> None:
    """Write data.

    Raises:
        BrokenPipeError: when the reader has closed the pipe.

    """
    if text:
        click.echo(text, nl=False)


def find_width() -> int | None:
    """Return the width of the terminal that standard output is; None where it is none."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def say(text: str) -> None:
    """Print a message to standard error; one that nobody reads does not change the exit code."""
    try:
        click.echo(f"capgo-tui: {clean(text.strip())}", err=True)
    except BrokenPipeError:
        _discard(sys.stderr)


_progress = ""
"""The progress line that stands on the terminal now."""


def show_progress(text: str) -> None:
    """Replace the progress line on a terminal; an empty text removes it."""
    global _progress  # noqa: PLW0603 - there is one terminal
    if sys.stderr is None or not sys.stderr.isatty() or text == _progress:
        return
    text = clean(text)
    blank = " " * measure_width(_progress)
    click.echo(f"\r{blank}\r{text}", err=True, nl=False)
    _progress = text


def forget_reader() -> None:
    """Discard buffered output after a broken pipe."""
    _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    """Discard what a stream has buffered, which Python would write when it ends."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, stream.fileno())
    os.close(null_device)
