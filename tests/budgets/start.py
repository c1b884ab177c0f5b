"""The time from the command to the first row, compared with a bare Textual app."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.budgets import bare
from tests.budgets.sandbox import sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from tests.budgets.figures import Figures

BARE = Path(bare.__file__)


def measure(folder: Path, runs: int = 5) -> Figures:
    """Return the medians of alternating runs, after one warm-up run of each.

    The elapsed time is what a user notices, but it includes other work on the machine; the
    processor time, which does so less, is judged.
    """
    wall_times: dict[str, list[float]] = {"ours": [], "bare": []}
    processor_times: dict[str, list[float]] = {"ours": [], "bare": []}
    with sandbox(150) as world:
        for _ in range(runs + 1):
            for name, command, row in (
                ("ours", [str(COMMAND)], b"production"),
                ("bare", [sys.executable, str(BARE)], bare.FIRST_ROW.encode()),
            ):
                with PseudoTerminal(command, environ=world.environ, folder=folder) as terminal:
                    wall_times[name].append(terminal.wait_for_bytes(row) * 1000)
                    processor_times[name].append(terminal.processor_seconds)
    ours, theirs = median(wall_times["ours"][1:]), median(wall_times["bare"][1:])
    return {
        "start.ours": ours,
        "start.bare": theirs,
        "start": ours / theirs,
        "start.work": median(processor_times["ours"][1:]) / median(processor_times["bare"][1:]),
    }
