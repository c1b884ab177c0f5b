"""Textual's debugging variables, which write keys and secrets to files, work only with --debug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.commands.textual_environment import ALLOWED_VARIABLES, drop_debugging
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

DEBUGGING = {
    "TEXTUAL": "debug,devtools",
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_DEVTOOLS_PORT": "1",
}


@pytest.mark.parametrize("debug", [False, True])
def test_textual_writes_a_log_only_with_debug(tmp_path: Path, *, debug: bool) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    with PseudoTerminal(
        [str(COMMAND), "--demo", *(["--debug"] if debug else [])],
        environ={**DEBUGGING, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
        folder=folder,
    ) as terminal:
        terminal.wait_for("A demo")
        terminal.settle(lambda: True)
        terminal.type("\x03\x03")
        assert terminal.wait_end() == 0
    files = {file.name for file in folder.iterdir()}
    assert files == ({"textual.log", "keys.log"} if debug else set())


def test_no_variable_presses_a_key_takes_a_picture_or_ends_the_program(tmp_path: Path) -> None:
    environ = {
        "TEXTUAL_PRESS": "3",
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_SHOW_RETURN": "1",
        "HOME": str(tmp_path),
    }
    with PseudoTerminal(
        [str(COMMAND), "--demo"], environ=environ, folder=tmp_path, columns=120
    ) as terminal:
        terminal.wait_for("1 Channels")
        terminal.press("2", "custom id")
        terminal.type("\x03\x03")
        assert terminal.wait_end() == 0
    assert not list(tmp_path.glob("*.svg"))


def test_what_chooses_the_looks_is_kept_and_nothing_else() -> None:
    others = {"HOME": "/", "TEXTUALLY": "1", "NO_COLOR": "1"}
    expectation = dict.fromkeys(ALLOWED_VARIABLES, "x") | others
    environ = {**DEBUGGING, "TEXTUAL_DRIVER": "x:y", "TEXTUAL_NEW": "1", **expectation}
    drop_debugging(environ)
    assert environ == expectation
