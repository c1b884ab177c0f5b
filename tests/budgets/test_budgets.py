"""The budgets for every machine; ``python -m tests.budgets`` prints all figures.

Milliseconds are printed and fail no test, as they depend on the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.budgets.figures import BUDGETS, Budget, Figures, Weight, table

if TYPE_CHECKING:
    from collections.abc import Callable


HARD_BUDGETS = [budget for budget in BUDGETS if budget.weight is Weight.FAILS]
AIM_BUDGETS = [budget for budget in BUDGETS if budget.weight is Weight.AIM]


def _marks(budget: Budget) -> list[pytest.MarkDecorator]:
    """Return the mark of a bound that is not met yet; the test fails once it is met."""
    reason = budget.reason
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []


@pytest.mark.parametrize(
    "budget", [pytest.param(b, id=b.id, marks=_marks(b)) for b in HARD_BUDGETS]
)
def test_budget(budget: Budget, figures_of: Callable[[str], Figures]) -> None:
    figure = figures_of(budget.group)[budget.id]
    assert budget.is_met(figure), f"{budget.title}: {figure} {budget.unit}, not {budget.bound}"


@pytest.mark.parametrize("budget", AIM_BUDGETS, ids=lambda budget: budget.id)
def test_aim(budget: Budget, figures_of: Callable[[str], Figures]) -> None:
    figure = figures_of(budget.group)[budget.id]
    if not budget.is_met(figure):
        pytest.xfail(f"{budget.title}: {figure:.2f} {budget.unit}, not {budget.bound}")


def test_every_group_gives_the_figures_that_the_table_has(
    figures_of: Callable[[str], Figures],
) -> None:
    for group in dict.fromkeys(budget.group for budget in BUDGETS):
        in_table = {budget.id for budget in BUDGETS if budget.group == group}
        assert figures_of(group).keys() == in_table


@pytest.mark.parametrize(
    ("budget", "figure", "verdict"),
    [
        (Budget("a", "", "", "B", 300), 300, "PASS"),
        (Budget("a", "", "", "B", 300), 301, "FAIL"),
        (Budget("a", "", "", "B", 0), 1, "FAIL"),
        (Budget("a", "", "", "requests", 2, exact=True), 2, "PASS"),
        (Budget("a", "", "", "requests", 2, exact=True), 1, "FAIL"),
        (Budget("a", "", "", "requests", 2, exact=True), 3, "FAIL"),
        (Budget("a", "", "", "B", 300, reason="why"), 301, "FAIL (known)"),
        (Budget("a", "", "", "×", 100, at_least=True), 99.9, "FAIL"),
        (Budget("a", "", "", "×", 1.25, Weight.AIM), 1.26, "FAIL (known)"),
        (Budget("a", "", "", "ms", 16, Weight.INFO), 17, "over (told, not judged)"),
        (Budget("a", "", "", "ms", None, Weight.INFO), 17, "–"),
    ],
)
def test_a_figure_over_its_bound_is_called_so(budget: Budget, figure: float, verdict: str) -> None:
    assert budget.verdict(figure) == verdict


def test_the_table_has_a_line_for_each_figure_that_was_measured() -> None:
    lines = table({"idle": 12, "page.ansi": 2300}).splitlines()
    assert len(lines) == 3
    assert "≤ 2,350" in lines[1]
    assert "2,300 B  PASS" in lines[1]
    assert lines[2].endswith("12 B  FAIL")
