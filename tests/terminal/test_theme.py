"""The theme in a real terminal: by its answer, by name, and never in one colour on itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.memory import Memory
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

QUERY = b"\x1b]11;?\x1b\\"
LIGHT, DARK = ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b]11;rgb:0000/0000/0000\x1b\\")
CAPGO_LIGHT, NORD = "fafbfc", "2e3440"


def backgrounds(terminal: PseudoTerminal) -> set[str]:
    """Return the backgrounds on the screen."""
    buffer = terminal.screen.buffer
    columns = range(terminal.screen.columns)
    return {buffer[y][x].bg for y in range(terminal.screen.lines) for x in columns}


def write_config(folder: Path, text: str) -> dict[str, str]:
    """Write a config.toml; return the variable that leads to it."""
    (folder / "capgo-tui").mkdir()
    (folder / "capgo-tui" / "config.toml").write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder)}


def test_a_light_terminal_gets_a_light_theme_if_it_answers_in_time(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.type(LIGHT)  # is there when the program begins to read
        terminal.settle("loaded")
        assert QUERY in terminal.output
        assert CAPGO_LIGHT in backgrounds(terminal)
        terminal.type(DARK)  # too late
        terminal.press("2", "CUSTOM ID")
        assert CAPGO_LIGHT in backgrounds(terminal)


def test_a_theme_by_name_beats_the_terminal_and_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    environ = {**sandbox.environ, **write_config(tmp_path, 'theme = "dracula"\n'), "TMUX": "x,1,0"}
    with PseudoTerminal(
        [str(COMMAND), "--theme", "nord"], environ=environ, folder=tmp_path
    ) as terminal:
        terminal.settle("loaded")
        assert NORD in backgrounds(terminal)
        assert QUERY not in terminal.output


@pytest.mark.parametrize(
    ("arguments", "config", "message"),
    [
        (["--theme", "ansi"], "", "--theme: there is no such theme; did you mean ansi-dark?"),
        ([], 'theme = "capgo-ligth"\n', "config.toml:1: theme: there is no such theme; did you"),
        ([], "theme = 1\n", "config.toml:1: theme: has to be a text in quotes"),
        (["--demo"], 'theme = "norde"\n', "did you mean nord?"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest_one(
    sandbox: Sandbox, tmp_path: Path, arguments: list[str], config: str, message: str
) -> None:
    environ = {**({} if arguments == ["--demo"] else sandbox.environ)}
    environ |= write_config(tmp_path, config)
    with PseudoTerminal(
        [str(COMMAND), *arguments], columns=200, environ=environ, folder=tmp_path
    ) as terminal:
        assert terminal.wait_end() == 2
        assert message in terminal.text
        assert "\x1b[?1049h" not in terminal.output.decode()


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
def test_no_cell_has_the_terminals_colour_on_itself(
    sandbox: Sandbox, tmp_path: Path, theme: str
) -> None:
    (tmp_path / "capgo-tui").mkdir()
    (tmp_path / "capgo-tui" / "config.toml").write_text(
        'default_profile = "prod"\n[profiles.prod]\nproduction = true\n', encoding="utf-8"
    )
    environ = {**sandbox.environ, "XDG_CONFIG_HOME": str(tmp_path)}

    def check() -> None:
        for line in terminal.screen.buffer.values():
            for cell in line.values():
                same = cell.fg == cell.bg != "default"
                assert not same, f"{cell} on\n{terminal.text}"
                assert cell.bg == "default", f"{cell} on\n{terminal.text}"

    with PseudoTerminal(
        [str(COMMAND), "--theme", theme], environ=environ, folder=tmp_path
    ) as terminal:
        terminal.settle("loaded")
        for keys, text in (
            ("D", "when typed"),
            ("\x1b", "Nothing was"),
            ("e", "Edit "),
            ("\x1b", "loaded"),
            (":", "dev qa"),
            ("t", "theme"),
        ):
            terminal.press(keys, text)
            check()


@pytest.mark.parametrize(("config", "is_nord"), [("", True), ('theme = "capgo-light"\n', False)])
def test_a_theme_that_was_chosen_comes_back_unless_the_file_names_one(
    sandbox: Sandbox, tmp_path: Path, config: str, is_nord: bool
) -> None:
    state = tmp_path / "state"
    environ = {**sandbox.environ, **write_config(tmp_path, config), "XDG_STATE_HOME": str(state)}
    memory = Memory(state / "capgo-tui" / "memory.json")
    memory.theme = "nord"
    memory.save()
    with PseudoTerminal([str(COMMAND)], environ=environ, folder=tmp_path) as terminal:
        terminal.settle("loaded")
        assert (NORD in backgrounds(terminal)) is is_nord
