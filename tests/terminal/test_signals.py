"""A signal or a terminal that is gone ends the program at once, whatever it is waiting for."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PATIENCE, ProgramEnd, PseudoTerminal
from tests.support.sandbox_process import serving
from tests.terminal.conftest import STATE
from tests.terminal.test_input_fault import QUESTION, RESTORING
from tests.terminal.test_main_job import DEVICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

MOUSE_OFF = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l")
SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM]
LONG_DELAY = 600_000
"""Milliseconds of a delay that no test waits for."""
BROKEN_OUTPUT = """
import io, os, sys
from capgo_tui.commands import main

class Broken(io.TextIOWrapper):
    is_broken = False

    def write(self, text):
        self.is_broken = self.is_broken or "no_access?" in text
        if self.is_broken:
            key = os.environ["CAPGO_TOKEN"]
            raise RuntimeError(f"the key is {key}")
        return super().write(text)

sys.__stderr__ = Broken(open(2, "wb", buffering=0, closefd=False), write_through=True)
main()
"""
"""The program with a terminal that cannot be written any more; the message holds the API key."""
STUCK_DISK = """
import os, threading
from capgo_tui.commands import main

os.fsync = lambda descriptor: threading.Event().wait()
main()
"""
"""The program with a disk that never finishes what is written to it."""


@contextmanager
def write_in_flight(
    folder: Path, command: Sequence[str] = (str(COMMAND),), *, agrees: bool = True
) -> Iterator[PseudoTerminal]:
    """Run the program up to a write whose answer never comes, or up to its question."""
    delay = ["--fault", f"late={LONG_DELAY}@device.link"]
    serve = [str(COMMAND), "sandbox", "--port", "0", "--state", str(STATE), *delay]
    state = {"XDG_STATE_HOME": str(folder / "state")}
    with (
        serving(serve) as sandbox,
        PseudoTerminal(
            [*command, "--device", DEVICE],
            environ={**sandbox.environ, **state},
            folder=folder,
        ) as terminal,
    ):
        terminal.wait_for("51 loaded")
        terminal.press("ono_access\r", QUESTION)
        if agrees:
            terminal.press("y", "⟳")
        yield terminal


def read_outcomes(folder: Path) -> list[str | None]:
    """Return the end of each write in the journal; None where it is not known."""
    journals = list(folder.glob("state/**/journal.sqlite3"))
    if not journals:
        return []
    (journal,) = journals
    with closing(sqlite3.connect(journal)) as db:
        return [fate for (fate,) in db.execute("SELECT fate FROM changes")]


def fill_terminal(terminal: PseudoTerminal) -> None:
    """Write into the terminal, which nobody reads meanwhile, until it takes no more."""
    name = os.readlink(f"/proc/{terminal.process.pid}/fd/0")
    fd = os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(fd, bytes(4096))
    os.close(fd)


def wait_status(terminal: PseudoTerminal) -> int:
    """Read until the program ends; return its status as the system gives it."""
    with pytest.raises(ProgramEnd):
        terminal.wait_for(lambda: False, "its end")
    return os.waitpid(terminal.process.pid, 0)[1]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_restores_the_terminal_and_ends_the_program_by_itself(
    sandbox: Sandbox, tmp_path: Path, number: signal.Signals
) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        before = terminal.attributes
        terminal.wait_for("loaded")
        assert terminal.attributes != before
        start = terminal.byte_count
        resource.prlimit(terminal.process.pid, resource.RLIMIT_CORE, (1 << 20, -1))
        os.kill(terminal.process.pid, number)
        status = wait_status(terminal)
        assert os.WIFSIGNALED(status)
        assert os.WTERMSIG(status) == number
        assert not os.WCOREDUMP(status), "the API key would stand in the dump"
        assert terminal.attributes == before
        end = bytes(terminal.output[start:])
        assert all(sequence in end for sequence in (*RESTORING, *MOUSE_OFF))
        last = max(map(end.rindex, RESTORING))
        assert end[last:] in RESTORING, "nothing is written to the shell's screen"
        assert b"Traceback" not in end


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_write_in_flight_is_unknown_and_not_waited_for(
    tmp_path: Path, number: signal.Signals
) -> None:
    with write_in_flight(tmp_path) as terminal:
        os.kill(terminal.process.pid, number)
        assert terminal.wait_end() == -number
        assert read_outcomes(tmp_path) == [None]
        assert all(sequence in terminal.output for sequence in RESTORING)


@contextmanager
def export_under_way(
    sandbox: Sandbox, folder: Path, *, nohup: bool = False
) -> Iterator[PseudoTerminal]:
    """Run the program up to an export whose file waits to be finished."""
    command = in_login_shell([sys.executable, "-c", STUCK_DISK], nohup=nohup)
    with PseudoTerminal(command, environ=sandbox.environ, folder=folder) as terminal:
        terminal.wait_for("loaded")
        terminal.press("E", "to file ›")
        terminal.type("\r")
        terminal.wait_for(lambda: any(part.stat().st_size for part in find_parts(folder)))
        yield terminal


def find_parts(folder: Path) -> list[Path]:
    """Return the temporary files of exports."""
    return list(folder.glob(".capgo-*"))


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_leaves_no_unfinished_export(
    sandbox: Sandbox, tmp_path: Path, number: signal.Signals
) -> None:
    with export_under_way(sandbox, tmp_path) as terminal:
        os.kill(terminal.process.pid, number)
        assert terminal.wait_end() == -number
    assert find_parts(tmp_path) == []
    assert not list(tmp_path.glob("channels-*"))


@pytest.mark.parametrize("nohup", [False, True])
def test_a_terminal_that_is_gone_leaves_no_unfinished_export(
    sandbox: Sandbox, tmp_path: Path, *, nohup: bool
) -> None:
    with export_under_way(sandbox, tmp_path, nohup=nohup) as terminal:
        terminal.hang_up()
        terminal.process.wait(PATIENCE)
    assert find_parts(tmp_path) == []


def test_the_next_export_removes_what_a_killed_one_left(sandbox: Sandbox, tmp_path: Path) -> None:
    with export_under_way(sandbox, tmp_path) as terminal:
        os.kill(terminal.process.pid, signal.SIGKILL)
        assert terminal.wait_end() == -signal.SIGKILL
    assert len(find_parts(tmp_path)) == 1
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.wait_for("loaded")
        terminal.press("E", "to file ›")
        terminal.press("\r", "✓ Exported")
    assert find_parts(tmp_path) == []
    assert len(list(tmp_path.glob("channels-*"))) == 1


def test_the_next_start_reads_an_interrupted_write_again(tmp_path: Path) -> None:
    with write_in_flight(tmp_path) as terminal:
        environ = terminal.environ
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_end() == -signal.SIGTERM
        with PseudoTerminal([str(COMMAND)], environ=environ, folder=tmp_path) as other:
            other.wait_for("loaded")
            other.wait_for(lambda: read_outcomes(tmp_path) != [None], "the end of the write")
    assert read_outcomes(tmp_path) == [OutcomeState.VERIFIED.value]


def test_a_terminal_that_takes_no_output_does_not_keep_a_signal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.settle("loaded")
        fill_terminal(terminal)
        terminal.type("j" * 100)
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.process.wait(PATIENCE) == -signal.SIGTERM


@pytest.mark.parametrize("nohup", [False, True])
@pytest.mark.parametrize("is_writing", [False, True])
def test_a_terminal_that_is_gone_ends_the_program(
    tmp_path: Path, *, nohup: bool, is_writing: bool
) -> None:
    command = in_login_shell([str(COMMAND)], nohup=nohup)
    with write_in_flight(tmp_path, command, agrees=is_writing) as terminal:
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE) == (1 if nohup else -signal.SIGHUP)
        assert read_outcomes(tmp_path) == ([None] if is_writing else [])


def test_a_stop_leaves_the_terminal_to_the_shell_and_a_signal_then_ends_the_program(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        before = terminal.attributes
        terminal.settle("loaded")
        terminal.type("\x1a")
        _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert terminal.attributes == before
        os.kill(terminal.process.pid, signal.SIGTERM)
        os.kill(terminal.process.pid, signal.SIGCONT)
        assert terminal.wait_end() == -signal.SIGTERM
        assert terminal.attributes == before
        assert terminal.output.count(b"\x1b[?1049l") == 1, "nothing goes to the shell's screen"


def test_output_waits_where_the_program_of_before_left_the_terminal_non_blocking(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    log = tmp_path / "requests.log"
    arguments = ["capgo-tui", "--log-file", str(log)]
    start = f"import os; os.set_blocking(2, False); os.execv({str(COMMAND)!r}, {arguments})"
    with PseudoTerminal(
        [sys.executable, "-c", start], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.settle("loaded")
        fill_terminal(terminal)
        terminal.type("jkr")
        deadline = time.monotonic() + PATIENCE
        while log.read_text(encoding="utf-8").count("GET /channel") < 2:  # by the last key
            assert time.monotonic() < deadline
            time.sleep(0.01)
        terminal.settle("loaded")
        terminal.type("q")
        assert terminal.wait_end() == 0


def test_messages_in_a_file_leave_the_interface_on_the_terminal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    line = f"exec {COMMAND} 2> {tmp_path / 'log'}"
    with PseudoTerminal(
        ["/bin/sh", "-c", line], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.settle("loaded")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_end() == -signal.SIGTERM
        assert all(sequence in terminal.output for sequence in RESTORING)
    assert (tmp_path / "log").read_bytes() == b""


def test_a_terminal_that_cannot_be_written_ends_the_program(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal(
        [sys.executable, "-c", BROKEN_OUTPUT, "--device", DEVICE],
        environ=sandbox.environ,
        folder=tmp_path,
    ) as terminal:
        before = terminal.attributes
        terminal.wait_for("51 loaded")
        terminal.type("ono_access\r")
        assert terminal.wait_end() == 1
        assert terminal.attributes == before
        output = bytes(terminal.output)
    assert all(sequence in output for sequence in (*RESTORING, *MOUSE_OFF))
    message = output[max(map(output.rindex, RESTORING)) :].decode()
    assert "capgo-tui: writing to the terminal failed: RuntimeError\r\n" in message
    assert sandbox.key.encode() not in output
    assert b"Traceback" not in output
