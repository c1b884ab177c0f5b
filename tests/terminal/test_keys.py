"""Keys of ``config.toml`` in a real terminal, and mistakes in them at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.terminal.test_theme import write_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


@pytest.mark.parametrize("line", ['"list.filter" = "f2"', 'list.filter = "f2"'])
def test_a_function_key_runs_what_it_was_given(sandbox: Sandbox, tmp_path: Path, line: str) -> None:
    environ = {**sandbox.environ, **write_config(tmp_path, f"[keys]\n{line}\n")}
    command = [str(COMMAND)]
    with PseudoTerminal(command, columns=80, environ=environ, folder=tmp_path) as terminal:
        terminal.settle("loaded")
        assert "f2 filter" in terminal.text
        terminal.type("\x1bOQzzz")
        terminal.settle("/zzz")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            '[keys]\n"list.sort" = "f2"\n"device.overide" = "o"\n',
            "config.toml:3: keys.device.overide: no such action; did you mean device.override?",
        ),
        (
            '[keys]\nlist.all = "f5"\nlist.sort = "o"\n',
            "config.toml:3: keys.list.sort: o runs device.override on devices",
        ),
        (
            '[keys]\n"form.review" = "f2"\n"picker.leav" = "f7"\n',
            "config.toml:3: keys.picker.leav: no such action; did you mean picker.leave?",
        ),
        (
            '[keys]\npicker.leave = "q"\n',
            "config.toml:2: keys.picker.leave: q is typed there; such as f2 or ctrl+o",
        ),
        ('[keys]\n"list.sort" = 3\n', "config.toml:2: keys.list.sort: has to be a text in quotes"),
        ('keys = "o"\n', "config.toml:1: keys: has to be a table: [keys]"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    sandbox: Sandbox, tmp_path: Path, config: str, message: str
) -> None:
    environ = {**sandbox.environ, **write_config(tmp_path, config)}
    with PseudoTerminal([str(COMMAND)], columns=250, environ=environ, folder=tmp_path) as terminal:
        assert terminal.wait_end() == 2
        assert message in terminal.text
        assert "\x1b[?1049h" not in terminal.output.decode()
