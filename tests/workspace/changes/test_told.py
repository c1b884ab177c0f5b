"""What became of a change, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import ErrorKind
from capgo_tui.workspace.changes.outcome import Fate, Outcome
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.told import told
from tests.workspace.test_words import BROKEN, SECRET, failure

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State


def override(before: str | None, after: str | None) -> OverrideChange:
    return OverrideChange(
        app_id="com.acme.shop",
        key="3f2a",
        label="qa-07",
        before={"channel": before},
        after={"channel": after},
    )


CHANGE, CLEARED = override("production-eu", "beta"), override("beta", None)
QA: State = {"channel": "qa"}
NONE: State = {"channel": None}
LOST = failure(ErrorKind.UNREACHABLE, "the connection was closed", maybe_sent=True)


@pytest.mark.parametrize(
    ("change", "outcome", "mark", "parts"),
    [
        (CHANGE, Outcome(Fate.VERIFIED, {"channel": "beta"}), "✓", ["beta", "read back"]),
        (CLEARED, Outcome(Fate.VERIFIED, NONE), "✓", ["none", "read back"]),
        (CHANGE, Outcome(Fate.DIFFERENT, QA), "!", ["qa", "not beta"]),
        (CLEARED, Outcome(Fate.DIFFERENT, QA), "!", ["qa", "not none"]),
        (CHANGE, Outcome(Fate.UNVERIFIED), "?", ["accepted"]),
        (CHANGE, Outcome(Fate.UNVERIFIED, None, BROKEN), "?", ["accepted", str(BROKEN)]),
        (CHANGE, Outcome(Fate.UNVERIFIED, seen=False), "?", ["accepted", "no such device"]),
        (CHANGE, Outcome(Fate.UNVERIFIED, {}, seen=False), "?", ["accepted", "does not tell"]),
        (CHANGE, Outcome(Fate.UNKNOWN, NONE, LOST), "?", ["answer was lost", "none so far"]),
        (CHANGE, Outcome(Fate.UNKNOWN, QA, LOST), "?", ["answer was lost", "qa so far"]),
        (
            CHANGE,
            Outcome(Fate.UNKNOWN, None, LOST, seen=False),
            "?",
            ["answer was lost", "may have taken effect"],
        ),
        (CHANGE, Outcome(Fate.FAILED, CHANGE.before, BROKEN), "✗", ["production-eu"]),
    ],
)
def test_an_outcome_is_told_in_one_line(
    change: OverrideChange, outcome: Outcome, mark: str, parts: list[str]
) -> None:
    line = told(change, outcome)
    assert line.startswith(f"{mark} ")
    assert line.isprintable()
    for part in ("qa-07", *parts):
        assert part in line


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("fate", list(Fate))
def test_no_outcome_but_the_verified_one_claims_success(fate: Fate, kind: ErrorKind) -> None:
    line = told(CHANGE, Outcome(fate, QA, failure(kind, status=400)))
    assert line.startswith("✓") is (fate is Fate.VERIFIED)
    assert line.lower().count("not changed") == (fate is Fate.FAILED)
    assert SECRET not in line
