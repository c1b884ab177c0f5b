"""Restore the terminal at once, without Textual's threads, which may be blocked or broken."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
from contextlib import suppress
from typing import Final, TypeAlias

assert sys.platform != "win32"  # noqa: S101 - tells mypy that there is no Windows here

Attributes: TypeAlias = list[int | list[bytes | int]]
"""The attributes of a terminal, as `termios.tcgetattr` gives them."""
SEQUENCES: Final = b"".join(
    (
        b"\x1b\\",  # ends a sequence that was cut off
        b"\x1b[?2026l",  # synchronized output
        b"\x1b[?2004l",  # bracketed paste
        b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l",  # mouse
        b"\x1b[?2048l",  # resize reports
        b"\x1b[?1004l",  # focus reports
        b"\x1b[?7h",  # line wrap
        b"\x1b[0m",  # colours
        b"\x1b[<u",  # keyboard protocol, which belongs to the alternate screen
        b"\x1b[?1049l",  # alternate screen
        b"\x1b[?25h",  # cursor
    )
)
WRITE_SECONDS: Final = 0.5
"""A terminal that takes no output for so long is left as it is."""


def restore_terminal(
    input_fd: int, output_fd: int, attributes: Attributes | None, *, is_last: bool
) -> None:
    """Restore modes, screen and attributes; not of a terminal that is gone or that another job has.

    Args:
        input_fd: the terminal as it is read.
        output_fd: the terminal as it is written.
        attributes: its attributes before they were changed.
        is_last: whether all later output to `output_fd` is discarded.

    """
    if not os.isatty(output_fd) or not _is_in_foreground(input_fd):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    if attributes is not None:
        with suppress(termios.error):
            termios.tcsetattr(input_fd, termios.TCSANOW, attributes)
    terminal = _open_without_blocking(output_fd)
    if terminal is None:
        return
    if is_last:  # the writer thread may be in the middle of a frame
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, output_fd)
        os.close(null_device)
    with suppress(OSError):
        _write(terminal, SEQUENCES)
    os.close(terminal)


def _is_in_foreground(fd: int) -> bool:
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not the controlling terminal: there are no jobs
        return True


def _open_without_blocking(fd: int) -> int | None:
    """Open the terminal anew: `O_NONBLOCK` on the present descriptor would stay for the shell."""
    with suppress(OSError):
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    with suppress(OSError):  # in a container the name can be that of the host
        return os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    return None


def _write(fd: int, data: bytes) -> None:
    deadline = time.monotonic() + WRITE_SECONDS
    while data and time.monotonic() < deadline:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            # A write of another thread makes it block as well, and `select` does not see that.
            time.sleep(0.01)
            select.select([], [fd], [], 0.05)
