"""A terminal's replies, whole and in two pieces, in a real pty: none of them is a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.terminal.test_main_job import DEVICE, ask
from tests.tui.test_terminal_input import REPLIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

QUESTION = "none → no_access?"


def test_no_reply_answers_an_open_question_or_presses_a_key(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal(
        [str(COMMAND), "--device", DEVICE], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.wait_for("51 loaded")
        terminal.settle("/")
        send_all(terminal)
        before = terminal.text
        terminal.settle(lambda: terminal.text == before, "nothing is open, and nothing was done")
        terminal.press("ono_access\r", QUESTION)
        send_all(terminal)
        terminal.settle(QUESTION)
        assert "channel" not in ask(sandbox)
        terminal.press("n", "Nothing was changed.")
        terminal.press("ono_access\r", QUESTION)
        terminal.press("y", "override is no_access, read back")
        assert ask(sandbox)["channel"] == "no_access"


def send_all(terminal: PseudoTerminal) -> None:
    """Send each reply in two pieces, cut near either end, that the program reads apart as a rule.

    None is cut right behind its Esc: alone that is the Esc key, which means no.
    """
    for reply in REPLIES.values():
        for cut in (2, len(reply) - 1):
            for piece in (reply[:cut], reply[cut:]):
                if piece:
                    terminal.type(piece)
                    terminal.settle(lambda: True)
