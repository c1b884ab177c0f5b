"""What became of a change, in one line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleNotes,
    BundleRegistration,
)
from capgo_tui.workspace.changes.change import Change
from capgo_tui.workspace.changes.channels import DEMOTED_FIELD, SettingsChange
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line, label_outcome
from capgo_tui.workspace.changes.history import list_details
from capgo_tui.workspace.changes.new_channels import ChannelCreation, ChannelDeletion
from capgo_tui.workspace.changes.outcome import NAME_TAKEN, Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.promotions import Promotion
from capgo_tui.workspace.journal_entry import Entry
from capgo_tui.workspace.next_step import NextStep
from tests.support.clock import NOON
from tests.tui.test_words import SECRET, SERVER_ERROR, failure

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State


def override(before: str | None, after: str | None) -> OverrideChange:
    return OverrideChange(
        app_id="com.acme.shop",
        wire_id="3f2a",
        label="qa-07",
        before={"channel": before},
        after={"channel": after},
    )


CHANGE, CLEAR_CHANGE = override("production-eu", "beta"), override("beta", None)
QA: State = {"channel": "qa"}
NONE: State = {"channel": None}
REDIRECT = failure(ErrorKind.SERVER_FAULT, "a redirect", status=302, maybe_sent=True)
LOST_REPLY = failure(ErrorKind.UNREACHABLE, "the connection was closed", maybe_sent=True)


@pytest.mark.parametrize(
    ("change", "outcome", "mark", "parts"),
    [
        (CHANGE, Outcome(OutcomeState.VERIFIED, {"channel": "beta"}), "✓", ["beta", "read back"]),
        (CLEAR_CHANGE, Outcome(OutcomeState.VERIFIED, NONE), "✓", ["none", "read back"]),
        (CHANGE, Outcome(OutcomeState.DIFFERENT, QA), "!", ["qa", "not beta"]),
        (CLEAR_CHANGE, Outcome(OutcomeState.DIFFERENT, QA), "!", ["qa", "not none"]),
        (CHANGE, Outcome(OutcomeState.UNVERIFIED), "?", ["accepted"]),
        (
            CHANGE,
            Outcome(OutcomeState.UNVERIFIED, None, SERVER_ERROR),
            "?",
            ["accepted", str(SERVER_ERROR)],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNVERIFIED, is_read_back=False),
            "?",
            ["accepted", "no such device"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNVERIFIED, {}, is_read_back=False),
            "?",
            ["accepted", "does not report"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNKNOWN, NONE, LOST_REPLY),
            "?",
            ["answer was lost", "none so far"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNKNOWN, QA, LOST_REPLY),
            "?",
            ["answer was lost", "qa so far"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNKNOWN, None, LOST_REPLY, is_read_back=False),
            "?",
            ["answer was lost", "may have taken effect"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.UNKNOWN, NONE, REDIRECT),
            "?",
            ["302 is no clear answer", "so far"],
        ),
        (
            CHANGE,
            Outcome(OutcomeState.FAILED, None, SERVER_ERROR, is_read_back=False),
            "✗",
            ["Not changed"],
        ),
    ],
)
def test_an_outcome_is_told_in_one_line(
    change: OverrideChange, outcome: Outcome, mark: str, parts: list[str]
) -> None:
    line = describe_outcome_line(change, outcome)
    assert line.startswith(f"{mark} ")
    assert line.isprintable()
    for part in ("qa-07", *parts):
        assert part in line


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("fate", list(OutcomeState))
def test_no_outcome_but_the_verified_one_claims_success(
    fate: OutcomeState, kind: ErrorKind
) -> None:
    line = describe_outcome_line(CHANGE, Outcome(fate, QA, failure(kind, status=400)))
    assert line.startswith("✓") is (fate is OutcomeState.VERIFIED)
    assert line.lower().count("not changed") == (fate is OutcomeState.FAILED)
    assert SECRET not in line


# What a key may not, what happened besides, and why


SHARED_ID: dict[str, Any] = {"app_id": "com.acme.shop", "key": "beta", "label": "beta"}
NOT_ALLOWED = failure(ErrorKind.NOT_ALLOWED, status=400)
SETTINGS = SettingsChange(**SHARED_ID, before={"allow_dev": True}, after={"allow_dev": False})
TAKEN_OFF = SettingsChange(**SHARED_ID, before={"bundle": "1.0.3"}, after={"bundle": None})
PROMOTION = Promotion(
    **SHARED_ID, before={"bundle": "1.0.3"}, after={"bundle": "1.0.4"}, channel_id=1, bundle_id=4
)
CREATION = ChannelCreation(
    **SHARED_ID, before=None, after={"public": True}, demotes=("production",)
)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (SETTINGS, "change settings of channels"),
        (TAKEN_OFF, "change settings of channels"),
        (PROMOTION, "promote bundles"),
        (CREATION, "create channels"),
        (ChannelDeletion(**SHARED_ID, before={}, after=None), "delete channels"),
        (BundleDeletion(**SHARED_ID, before={}, after=None), "delete bundles"),
        (
            AllBundlesDeletion(**SHARED_ID, before={}, after=None, spares_linked=True),
            "delete bundles",
        ),
        (BundleNotes(**SHARED_ID, before={}, after={}, bundle_id=1), "edit notes of bundles"),
        (BundleRegistration(**SHARED_ID, before=None, after={}), "register bundles"),
        (CHANGE, "change overrides"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Change) else None,
)
def test_what_the_key_may_not_is_what_was_tried(change: Change, right: str) -> None:
    refusal = Outcome(OutcomeState.FAILED, None, NOT_ALLOWED, is_read_back=False)
    assert f"this key may not {right}" in describe_outcome_line(change, refusal)
    assert f"this key may not {right}" in label_outcome(change, refusal)
    unread = Outcome(OutcomeState.UNVERIFIED, None, NOT_ALLOWED, is_read_back=False)
    assert label_outcome(change, unread).endswith(f"may not read the {change.noun}s"), (
        "it was accepted"
    )


@pytest.mark.parametrize(
    ("width", "question"),
    [
        (80, "Take 1.0.3 off beta?"),
        (24, "Take 1.0.3 off beta?"),
        (19, "Take 1.0.3 off beta?"),
    ],
)
def test_the_bundle_that_is_taken_off_is_in_the_question(width: int, question: str) -> None:
    assert describe(TAKEN_OFF).ask(width) == question
    long = TAKEN_OFF.model_copy(update={"label": "a-channel-of-a-pull-request-77"})
    assert "1.0.3" in describe(long).ask(40)
    assert len(describe(long).ask(40)) <= 40
    assert describe(long).title == "Take 1.0.3 off a-channel-of-a-pull-request-77"


def test_success_tells_what_happened_besides() -> None:
    off = Outcome(OutcomeState.VERIFIED, {"bundle": None})
    assert (
        describe_outcome_line(TAKEN_OFF, off)
        == "✓ beta: bundle is none, 1.0.3 taken off, read back"
    )
    assert label_outcome(TAKEN_OFF, off) == "✓ bundle is none, 1.0.3 taken off"
    demotion = Outcome(OutcomeState.VERIFIED, {"public": True, DEMOTED_FIELD: '["production"]'})
    assert (
        describe_outcome_line(CREATION, demotion)
        == "✓ beta: created, demoted production, read back"
    )
    no_demotion = Outcome(OutcomeState.VERIFIED, {"public": True, DEMOTED_FIELD: "[]"})
    assert (
        describe_outcome_line(CREATION, no_demotion) == "✓ beta: created, read back from the server"
    )
    untold = Outcome(OutcomeState.VERIFIED, {"public": True})
    assert "demoted" not in describe_outcome_line(CREATION, untold)


def test_success_says_that_it_was_read_back_on_a_line_of_80_cells() -> None:
    paused_state: State = {"rollout_bundle": "2.5.0-beta.1", "rollout_enabled": True}
    off = SettingsChange(
        app_id="com.acme.shop", wire_id="hotfix-login", label="hotfix-login",
        before={"bundle": "2.4.0"} | paused_state, after={"bundle": None},
    )  # fmt: skip
    ended_state: State = {"rollout_bundle": None, "rollout_enabled": False}
    outcome = Outcome(
        OutcomeState.VERIFIED, {"bundle": None} | ended_state, side_effects=ended_state
    )
    line = describe_outcome_line(off, outcome)
    assert line == "✓ hotfix-login: 2.4.0 taken off, rollout of 2.5.0-beta.1 ended, read back"
    pause = off.model_copy(
        update={"before": ended_state, "after": paused_state, "label": "production"}
    )
    line = describe_outcome_line(pause, Outcome(OutcomeState.VERIFIED, paused_state))
    assert line == "✓ production: rollout target is 2.5.0-beta.1 and 1 more, read back"


def test_a_better_reason_than_the_servers_goes_into_the_journal_beside_it() -> None:
    error = CapgoError(
        "Cannot create bundle", kind=ErrorKind.BAD_REQUEST, code="cannot_create_bundle"
    )
    change = BundleRegistration(**SHARED_ID, before=None, after={})
    outcome = Outcome(OutcomeState.FAILED, None, error)
    assert "seems to be taken" in describe_outcome_line(change, outcome)
    assert outcome.error_text == f"Cannot create bundle · {NAME_TAKEN}"
    assert Outcome(OutcomeState.FAILED, None, NOT_ALLOWED).reason == ""


def test_a_locked_address_is_told_with_its_end() -> None:
    lock = failure(
        ErrorKind.RATE_LIMITED,
        status=429,
        retry_after=900.0,
        detail={"reason": "too_many_failed_auth_attempts"},
    )
    end = format_clock_time(NOON + timedelta(minutes=15))
    line = describe_outcome_line(
        CHANGE, Outcome(OutcomeState.FAILED, None, lock, is_read_back=False, at=NOON)
    )
    assert line.startswith(f"✗ Not changed: locked for 15 minutes, until {end} · ")


@pytest.mark.parametrize("change", [CREATION, ChannelDeletion(**SHARED_ID, before={}, after=None)])
def test_the_journal_has_no_row_without_a_label_but_for_sentences(change: Change) -> None:
    entry = Entry(
        id=1,
        server="https://capgo.example.com",
        app_id=change.app_id,
        at=NOON,
        key_fingerprint="f",
        kind=str(change.model_dump()["kind"]),
        target="beta",
        change_json=change.model_dump_json(),
        request="POST /channel",
        batch=None,
        undoes=None,
        state=OutcomeState.VERIFIED,
        settled_at=NOON,
        readback=change.after,
        error=None,
    )
    bare = [text for label, text in list_details(entry, NOON) if not label]
    assert bare == ["read back, as intended"]


def test_an_outcome_tells_what_can_be_done_next() -> None:
    refusal = CapgoError("Invalid apikey", kind=ErrorKind.KEY_REFUSED, status=401)
    for fate in (OutcomeState.FAILED, OutcomeState.UNVERIFIED):
        assert Outcome(fate, None, refusal).next_step is NextStep.OTHER_KEY
        assert Outcome(fate, None, NOT_ALLOWED).next_step is None
    assert Outcome(OutcomeState.UNKNOWN, None, LOST_REPLY).next_step is NextStep.REFRESH
    assert Outcome(OutcomeState.VERIFIED, NONE).next_step is None
