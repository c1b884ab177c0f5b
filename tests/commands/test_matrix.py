"""A part of the matrix of verbs and situations; ``python -m tests.commands.matrix`` runs it all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.commands import running
from capgo_tui.workspace.session import open_client
from tests.commands.matrix import READERS, SITUATIONS, VERBS, Verb, run_cell, run_here, run_process
from tests.support.retry_policy import one_try

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.request_log import RequestLog
    from capgo_tui.workspace.target import Target

SAMPLE = [
    (verb, situation)
    for at, verb in enumerate((*VERBS, *READERS))
    for situation in ("ok", SITUATIONS[1 + at % (len(SITUATIONS) - 1)])
]


def name_cell(cell: tuple[Verb, str]) -> str:
    return f"{cell[0].name}, {cell[1]}"


@pytest.fixture(autouse=True)
def without_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send each read once: a closed port would be tried for 7 s."""

    def open_without_retries(
        target: Target, log: RequestLog, on_retry: Callable[[PendingRetry], None]
    ) -> CapgoClient:
        return open_client(replace(target, retry_policy=one_try()), log, on_retry)

    monkeypatch.setattr(running, "open_client", open_without_retries)


@pytest.mark.parametrize("cell", SAMPLE, ids=name_cell)
def test_a_verb_in_a_situation(cell: tuple[Verb, str], tmp_path: Path) -> None:
    verb, situation = cell
    assert run_cell(verb, situation, run_here, tmp_path)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.writes], ids=lambda v: v.name)
def test_a_verb_that_changes_nothing_sends_nothing_and_notes_nothing(
    verb: Verb, tmp_path: Path
) -> None:
    assert run_cell(verb, "again", run_here, tmp_path)


@pytest.mark.parametrize(("at", "situation"), [(0, "ok"), (12, "refused"), (17, "dry run")])
def test_a_verb_in_a_situation_as_a_process(at: int, situation: str, tmp_path: Path) -> None:
    assert run_cell(VERBS[at], situation, run_process, tmp_path)
