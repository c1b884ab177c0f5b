"""Measure each group once, for the first test that needs one of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.budgets.figures import Figures, table
from tests.budgets.groups import groups

if TYPE_CHECKING:
    from collections.abc import Callable

_FIGURES = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def figures_of(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Callable[[str], Figures]:
    """A function that returns a group's figures, measured once."""
    how = groups(tmp_path_factory.mktemp("budgets"))
    results: dict[str, Figures] = {}
    errors: dict[str, str] = {}
    all_figures = pytestconfig.stash.setdefault(_FIGURES, {})

    def measure_group(group: str) -> Figures:
        # A failed measurement would fail again, each time after its timeout.
        assert group not in errors, errors[group]
        if group not in results:
            try:
                results[group] = how[group]()
            except Exception as error:
                errors[group] = f"not measured: {error}"
                raise
            all_figures.update(results[group])
        return results[group]

    return measure_group


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print all figures, also those that no test judges."""
    all_figures = terminalreporter.config.stash.get(_FIGURES, {})
    if all_figures:
        terminalreporter.section("budgets")
        terminalreporter.write_line(table(all_figures))
