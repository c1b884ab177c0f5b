"""Progressive rollout and auto-pause on POST /channel (§6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.contract_app import A, key_of

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox


def change(sandbox: Sandbox, **fields: object) -> Any:
    return sandbox.post("/channel", app_id=A, channel="beta", **fields).json()


def beta(sandbox: Sandbox) -> dict[str, Any]:
    row: dict[str, Any] = sandbox.get("/channel", app_id=A, channel="beta").json()
    return row


RANGES = [
    ("rolloutPercentageBps", 0, 10000),
    ("rolloutCacheTtlSeconds", 60, 31536000),
    ("autoPauseWindowMinutes", 1, 10080),
    ("autoPauseFailureRateBps", 0, 10000),
    ("autoPauseMinAttempts", 0, 2**53 - 1),
    ("autoPauseMinFailures", 0, 2**53 - 1),
    ("autoPauseCooldownMinutes", 0, 10080),
]


@pytest.mark.parametrize(("field", "low", "high"), RANGES)
def test_whole_numbers_have_a_range(field: str, low: int, high: int, sandbox: Sandbox) -> None:
    for good in (low, high):
        assert change(sandbox, **{field: good}) == {"status": "ok"}
        assert beta(sandbox)[field] == good
    for bad in (low - 1, high + 1, low + 0.5, "7"):
        refusal = change(sandbox, **{field: bad})
        assert refusal["error"] == "invalid_rollout_config"
        assert refusal["message"] == f"{field} must be an integer between {low} and {high}"
        assert refusal["moreInfo"] == {"field": field, "value": bad, "min": low, "max": high}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rolloutPercentage": 100.5}, "invalid_rollout_percentage"),
        ({"rolloutPercentage": -1}, "invalid_rollout_percentage"),
        ({"autoPauseConfidence": 0}, "invalid_auto_pause_confidence"),
        ({"autoPauseConfidence": 1}, "invalid_auto_pause_confidence"),
        ({"autoPauseAction": "explode"}, "invalid_auto_pause_action"),
        ({"promoteToStable": True}, "missing_rollout_version"),
        ({"rolloutVersion": "2.0.0", "version": None}, "missing_stable_version"),
        ({"rolloutVersion": "9.9.9"}, "unknown_error"),
        ({"rolloutEnabled": "maybe"}, "unknown_error"),
        ({"rolloutPausedAt": "soon"}, "unknown_error"),
    ],
)
def test_bad_values(fields: dict[str, object], code: str, sandbox: Sandbox) -> None:
    before = beta(sandbox)
    assert change(sandbox, **fields)["error"] == code
    assert beta(sandbox) == before


def test_percentage_becomes_basis_points_and_bps_wins(sandbox: Sandbox) -> None:
    change(sandbox, rolloutPercentage=12.345)
    assert beta(sandbox)["rolloutPercentageBps"] == 1235
    change(sandbox, rolloutPercentage=50, rolloutPercentageBps=7)
    assert beta(sandbox)["rolloutPercentageBps"] == 7


def test_both_spellings_and_camel_case_wins(sandbox: Sandbox) -> None:
    change(sandbox, auto_pause_window_minutes=15)
    assert beta(sandbox)["autoPauseWindowMinutes"] == 15
    change(sandbox, auto_pause_window_minutes=20, autoPauseWindowMinutes=25)
    assert beta(sandbox)["autoPauseWindowMinutes"] == 25


def test_a_target_needs_an_existing_channel(sandbox: Sandbox) -> None:
    for fields in ({"rolloutVersion": "2.0.0"}, {"rolloutVersion": None}, {"rollback": True}):
        refusal = sandbox.post("/channel", app_id=A, channel="new", **fields).json()
        assert refusal["error"] == "cannot_find_channel"


def test_a_target_by_id_and_a_stable_bundle_sent_along(sandbox: Sandbox) -> None:
    body = {"app_id": A, "channel": "no_access", "version": "1.0.0", "rolloutVersion": 6}
    assert sandbox.ask("POST", "/channel", body=body).json() == {"status": "ok"}
    row = sandbox.get("/channel", app_id=A, channel="no_access").json()
    assert (row["version"]["id"], row["rollout_version"]) == (1, 6)


def test_a_new_target_renews_the_id_and_clears_the_pause(sandbox: Sandbox) -> None:
    change(sandbox, rolloutVersion="2.0.0")
    change(sandbox, rolloutPaused=True, rolloutPauseReason="errors")
    pause = beta(sandbox)
    assert pause["rolloutPausedAt"] == sandbox.clock().isoformat(timespec="microseconds")
    assert pause["rolloutPauseReason"] == "errors"
    change(sandbox, rolloutVersion="2.0.0", allow_dev=False)
    assert beta(sandbox)["rollout_id"] == pause["rollout_id"]
    change(sandbox, rolloutVersion="1.0.0")
    after = beta(sandbox)
    assert after["rollout_id"] != pause["rollout_id"]
    assert (after["rolloutPausedAt"], after["rolloutPauseReason"]) == (None, None)


def test_unpausing_drops_the_reason_and_a_moment_wins(sandbox: Sandbox) -> None:
    change(sandbox, rolloutPausedAt="2026-11-01T00:00:00Z", rolloutPaused=False)
    change(sandbox, rolloutPauseReason="why")
    assert beta(sandbox)["rolloutPausedAt"] == "2026-11-01T00:00:00.000000+00:00"
    change(sandbox, rolloutPaused=False)
    assert (beta(sandbox)["rolloutPausedAt"], beta(sandbox)["rolloutPauseReason"]) == (None, None)


def test_rollback_ends_the_rollout(sandbox: Sandbox) -> None:
    change(sandbox, rolloutVersion="2.0.0", rolloutEnabled=True, rolloutPercentage=30)
    change(sandbox, rollback=True)
    row = beta(sandbox)
    assert (row["rollout_version"], row["rolloutEnabled"], row["rolloutPercentageBps"]) == (
        None,
        False,
        0,
    )
    assert row["version"]["name"] == "1.360.0"


def test_nullable_settings_can_be_cleared(sandbox: Sandbox) -> None:
    change(sandbox, autoPauseMinAttempts=3)
    change(sandbox, autoPauseMinAttempts=None, autoPauseWindowMinutes=None)
    assert beta(sandbox)["autoPauseMinAttempts"] is None
    assert beta(sandbox)["autoPauseWindowMinutes"] == 60


def test_settings_without_the_right_to_promote(sandbox: Sandbox) -> None:
    body = {"app_id": A, "channel": "beta", "rolloutVersion": "2.0.0"}
    refusal = sandbox.ask("POST", "/channel", body=body, key=key_of("app_uploader")).json()
    # Every role that may change settings may promote too, so 21 of §15 ends at the settings.
    assert refusal["error"] == "cannot_access_app"
