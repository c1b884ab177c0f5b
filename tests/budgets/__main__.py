"""``python -m tests.budgets [group…]``: measure, and print figure, bound, measured, verdict."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.budgets.figures import BUDGETS, Measured, Weight, table
from tests.budgets.groups import groups


def main() -> int:
    """Measure what was asked for, or all; the exit code is 1 when something fails."""
    measured: Measured = {}
    with TemporaryDirectory() as folder:
        known = groups(Path(folder), thorough=True)
        if unknown := set(sys.argv[1:]) - known.keys():
            print(f"no group {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
            return 2
        for name in sys.argv[1:] or known:
            print(f"measuring: {name}…", file=sys.stderr, flush=True)
            measured.update(known[name]())
    print(table(measured))
    failed = [
        budget
        for budget in BUDGETS
        if budget.id in measured
        and budget.weight is Weight.FAILS
        and budget.met(measured[budget.id]) == bool(budget.known)
    ]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
