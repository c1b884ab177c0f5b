"""Ctrl+z stops the program, and SIGCONT, which the shell's `fg` sends, restores it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.terminal.test_main_job import DEVICE, ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

QUESTION = "none → no_access?"
REPLY = "\x1b[?2026;2$y"
"""The reply of a terminal to the mode that Textual requests after a resume."""


def test_a_question_is_still_open_after_a_stop_and_not_answered_by_the_terminal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal(
        [str(COMMAND), "--device", DEVICE], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.wait_for("51 loaded")
        terminal.press("ono_access\r", QUESTION)
        before = terminal.text
        terminal.type("\x1a")
        _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        start = terminal.byte_count
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for(lambda: b"\x1b[?2026$p" in terminal.output[start:], "the question")
        for piece in (REPLY[:5], REPLY[5:], REPLY):
            terminal.type(piece)
            terminal.settle(QUESTION)
        assert terminal.text == before
        assert b"\x1b[?1049l" in terminal.output, "the shell had its screen back meanwhile"
        assert "channel" not in ask(sandbox)
        terminal.press("n", "Nothing was changed.")
        terminal.type("q")
        assert terminal.wait_end() == 0
