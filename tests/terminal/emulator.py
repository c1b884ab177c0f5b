"""A real pseudo-terminal with the installed command in it, read by a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

COMMAND = Path(sys.executable).parent / "capgo-tui"
PATIENCE = 30.0
"""Seconds until a screen that does not come is a failure; nothing waits longer than it must."""

# Private sequences pyte would print: keyboard protocols, mode queries, pointer shapes.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\]22;[^\x07]*\x07")

_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<=>?$]*|\][^\x07\x1b]*)?\Z")


class Terminal:
    """The installed ``capgo-tui`` on a screen of a given size."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environ: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.output = bytearray()
        self._stream = pyte.ByteStream(self.screen)
        self._held = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen(
            [str(COMMAND), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                **environ,
            },
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """The screen as it now stands, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number: int) -> str:
        """One row of the screen; negative ones count from the bottom."""
        return self.screen.display[number].rstrip()

    def type(self, keys: str) -> None:
        """Send keys as a terminal would."""
        os.write(self._master, keys.encode())

    def wait_for(self, wanted: str | Callable[[str], bool], why: str = "") -> str:
        """Read until the screen holds a text, or satisfies a condition; return the screen."""
        test = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + PATIENCE
        while not test(self.text):
            left = deadline - time.monotonic()
            assert left > 0, f"never saw {why or wanted!r}; the screen is\n{self.text}"
            assert self._read(left), f"ended before {why or wanted!r}; the screen is\n{self.text}"
        return self.text

    def wait_end(self) -> int:
        """Read until the program ends; return its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(max(0.0, deadline - time.monotonic())):
            assert time.monotonic() < deadline, f"did not end; the screen is\n{self.text}"
        return self.process.wait(PATIENCE)

    def _read(self, timeout: float) -> bool:
        """Feed the emulator with what has come; False when the program closed its terminal."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.output += data
        pending = self._held + data
        unfinished = _UNFINISHED.search(pending)
        end = unfinished.start() if unfinished else len(pending)
        self._held = pending[end:]
        self._stream.feed(_UNKNOWN.sub(b"", pending[:end]))
        return bool(data)
