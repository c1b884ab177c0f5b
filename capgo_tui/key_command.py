"""Run a command that prints the API key, with limits on its time and output.

It runs in a process group of its own, so that it can be killed with all its children. That group
is the foreground group of the terminal meanwhile: the user may have to type a passphrase. While
the interface has the terminal, it runs in a session without one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, TYPE_CHECKING, Final

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_BYTES: Final = 4096
"""Most bytes of its output, and of its standard error, that are read."""
MAX_LINES: Final = 2
"""Last lines of its standard error in an error message."""
GRACE: Final = 1.0
"""Seconds to wait for its output after it has ended, when a child holds the pipe open."""
_UUID: Final = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", re.IGNORECASE)
_SHORTEST_SECRET: Final = 8
_running: Final[set[subprocess.Popen[bytes]]] = set()


class KeyCommandError(Exception):
    """The command printed no key; the message continues a sentence that begins with its name."""


def read_output(
    words: Sequence[str], folder: Path, timeout: float, *, has_terminal: bool = True
) -> str:
    """Run a command and return its output.

    A process that it leaves in the background, such as an agent, is not waited for.

    Args:
        words: the command and its arguments.
        folder: where it runs.
        timeout: the seconds that it may take.
        has_terminal: whether it may ask something on the terminal.

    Raises:
        KeyCommandError: when it fails, takes too long, or writes too much.
        OSError: when it cannot be run.
        ValueError: when a word has a null character in it.

    """
    process = _start(words, folder, has_terminal=has_terminal)
    _running.add(process)
    output, errors = _Reader(process.stdout), _Reader(process.stderr, latest=True)
    # No key is that long, and the output may be endless.
    output.when_full = lambda: _end(process)
    why = ""
    try:
        for reader in (output, errors):
            reader.start()
        with _open_terminal(process) if has_terminal else nullcontext():
            process.wait(timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        why = f"took longer than {timeout:g} s"
    except BaseException:
        _end(process)
        raise
    finally:
        _running.discard(process)
    for reader in (output, errors):
        reader.join(GRACE)
    code = process.returncode
    if output.is_full:
        why = f"wrote more than {MAX_BYTES // 1024} KB"
    elif not why and code < 0:
        if -code == signal.SIGINT:
            raise KeyboardInterrupt  # typed while the command had the terminal
        why = f"was ended by signal {-code}"
    elif not why and code:
        why = f"failed with exit code {code}"
    text = output.text
    if why:
        hint = " · ".join(_get_last_lines(errors.text, (*words, *text.split())))
        raise KeyCommandError(f"{why}: {hint}" if hint else why)
    return text


def end_commands() -> None:
    """End the commands that other threads wait for."""
    for process in tuple(_running):
        _end(process)


def _get_last_lines(errors: str, secrets: Iterable[str]) -> list[str]:
    """Return the last lines of a standard error, without what may be a key."""
    lines = [line for line in errors.splitlines() if line.strip()][-MAX_LINES:]
    hideable = {each for each in secrets if len(each) >= _SHORTEST_SECRET and "/" not in each}
    for secret in sorted(hideable, key=len, reverse=True):
        lines = [line.replace(secret, "[hidden]") for line in lines]
    return [clean(_UUID.sub("[hidden]", line).strip(), 200) for line in lines]


class _Reader(threading.Thread):
    """A thread that reads a pipe to its end and keeps a part; Windows cannot select on pipes."""

    def __init__(self, pipe: IO[bytes] | None, *, latest: bool = False) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._latest = latest
        self._content = b""
        self.is_full = False
        """Whether there was more than `MAX_BYTES`, so that reading stopped."""
        self.when_full = _do_nothing

    def run(self) -> None:
        """Read until every writer has closed the pipe."""
        if self._pipe is None:
            return
        with suppress(OSError), self._pipe as pipe:
            while piece := pipe.read(MAX_BYTES):
                content = self._content + piece
                if self._latest:
                    content = content[-MAX_BYTES:]
                elif len(content) > MAX_BYTES:
                    self.is_full = True
                    self.when_full()
                    break
                self._content = content

    @property
    def text(self) -> str:
        """The output read so far."""
        return self._content.decode("utf-8", "replace")


def _do_nothing() -> None:
    pass


def _start(words: Sequence[str], folder: Path, *, has_terminal: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the user's own command, in the user's own file
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        process_group=0 if has_terminal and sys.platform != "win32" else None,
        start_new_session=not has_terminal,  # which has a process group of its own as well
    )


if sys.platform == "win32":

    def _end(process: subprocess.Popen[bytes]) -> None:
        """Kill a process and its children, as far as Windows knows them."""
        taskkill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill")
        with suppress(OSError):
            subprocess.run(  # noqa: S603 - a program of the system
                [taskkill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
            )
        with suppress(OSError):
            process.kill()
        process.wait()

    @contextmanager
    def _open_terminal(process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Do nothing: all programs of a console share it."""
        del process
        yield

else:

    def _end(process: subprocess.Popen[bytes]) -> None:
        """Kill a process and its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def _open_terminal(process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Give its group the foreground of the terminal, if this process has it."""
        try:
            terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:  # there is none
            yield
            return
        ours = os.getpgrp()
        try:
            if os.tcgetpgrp(terminal) != ours:
                yield
                return
            _give(terminal, process.pid)
            # It may have been stopped because it read the terminal too early.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGCONT)
            try:
                yield
            finally:
                _give(terminal, ours)
        finally:
            os.close(terminal)

    def _give(terminal: int, group: int) -> None:
        """Make a group the foreground group; SIGTTOU would stop a background process that does."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError):
                os.tcsetpgrp(terminal, group)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
