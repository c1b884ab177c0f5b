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
    """The medians of runs in turn, after one of each that only warms up."""
    ours: list[float] = []
    theirs: list[float] = []
    with sandbox(150) as world:
        for _ in range(runs + 1):
            for command, row, taken in (
                ([str(COMMAND)], b"production", ours),
                ([sys.executable, str(BARE)], bare.FIRST_ROW.encode(), theirs),
            ):
                with PseudoTerminal(command, environ=world.environ, folder=folder) as terminal:
                    taken.append(terminal.wait_for_bytes(row) * 1000)
    mine, least = median(ours[1:]), median(theirs[1:])
    return {"start.ours": mine, "start.bare": least, "start": mine / least}
