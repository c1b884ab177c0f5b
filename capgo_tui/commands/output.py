"""Standard output is data, standard error is talk."""

from __future__ import annotations

import io
import os
import sys

import click

from capgo_tui.text import clean


def prepare() -> None:
    """Let nothing that is written fail for want of a letter; files and pipes get UTF-8."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = None if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="replace")


def write(text: str) -> None:
    """Write data.

    Raises:
        BrokenPipeError: when whoever read it has had enough.

    """
    if text:
        click.echo(text, nl=False)


def say(text: str) -> None:
    """Say something to whoever started the command."""
    click.echo(f"capgo-tui: {clean(text)}", err=True)


def forget_reader() -> None:
    """Let what is still on its way out go nowhere: nobody reads it any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
