"""The environments in which the program is started."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRUECOLOR: Final = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
PLAIN: Final = {"TERM": "xterm-256color", "COLORTERM": ""}


class Colours(Enum):
    """The colours that the screen is drawn in."""

    OWN = "24 bits"
    """Our own theme."""
    LIGHT = "24 bits, light"
    ANSI = "the terminal's"
    NONE = "none"


class Clipboard(Enum):
    """The way that a copied text takes to the terminal."""

    OSC = "OSC 52"
    SCREEN = "OSC 52 in DCS"
    TMUX = "tmux's buffer"


@dataclass(frozen=True)
class Environment:
    """One environment, and what it should be like in it."""

    name: str
    environ: Mapping[str, str] = field(default_factory=lambda: TRUECOLOR)
    without: tuple[str, ...] = ()
    """Variables that are not set at all."""
    colours: Colours = Colours.OWN
    is_ascii: bool = False
    has_mouse: bool = True
    clipboard: Clipboard = Clipboard.OSC
    program: str = ""
    """The multiplexer to run it in."""
    nohup: bool = False

    @property
    def reason_to_skip(self) -> str:
        """Why it cannot be tried here; empty if it can."""
        if self.program and shutil.which(self.program) is None:
            return f"skipped: {self.program} is not installed"
        return ""

    def command(self, folder: Path) -> list[str]:
        """Return the command that starts the program."""
        match self.program:
            case "tmux":
                config = folder / "tmux.conf"
                config.write_text("set -g status off\nset -g set-clipboard on\n")
                command = ["tmux", "-u", "-S", str(folder / "socket"), "-f", str(config)]
                return in_login_shell([*command, "new-session", str(COMMAND)])
            case "screen":
                config = folder / "screenrc"
                config.write_text("startup_message off\nvbell_msg ''\n")
                return in_login_shell(["screen", "-U", "-c", str(config), str(COMMAND)])
            case _:
                return in_login_shell([str(COMMAND)], nohup=self.nohup)


ENVIRONMENTS: Final = (
    Environment("xterm, 256 colours", PLAIN, colours=Colours.ANSI),
    Environment("24-bit colours"),
    Environment(
        "TERM=linux", {"TERM": "linux", "COLORTERM": ""}, colours=Colours.ANSI, is_ascii=True
    ),
    Environment("16 colours", {"TERM": "xterm-16color", "COLORTERM": ""}, colours=Colours.ANSI),
    Environment("NO_COLOR", {**TRUECOLOR, "NO_COLOR": "1"}, colours=Colours.NONE),
    Environment("LC_ALL=C", {**TRUECOLOR, "LC_ALL": "C"}, is_ascii=True),
    Environment("Latin-1", {**TRUECOLOR, "LC_ALL": "de_DE.ISO-8859-1"}, is_ascii=True),
    Environment("no locale", TRUECOLOR, without=("LANG",)),
    Environment("light COLORFGBG", {**TRUECOLOR, "COLORFGBG": "0;15"}, colours=Colours.LIGHT),
    Environment(
        "SSH_CONNECTION",
        {**TRUECOLOR, "SSH_CONNECTION": "10.0.0.1 5000 10.0.0.2 22"},
        colours=Colours.ANSI,
        has_mouse=False,
    ),
    Environment(
        "STY",
        {"TERM": "screen", "COLORTERM": "", "STY": "1.fake"},
        colours=Colours.ANSI,
        has_mouse=False,
        clipboard=Clipboard.SCREEN,
    ),
    Environment("tmux", program="tmux", colours=Colours.ANSI, clipboard=Clipboard.TMUX),
    Environment("GNU screen", program="screen", colours=Colours.ANSI, has_mouse=False),
    Environment("COLUMNS and LINES wrong", {**TRUECOLOR, "COLUMNS": "200", "LINES": "5"}),
    Environment("SIGHUP ignored", nohup=True),
    Environment("HOME unset", without=("HOME",)),
    Environment("TMPDIR not there", {**TRUECOLOR, "TMPDIR": "/nowhere/at/all"}),
)
