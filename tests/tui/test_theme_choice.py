"""The theme that a terminal gets where nobody named one."""

from __future__ import annotations

import pytest

from capgo_tui.tui.terminal.background import read_background
from capgo_tui.tui.theme import THEME_NAMES
from capgo_tui.tui.theme_choice import ThemeChoice, choose_theme

TRUECOLOR = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
OURS = ThemeChoice("capgo-dark", "capgo-light")
ANSI = ThemeChoice("ansi-dark", "ansi-light")


@pytest.mark.parametrize(
    ("environ", "choice"),
    [
        (TRUECOLOR, OURS),
        ({**TRUECOLOR, "COLORTERM": "24bit"}, OURS),
        ({"TERM": "xterm-256color"}, ANSI),
        ({**TRUECOLOR, "COLORTERM": "yes"}, ANSI),
        ({"TERM": "linux"}, ThemeChoice("ansi-dark")),
        ({**TRUECOLOR, "SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}, ANSI),
        ({**TRUECOLOR, "SSH_TTY": "/dev/pts/3"}, ANSI),
        ({**TRUECOLOR, "TMUX": "socket,1,0", "TERM": "tmux-256color"}, ANSI),
        ({**TRUECOLOR, "TERM": "screen-256color"}, ThemeChoice("ansi-dark")),
        ({**TRUECOLOR, "STY": "1234.pts-0.host"}, ThemeChoice("ansi-dark")),
        ({**TRUECOLOR, "COLORFGBG": "0;15"}, ThemeChoice("capgo-light")),
        ({**TRUECOLOR, "COLORFGBG": "15;default;0"}, ThemeChoice("capgo-dark")),
        ({"COLORFGBG": "0;default;7"}, ThemeChoice("ansi-light")),
        ({"COLORFGBG": "7;8"}, ThemeChoice("ansi-dark")),
        ({**TRUECOLOR, "COLORFGBG": "15;default"}, OURS),
        ({**TRUECOLOR, "COLORFGBG": "0;²"}, OURS),
    ],
)
def test_the_terminal_chooses(environ: dict[str, str], choice: ThemeChoice) -> None:
    assert choose_theme(environ) == choice
    assert {choice.name, choice.light or choice.name} <= set(THEME_NAMES)


@pytest.mark.parametrize(
    ("text", "is_light"),
    [
        ("]11;rgb:ffff/ffff/ffff", True),
        ("]11;rgb:fd/f6/e3", True),
        ("]11;rgba:1e1e/1e1e/1e1e/ffff", False),
        ("]11;rgb:0/0/0", False),
        ("]11;#ffffff", None),
        ("]11;?", None),
        ("]10;rgb:ffff/ffff/ffff", None),
        ("P11;rgb:ffff/ffff/ffff", None),
        ("]11;rgb:ffff/ffff/ffff;y", None),
    ],
)
def test_only_a_colour_is_an_answer(text: str, is_light: bool | None) -> None:
    answer = read_background(text)
    assert (None if answer is None else answer.is_light) is is_light
