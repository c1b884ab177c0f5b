"""Measures each group once, when the first test asks for one of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.budgets.figures import Measured, table
from tests.budgets.groups import groups

if TYPE_CHECKING:
    from collections.abc import Callable

_MEASURED = pytest.StashKey[Measured]()


@pytest.fixture(scope="session")
def figures_of(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Callable[[str], Measured]:
    """Give a group's figures, measured at the first time of asking."""
    how = groups(tmp_path_factory.mktemp("budgets"))
    done: dict[str, Measured] = {}
    failed: dict[str, str] = {}
    told = pytestconfig.stash.setdefault(_MEASURED, {})

    def figures(group: str) -> Measured:
        # A measurement that failed would fail again, each time after all its patience.
        assert group not in failed, failed[group]
        if group not in done:
            try:
                done[group] = how[group]()
            except Exception as error:
                failed[group] = f"not measured: {error}"
                raise
            told.update(done[group])
        return done[group]

    return figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, for a person to judge what no test does."""
    measured = terminalreporter.config.stash.get(_MEASURED, {})
    if measured:
        terminalreporter.section("budgets")
        terminalreporter.write_line(table(measured))
