"""A program in a real pseudo-terminal, with a terminal emulator and every byte of output."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyte

from tests.support.closable import Closable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "capgo-tui"
PATIENCE = 30.0
"""Seconds until missing output is a failure; no test waits them out when it passes."""
QUIET_LOOKS = 4
QUIET_SECONDS = 0.035
"""A screen is settled when it meets its condition and this many reads bring nothing."""

# Private sequences pyte would print: keyboard protocols, mode queries, pointer shapes.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\]22;[^\x07]*\x07")
_PARTIAL_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;:<=>?$]*|\][^\x07\x1b]*)?\Z")


class ProgramEnd(AssertionError):  # noqa: N818 - an event, not always an error
    """The program closed its terminal."""


class PseudoTerminal(Closable):
    """A program on a screen of a given size; leaving the context kills it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environ: Mapping[str, str],
        folder: Path,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.environ = environ
        self.screen = pyte.Screen(columns, lines)
        self.output = bytearray()
        """The output of the program so far."""
        self._stream = pyte.ByteStream(self.screen)
        self._partial = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        # The code under test is to be the same in the program.
        inherited_variables = {
            name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ
        }
        self.start_time = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                **inherited_variables,
                **environ,
            },
            cwd=folder,
            start_new_session=True,
            pass_fds=pass_fds,
        )
        os.close(slave)

    def close(self) -> None:
        """End the process and close what leads to it."""
        self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal, as a dropped SSH connection does."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    @property
    def attributes(self) -> list[object]:
        """The attributes of the terminal, as `stty` shows them."""
        return termios.tcgetattr(self.master)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, as its window does."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def byte_count(self) -> int:
        """The number of bytes of output so far."""
        return len(self.output)

    @property
    def text(self) -> str:
        """The present screen, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number: int) -> str:
        """Return one row of the screen; negative numbers count from the bottom."""
        return self.screen.display[number].rstrip()

    def last_lines(self, count: int) -> str:
        """Return the words of the last rows of the screen in one line."""
        return " ".join(" ".join(self.screen.display[-count:]).split())

    @property
    def picture(self) -> tuple[object, ...]:
        """The present screen with its colours."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return tuple(buffer[y][x] for y in range(self.screen.lines) for x in columns)

    def type(self, keys: str) -> None:
        """Send keys as a terminal does."""
        self.type_bytes(keys.encode())

    def type_bytes(self, data: bytes) -> None:
        """Send any bytes."""
        os.write(self.master, data)

    def press(self, keys: str, *texts: str) -> int:
        """Type, wait until the screen has changed and shows all texts; return the bytes read."""
        before, picture = self.byte_count, self.picture
        self.type(keys)
        self.settle(
            lambda: self.picture != picture and all(text in self.text for text in texts),
            f"{keys!r} → {texts}",
        )
        return self.byte_count - before

    def wait_for(self, condition: str | Callable[[], bool], why: str = "") -> None:
        """Read until the screen shows a text or meets a condition."""
        deadline = time.monotonic() + PATIENCE
        while not (condition in self.text if isinstance(condition, str) else condition()):
            seconds = deadline - time.monotonic()
            assert seconds > 0, f"never: {why or condition}; there is\n{self.text}"
            self.read(seconds)

    def settle(self, condition: str | Callable[[], bool], why: str = "") -> None:
        """Wait for a text or condition, then until no more output comes."""
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < QUIET_LOOKS:
            self.wait_for(condition, why)
            quiet = 0 if self.read(QUIET_SECONDS) else quiet + 1
            assert time.monotonic() < deadline, f"never at rest: {why or condition}\n{self.text}"

    def wait_for_bytes(self, data: bytes) -> float:
        """Read without emulating until these bytes came; return the seconds since the start."""
        while data not in self.output:
            seconds = self.start_time + PATIENCE - time.monotonic()
            assert seconds > 0, f"never came: {data!r} among {self.byte_count} bytes"
            if select.select([self.master], [], [], seconds)[0]:
                self.output += os.read(self.master, 65536)
        return time.monotonic() - self.start_time

    @property
    def processor_seconds(self) -> float:
        """The processor time of the program so far, of all its threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait_end(self) -> int:
        """Read until the program ends; return its exit code."""
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                seconds = deadline - time.monotonic()
                assert seconds > 0, f"did not end; the screen is\n{self.text}"
                self.read(seconds)
        except ProgramEnd:
            return self.process.wait(PATIENCE)

    def read(self, timeout: float, *others: int) -> bytes:
        """Read and show output; return b"" after the timeout, or when ``others`` are readable.

        Raises:
            ProgramEnd: when the program closed its terminal.

        """
        ready, _, _ = select.select([self.master, *others], [], [], timeout)
        if self.master not in ready:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            raise ProgramEnd(f"the program ended; the screen is\n{self.text}") from error
        self.output += data
        pending = self._partial + data
        partial = _PARTIAL_SEQUENCE.search(pending)
        end = partial.start() if partial else len(pending)
        self._partial = pending[end:]
        self._stream.feed(_UNKNOWN.sub(b"", pending[:end]))
        return data
