"""Running the command that tells the key: bounded in time and output, ended with all it began.

It runs in a process group of its own, so that all of it can be ended. The terminal is lent to
that group meanwhile: somebody may have to unlock something there.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LONGEST: Final = 4096
"""Bytes of its output and of its standard error that are kept."""
SHOWN: Final = 2
"""Lines of its standard error that are shown, the last ones."""
GRACE: Final = 1.0
"""Seconds for the rest of its output, where something that it began keeps that open."""
_UUID: Final = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", re.IGNORECASE)
_SHORTEST_SECRET: Final = 8


class KeyCommandError(Exception):
    """The command told no key; the message completes the sentence that begins with its name."""


def output_of(words: Sequence[str], folder: Path, patience: float) -> str:
    """Return what a command writes to its output, once it has ended well.

    What it leaves running in the background, such as an agent, is not waited for.

    Raises:
        KeyCommandError: when it fails, takes too long, or writes too much.
        OSError: when it cannot be run.
        ValueError: when it has a zero in it.

    """
    process = _start(words, folder)
    output, errors = _Reader(process.stdout), _Reader(process.stderr, latest=True)
    # More than a key can be: it might go on without end.
    output.when_full = lambda: _end(process)
    why = ""
    try:
        for reader in (output, errors):
            reader.start()
        with _terminal_lent_to(process):
            process.wait(patience)
    except subprocess.TimeoutExpired:
        _end(process)
        why = f"took longer than {patience:g} s"
    except BaseException:
        _end(process)
        raise
    for reader in (output, errors):
        reader.join(GRACE)
    code = process.returncode
    if output.is_full:
        why = f"wrote more than {LONGEST // 1024} KB"
    elif not why and code < 0:
        if -code == signal.SIGINT:
            raise KeyboardInterrupt  # typed while the terminal was lent
        why = f"was ended by signal {-code}"
    elif not why and code:
        why = f"failed with exit code {code}"
    told = output.text
    if why:
        said = " · ".join(_shown(errors.text, (*words, *told.split())))
        raise KeyCommandError(f"{why}: {said}" if said else why)
    return told


def _shown(errors: str, secrets: Iterable[str]) -> list[str]:
    """The last lines of a standard error, without what may be a key."""
    lines = [line for line in errors.splitlines() if line.strip()][-SHOWN:]
    hidden = {each for each in secrets if len(each) >= _SHORTEST_SECRET and "/" not in each}
    for secret in sorted(hidden, key=len, reverse=True):
        lines = [line.replace(secret, "[hidden]") for line in lines]
    return [clean(_UUID.sub("[hidden]", line), 200) for line in lines]


class _Reader(threading.Thread):
    """Reads a pipe to its end and keeps a part; on its own, for Windows can wait for no pipe."""

    def __init__(self, pipe: IO[bytes] | None, *, latest: bool = False) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._latest = latest
        self._kept = b""
        self.is_full = False
        """Whether there was more than is kept, and nothing more was read."""
        self.when_full = _nothing

    def run(self) -> None:
        """Read until all that could write has ended."""
        if self._pipe is None:
            return
        with suppress(OSError), self._pipe as pipe:
            while piece := pipe.read(LONGEST):
                kept = self._kept + piece
                if self._latest:
                    kept = kept[-LONGEST:]
                elif len(kept) > LONGEST:
                    self.is_full = True
                    self.when_full()
                    break
                self._kept = kept

    @property
    def text(self) -> str:
        """What is kept so far."""
        return self._kept.decode("utf-8", "replace")


def _nothing() -> None:
    pass


if sys.platform == "win32":

    def _start(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the user's own command, in the user's own file
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )

    def _end(process: subprocess.Popen[bytes]) -> None:
        """End it and all that it began, as far as Windows still knows that."""
        taskkill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill")
        with suppress(OSError):
            subprocess.run(  # noqa: S603 - a program of the system
                [taskkill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
            )
        with suppress(OSError):
            process.kill()
        process.wait()

    @contextmanager
    def _terminal_lent_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Do nothing: a console is for all of its programs."""
        del process
        yield

else:

    def _start(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the user's own command, in the user's own file
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            process_group=0,
        )

    def _end(process: subprocess.Popen[bytes]) -> None:
        """End it and all of its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def _terminal_lent_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Let its group have the terminal, if this program has it."""
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
            # It may have asked for the terminal before it had it, and been stopped for that.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGCONT)
            try:
                yield
            finally:
                _give(terminal, ours)
        finally:
            os.close(terminal)

    def _give(terminal: int, group: int) -> None:
        """Give the terminal to a group, which stops who does not have it unless it says so."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError):
                os.tcsetpgrp(terminal, group)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
