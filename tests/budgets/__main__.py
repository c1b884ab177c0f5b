"""``python -m tests.budgets [group…]``: measure, and print figure, bound, measured, verdict."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.budgets.figures import BUDGETS, Figures, Weight, table
from tests.budgets.groups import groups


def main() -> int:
    """Measure the named groups, or all; return 1 when a budget fails."""
    figures: Figures = {}
    with TemporaryDirectory() as folder:
        measurements = groups(Path(folder), thorough=True)
        if unknown := set(sys.argv[1:]) - measurements.keys():
            print(
                f"no group {', '.join(unknown)}; there are {', '.join(measurements)}",
                file=sys.stderr,
            )
            return 2
        for name in sys.argv[1:] or measurements:
            print(f"measuring: {name}…", file=sys.stderr, flush=True)
            figures.update(measurements[name]())
    print(table(figures))
    failures = [
        budget
        for budget in BUDGETS
        if budget.id in figures
        and budget.weight is Weight.FAILS
        and budget.is_met(figures[budget.id]) == bool(budget.reason)
    ]
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
