"""The main job in one environment, and the table of all of them."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from tests.environments.environments import Clipboard, Colours, Environment
from tests.support.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

STEPS: Final = ("opens", "filter", "override", "copy", "quit leaves the tty clean")
CHANNEL: Final = "qa"
BACKGROUNDS: Final = {"10161d": Colours.OWN, "fafbfc": Colours.LIGHT}
MODES: Final = (b"1049", b"1000", b"1003", b"1004", b"2004")
"""Modes that have to be reset as often as they were set."""
_WRAPPED: Final = re.compile(rb"\x1bP(?!tmux)(.*?)\x1b\\", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """What came of each step in an environment."""

    name: str
    cells: tuple[str, ...]


def device_ids(sandbox: Sandbox) -> list[str]:
    """Return the ids of the first devices that have no override."""
    reply = httpx.get(
        f"{sandbox.url}/device",
        params={"app_id": sandbox.app, "limit": "150"},
        headers={"authorization": sandbox.key},
    ).json()
    return [row["device_id"] for row in reply["data"] if "channel" not in row]


def walk(environment: Environment, sandbox: Sandbox, device: str, folder: Path) -> Row:
    """Do the main job in an environment; return what was seen at each step."""
    if environment.reason_to_skip:
        return Row(environment.name, (environment.reason_to_skip,) * len(STEPS))
    state = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
    with _Terminal(environment, {**sandbox.environ, **state}, folder) as terminal:
        before = terminal.attributes
        cells = (
            _open(terminal, environment, before),
            _filter(terminal, device),
            _override(terminal, sandbox, device),
            _copy(terminal, environment, device, folder),
            _quit(terminal, before),
        )
    return Row(environment.name, cells)


class _Terminal(PseudoTerminal):
    """A terminal in which some variables may be missing."""

    def __init__(self, environment: Environment, environ: dict[str, str], folder: Path) -> None:
        unset = [word for name in environment.without for word in ("-u", name)]
        super().__init__(
            ["env", *unset, *environment.command(folder)],
            environ={**environ, **environment.environ},
            folder=folder,
        )

    def colours(self) -> Colours:
        """Return the colours on the screen."""
        cells = [
            self.screen.buffer[y][x]
            for y in range(self.screen.lines)
            for x in range(self.screen.columns)
        ]
        for cell in cells:
            if cell.bg in BACKGROUNDS:
                return BACKGROUNDS[cell.bg]
        names = {cell.fg for cell in cells} | {cell.bg for cell in cells}
        return Colours.NONE if names == {"default"} else Colours.ANSI


def _open(terminal: _Terminal, environment: Environment, before: list[object]) -> str:
    terminal.settle("loaded")
    assert terminal.attributes != before, "keys come at once"
    assert "loaded" in terminal.line(-2), "the size is the terminal's"
    terminal.press("2", "CUSTOM ID")
    terminal.settle("150")
    colours = terminal.colours()
    assert colours is environment.colours, f"{colours} on\n{terminal.text}"
    is_ascii = terminal.text.isascii()
    assert is_ascii is environment.is_ascii, terminal.text
    if is_ascii:
        assert terminal.text.count("?") == terminal.text.count("? help"), "each has a glyph"
    has_mouse = b"\x1b[?1000h" in terminal.output
    # tmux takes the mouse for itself, and gives it on only if it was told to.
    if environment.program != "tmux":
        assert has_mouse is environment.has_mouse
    words = [colours.value, "ASCII" if is_ascii else "", "" if has_mouse else "no mouse"]
    return ", ".join(filter(None, words))


def _filter(terminal: _Terminal, device: str) -> str:
    terminal.press(f"/{device}", "1 of 150")
    terminal.press("\r", "? help")
    return "1 of 150"


def _override(terminal: _Terminal, sandbox: Sandbox, device: str) -> str:
    terminal.press("o", "esc leave")
    terminal.press(f"{CHANNEL}\r", "y yes")
    terminal.press("y", "read back")
    reply = httpx.get(
        f"{sandbox.url}/device",
        params={"app_id": sandbox.app, "device_id": device},
        headers={"authorization": sandbox.key},
    ).json()
    assert reply["channel"] == CHANNEL
    return f"{CHANNEL}, read back"


def _copy(terminal: _Terminal, environment: Environment, device: str, folder: Path) -> str:
    terminal.press("y", "i id")
    terminal.type("i")
    sequence = b"\x1b]52;c;%s\x07" % base64.b64encode(device.encode())
    match environment.clipboard:
        case Clipboard.TMUX:
            terminal.wait_for(lambda: _tmux_buffer(folder) == device, "tmux's buffer")
        case Clipboard.SCREEN:
            terminal.wait_for(
                lambda: sequence in b"".join(_WRAPPED.findall(bytes(terminal.output))), "DCS"
            )
        case Clipboard.OSC:
            terminal.wait_for(lambda: sequence in terminal.output, "OSC 52")
    return environment.clipboard.value


def _tmux_buffer(folder: Path) -> str:
    command = ["tmux", "-S", str(folder / "socket"), "show-buffer"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _quit(terminal: _Terminal, before: list[object]) -> str:
    terminal.settle(lambda: True)
    terminal.type("\x11")  # ctrl+q
    assert terminal.wait_end() == 0
    assert terminal.attributes == before
    output = bytes(terminal.output)
    assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l"), "the cursor is back"
    for mode in MODES:
        was_set, was_reset = (output.rfind(b"\x1b[?%s%s" % (mode, end)) for end in (b"h", b"l"))
        assert was_set <= was_reset or was_set < 0, f"mode {mode.decode()} is left"
    return "exit 0, clean"


def format_table(rows: Sequence[Row]) -> str:
    """Return the rows as a table."""
    lines = [("environment", *STEPS), *((row.name, *row.cells) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(STEPS) + 1)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def sandbox_command() -> list[str]:
    """Return the command of the sandbox that the environments share."""
    return [sys.executable, "-m", "capgo_tui", "sandbox", "--port", "0", "--devices", "150"]
