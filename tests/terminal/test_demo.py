"""``--demo`` in a terminal: what its first screen says, and what is printed after it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

NOTE = "A demo: safe to change, kept nowhere."
NEXT = "capgo-tui --app com.example.app"


def environ_in(folder: Path) -> dict[str, str]:
    """Return an environment with an empty home."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color"}


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (60, 20)])
@pytest.mark.parametrize("leave", ["q", "\x03\x03"], ids=["q", "ctrl+c"])
def test_the_demo_says_what_it_is_and_leaving_it_what_comes_next(
    tmp_path: Path, columns: int, lines: int, leave: str
) -> None:
    with PseudoTerminal(
        [str(COMMAND), "--demo"], columns=columns, lines=lines, environ=environ_in(tmp_path),
        folder=tmp_path,
    ) as terminal:  # fmt: skip
        terminal.settle("production")
        terminal.settle(NOTE)
        terminal.type("j")
        terminal.settle(NOTE)
        text = " ".join(terminal.text.split())
        assert "Try 2, then o on a device, then z." in text
        assert NEXT not in text
        terminal.type("2")
        terminal.settle("DEVICE ")
        assert NOTE not in terminal.text, "only the first screen says it"
        terminal.type(leave)
        assert terminal.wait_end() == 0
        assert NEXT in terminal.text
        assert NOTE not in terminal.text


def test_an_app_of_ones_own_says_neither(sandbox: Sandbox, tmp_path: Path) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.settle("loaded")
        assert NOTE not in terminal.text
        terminal.type("q")
        assert terminal.wait_end() == 0
        assert "The demo is over" not in terminal.text


def test_without_a_terminal_the_demo_says_what_it_needs_and_no_more(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [str(COMMAND), "--demo"], env=environ_in(tmp_path), cwd=tmp_path, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "needs a terminal" in ended.stderr
    assert NEXT not in ended.stderr
