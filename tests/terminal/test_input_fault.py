"""The thread that reads the terminal fails: the app ends as it does after `q`, and says so."""

from __future__ import annotations

import sqlite3
import sys
import termios
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_process import serving
from tests.terminal.conftest import STATE
from tests.terminal.test_main_job import DEVICE, ask

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "none → no_access?"
BROKEN_INPUT = """
import os
from capgo_tui.commands import main
from capgo_tui.tui.terminal.input import TerminalInput

feed = TerminalInput.feed

def broken(self, data):
    if data == "\\x1c":
        key = os.environ["CAPGO_TOKEN"]
        raise RuntimeError(f"the key is {key}")
    return feed(self, data)

TerminalInput.feed = broken
main()
"""
"""The program with a bug in its input thread; the message and the frame hold the API key."""
BROKEN_HANDLER = """
import os
from capgo_tui.commands import main
from capgo_tui.tui.screens.main import MainScreen

def on_key(self, event):
    if event.key == "ctrl+backslash":
        key = os.environ["CAPGO_TOKEN"]
        raise RuntimeError(f"the key is {key}")

MainScreen.on_key = on_key
main()
"""
"""The same in the event loop."""
FAULT_KEY = "\x1c"
RESTORING = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[<u", b"\x1b[?1004l")
"""The sequences that restore the terminal: screen, cursor, pastes, keyboard, focus."""


@pytest.mark.parametrize("program", [BROKEN_INPUT, BROKEN_HANDLER], ids=["input", "handler"])
def test_a_write_under_way_is_seen_through(tmp_path: Path, program: str) -> None:
    slow = ["--fault", "late=4000@device.link"]
    command = [str(COMMAND), "sandbox", "--port", "0", "--state", str(STATE), *slow]
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with serving(command) as sandbox:
        with PseudoTerminal(
            [sys.executable, "-c", program, "--device", DEVICE],
            environ={**sandbox.environ, **state},
            folder=tmp_path,
        ) as terminal:
            before = termios.tcgetattr(terminal.master)
            terminal.wait_for("51 loaded")
            assert termios.tcgetattr(terminal.master) != before
            terminal.press("ono_access\r", QUESTION)
            terminal.press("y", "⟳")
            terminal.type(FAULT_KEY)
            assert terminal.wait_end() == 1
            assert termios.tcgetattr(terminal.master) == before
            output = bytes(terminal.output)
        assert ask(sandbox)["channel"] == "no_access"
    (journal,) = tmp_path.glob("state/**/journal.sqlite3")
    with closing(sqlite3.connect(journal)) as db:
        assert db.execute("SELECT fate FROM changes").fetchall() == [(OutcomeState.VERIFIED.value,)]
    assert all(sign in output for sign in RESTORING)
    message = output[max(map(output.rindex, RESTORING)) :].decode()
    assert message.count("RuntimeError") == 1
    assert sandbox.key.encode() not in output
    assert b"Traceback" not in output
    if program is BROKEN_INPUT:
        assert "capgo-tui: reading the terminal failed: RuntimeError\r\n" in message
        assert "override is no_access, read back" in message
