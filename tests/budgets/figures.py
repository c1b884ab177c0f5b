"""The budgets: what is measured, what it may be, and what exceeding it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil

Measured = dict[str, float]
"""Figures by their `Budget.id`."""


class Weight(Enum):
    """What it means when a figure is over its bound."""

    FAILS = "fails"
    """A count or a ratio that every machine must keep: the tests fail."""
    AIM = "aim"
    """A ratio that is not met everywhere yet: the tests tell it as an expected failure."""
    TOLD = "told"
    """Milliseconds of this machine, or a figure without a bound: for a person to judge."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One figure and its bound."""

    id: str
    group: str
    title: str
    unit: str
    bound: float | None = None
    weight: Weight = Weight.FAILS
    at_least: bool = False
    """Whether the bound is the least that will do, not the most."""
    exact: bool = False
    """Whether the bound is a count that is met by no other."""
    known: str = ""
    """Why it is known not to be met; it must go once it is met."""

    def met(self, measured: float) -> bool:
        """Whether a figure keeps the bound; one without a bound always does."""
        if self.bound is None:
            return True
        if self.exact:
            return measured == self.bound
        return measured >= self.bound if self.at_least else measured <= self.bound

    def verdict(self, measured: float) -> str:
        """The last word of a row of the table."""
        if self.bound is None:
            return "–"
        if self.met(measured):
            return "PASS" if not self.known else "PASS, though known as not met: strike that"
        if self.weight is Weight.TOLD:
            return "over (told, not judged)"
        return "FAIL (known)" if self.known or self.weight is Weight.AIM else "FAIL"


def _bytes(id_: str, title: str, bound: float | None) -> tuple[Budget, Budget]:
    """One action's bytes: bounded with the terminal's own colours, told with 24-bit ones."""
    return (
        Budget(f"{id_}.ansi", "bytes", f"{title}, ansi-dark", "B", bound),
        Budget(f"{id_}.truecolor", "bytes", f"{title}, truecolor", "B", None, Weight.TOLD),
    )


def _requests(id_: str, title: str, bound: float) -> Budget:
    return Budget(f"requests.{id_}", "changes", title, "requests", bound, exact=True)


def _gap(id_: str, title: str, bound: float) -> Budget:
    return Budget(f"gap.{id_}", "scale", f"longest loop gap: {title}", "ms", bound, Weight.TOLD)


def _shown(id_: str, title: str, bound: float) -> Budget:
    return Budget(id_, "scale", title, "ms", bound, Weight.TOLD)


