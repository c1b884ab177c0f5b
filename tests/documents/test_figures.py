"""The README's figures are the bounds that the tests of the budgets hold, and its keys are keys."""

from __future__ import annotations

import re
from math import ceil

from capgo_tui.tui.actions import MOVES
from capgo_tui.tui.screens.controllers import ACTIONS
from tests.budgets.figures import BUDGETS, DEVICES, PAGE, Weight
from tests.documents.texts import README

TEXT = README.read_text("utf-8")
BOUNDS = {
    budget.id: budget.bound
    for budget in BUDGETS
    if budget.weight is Weight.FAILS and budget.bound is not None
}


def bound(id_: str) -> str:
    """Return a bound that fails the tests when it is exceeded, as the README writes it."""
    return f"{int(BOUNDS[id_]):,}".replace(",", " ")


def test_the_table_of_figures_has_the_bounds_of_the_budgets() -> None:
    keys = ", ".join(map(bound, ("cursor.ansi", "page.ansi", "prompt.ansi", "idle")))
    assert f"| a cursor key, a page, a question, two seconds of rest | {keys} bytes |" in TEXT
    requests = f"{bound('cold-start')}, {bound('requests.override')}, n ÷ {PAGE} + 1"
    assert f"| requests: a start, an override, all of n devices | {requests} |" in TEXT
    assert BOUNDS["load-all"] == ceil(DEVICES / PAGE) + 1
    memory = f"{bound('resident')} MB"
    assert f"| memory with {DEVICES:,} devices loaded |".replace(",", " ") + f" {memory} |" in TEXT


def test_the_readme_is_short_and_its_keys_are_those_of_the_actions() -> None:
    assert len(TEXT.splitlines()) <= 200
    _, _, rest = TEXT.partition("| key | does |\n| --- | --- |\n")
    rows = rest.partition("\n\n")[0].splitlines()
    keys = {action.key for action in ACTIONS} | {key for keys, _ in MOVES for key in keys.split()}
    shown = {key for row in rows for key in re.findall(r"`([^`]+)`", row.split(" | ")[0])}
    assert len(rows) <= 16
    assert shown - keys == set()
    assert {"o", "l", "b", "R", "C", "z", "?"} <= shown
