"""How many bytes a key costs, counted at the master side of a real pseudo-terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.budgets.probe import Probed
from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.budgets.figures import Measured

ANSI = {"TEXTUAL_THEME": "ansi-dark"}
PAGE_DOWN = "\x1b[6~"
ENTER = "\r"
ESC = "\x1b"
DEVICES = 300
REST_SECONDS = 2.0


@contextmanager
def _opened(world: Sandbox, folder: Path, environ: dict[str, str]) -> Iterator[PseudoTerminal]:
    with PseudoTerminal(
        [str(COMMAND)], environ={**world.environ, **environ}, folder=folder
    ) as terminal:
        terminal.settle("production")
        # What lies over the lists is mounted after the first rows, once for the whole run.
        terminal.press("j")
        terminal.press("k")
        yield terminal


def _walk(terminal: PseudoTerminal, overridden: str) -> Measured:
    """Press every kind of key and give the most that each kind cost."""
    press = terminal.press
    most: Measured = {"tab": 0}
    for key, shown in (("2", "50 loaded"), ("3", "BUNDLE"), ("1", "beta"), ("2", "50 loaded")):
        most["tab"] = max(most["tab"], press(key, shown))
    most["cursor"] = max(press("j") for _ in range(6))
    press("G")
    press("g")
    most["edge"] = _over_the_edge(terminal)
    most["page"] = max(press(PAGE_DOWN) for _ in range(3))
    most["filter-open"] = press("/")
    most["filter"] = max(press(letter) for letter in "ios")
    press(ESC)
    for figure, key, shown in (
        ("palette-open", ":", "dev qa"),
        ("copy-open", "y", "i id"),
        ("export-open", "E", "to file"),
    ):
        most[figure] = press(key, shown)
        if key == ":":
            most["palette"] = max(press(letter) for letter in "ios")
        press(ESC)
    # A filter for one device, and none again: the cursor stays on it, among all the others.
    press("/" + overridden + ENTER)
    press(ESC)
    most["prompt"] = press("x", "y yes")
    most["prompt-close"] = press("n", "Nothing was changed")
    most["form"] = press("o", "Override", "hotfix-login")
    most["form-close"] = press(ESC)
    press("1", "beta")
    most["channel-form"] = press("e", "Edit production")
    most["channel-row"] = max(press("\t") for _ in range(4))
    press(ESC)
    press("3", "BUNDLE")
    most["small-form"] = press("C", "deletes")
    most["small-row"] = max(press("\t") for _ in range(5))
    most["plan"] = press(ENTER, "type ")
    press(ESC, "Nothing was deleted")
    press(ESC)
    return most


def _over_the_edge(terminal: PseudoTerminal) -> int:
    """Go down to the row that makes the table scroll; give what that one key cost."""
    terminal.press("j" * 15)
    for _ in range(terminal.screen.lines):
        top = terminal.screen.display[2]
        count = terminal.press("j")
        if terminal.screen.display[2] != top:
            return count
    raise AssertionError(f"the table never scrolled:\n{terminal.text}")


def measure(folder: Path, *, truecolor: bool) -> Measured:
    """The bytes of each kind of key with the terminal's own colours, and also with 24-bit ones."""
    measured: Measured = {}
    with sandbox(DEVICES) as world:
        overridden = next(row["device_id"] for row in world.devices(1) if "channel" in row)
        for name, environ in (("ansi", ANSI), ("truecolor", {}))[: 1 + truecolor]:
            with _opened(world, folder, environ) as terminal:
                for figure, count in _walk(terminal, overridden).items():
                    measured[f"{figure}.{name}"] = count
    return measured


def measure_idle(folder: Path) -> Measured:
    """The bytes between two of the app's own events, two seconds of its clock apart."""
    with sandbox(DEVICES) as world, Probed(world, folder, **ANSI) as probed:
        terminal = probed.terminal
        terminal.settle("production")
        terminal.press("2", "50 loaded")
        before = terminal.byte_count
        probed.ask("rest", REST_SECONDS)
        while terminal.read(0.0):
            pass
        return {"idle": terminal.byte_count - before}
