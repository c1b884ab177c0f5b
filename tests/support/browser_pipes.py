"""A program as ``textual serve`` starts it: packets through pipes, and a terminal emulator."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from typing import TYPE_CHECKING

import pyte

from tests.support.closable import Closable
from tests.support.pseudo_terminal import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PRELUDE = b"__GANGLION__\n"


class BrowserPipes(Closable):
    """A program and its server's end of the pipes; leaving the context kills it."""

    def __init__(self, command: Sequence[str], *, environ: Mapping[str, str], folder: Path) -> None:
        self.screen = pyte.Screen(80, 24)
        self.output = bytearray()
        """What the program sent to the terminal in the browser."""
        self.requests: list[dict[str, object]] = []
        """What it asked of the server."""
        self._stream = pyte.ByteStream(self.screen)
        self._pending = b""
        self._prelude = b""
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": "80",
            "ROWS": "24",
            **environ,
        }
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=variables, cwd=folder
        )

    def close(self) -> None:
        """End the process and close what leads to it."""
        self.process.kill()
        self.process.communicate()

    @property
    def text(self) -> str:
        """The present screen, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, keys: str) -> None:
        """Send keys as the terminal in the browser does."""
        self._send(b"D", keys.encode())

    def tell(self, **meta: object) -> None:
        """Send what the server tells of the browser."""
        self._send(b"M", json.dumps(meta).encode())

    def close_input(self) -> None:
        """Close the pipe to the program, as a server that dies."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None

    def close_output(self) -> None:
        """Close the pipe from the program."""
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process.stdout = None

    def wait_for(self, condition: str | Callable[[], bool]) -> None:
        """Read until the screen shows a text or meets a condition."""
        deadline = time.monotonic() + PATIENCE
        while not (condition in self.text if isinstance(condition, str) else condition()):
            seconds = deadline - time.monotonic()
            assert seconds > 0, f"never: {condition}; there is\n{self.text}"
            assert self._read(seconds), f"the program ended: {self.wait_end()}"

    def wait_end(self) -> tuple[int, str]:
        """Read to the end; return the exit code and the standard error."""
        deadline = time.monotonic() + PATIENCE
        while self.process.stdout is not None and self._read(deadline - time.monotonic()):
            assert time.monotonic() < deadline, f"did not end; the screen is\n{self.text}"
        code = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        return code, self.process.stderr.read().decode()

    def _send(self, kind: bytes, payload: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
        self.process.stdin.flush()

    def _read(self, seconds: float) -> bool:
        """Read some output; return whether the pipe is still open."""
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        if select.select([fd], [], [], max(0, seconds))[0]:
            data = os.read(fd, 65536)
            self._take(data)
            return bool(data)
        return True

    def _take(self, data: bytes) -> None:
        """Take the packets of what was read."""
        if len(self._prelude) < len(PRELUDE):
            missing = len(PRELUDE) - len(self._prelude)
            self._prelude, data = self._prelude + data[:missing], data[missing:]
            assert PRELUDE.startswith(self._prelude), self._prelude + data
        self._pending += data
        while len(self._pending) >= 5:
            size = 5 + int.from_bytes(self._pending[1:5], "big")
            if len(self._pending) < size:
                break
            kind, payload = self._pending[:1], self._pending[5:size]
            self._pending = self._pending[size:]
            if kind == b"D":
                self.output += payload
                self._stream.feed(payload)
            else:
                self.requests.append(json.loads(payload))
