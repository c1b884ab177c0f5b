"""Esc and a key that a multiplexer sends as one: alt and the key."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from textual import events

from capgo_tui.tui.terminal.input import TerminalInput, is_doubtful, split_alt
from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


def key_of(data: str) -> events.Key:
    """Return the one key of some input."""
    (key,) = TerminalInput().feed(data)
    assert isinstance(key, events.Key)
    return key


def test_alt_and_a_key_is_esc_and_the_key_which_is_in_doubt() -> None:
    keys = split_alt(key_of("\x1by"))
    assert [key.key for key in keys] == ["escape", "y"]
    assert is_doubtful(keys[1])
    assert keys[1].is_printable
    for data, name in (("\x03", "ctrl+c"), ("\r", "enter"), ("\t", "tab"), ("1", "1")):
        assert [key.key for key in split_alt(key_of(f"\x1b{data}"))] == ["escape", name]
        assert key_of(f"\x1b{data}").key == f"alt+{name}"


def test_a_key_that_is_surely_typed_with_alt_is_no_esc() -> None:
    for data in ("\x1b[121;3u", "\x1b[1;3A", "y", "\x1b[A"):
        assert split_alt(key_of(data)) == []


def test_both_count_and_neither_answers(sandbox: Sandbox, tmp_path: Path) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.settle("loaded")
        terminal.press("2", "CUSTOM ID")
        terminal.press("/abcd", "abcd")
        terminal.type("\x01\x1b\x7f")  # bound there: deletes a word
        terminal.press("e", "/e ")
        terminal.press("\x1b1", "ROLLOUT")  # clears the filter, then shows the channels
        terminal.press("2", "CUSTOM ID")
        assert "/e" not in terminal.line(-2)
        # Alt+y is a no to a question: the y behind it opens the copy menu, as typed after it.
        terminal.press("o", "channel ›")
        terminal.press("no_access\r", "y yes")
        terminal.press("\x1by", "i id")
        terminal.press("\x1b", "? help")
        terminal.press("@", "Requests ·")
        assert "GET" in terminal.text
        assert "POST" not in terminal.text


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_with_its_own_settings_loses_neither(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "tmux.conf").write_text("set -g status off\n", encoding="utf-8")
    command = ["tmux", "-u", "-S", str(tmp_path / "socket"), "-f", str(tmp_path / "tmux.conf")]
    with PseudoTerminal(
        in_login_shell([*command, "new-session", str(COMMAND)]),
        environ=sandbox.environ,
        folder=tmp_path,
    ) as terminal:
        terminal.settle("loaded")
        terminal.press("2", "CUSTOM ID")
        terminal.press("/abc", "/abc ")
        terminal.press("\x1b1", "ROLLOUT")
        terminal.press("2", "CUSTOM ID")
        assert "/abc" not in terminal.text
        subprocess.run([*command, "kill-server"], check=False)
