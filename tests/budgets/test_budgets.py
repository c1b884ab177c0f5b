"""The budgets that every machine must keep; `python -m tests.budgets` prints all figures.

Milliseconds are measured and printed, and fail no test: they are the machine's as much as ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.budgets.figures import BUDGETS, Budget, Measured, Weight, table

if TYPE_CHECKING:
    from collections.abc import Callable


KEPT = [budget for budget in BUDGETS if budget.weight is Weight.FAILS]
AIMED_AT = [budget for budget in BUDGETS if budget.weight is Weight.AIM]


def _marks(budget: Budget) -> list[pytest.MarkDecorator]:
    """A bound that is known not to be met; the test fails when it is met after all."""
    reason = budget.known
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []


@pytest.mark.parametrize("budget", [pytest.param(b, id=b.id, marks=_marks(b)) for b in KEPT])
def test_budget(budget: Budget, figures_of: Callable[[str], Measured]) -> None:
    measured = figures_of(budget.group)[budget.id]
    assert budget.met(measured), f"{budget.title}: {measured} {budget.unit}, not {budget.bound}"


@pytest.mark.parametrize("budget", AIMED_AT, ids=lambda budget: budget.id)
def test_aim(budget: Budget, figures_of: Callable[[str], Measured]) -> None:
    measured = figures_of(budget.group)[budget.id]
    if not budget.met(measured):
        pytest.xfail(f"{budget.title}: {measured:.2f} {budget.unit}, not {budget.bound}")


def test_every_group_gives_the_figures_that_the_table_has(
    figures_of: Callable[[str], Measured],
) -> None:
    for group in dict.fromkeys(budget.group for budget in BUDGETS):
        in_table = {budget.id for budget in BUDGETS if budget.group == group}
        only_in_the_command = {name for name in in_table if name.endswith(".truecolor")}
        assert figures_of(group).keys() == in_table - only_in_the_command


@pytest.mark.parametrize(
    ("budget", "measured", "verdict"),
    [
        (Budget("a", "", "", "B", 300), 300, "PASS"),
        (Budget("a", "", "", "B", 300), 301, "FAIL"),
        (Budget("a", "", "", "B", 0), 1, "FAIL"),
        (Budget("a", "", "", "requests", 2, exact=True), 2, "PASS"),
        (Budget("a", "", "", "requests", 2, exact=True), 1, "FAIL"),
        (Budget("a", "", "", "requests", 2, exact=True), 3, "FAIL"),
        (Budget("a", "", "", "B", 300, known="why"), 301, "FAIL (known)"),
        (Budget("a", "", "", "×", 100, at_least=True), 99.9, "FAIL"),
        (Budget("a", "", "", "×", 1.25, Weight.AIM), 1.26, "FAIL (known)"),
        (Budget("a", "", "", "ms", 16, Weight.TOLD), 17, "over (told, not judged)"),
        (Budget("a", "", "", "ms", None, Weight.TOLD), 17, "–"),
    ],
)
def test_a_figure_over_its_bound_is_called_so(
    budget: Budget, measured: float, verdict: str
) -> None:
    assert budget.verdict(measured) == verdict


def test_the_table_has_a_line_for_each_figure_that_was_measured() -> None:
    lines = table({"idle": 12, "page.ansi": 2570}).splitlines()
    assert len(lines) == 3
    assert "≤ 3,200" in lines[1]
    assert "2,570 B  PASS" in lines[1]
    assert lines[2].endswith("12 B  FAIL")
