"""Any program in a real pseudo-terminal, read by a terminal emulator that keeps every byte."""

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
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "capgo-tui"
PATIENCE = 30.0
"""Seconds until something that does not come is a failure; nothing waits longer than it must."""
QUIET_LOOKS = 4
QUIET_SECONDS = 0.035
"""A screen counts as settled when it shows what it should and so many looks bring nothing."""

# Private sequences pyte would print: keyboard protocols, mode queries, pointer shapes.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\]22;[^\x07]*\x07")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<=>?$]*|\][^\x07\x1b]*)?\Z")


class Ended(AssertionError):  # noqa: N818 - it names what the terminal sees
    """The program closed its terminal."""


class PseudoTerminal:
    """A program on a screen of a given size; leaving the context ends it."""

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
        self.screen = pyte.Screen(columns, lines)
        self.output = bytearray()
        """All that the program has written so far."""
        self._stream = pyte.ByteStream(self.screen)
        self._held = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        # Whoever names the code to be tested means it for the programs in here as well.
        named = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        self.started = time.monotonic()
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
                **named,
                **environ,
            },
            cwd=folder,
            start_new_session=True,
            pass_fds=pass_fds,
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
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def received(self) -> int:
        """How many bytes the program has written so far."""
        return len(self.output)

    @property
    def text(self) -> str:
        """The screen as it now stands, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number: int) -> str:
        """One row of the screen; negative ones count from the bottom."""
        return self.screen.display[number].rstrip()

    @property
    def picture(self) -> tuple[object, ...]:
        """The screen as it now stands, with its colours."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return tuple(buffer[y][x] for y in range(self.screen.lines) for x in columns)

    def type(self, keys: str) -> None:
        """Send keys as a terminal would."""
        self.type_bytes(keys.encode())

    def type_bytes(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        os.write(self._master, data)

    def press(self, keys: str, *wanted: str) -> int:
        """Type, go on until the screen has changed and shows all of `wanted`; give the bytes."""
        before, picture = self.received, self.picture
        self.type(keys)
        self.settle(
            lambda: self.picture != picture and all(text in self.text for text in wanted),
            f"{keys!r} → {wanted}",
        )
        return self.received - before

    def wait_for(self, wanted: str | Callable[[], bool], why: str = "") -> None:
        """Read until the screen shows something."""
        deadline = time.monotonic() + PATIENCE
        while not (wanted in self.text if isinstance(wanted, str) else wanted()):
            left = deadline - time.monotonic()
            assert left > 0, f"never: {why or wanted}; there is\n{self.text}"
            self.read(left)

    def settle(self, wanted: str | Callable[[], bool], why: str = "") -> None:
        """Read until the screen shows something, and on until nothing more comes."""
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < QUIET_LOOKS:
            self.wait_for(wanted, why)
            quiet = 0 if self.read(QUIET_SECONDS) else quiet + 1
            assert time.monotonic() < deadline, f"never at rest: {why or wanted}\n{self.text}"

    def wait_for_bytes(self, wanted: bytes) -> float:
        """Read, without emulating, until some bytes came; give the seconds since the start."""
        while wanted not in self.output:
            left = self.started + PATIENCE - time.monotonic()
            assert left > 0, f"never came: {wanted!r} among {self.received} bytes"
            if select.select([self._master], [], [], left)[0]:
                self.output += os.read(self._master, 65536)
        return time.monotonic() - self.started

    @property
    def processor_seconds(self) -> float:
        """What the program has used of the processor so far, in all its threads."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait_end(self) -> int:
        """Read until the program ends; give its exit code."""
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                left = deadline - time.monotonic()
                assert left > 0, f"did not end; the screen is\n{self.text}"
                self.read(left)
        except Ended:
            return self.process.wait(PATIENCE)

    def read(self, timeout: float, *others: int) -> bytes:
        """Read and show what comes; b"" after the timeout, or when there is more in `others`.

        Raises:
            Ended: when the program closed its terminal.

        """
        ready, _, _ = select.select([self._master, *others], [], [], timeout)
        if self._master not in ready:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            raise Ended(f"the program ended; the screen is\n{self.text}") from error
        self.output += data
        pending = self._held + data
        unfinished = _UNFINISHED.search(pending)
        end = unfinished.start() if unfinished else len(pending)
        self._held = pending[end:]
        self._stream.feed(_UNKNOWN.sub(b"", pending[:end]))
        return data
