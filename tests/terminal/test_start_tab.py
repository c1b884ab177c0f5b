"""The tab that config.toml names is the first one in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


def write_config(folder: Path, text: str) -> dict[str, str]:
    """Write a config.toml; return the variable that leads to it."""
    (folder / "capgo-tui").mkdir()
    (folder / "capgo-tui" / "config.toml").write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder)}


@pytest.mark.parametrize(
    ("tab", "sign"), [("overview", "ROUTING"), ("bundles", "BUNDLE "), ("channels", "CHANNEL ")]
)
def test_the_app_opens_on_the_tab_that_the_file_names(
    sandbox: Sandbox, tmp_path: Path, tab: str, sign: str
) -> None:
    environ = {**sandbox.environ, **write_config(tmp_path, f'start = "{tab}"\n')}
    with PseudoTerminal([str(COMMAND)], environ=environ, folder=tmp_path) as terminal:
        terminal.settle(sign)
        terminal.settle("loaded")
        terminal.type("1")
        terminal.settle("CHANNEL ")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('start = "overwiev"\n', "config.toml:1: start: there is no such tab; did you mean overv"),
        ("start = 0\n", "config.toml:1: start: has to be a text in quotes"),
    ],
)
def test_a_wrong_tab_is_told_with_the_nearest_one(
    sandbox: Sandbox, tmp_path: Path, config: str, message: str
) -> None:
    environ = {**sandbox.environ, **write_config(tmp_path, config)}
    with PseudoTerminal([str(COMMAND)], columns=200, environ=environ, folder=tmp_path) as terminal:
        assert terminal.wait_end() == 2
        assert message in terminal.text