DEVICES = 100_000
PAGE = 150
"""Devices in a page: a larger one can come without a single override (contract §18.1)."""
APPENDED = 500
"""Rows put behind the others at once, to compare two tables."""
BUDGETS: tuple[Budget, ...] = (
    *_bytes("cursor", "cursor key", 300),
    *_bytes("edge", "cursor key over the edge", 3200),
    *_bytes("page", "page key", 3200),
    *_bytes("prompt", "prompt opening", 300),
    *_bytes("prompt-close", "prompt closing", None),
    *_bytes("form", "link form opening", 12_000),
    *_bytes("form-close", "link form closing", None),
    *_bytes("channel-form", "channel form opening", 12_000),
    *_bytes("channel-row", "row of the channel form", 3200),
    *_bytes("small-form", "clean-up form opening", 12_000),
    *_bytes("small-row", "row of the clean-up form", 3200),
    *_bytes("plan", "clean-up plan opening", 12_000),
    *_bytes("tab", "tab switch", 8000),
    *_bytes("filter-open", "filter opening", 300),
    *_bytes("filter", "filter letter", 3200),
    *_bytes("palette-open", "palette opening", 320),
    *_bytes("palette", "palette letter", 3200),
    *_bytes("copy-open", "copy menu opening", 300),
    *_bytes("export-open", "export opening", 600),
    Budget("idle", "idle", "two seconds of rest, ansi-dark", "B", 0),
    Budget("cold-start", "requests", "cold start", "requests", 4),
    Budget("fix", "requests", "override fix beside the first lists", "requests", 4),
    Budget("keys", "requests", "override fix from the lists, beside one paste", "keys", 8),
    _requests("channels", "all of 62 channels", 2),
    _requests("bundles", "all of 133 bundles", 2),
    _requests("override", "override of a loaded device: look, write, read back", 3),
    _requests("promote", "promote: look, write, read back", 3),
    _requests("take-off", "take a bundle off: look, write, read back", 3),
    _requests("delete-channel", "delete a channel: write, read back", 2),
    _requests("delete-overrides", "delete one with overrides: and the page of its devices", 3),
    _requests("notes", "comment of a bundle: its page, write, its page", 3),
    _requests("delete-bundle", "delete a bundle: write, its page", 2),
    _requests("delete-many", "delete bundles: the list once, beside the writes", 2),
    Budget(
        "load-all",
        "scale",
        f"load all of {DEVICES:,} devices",
        "requests",
        ceil(DEVICES / PAGE) + 1,
    ),
    Budget("overrides", "scale", "overrides that the server holds and we do not show", "rows", 0),
    Budget("resident", "scale", "resident, all loaded", "MB", 200),
    Budget("peak", "scale", "most ever resident, after all keys", "MB", 200),
    Budget("load-time", "scale", "loading all of them", "ms", None, Weight.TOLD),
    _gap("load", "loading", 16),
    Budget("work.load", "scale", "… of it our own work", "ms", 16, Weight.TOLD),
    _gap("j", "j", 16),
    _gap("page", "pgdn", 16),
    _gap("end", "G", 16),
    _gap("top", "g", 16),
    _gap("letter", "first filter letter", 50),
    _gap("narrow", "next filter letters", 50),
    _gap("clear", "clearing the filter", 50),
    _gap("tab", "tab switch and back", 16),
    _gap("mark", "marking all, unmarking one, all", 16),
    _shown("filter.letter", "first filter letter until shown", 50),
    _shown("filter.narrow", "next filter letter until shown", 50),
    _shown("filter.wide", "a letter taken back until shown", 50),
    _shown("sort", "sort by id until shown", 200),
    _shown("sort.times", "sort by time until shown", 200),
    _gap("palette", "palette letters", 50),
    _gap("export", "exporting all of them", 50),
    Budget("append.ours", "append", f"{APPENDED} more rows, ours", "ms", None, Weight.TOLD),
    Budget("append.read", "append", "what a filter will look for in them", "ms", None, Weight.TOLD),
    Budget("append.theirs", "append", f"{APPENDED} more rows, DataTable", "ms", None, Weight.TOLD),
    Budget("append", "append", "DataTable's time for them by ours", "×", 100, at_least=True),
    Budget("start.ours", "start", "start to first real row", "ms", None, Weight.TOLD),
    Budget("start.bare", "start", "start of a bare app to its first row", "ms", None, Weight.TOLD),
    # Not met: a bare app that imports httpx and pydantic's core and asks once is at 1.3 to 1.4.
    Budget("start", "start", "our start by the bare app's", "×", 1.25, Weight.AIM),
    Budget("start.work", "start", "processor's time of our start by the bare app's", "×", 1.9),
)  # fmt: skip


def table(measured: Measured) -> str:
    """The figures as a table, as far as they were measured."""
    rows = [("figure", "bound", "measured", "")]
    for budget in BUDGETS:
        if (figure := measured.get(budget.id)) is None:
            continue
        sign = "=" if budget.exact else "≥" if budget.at_least else "≤"
        bound = "" if budget.bound is None else f"{sign} {_number(budget.bound)}"
        rows.append(
            (budget.title, bound, f"{_number(figure)} {budget.unit}", budget.verdict(figure))
        )
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    return "\n".join(
        f"{title:<{widths[0]}}  {bound:>{widths[1]}}  {figure:>{widths[2]}}  {verdict}".rstrip()
        for title, bound, figure, verdict in rows
    )


def _number(figure: float) -> str:
    if figure == int(figure):
        return f"{int(figure):,}"
    return f"{figure:,.2f}" if figure < 10 else f"{figure:,.1f}"
