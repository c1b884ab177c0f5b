"""No byte of a hostile server steers a real terminal."""

from __future__ import annotations

import base64
import re
import sys
from typing import TYPE_CHECKING

from tests.support.hostile import TEXTS
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_process import serving
from tests.tui.driving import list_unsafe, unsafe

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE_SANDBOX = [sys.executable, "-m", "tests.terminal.unfriendly_sandbox", "hostile"]
OWN_SEQUENCES = re.compile(
    r"\x1b(?:"
    r"\[[0-9;]*m"  # colours
    r"|\[\d+;\d+H"  # to a cell
    r"|\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    r"|\[\?(?:2026|2048)\$p"  # asks for two of them
    r"|\[>\d+u|\[<u"  # keyboard protocol on and off
    r"|\]11;\?\x1b\\"  # asks for the background
    r"|\]22;[a-z]+\x07"  # shape of the pointer
    r"|\]52;c;[A-Za-z0-9+/=]+\x07"  # the clipboard, on request
    r")"
)
"""Every sequence that Textual's driver and this program send on purpose."""


def find_steering(output: str) -> list[str]:
    """Return the characters of some output that would steer a terminal, without our own."""
    text = OWN_SEQUENCES.sub("", output)
    return [char for char in text if unsafe(char) and char not in "\r\n"]


def test_the_check_sees_every_text_of_the_corpus_that_it_should() -> None:
    harmful = [name for name, text in TEXTS.items() if "\x1b" in text or "\x9b" in text]
    assert len(harmful) >= 9
    for name in harmful:
        assert find_steering(TEXTS[name]), name
    assert find_steering("plain \u202e") == ["\u202e"]
    assert find_steering("\x1b[38;2;1;2;3mplain\x1b[0m\x1b[2;3H") == []


def test_no_byte_of_the_server_steers_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "requests.log"
    with (
        serving(HOSTILE_SANDBOX) as sandbox,
        PseudoTerminal(
            [str(COMMAND), "--log-file", str(log)], environ=sandbox.environ, folder=tmp_path
        ) as terminal,
    ):
        terminal.wait_for("unreadable (!)")
        for tab in "123":
            terminal.press(tab, "unreadable (!)")
            for keys in ("\r", "J", "\x1b[6~", "\x1b[6~"):
                terminal.settle(lambda: True)
                terminal.type(keys)
            terminal.settle(lambda: True)
            terminal.type("q")
            terminal.settle("unreadable (!)")
            terminal.press("G")
            terminal.press("!", "cannot be read")
            terminal.press("q", "unreadable (!)")
            terminal.press("@", "Requests ·")
            terminal.press("y", "The curl command")
            terminal.press("q", "unreadable (!)")
        terminal.type("2g")
        terminal.settle("unreadable (!)")
        for letter in "inrjcs":
            terminal.press(f"y{letter}", " characters: ")
        terminal.press(":dev 3", "show those that match", "device 3")
        terminal.press("\x1b[B\r", "unreadable (!)")
        for form in range(3):
            terminal.press("E" + "\t" * min(form, 1), "to file ›")
            terminal.press("\r", "✓ Exported")
        terminal.press("o", "Override")
        terminal.press("1", "channels")
        terminal.press("\r", "y yes")
        terminal.press("y")
        terminal.settle(
            lambda: any(terminal.line(row)[1:2] in {"✓", "✗", "!", "?"} for row in (-4, -3, -2))
        )
        terminal.type("q")
        assert terminal.wait_end() == 0
    output = terminal.output.decode()
    assert find_steering(output) == []
    assert "\x1b[31m" not in output, "a colour of the corpus, and none of the theme"
    payloads = re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)", output)
    assert len(payloads) == 3 + 6, "only what was asked for gets on the clipboard"
    export_files = [
        file for file in tmp_path.iterdir() if file.suffix in {".csv", ".json", ".ndjson"}
    ]
    assert len(export_files) == 3
    for text in (
        *(base64.b64decode(payload).decode() for payload in payloads),
        *(file.read_text(encoding="utf-8") for file in export_files),
    ):
        assert list_unsafe(text) == []
    log_text = log.read_text(encoding="utf-8")
    assert "unreadable: " in log_text
    assert not [char for char in log_text if unsafe(char) and char != "\n"]
