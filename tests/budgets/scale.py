"""A hundred thousand devices: requests, memory, and gaps of the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.budgets.figures import DEVICES
from tests.budgets.probe import AppProbe
from tests.budgets.sandbox import sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Figures
    from tests.budgets.sandbox import Sandbox

PAGE_DOWN = "\x1b[6~"
ESC = "\x1b"
LEFT, RIGHT = "\x1b[D", "\x1b[C"


def measure(folder: Path) -> Figures:
    """Load everything into the real app, press keys, and return the figures."""
    figures: Figures = {}
    with sandbox(DEVICES) as world:
        override_count = world.force_one_of_each_page(DEVICES)
        measure_in(world, folder, figures, override_count)
    return figures


def measure_in(world: Sandbox, folder: Path, figures: Figures, override_count: int) -> None:
    """Load all devices of a sandbox, of which ``override_count`` have an override."""
    pages_before = count_pages(world)
    with AppProbe(world, folder, TEXTUAL_THEME="ansi-dark") as probe:
        terminal = probe.terminal
        terminal.settle("production")
        terminal.press("2", " loaded")
        probe.ask("worst_gap")
        # A busy machine takes half a minute.
        figures["load-time"] = probe.ask("load_all", patience=90)
        figures["gap.load"] = probe.ask("worst_gap")
        figures["work.load"] = probe.ask("work_in_gap")
        terminal.settle("end of list")
        figures["load-all"] = count_pages(world) - pages_before
        figures["overrides"] = override_count - probe.ask("overrides")
        figures["resident"] = probe.memory("VmRSS")

        def worst(*keys: str) -> float:
            probe.ask("worst_gap")
            for key in keys:
                terminal.press(key)
            return probe.ask("worst_gap")

        figures["gap.j"] = worst("j", "j", "j")
        figures["gap.page"] = worst(PAGE_DOWN, PAGE_DOWN, PAGE_DOWN)
        figures["gap.end"] = worst("G")
        figures["gap.top"] = worst("g")
        terminal.press("/")
        figures["gap.letter"] = worst("i")
        figures["gap.narrow"] = worst("o", "s")
        figures["gap.clear"] = worst(ESC)
        figures["gap.tab"] = worst("1", "2")
        figures["gap.mark"] = worst("*", " ", "u")

        terminal.press("/")
        figures["filter.letter"] = probe.ask("shown_after", "i")
        figures["filter.narrow"] = probe.ask("shown_after", "o")
        figures["filter.wide"] = probe.ask("shown_after", "backspace")
        terminal.press(ESC)
        for name, way in (("sort", RIGHT), ("sort.times", LEFT * 2)):
            terminal.press("s", "as sent")
            terminal.press(way)
            figures[name] = probe.ask("shown_after", "enter")
            terminal.settle("end of list")
        terminal.press(":", "dev qa")
        figures["gap.palette"] = worst("n", "o", "-")
        terminal.press(ESC)
        terminal.press("E", "to file")
        probe.ask("worst_gap")
        terminal.press("\r", "✓ Exported")
        figures["gap.export"] = probe.ask("worst_gap")
        figures["peak"] = probe.memory("VmHWM")


def count_pages(world: Sandbox) -> int:
    """Return the number of requested pages of devices so far."""
    return sum(request.startswith("GET /device?") for request in world.requests())
