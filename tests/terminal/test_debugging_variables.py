"""Textual's debugging variables write keys and secrets to files: not unless they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.commands.textual_environment import ALLOWED_VARIABLES, drop_debugging
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

WRITING = {
    "TEXTUAL": "debug,devtools",
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_DEVTOOLS_PORT": "1",
}


@pytest.mark.parametrize("asked", [False, True])
def test_textual_writes_a_log_only_with_debug(tmp_path: Path, *, asked: bool) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    with PseudoTerminal(
        [str(COMMAND), "--demo", *(["--debug"] if asked else [])],
        environ={**WRITING, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
        folder=folder,
    ) as terminal:
        terminal.wait_for("loaded")
        terminal.settle(lambda: True)
        terminal.type("\x03\x03")
        assert terminal.wait_end() == 0
    written = {file.name for file in folder.iterdir()}
    assert written == ({"textual.log", "keys.log"} if asked else set())


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
    kept = dict.fromkeys(ALLOWED_VARIABLES, "x") | others
    environ = {**WRITING, "TEXTUAL_DRIVER": "x:y", "TEXTUAL_NEW": "1", **kept}
    drop_debugging(environ)
    assert environ == kept
