"""The table of attacks at the end of a test run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.arsenal.attack import Result, format_table

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

ROW: Final = "attack"
"""The property of a test report that holds the result of an attack."""


def print_arsenal(reporter: TerminalReporter) -> None:
    """Print the table of the attacks in this test run."""
    results: dict[str, Result] = {}
    for reports in reporter.stats.values():
        for report in reports:
            for name, row in getattr(report, "user_properties", ()):
                if name == ROW:
                    results[row["name"]] = Result.from_dict(row)
    if not results:
        return
    from tests.arsenal.rows import ATTACKS  # heavy, and needed only here

    rows = [(attack, results[attack.name]) for attack in ATTACKS if attack.name in results]
    reporter.section("arsenal: attack × outcome")
    for line in format_table(rows):
        reporter.line(line)
    wrong = sum(bool(attack.find_mistakes(result)) for attack, result in rows)
    reporter.line(f"{len(rows) - wrong} of {len(rows)} attacks came to what they should")
