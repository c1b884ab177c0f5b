"""The bytes of output of each key, counted at a real pseudo-terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.budgets.probe import AppProbe
from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.budgets.figures import Figures

ANSI = {"TEXTUAL_THEME": "ansi-dark"}
SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
PAGE_DOWN = "\x1b[6~"
RIGHT = "\x1b[C"
ENTER = "\r"
ESC = "\x1b"
DEVICES = 300
REST_SECONDS = 2.0


@contextmanager
def _open_app(world: Sandbox, folder: Path, environ: dict[str, str]) -> Iterator[PseudoTerminal]:
    with PseudoTerminal(
        [str(COMMAND)], environ={**world.environ, **environ}, folder=folder
    ) as terminal:
        terminal.settle("production")
        # Overlays are mounted after the first rows, once for the whole run.
        terminal.press("j")
        terminal.press("k")
        yield terminal


def _walk(terminal: PseudoTerminal, overridden: str) -> Figures:
    """Press every kind of key and return the most bytes of each kind."""
    press = terminal.press
    most: Figures = {"tab": 0}
    for key, text in (("2", "50 loaded"), ("3", "BUNDLE"), ("1", "beta"), ("2", "50 loaded")):
        most["tab"] = max(most["tab"], press(key, text))
    most["cursor"] = max(press("j") for _ in range(6))
    most["overview"] = press("0", "last 14 days")
    most["cursor"] = max(most["cursor"], press("j"))
    # Before more devices are read: counting them draws channels and bundles anew.
    press("1", "beta")
    most["rollout-form"] = press("R", "no target yet")
    most["rollout-share"] = max(press(RIGHT) for _ in range(4))
    press(ESC)
    most["bundle-picker"] = press("l", "Promote to")
    press(ESC)
    most["channel-form"] = press("e", "Edit production")
    most["channel-row"] = max(press("\t") for _ in range(4))
    press(ESC)
    press("3", "BUNDLE")
    most["small-form"] = press("C", "deletes")
    most["small-row"] = max(press("\t") for _ in range(5))
    most["plan"] = press(ENTER, "type ")
    press(ESC, "Nothing was deleted")
    press(ESC)
    press("2", "50 loaded")
    press("G")
    press("g")
    most["edge"] = _over_the_edge(terminal)
    most["page"] = max(press(PAGE_DOWN) for _ in range(3))
    most["filter-open"] = press("/")
    most["filter"] = max(press(letter) for letter in "ios")
    press(ESC)
    for figure, key, text in (
        ("palette-open", ":", "dev qa"),
        ("copy-open", "y", "i id"),
        ("export-open", "E", "to file"),
    ):
        most[figure] = press(key, text)
        if key == ":":
            most["palette"] = max(press(letter) for letter in "ios")
        press(ESC)
    most["mark"] = max(press(" ") for _ in range(4))
    press("u")
    # Filter for one device, then clear the filter: the cursor stays on it among the others.
    press("/" + overridden + ENTER)
    press(ESC)
    most["prompt"] = press("x", "y yes")
    most["prompt-close"] = press("n", "Nothing was changed")
    most["form"] = press("o", "Override", "hotfix-login")
    most["form-close"] = press(ESC)
    return most


def _over_the_edge(terminal: PseudoTerminal) -> int:
    """Move down to the row that makes the table scroll; return the bytes of that key."""
    terminal.press("j" * 15)
    for _ in range(terminal.screen.lines):
        top = terminal.screen.display[2]
        count = terminal.press("j")
        if terminal.screen.display[2] != top:
            return count
    raise AssertionError(f"the table never scrolled:\n{terminal.text}")


def measure(folder: Path) -> Figures:
    """Count the bytes of each kind of key over SSH, and also with 24-bit colours."""
    figures: Figures = {}
    with sandbox(DEVICES) as world:
        overridden = next(row["device_id"] for row in world.devices(1) if "channel" in row)
        for name, environ in (("ansi", SSH), ("truecolor", {})):
            with _open_app(world, folder, environ) as terminal:
                for figure, count in _walk(terminal, overridden).items():
                    figures[f"{figure}.{name}"] = count
    return figures


def measure_idle(folder: Path) -> Figures:
    """Count the bytes between two timer events of the app, two seconds apart."""
    with sandbox(DEVICES) as world, AppProbe(world, folder, **ANSI) as probe:
        terminal = probe.terminal
        terminal.settle("production")
        terminal.press("2", "50 loaded")
        before = terminal.byte_count
        probe.ask("rest", REST_SECONDS)
        while terminal.read(0.0):
            pass
        return {"idle": terminal.byte_count - before}
