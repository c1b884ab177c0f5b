"""Two records compared by their details, and bundles by their native packages."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from capgo_tui.api.models import Bundle, Channel
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.insight.compare import (
    ABSENT,
    ComparisonRow,
    compare_native_packages,
    compare_records,
    sort_differing_first,
)
from capgo_tui.workspace.resources.bundle import BUNDLES
from capgo_tui.workspace.resources.channel import CHANNELS
from capgo_tui.workspace.resources.section import NEVER_TOLD, UNTOLD

CONTEXT = CellContext(datetime(2026, 11, 28, tzinfo=UTC))


def bundle(number: int, packages: dict[str, str] | None) -> Bundle:
    listed = None if packages is None else tuple(f"{n}@{v}" for n, v in packages.items())
    return Bundle(id=number, name=f"1.0.{number}", native_packages=listed)


@pytest.mark.parametrize("seed", range(20))
def test_packages_are_compared_as_by_brute_force(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    names = [f"@scope/p{n}" for n in range(6)] + [f"p{n}" for n in range(6)]
    left, right = (
        {name: chance.choice("123") for name in names if chance.random() < 0.6} for _ in range(2)
    )
    rows = compare_native_packages(bundle(1, left), bundle(2, right))
    assert {(row.label, row.left, row.right) for row in rows} == {
        (name, left.get(name, ABSENT), right.get(name, ABSENT))
        for name in names
        if name in left or name in right
    }


@pytest.mark.parametrize(
    ("left", "right", "texts"),
    [
        (None, None, ("unknown", "unknown")),
        (None, {"a": "1"}, ("unknown", "1 package")),
        ({"a": "1", "b": "2"}, None, ("2 packages", "unknown")),
    ],
)
def test_packages_that_are_not_told_are_never_none(
    left: dict[str, str] | None, right: dict[str, str] | None, texts: tuple[str, str]
) -> None:
    (row,) = compare_native_packages(bundle(1, left), bundle(2, right))
    assert (row.left, row.right) == texts


def test_the_first_lines_stand_beside_each_other_though_their_heading_is_the_name() -> None:
    left, right = (Channel(id=n, name=f"c{n}", public=n == 1) for n in (1, 2))
    rows = compare_records(CHANNELS, left, right, CONTEXT)
    (row,) = [each for each in rows if each.label == "default channel"]
    assert (row.section, row.left, row.right) == ("", "yes", "no")
    assert all(each.left and each.right for each in rows)


def test_a_record_does_not_differ_from_itself() -> None:
    one = bundle(1, {"a": "1"})
    rows = [*compare_records(BUNDLES, one, one, CONTEXT), *compare_native_packages(one, one)]
    assert rows
    assert not any(row.differs for row in rows)


def test_the_lines_that_differ_come_first_in_their_order() -> None:
    rows = [ComparisonRow("", str(n), "x", "xy"[n % 2]) for n in range(6)]
    assert [row.label for row in sort_differing_first(rows)] == ["1", "3", "5", "0", "2", "4"]


def test_what_the_api_reports_of_neither_record_is_one_line_at_the_end() -> None:
    one, other = Channel(id=1, name="a"), Channel(id=2, name="b")
    rows = compare_records(CHANNELS, one, other, CONTEXT)
    assert not any(UNTOLD in (row.left, row.right) for row in rows)
    last = rows[-1]
    assert last.label.startswith("iOS, Android, Electron")
    assert (last.left, last.right, last.differs) == (NEVER_TOLD, NEVER_TOLD, False)


def test_times_stand_beside_each_other_without_their_ages() -> None:
    times = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 27)]
    one, other = (Bundle(id=n, name=str(n), created_at=at) for n, at in enumerate(times))
    (row,) = [
        each for each in compare_records(BUNDLES, one, other, CONTEXT) if each.label == "created"
    ]
    assert [len(text) for text in (row.left, row.right)] == [19, 19]
