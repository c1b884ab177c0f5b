"""What the terminal says of itself: its kind and its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


@pytest.mark.parametrize("arguments", [[], ["--demo"]], ids=["app", "demo"])
@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_without_a_cursor_is_told_of_the_verbs(
    sandbox: Sandbox, tmp_path: Path, kind: str, arguments: list[str]
) -> None:
    with PseudoTerminal(
        [str(COMMAND), *arguments],
        columns=250,
        environ={**sandbox.environ, "TERM": kind},
        folder=tmp_path,
    ) as terminal:
        assert terminal.wait_end() == 2
        output = terminal.output.decode()
    assert output.count("\r\n") == 1, "one line"
    assert "\x1b" not in output
    assert f"TERM={kind}" in output
    assert "capgo-tui device list" in output


def test_the_size_of_the_terminal_wins_over_variables_and_is_followed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal(
        in_login_shell([str(COMMAND)]),
        columns=100,
        lines=30,
        environ={**sandbox.environ, "COLUMNS": "40", "LINES": "12"},
        folder=tmp_path,
    ) as terminal:
        terminal.settle("loaded")
        assert "loaded" in terminal.line(-2)
        for columns, lines in ((120, 40), (70, 20)):
            terminal.resize(columns, lines)
            terminal.settle(lambda: "loaded" in terminal.line(-2))
            widest = max(len(line.rstrip()) for line in terminal.screen.display)
            assert columns - 10 < widest <= columns


def test_variables_give_the_size_of_a_terminal_that_has_none_yet(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal(
        in_login_shell([str(COMMAND)]),
        columns=0,
        lines=0,
        environ={**sandbox.environ, "COLUMNS": "90", "LINES": "25"},
        folder=tmp_path,
    ) as terminal:
        terminal.screen.resize(25, 90)
        terminal.settle("loaded")
        assert "loaded" in terminal.line(-2)
        terminal.resize(70, 20)
        terminal.settle(lambda: "loaded" in terminal.line(-2))
