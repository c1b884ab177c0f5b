"""A short run of the monkey; `python -m tests.monkey` runs it for any number of keys."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.widget import Widget

from tests.monkey.ledger import Ledger, find_journal_difference
from tests.monkey.level import CLOSED_LIMIT, MIN_SAMPLES, SLACK, MemorySamples, PartCounts
from tests.monkey.monkey import run
from tests.monkey.strokes import draw_strokes

if TYPE_CHECKING:
    from pathlib import Path

KEYS = 400


@pytest.mark.parametrize("seed", [1, 2])
def test_random_keys_break_nothing_and_leave_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    tally, _ = run(seed, KEYS, episode=KEYS)
    assert tally.strokes >= KEYS
    assert tally.homes > 3
    assert tally.requests > 5


def test_a_seed_draws_the_same_strokes() -> None:
    first, same, other = draw_strokes(1), draw_strokes(1), draw_strokes(2)
    sample = [next(first) for _ in range(200)]
    assert sample == [next(same) for _ in range(200)]
    assert sample != [next(other) for _ in range(200)]


def test_a_write_that_nobody_agreed_to_is_found() -> None:
    ledger = Ledger()
    ledger.note_write("POST /device")
    ledger.credit[False] += 1
    ledger.note_write("POST /device")
    ledger.credit[False] += 1
    ledger.note_write("DELETE /bundle")
    assert ledger.wrong == [
        "POST /device was sent without a y",
        "DELETE /bundle was sent without a y and what is to be typed before it",
    ]


def test_on_production_a_write_without_something_typed_is_found() -> None:
    ledger = Ledger(production=True)
    ledger.credit[False] += 1
    ledger.note_write("POST /device")
    ledger.credit[True] += 1
    ledger.note_write("POST /device")
    assert ledger.wrong == ["POST /device was sent without a y and what is to be typed before it"]


def test_a_journal_that_tells_something_else_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    assert find_journal_difference(path, ["POST /device"])
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE changes (id INTEGER, request TEXT, fate TEXT)")
        db.execute("INSERT INTO changes VALUES (1, 'POST /device', 'verified')")
    assert not find_journal_difference(path, ["POST /device"])
    assert "done but not sent" in find_journal_difference(path, [])
    with db:
        db.execute("UPDATE changes SET fate = 'unknown'")
    assert not find_journal_difference(path, []), "the connection may have broken before"
    with db:
        db.execute("UPDATE changes SET fate = NULL")
    db.close()
    assert find_journal_difference(path, ["POST /device"]) == "without an end: ['POST /device']"


def test_growth_is_told_once_there_are_enough_samples() -> None:
    samples = MemorySamples(objects=[100] * (MIN_SAMPLES - 1), resident=[1] * (MIN_SAMPLES - 1))
    assert samples.compute_growth() == {}
    samples = MemorySamples(objects=[*range(100, 160, 5)], resident=[7] * 12)
    assert samples.compute_growth()["objects"] > 1.2
    assert samples.compute_growth()["resident"] == 1


async def test_living_widgets_are_told_sooner_than_closed_ones_that_are_held() -> None:
    app: App[None] = App()
    parts = PartCounts()
    async with app.run_test() as pilot:
        assert parts.describe_growth(0) == ""
        closed_widgets: list[Widget] = []
        for count in (SLACK + 1, CLOSED_LIMIT):
            widgets = [Widget() for _ in range(count)]
            await app.mount(*widgets)
            assert "'widgets'" in parts.describe_growth(0)
            await app.query(Widget).remove()
            await pilot.pause()
            closed_widgets += widgets
            assert ("'closed'" in parts.describe_growth(0)) is (len(closed_widgets) > CLOSED_LIMIT)
