"""A hundred thousand devices: requests, memory, and how long the event loop stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.budgets.figures import DEVICES
from tests.budgets.probe import Probed
from tests.budgets.sandbox import sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Measured
    from tests.budgets.sandbox import Sandbox

PAGE_DOWN = "\x1b[6~"
ESC = "\x1b"
LEFT, RIGHT = "\x1b[D", "\x1b[C"


def measure(folder: Path) -> Measured:
    """Load everything into the real app, then press keys."""
    measured: Measured = {}
    with sandbox(DEVICES) as world:
        held = world.force_one_of_each_page(DEVICES)
        measure_in(world, folder, measured, held)
    return measured


def measure_in(world: Sandbox, folder: Path, measured: Measured, held: int) -> None:
    """Load everything that a sandbox has, where so many devices have an override."""
    asked_before = pages_asked(world)
    with Probed(world, folder, TEXTUAL_THEME="ansi-dark") as probed:
        terminal = probed.terminal
        terminal.settle("production")
        terminal.press("2", " loaded")
        probed.ask("worst_gap")
        # A crowded machine takes half a minute.
        measured["load-time"] = probed.ask("load_all", patience=90)
        measured["gap.load"] = probed.ask("worst_gap")
        measured["work.load"] = probed.ask("work_in_gap")
        terminal.settle("end of list")
        measured["load-all"] = pages_asked(world) - asked_before
        measured["overrides"] = held - probed.ask("overrides")
        measured["resident"] = probed.memory("VmRSS")

        def worst(*keys: str) -> float:
            probed.ask("worst_gap")
            for key in keys:
                terminal.press(key)
            return probed.ask("worst_gap")

        measured["gap.j"] = worst("j", "j", "j")
        measured["gap.page"] = worst(PAGE_DOWN, PAGE_DOWN, PAGE_DOWN)
        measured["gap.end"] = worst("G")
        measured["gap.top"] = worst("g")
        terminal.press("/")
        measured["gap.letter"] = worst("i")
        measured["gap.narrow"] = worst("o", "s")
        measured["gap.clear"] = worst(ESC)
        measured["gap.tab"] = worst("1", "2")
        measured["gap.mark"] = worst("*", " ", "u")

        terminal.press("/")
        measured["filter.letter"] = probed.ask("shown_after", "i")
        measured["filter.narrow"] = probed.ask("shown_after", "o")
        measured["filter.wide"] = probed.ask("shown_after", "backspace")
        terminal.press(ESC)
        for name, way in (("sort", RIGHT), ("sort.times", LEFT * 2)):
            terminal.press("s", "as sent")
            terminal.press(way)
            measured[name] = probed.ask("shown_after", "enter")
            terminal.settle("end of list")
        terminal.press(":", "dev qa")
        measured["gap.palette"] = worst("n", "o", "-")
        terminal.press(ESC)
        terminal.press("E", "to file")
        probed.ask("worst_gap")
        terminal.press("\r", "✓ Exported")
        measured["gap.export"] = probed.ask("worst_gap")
        measured["peak"] = probed.memory("VmHWM")


def pages_asked(world: Sandbox) -> int:
    """How many pages of devices were asked for so far."""
    return sum(request.startswith("GET /device?") for request in world.asked())
