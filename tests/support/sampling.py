"""Samples of tests with many parameters: every value of each once; all with ``--whole``."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _pytest.terminal import TerminalReporter

Choice: TypeAlias = "frozenset[tuple[str, int]]"
"""Which value, by its index, each parameter of a case has."""
PROPERTY: Final = "sampled"
_ALL_EXAMPLES: Final = 100
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=_ALL_EXAMPLES,
    derandomize=False,
)
settings.register_profile(
    "sample", settings.get_profile("patient"), max_examples=25, derandomize=True, database=None
)


def load_profile(config: pytest.Config) -> None:
    """Let property tests run a quarter of their examples, or all with ``--whole``.

    The quarter is the same in each run.
    """
    settings.load_profile("patient" if config.getoption("--whole") else "sample")


@given(st.none())
def draw_nothing(_: None) -> None:
    """Run a property test without an assertion: the first one sets up what Hypothesis needs."""


def examples(count: int) -> int:
    """Return how many of so many examples a property test runs, by the profile that is loaded."""
    return count * settings().max_examples // _ALL_EXAMPLES


def sample(choices: Sequence[Choice]) -> list[int]:
    """Return the indices of as few cases as together have every value of every parameter.

    Values that many cases share are spread evenly; the same choices give the same sample.
    """
    uses: Counter[tuple[str, int]] = Counter()
    missing = {value for choice in choices for value in choice}
    left = dict(enumerate(choices))
    while missing:
        best = max(
            left,
            key=lambda index: (
                len(left[index] & missing),
                -sum(uses[value] for value in left[index]),
                -index,
            ),
        )
        choice = left.pop(best)
        uses.update(choice)
        missing -= choice
    return sorted(set(range(len(choices))) - set(left))


def list_choices(items: Sequence[pytest.Item]) -> list[Choice]:
    """Return the choice of each of a test's cases; values are told apart by their identity."""
    values: dict[str, dict[int, int]] = defaultdict(dict)
    choices: list[Choice] = []
    for item in items:
        assert isinstance(item, pytest.Function)
        indices = {
            name: values[name].setdefault(id(value), len(values[name]))
            for name, value in item.callspec.params.items()
        }
        choices.append(frozenset(indices.items()))
    return choices


@dataclass(frozen=True)
class Sampling:
    """How much one test may leave out, and its note of what it left out."""

    whole: bool
    _note: Callable[[str, object], None]

    def note(self, count: int, total: int) -> None:
        """Note how many of its cases a test runs, for the summary."""
        self._note(PROPERTY, (count, total))


def deselect_unsampled(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave a sample of the tests that are marked as sampled."""
    if config.getoption("--whole"):
        return
    groups: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("sampled"):
            groups[item.nodeid.partition("[")[0]].append(item)
    dropped: set[pytest.Item] = set()
    for group in groups.values():
        kept = [group[index] for index in sample(list_choices(group))]
        kept[0].user_properties.append((PROPERTY, (len(kept), len(group))))
        dropped |= set(group) - set(kept)
    if dropped:
        config.hook.pytest_deselected(items=[item for item in items if item in dropped])
        items[:] = [item for item in items if item not in dropped]


def print_samples(terminal: TerminalReporter) -> None:
    """Print how much of each sampled test was run, and of the examples of property tests."""
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for report in (report for reports in terminal.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport) and report.when == "call":
            for name, value in report.user_properties:
                if name == PROPERTY and isinstance(value, tuple | list):
                    test = report.nodeid.partition("[")[0]
                    counts[test] += value[0]
                    totals[test] += value[1]
    if totals:
        terminal.section("samples; --whole runs all")
        for test, total in sorted(totals.items()):
            terminal.write_line(f"{counts[test]:5} of {total:4} {test}")
        terminal.write_line(
            f"{examples(_ALL_EXAMPLES):5} of {_ALL_EXAMPLES:4} examples of each property test"
        )
