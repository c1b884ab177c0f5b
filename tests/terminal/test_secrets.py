"""No piece of an API key is in any output or file of the program, whatever the server answers."""

from __future__ import annotations

import base64
import re
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.arsenal.leaks import find_pieces
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_process import serving
from tests.terminal.unfriendly_sandbox import KEY, REFUSE

if TYPE_CHECKING:
    from pathlib import Path

ECHOING_SANDBOX = [sys.executable, "-m", "tests.terminal.unfriendly_sandbox", "echoing"]
SECOND_KEY = "Wp3mVb8K-Zr5nCx1D-Ya7jGq2L-Ue9hTf4S"

BUG = """
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.commands import main

def broken(self, *event, **options):
    key = self.target.api_key.reveal()
    raise RuntimeError(f"the key is {{key}}")

MainScreen.{method} = broken
main()
"""
"""The program with a bug; the message and the frame hold the API key."""


def assert_nowhere(secret: str, terminal: PseudoTerminal, folder: Path) -> None:
    """Assert that no piece of a secret is on the screen, on the clipboard or in a file."""
    outputs = {"screen": bytes(terminal.output)}
    for number, payload in enumerate(re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.output)):
        outputs[f"clipboard {number}"] = base64.b64decode(payload)
    for file in folder.rglob("*"):
        if file.is_file():
            outputs[str(file)] = file.read_bytes()
    for place, data in outputs.items():
        matches = find_pieces(data, secret)
        assert not matches, (place, matches)


@pytest.fixture
def state_home(tmp_path: Path) -> dict[str, str]:
    """Return a folder for the journal, and variables that make Textual log all keys."""
    log = {"TEXTUAL_LOG": "textual.log", "TEXTUAL_DEBUG": "1", "TEXTUAL": "debug,devtools"}
    return {"XDG_STATE_HOME": str(tmp_path / "state"), **log}


def test_writes_copies_a_refused_key_and_another_one_leave_no_trace(
    tmp_path: Path, state_home: dict[str, str]
) -> None:
    log = tmp_path / "requests.log"
    with (
        serving(ECHOING_SANDBOX) as sandbox,
        PseudoTerminal(
            [str(COMMAND), "--log-file", str(log)],
            environ=sandbox.environ | state_home,
            folder=tmp_path,
            columns=140,
            lines=40,
        ) as terminal,
    ):
        assert sandbox.key == KEY
        terminal.wait_for("6 loaded")
        terminal.press("3", "5 loaded")
        terminal.press("\r", "your key is [key")
        terminal.press("J", '"comment"')
        terminal.press("q", "5 loaded")
        terminal.press("2", "12 loaded")
        terminal.press("obeta-two\r", "y yes")
        terminal.press("y", "✓")
        terminal.press("@", "Requests ·")
        for key in ("y", "jy", "jy"):
            terminal.press(key, "The curl command")
        terminal.press("q", "✓ tester-01")
        for letter in "rjcs":
            terminal.press("y", "i id  n name")
            terminal.press(letter, "if it takes it")
        for form in range(3):
            terminal.press("E" + "\t" * min(form, 1), "to file ›")
            terminal.press("\r", "✓ Exported")
        httpx.get(sandbox.url + REFUSE)
        terminal.press("r", "key refused")
        terminal.press("@", "key_refused: ")
        terminal.press("q", "key refused")
        terminal.press("r", "The key was refused; give another one.")
        terminal.type(SECOND_KEY + "\r\r")
        terminal.wait_for("The key was refused")
        terminal.settle(lambda: True)
        terminal.type("\x03\x03")
        assert terminal.wait_end() == 0
    lines = log.read_text(encoding="utf-8").splitlines()
    assert any(" POST /device 200 " in line for line in lines)
    assert sum(" 401 " in line for line in lines) >= 2, "both keys were used"
    assert b"[key hidden]" in terminal.output, "the server did echo it"
    assert terminal.output.count(b"\x1b]52;") == 3 + 4
    export_files = [file for file in tmp_path.iterdir() if file.suffix.endswith(("csv", "json"))]
    assert len(export_files) == 3
    assert "[key hidden]" in max(export_files, key=lambda file: file.stat().st_size).read_text()
    for secret in (KEY, SECOND_KEY):
        assert_nowhere(secret, terminal, tmp_path)


@pytest.mark.parametrize(
    ("method", "key", "code"),
    [("show_detail_pane", "J", 0), ("on_paste", "\x1b[200~a\x1b[201~", 1)],
)
def test_a_bug_is_told_and_the_key_in_its_message_is_not(
    tmp_path: Path, state_home: dict[str, str], method: str, key: str, code: int
) -> None:
    program = tmp_path / "bug.py"
    program.write_text(BUG.format(method=method), encoding="utf-8")
    with (
        serving(ECHOING_SANDBOX) as sandbox,
        PseudoTerminal(
            [sys.executable, str(program)], environ=sandbox.environ | state_home, folder=tmp_path
        ) as terminal,
    ):
        terminal.wait_for("6 loaded")
        terminal.settle(lambda: True)
        terminal.type(key)
        if method == "show_detail_pane":
            terminal.settle("A bug in capgo-tui (RuntimeError)")
            terminal.type("q")
        exit_code = terminal.wait_end()
    assert b"capgo-tui met a bug; please report this:" in terminal.output
    assert b"RuntimeError" in terminal.output
    assert b"in broken" in terminal.output
    assert exit_code == code
    assert_nowhere(KEY, terminal, tmp_path)
