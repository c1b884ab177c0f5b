"""From the command to the first row of real data, against a bare Textual app."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.budgets import bare
from tests.budgets.sandbox import sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from tests.budgets.figures import Measured

BARE = Path(bare.__file__)


def measure(folder: Path, runs: int = 5) -> Measured:
    """The medians of runs in turn, after one of each that only warms up.

    The time that passes is what an operator feels, but other work on the machine is in it; the
    processor's time is judged, of which there is less of that.
    """
    passed: dict[str, list[float]] = {"ours": [], "bare": []}
    worked: dict[str, list[float]] = {"ours": [], "bare": []}
    with sandbox(150) as world:
        for _ in range(runs + 1):
            for name, command, row in (
                ("ours", [str(COMMAND)], b"production"),
                ("bare", [sys.executable, str(BARE)], bare.FIRST_ROW.encode()),
            ):
                with PseudoTerminal(command, environ=world.environ, folder=folder) as terminal:
                    passed[name].append(terminal.wait_for_bytes(row) * 1000)
                    worked[name].append(terminal.processor_seconds)
    ours, theirs = median(passed["ours"][1:]), median(passed["bare"][1:])
    return {
        "start.ours": ours,
        "start.bare": theirs,
        "start": ours / theirs,
        "start.work": median(worked["ours"][1:]) / median(worked["bare"][1:]),
    }
