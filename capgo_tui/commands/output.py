"""Write data to standard output and messages to standard error."""

from __future__ import annotations

import io
import os
import sys

import click

from capgo_tui.text import clean


def prepare() -> None:
    """Replace characters that the encoding lacks; files and pipes get UTF-8."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = None if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="replace")


def write(text: str) -> None:
    """Write data.

    Raises:
        BrokenPipeError: when the reader has closed the pipe.

    """
    if text:
        click.echo(text, nl=False)


def say(text: str) -> None:
    """Print a message to standard error."""
    click.echo(f"capgo-tui: {clean(text)}", err=True)


def forget_reader() -> None:
    """Discard buffered output after a broken pipe."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, sys.stdout.fileno())
    os.close(null_device)
