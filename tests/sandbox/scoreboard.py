"""The summary of conformance after a test run: rows of §15 and recorded requests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import capgo_tui.api

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    import pytest
    from _pytest.terminal import TerminalReporter

CONTRACT = Path(capgo_tui.api.__file__).with_name("CONTRACT.md")
RECORDING = Path(__file__).parents[1] / "data" / "recorded.json"
MARKS = {
    "row": "rows of §15 of the contract that this test is about",
    "recorded": "number of the recorded request whose answer is compared",
    "derived": "number of the recorded request whose answer the contract tells",
}


def rows_of_the_contract() -> list[int]:
    """Return the numbers of the conformance cases."""
    section = CONTRACT.read_text("utf-8").partition("\n## 15.")[2].partition("\n## ")[0]
    return [int(number) for number in re.findall(r"^\| (\d+)(?: \[C\])? \|", section, re.MULTILINE)]


def list_marked_numbers(module: ModuleType, name: str) -> Iterator[int]:
    """Yield the numbers of a mark in a module's tests and their parameters."""
    for test in vars(module).values():
        for mark in getattr(test, "pytestmark", ()):
            yield from _numbers(mark, name)
            if mark.name == "parametrize":
                for parameter in mark.args[1]:
                    for inner in getattr(parameter, "marks", ()):
                        yield from _numbers(inner, name)


def _numbers(mark: pytest.Mark | pytest.MarkDecorator, name: str) -> Iterable[int]:
    return mark.args if mark.name == name else ()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}(number, ...): {meaning}")


def add_marked_numbers(items: list[pytest.Item]) -> None:
    """Copy the marks into each test's report for the summary."""
    for item in items:
        for name in MARKS:
            for mark in item.iter_markers(name):
                item.user_properties += [(name, number) for number in mark.args]


def print_conformance(terminalreporter: TerminalReporter) -> None:
    """Print how many conform: rows of which no test failed."""
    good: dict[str, set[object]] = {name: set() for name in MARKS}
    bad: dict[str, set[object]] = {name: set() for name in MARKS}
    for outcome, reports in terminalreporter.stats.items():
        for report in reports:
            for name, number in getattr(report, "user_properties", ()):
                if name in MARKS and outcome in {"passed", "failed", "error", "xfailed"}:
                    (good if outcome == "passed" else bad)[name].add(number)
    if not any((*good.values(), *bad.values())):
        return
    cases = json.loads(RECORDING.read_text("utf-8"))
    answer_count = sum(bool(case["response"]) for case in cases)
    sums = {
        "row": ("rows of the contract's §15", len(rows_of_the_contract())),
        "recorded": ("recorded answers", answer_count),
        "derived": ("answers the contract tells of the other requests", len(cases) - answer_count),
    }
    terminalreporter.section("conformance of the sandbox")
    for name, (what, total) in sums.items():
        terminalreporter.line(f"{len(good[name] - bad[name]):4} of {total:4} {what}")
        for number in sorted(bad[name], key=str):
            terminalreporter.line(f"     not {name} {number}")
